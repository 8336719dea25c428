"""Pieces of clothing: a dense network against a convolutional one, 5 epochs each."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (1000, 1) if QUICK else (None, 5)

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train = x_train[..., None].astype("float32")[:ROWS] / 255
x_test = x_test[..., None].astype("float32")[:ROWS] / 255

layers = keras.layers
networks = {
    "dense": [
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
    ],
    "convolutional": [
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
    ],
}
for name, hidden in networks.items():
    keras.utils.set_random_seed(0)
    output = layers.Dense(10, activation="softmax")
    model = keras.Sequential([layers.Input((28, 28, 1)), *hidden, output])
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train[:ROWS], epochs=EPOCHS, batch_size=64, verbose=2)
    loss, accuracy = model.evaluate(x_test, y_test[:ROWS], verbose=0)
    print(f"{name}: test accuracy {accuracy:.4f}; document: an exercise, without figures")
