"""Is a film review kind? A recurrent network reads the last 200 words of each."""

import sys

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (500, 1) if QUICK else (None, 3)
LENGTH = 50 if QUICK else 200

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)

# Word numbers, the last ones of long reviews; zeros before short ones.
x_train = keras.utils.pad_sequences(x_train[:ROWS], maxlen=LENGTH)
x_test = keras.utils.pad_sequences(x_test[:ROWS], maxlen=LENGTH)

model = keras.Sequential(
    [
        keras.Input((LENGTH,), dtype="int32"),
        # The zeros are masked: the LSTM's state stays as it is there.
        keras.layers.Embedding(10000, 32, mask_zero=True),
        keras.layers.LSTM(32),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train[:ROWS], epochs=EPOCHS, batch_size=128, verbose=2)

loss, accuracy = model.evaluate(x_test, y_test[:ROWS], verbose=0)
print(f"test accuracy {accuracy:.4f}")
