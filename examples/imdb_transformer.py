"""Is a film review kind? One transformer block over the last 200 words."""

import sys

import kerata as keras
from kerata import layers, ops

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (500, 1) if QUICK else (None, 2)
LENGTH = 50 if QUICK else 200
WORDS, WIDTH, HEADS = 10000, 32, 2


class TokenAndPosition(layers.Layer):
    """Adds a vector for the word and one for its place."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.words = layers.Embedding(WORDS, WIDTH)
        self.places = layers.Embedding(LENGTH, WIDTH)

    def call(self, x):
        """Give a vector for each word and its place."""
        return self.words(x) + self.places(ops.arange(LENGTH))


keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=WORDS)
x_train = keras.utils.pad_sequences(x_train[:ROWS], maxlen=LENGTH)
x_test = keras.utils.pad_sequences(x_test[:ROWS], maxlen=LENGTH)

inputs = keras.Input((LENGTH,), dtype="int32")
x = TokenAndPosition()(inputs)
attended = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(x, x)
x = layers.LayerNormalization()(x + layers.Dropout(0.1)(attended))
hidden = layers.Dense(WIDTH)(layers.Dense(WIDTH, activation="relu")(x))
x = layers.LayerNormalization()(x + layers.Dropout(0.1)(hidden))
x = layers.GlobalAveragePooling1D()(x)
x = layers.Dense(20, activation="relu")(layers.Dropout(0.1)(x))
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(layers.Dropout(0.1)(x)))

model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train[:ROWS], epochs=EPOCHS, batch_size=32 if QUICK else 128, verbose=2)

loss, accuracy = model.evaluate(x_test, y_test[:ROWS], verbose=0)
print(f"test accuracy {accuracy:.4f}")
