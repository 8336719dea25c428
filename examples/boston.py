"""What is a house worth? Boston, cross-validation over 4 folds, 100 epochs, batches of one."""

import sys

import numpy as np

import kerata as keras

QUICK = "--quick" in sys.argv
EPOCHS = 2 if QUICK else 100
FOLDS = 4

keras.utils.set_random_seed(0)
(x, y), _ = keras.datasets.boston_housing.load_data()
x = (x - x.mean(axis=0)) / x.std(axis=0)


def build_model():
    """A new network for each fold."""
    model = keras.Sequential(
        [
            keras.layers.Input((x.shape[1],)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


errors = []
for fold, held_back in enumerate(np.array_split(np.arange(len(x)), FOLDS), start=1):
    model = build_model()
    kept = np.setdiff1d(np.arange(len(x)), held_back)
    model.fit(x[kept], y[kept], epochs=EPOCHS, batch_size=1, verbose=0)
    _, error = model.evaluate(x[held_back], y[held_back], verbose=0)
    print(f"fold {fold}: mean absolute error {error:.3f} thousand dollars")
    errors.append(error)
print(f"mean absolute error {np.mean(errors):.4f}; document: 2.5092")
