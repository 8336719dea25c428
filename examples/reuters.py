"""What is a news story about? Reuters, 46 topics, 8 epochs."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, HELD_BACK, EPOCHS = (1500, 500, 1) if QUICK else (None, 1000, 8)

keras.utils.set_random_seed(0)
(x, y), (x_test, y_test) = keras.datasets.reuters.load_data(num_words=10000)
x, y = keras.utils.multi_hot(x[:ROWS], 10000), keras.utils.to_categorical(y[:ROWS], 46)
x_test, y_test = keras.utils.multi_hot(x_test, 10000), keras.utils.to_categorical(y_test, 46)

model = keras.Sequential(
    [
        keras.layers.Input((10000,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(46, activation="softmax"),
    ]
)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(
    x[HELD_BACK:],
    y[HELD_BACK:],
    epochs=EPOCHS,
    batch_size=512,
    validation_data=(x[:HELD_BACK], y[:HELD_BACK]),
    verbose=2,
)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}; document: 0.7631")
