"""Is a film review kind? IMDB, the 10,000 most frequent words, 4 epochs."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (1000, 1) if QUICK else (None, 4)

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)

# A row for each review, with a one at each word that occurs; stored sparsely.
x_train = keras.utils.multi_hot(x_train[:ROWS], 10000)
x_test = keras.utils.multi_hot(x_test[:ROWS], 10000)

model = keras.Sequential(
    [
        keras.layers.Input((10000,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train[:ROWS], epochs=EPOCHS, batch_size=512, verbose=2)

loss, accuracy = model.evaluate(x_test, y_test[:ROWS], verbose=0)
print(f"test accuracy {accuracy:.4f}; document: 0.8845")
