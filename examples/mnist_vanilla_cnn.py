"""Handwritten digits: 64 filters of 5 x 5, max pooling, then layers of 128 and 64 units."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (500, 1) if QUICK else (None, 20)

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, x_test = x_train[..., None].astype("float32"), x_test[..., None].astype("float32")
y_train, y_test = keras.utils.to_categorical(y_train), keras.utils.to_categorical(y_test)

inputs = keras.Input((28, 28, 1))
mean, std = x_train.mean(axis=0), x_train.std(axis=0) + 1.0
x = keras.layers.Lambda(
    lambda image, mu, std: (image - mu) / std, arguments={"mu": mean, "std": std}
)(inputs)
x = keras.layers.Conv2D(64, kernel_size=5, activation="relu")(x)
x = keras.layers.MaxPooling2D(pool_size=2, strides=2)(x)
x = keras.layers.Flatten()(x)
x = keras.layers.Dense(128, activation="relu")(x)
x = keras.layers.Dense(64, activation="relu")(x)
outputs = keras.layers.Dense(10, activation="softmax")(x)

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

loss, accuracy = model.evaluate(x_test[:ROWS], y_test[:ROWS], verbose=0)
print(f"test accuracy {accuracy:.4f}; document: no figure")
