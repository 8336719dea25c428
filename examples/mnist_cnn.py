"""Handwritten digits: three convolutions with max pooling between them, 5 epochs."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (1000, 1) if QUICK else (None, 5)

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[..., None].astype("float32")[:ROWS] / 255
x_test = x_test[..., None].astype("float32")[:ROWS] / 255
y_train = keras.utils.to_categorical(y_train[:ROWS], 10)
y_test = keras.utils.to_categorical(y_test[:ROWS], 10)

model = keras.Sequential(
    [
        keras.layers.Input((28, 28, 1)),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=EPOCHS, batch_size=64, verbose=2)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}; document: above the 0.978 of the dense network")

folder = "runs/mnist_cnn"
keras.plots.filters(model, path=f"{folder}/filters.png", title_text="The first 32 filters")
keras.plots.feature_maps(
    model, x_test[0], path=f"{folder}/feature_maps.png", title_text="What they see in a 7"
)
print(f"pictures: {folder}/filters.png {folder}/feature_maps.png")
