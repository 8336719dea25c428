"""Photographs of ten kinds of things: what flips, shifts and zooms are worth with few pictures."""

import sys

import kerata as keras
from kerata import layers

QUICK = "--quick" in sys.argv
ROWS, TESTS, EPOCHS = (500, 500, 1) if QUICK else (5000, 10000, 30)


def network(changes):
    """Build a convolutional network that first changes the pictures, in training alone."""
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *changes,
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(changes):
    """Train a network; give its accuracy on the test pictures."""
    model = network(changes)
    model.fit(x_train[:ROWS], y_train[:ROWS], epochs=EPOCHS, batch_size=64, verbose=2)
    return model.evaluate(x_test[:TESTS], y_test[:TESTS], verbose=0)[1]


keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()

print(f"as they are: accuracy {train([]):.4f}")
changes = [
    layers.RandomFlip("horizontal"),
    layers.RandomTranslation(0.1, 0.1),
    layers.RandomZoom(0.1),
]
print(f"test accuracy {train(changes):.4f}")

path = "runs/cifar10_augmentation/changes.png"
some = x_train[:1].repeat(16, 0)
for change in changes:
    some = change(some, training=True)
keras.visualization.plot_image_gallery(some, path=path)
print(f"picture: {path}")
