"""Handwritten digits: a linear classifier on raw pixels from 0 to 255, 20 epochs."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (2000, 1) if QUICK else (None, 20)

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32")
x_test = x_test.reshape(-1, 784).astype("float32")
y_train, y_test = keras.utils.to_categorical(y_train), keras.utils.to_categorical(y_test)

inputs = keras.Input((784,))
scores = keras.layers.Dense(10)(inputs)
outputs = keras.layers.Activation("softmax")(scores)

model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(
    x_train[:ROWS],
    y_train[:ROWS],
    epochs=EPOCHS,
    batch_size=128,
    validation_split=0.1,
    verbose=2,
)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}; document: 0.8555")
