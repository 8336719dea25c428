"""Pipelines with tf functions in them: what comes out, and in what shapes."""

import numpy as np
import tensorflow as tf

numbers = tf.data.Dataset.range(10).map(lambda n: tf.cast(n, tf.float32) * 2 + 1)
pairs = tf.data.Dataset.zip((numbers, numbers.skip(1)))
batches = pairs.batch(4, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
total = numbers.reduce(0.0, lambda state, n: state + n)
evens = tf.data.Dataset.range(10).filter(lambda n: tf.equal(n % 2, 0))
table = tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3], "t": ["x", "y", "z"]})
texts = [row["t"].numpy().decode() + str(int(row["a"])) for row in table]
assert texts == ["x1", "y2", "z3"]


def generator():
    for i in range(5):
        yield np.full((i + 1,), i, "int32"), i % 2


made = tf.data.Dataset.from_generator(
    generator,
    output_signature=(tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int64)),
)
padded = made.padded_batch(2, padded_shapes=([None], []))
assert [x.shape.as_list() for x, _ in padded] == [[2, 2], [2, 4], [1, 5]]
assert made.element_spec[0].shape.as_list() == [None]
shuffled = tf.data.Dataset.range(20).shuffle(20, seed=1).batch(5)
assert sorted(int(n) for b in shuffled for n in b) == list(range(20))
iterator = iter(tf.data.Dataset.range(3).repeat())
assert [int(next(iterator)) for _ in range(5)] == [0, 1, 2, 0, 1]
assert tf.data.experimental.cardinality(evens).numpy() == tf.data.UNKNOWN_CARDINALITY
assert len(batches) == 2

figures = [float(total)]
for x, y in batches:
    figures += [float(tf.reduce_sum(x)), float(tf.reduce_sum(y))]
figures += [int(n) for n in evens.as_numpy_iterator()]
figures += [float(tf.reduce_sum(x)) for x, _ in padded]
spectrum = tf.data.Dataset.from_tensors(tf.ones((2, 3))).unbatch().enumerate()
figures += [float(i) + float(tf.reduce_sum(row)) for i, row in spectrum]
