"""Handwritten digits: one hidden layer of 512 units, 5 epochs."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (2000, 1) if QUICK else (None, 5)

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255
y_train, y_test = keras.utils.to_categorical(y_train), keras.utils.to_categorical(y_test)

model = keras.Sequential(
    [
        keras.layers.Input((784,)),
        keras.layers.Dense(512, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train[:ROWS], y_train[:ROWS], epochs=EPOCHS, batch_size=128, verbose=2)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}; document: 0.9782")

path = "runs/mnist_dense/digits.png"
answers = model.predict(x_test[:18], verbose=0)
keras.plots.digits(x_test[:18].reshape(-1, 28, 28), y_test[:18].argmax(axis=1), answers, path)
print(f"picture: {path}")
