"""Dates as people write them, "May 3, 1979", into "1979-05-03": a small transformer."""

import string
import sys
from datetime import date

import numpy as np

import kerata as keras
from kerata import layers, ops

ROWS, TESTS, EPOCHS = (500, 50, 1) if "--quick" in sys.argv else (20000, 2000, 3)
FORMS = ("%d %B %Y", "%B %d, %Y", "%d.%m.%Y", "%A, %d %b %Y")
LETTERS = " ,-.<" + string.digits + string.ascii_letters
ASKED, ANSWER, WIDTH, HEADS = 24, 10, 64, 4
FIRST = date(1900, 1, 1).toordinal()


def numbers(texts, length):
    """Give the numbers of the letters, with 0 for spaces up to a length."""
    return np.array([[LETTERS.index(c) for c in text.ljust(length)] for text in texts])


class LetterAndPlace(layers.Layer):
    """Adds a vector for the letter and one for its place."""

    def __init__(self):
        super().__init__()
        self.letters, self.places = (layers.Embedding(n, WIDTH) for n in (len(LETTERS), ASKED))

    def call(self, x):
        """Give a vector for each letter and its place."""
        return self.letters(x) + self.places(ops.arange(x.shape[1]))


def block(x, read=None):
    """Look at the letters so far, then at what was read, if anything, then at each alone."""
    for seen in (x,) if read is None else (x, read):
        look = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
        causal = read is not None and seen is not read
        x = layers.LayerNormalization()(x + look(x, seen, use_causal_mask=causal))
    hidden = layers.Dense(2 * WIDTH, activation="relu")(x)
    return layers.LayerNormalization()(x + layers.Dense(WIDTH)(hidden))


keras.utils.set_random_seed(0)
days = [date.fromordinal(FIRST + int(n)) for n in np.random.permutation(73000)[: ROWS + TESTS]]
x = numbers([day.strftime(FORMS[i % 4]) for i, day in enumerate(days)], ASKED)
y = numbers(["<" + day.isoformat() for day in days], 1 + ANSWER)
asked, begun = (keras.Input((n,), dtype="int32") for n in (ASKED, ANSWER))
written = block(LetterAndPlace()(begun), block(LetterAndPlace()(asked)))
model = keras.Model([asked, begun], layers.Dense(len(LETTERS), activation="softmax")(written))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit([x[:ROWS], y[:ROWS, :-1]], y[:ROWS, 1:], epochs=EPOCHS, batch_size=64, verbose=2)
found = np.full((TESTS, 1 + ANSWER), LETTERS.index("<"))
for i in range(ANSWER):  # each letter is chosen knowing those before it
    found[:, i + 1] = model.predict([x[ROWS:], found[:, :-1]], verbose=0)[:, i].argmax(-1)
print(*("".join(LETTERS[n] for n in part[0]).strip(" <") for part in (x[ROWS:], found)), sep=": ")
print(f"exact match {(found == y[ROWS:]).all(1).mean():.4f}")
