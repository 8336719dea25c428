"""The same network for 20 epochs learns the training reviews by heart."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, HELD_BACK, EPOCHS = (1500, 500, 2) if QUICK else (25000, 10000, 20)

keras.utils.set_random_seed(0)
(x, y), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)
x, y = keras.utils.multi_hot(x[:ROWS], 10000), y[:ROWS]
x_test, y_test = keras.utils.multi_hot(x_test[:ROWS], 10000), y_test[:ROWS]

model = keras.Sequential(
    [
        keras.layers.Input((10000,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(
    x[HELD_BACK:],
    y[HELD_BACK:],
    epochs=EPOCHS,
    batch_size=512,
    validation_data=(x[:HELD_BACK], y[:HELD_BACK]),
    verbose=2,
)

losses = history.history["val_loss"]
best = losses.index(min(losses)) + 1
print(f"validation loss: lowest {min(losses):.3f} after epoch {best}, {losses[-1]:.3f} at the end")
print("document:        lowest 0.274 after epoch 4, 0.662 at the end")
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}; document: 0.8502")

path = "runs/imdb_overfit/curves.png"
keras.plots.history(history, path, "IMDB: 20 epochs are too many")
print(f"picture: {path}")
