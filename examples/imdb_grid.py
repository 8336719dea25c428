"""How long to train, how wide a network? The document's grid on IMDB, 3 folds."""

import sys
from pathlib import Path

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS = 1500 if QUICK else None
GRID = (
    {"epochs": [1, 2], "hidden_size": [8, 16]}
    if QUICK
    else {
        "epochs": [1, 5, 10],
        "hidden_size": [32, 64, 256],
    }
)

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)
x_train = keras.utils.multi_hot(x_train[:ROWS], 10000)
x_test = keras.utils.multi_hot(x_test[:ROWS], 10000)
y_train, y_test = y_train[:ROWS], y_test[:ROWS]


def make_model(hidden_size=32):
    """A network with two hidden layers."""
    model = keras.Sequential(
        [
            keras.layers.Input((10000,)),
            keras.layers.Dense(hidden_size, activation="relu"),
            keras.layers.Dense(hidden_size, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


results = keras.search.grid(make_model, GRID, x_train, y_train, folds=3, batch_size=512)
print(results)
print("simplest good network:", results.simplest_good().params)

model = results.refit()
accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
print(f"test accuracy {accuracy:.4f}; document: 0.89 in its folds, with any width, one epoch")

path = Path("runs/imdb_grid/search.png")
keras.plots.search(results, path=path, title_text="IMDB: epochs and width")
print(f"picture: {path}")
