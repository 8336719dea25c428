"""Texts to numbers with TextVectorization inside tf.data, then an embedding."""

import re
import string

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

sentences = [
    "the movie was good",
    "so bad, so boring!",
    "GOOD fun <br /> all the time",
    "a bad movie",
    "boring and bad",
    "what a good time",
]
labels = [1, 0, 1, 0, 0, 1]


def custom_standardization(input_string):
    lowercase = tf.strings.lower(input_string)
    stripped = tf.strings.regex_replace(lowercase, "<br />", " ")
    return tf.strings.regex_replace(stripped, f"[{re.escape(string.punctuation)}]", "")


raw = tf.data.Dataset.from_tensor_slices((sentences, labels)).batch(2)
cleaned = raw.map(lambda x, y: (custom_standardization(x), y))
vectorize = layers.TextVectorization(max_tokens=12, output_mode="int", output_sequence_length=5)
vectorize.adapt(cleaned.map(lambda x, y: x))
numbers = cleaned.map(lambda x, y: (vectorize(x), y), num_parallel_calls=2)
for tokens, _ in numbers.take(1):
    first = tokens.numpy()
assert vectorize.get_vocabulary()[:2] == ["", "[UNK]"]

model = keras.Sequential(
    [
        keras.Input((5,), dtype="int64"),
        layers.Embedding(12, 4, mask_zero=True),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.3, w.shape) for w in model.get_weights()])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(numbers.cache(), epochs=4, verbose=0)
words = tf.strings.split("one two  three")
assert [w.decode() for w in words.numpy()] == ["one", "two", "three"]
assert tf.strings.join(["a", "b"], separator="-").numpy() == b"a-b"
assert tf.strings.length("häh").numpy() == 4
figures = [*first.ravel().tolist(), *history.history["loss"]]
