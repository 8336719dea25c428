"""A text learned letter by letter; the next letters by their probabilities."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

text = "the cat sat on the mat and the rat sat on the cat " * 3
letters = sorted(set(text))
lookup = layers.StringLookup(vocabulary=letters, num_oov_indices=0)
ids = lookup(list(text))
sequences = tf.data.Dataset.from_tensor_slices(ids).batch(11, drop_remainder=True)
dataset = sequences.map(lambda chunk: (chunk[:-1], chunk[1:])).batch(4, drop_remainder=True)

model = keras.Sequential(
    [
        keras.Input((None,), dtype="int32"),
        layers.Embedding(len(letters), 6),
        layers.LSTM(8, return_sequences=True),
        layers.Dense(len(letters)),
    ]
)
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.3, w.shape) for w in model.get_weights()])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=keras.optimizers.SGD(1.0), loss=loss)
history = model.fit(dataset, epochs=3, verbose=0)


def reweight(logits, temperature):
    scaled = np.asarray(logits, "float64") / temperature
    shares = np.exp(scaled - scaled.max())
    return shares / shares.sum()


tf.random.set_seed(1)
drawn = tf.random.categorical(tf.constant([[0.0, 10.0]]), num_samples=5)
assert drawn.shape == (1, 5)
written = list(text[:5])
for _ in range(3):
    predictions = model(tf.expand_dims([letters.index(c) for c in written], 0))
    written.append(letters[int(tf.argmax(predictions[0, -1]))])
figures = [
    *history.history["loss"],
    *reweight(predictions[0, -1], 0.5).tolist(),
    *[letters.index(c) for c in written],
]
