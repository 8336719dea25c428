"""First contact with tensors: values, shapes, types, arithmetic, indexing."""

import numpy as np
import tensorflow as tf

major, minor = map(int, tf.__version__.split(".")[:2])
assert (major, minor) >= (2, 0)
tf.random.set_seed(3)

scalar = tf.constant(4)
matrix = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
assert matrix.shape == (2, 3)
assert matrix.shape.as_list() == [2, 3]
assert matrix.dtype == tf.float32
assert scalar.dtype == tf.int32
assert tf.rank(matrix).numpy() == 2
assert isinstance(matrix.numpy(), np.ndarray)
assert tf.constant("text").numpy() == b"text"
assert tf.is_tensor(matrix)
assert not tf.is_tensor(matrix.numpy())

half = tf.cast(matrix, tf.float64) / 2
total = tf.reduce_sum(matrix, axis=1, keepdims=True)
product = matrix @ tf.transpose(matrix)
column = matrix[:, 1]
last = matrix[..., -1, tf.newaxis]
reshaped = tf.reshape(matrix, (3, -1))
joined = tf.concat([matrix, matrix * 10], axis=0)
picked = tf.gather(joined, [3, 0])
mask = matrix > 2
chosen = tf.where(mask, matrix, tf.zeros_like(matrix))
selected = tf.boolean_mask(matrix, mask)
one_hot = tf.one_hot([0, 2], depth=3)
places = tf.argmax(matrix, axis=1)
order = tf.argsort([3, 1, 2], direction="DESCENDING")
steps = tf.range(0, 10, 3)
variable = tf.Variable(tf.ones((2, 2)))
variable.assign_add([[1.0, 2.0], [3.0, 4.0]])
variable[0, 0].numpy()
first, second, third = tf.unstack(matrix, axis=1)
parts = tf.split(tf.range(6), [1, 2, 3])
updated = tf.tensor_scatter_nd_update(tf.zeros(4), [[1], [3]], [9.0, 8.0])
length, direction = tf.norm(column), tf.linalg.normalize(column)[0]
softened = tf.nn.softmax([[1.0, 2.0, 3.0]])
summed = tf.einsum("ij,kj->ik", matrix, matrix)
padded = tf.pad(matrix, [[1, 0], [0, 2]], constant_values=7)
clipped = tf.clip_by_value(matrix, 2, 5)
again = tf.convert_to_tensor(np.arange(3, dtype="float32"))
mean, variance = tf.nn.moments(matrix, axes=[0])
noise = tf.random.normal((100, 100), mean=2.0, stddev=0.5)
assert abs(float(tf.reduce_mean(noise)) - 2) < 0.05
assert sorted(tf.random.shuffle(tf.range(5)).numpy()) == [0, 1, 2, 3, 4]
tf.debugging.assert_equal(tf.shape(joined), [4, 3])
with tf.device("/CPU:0"):
    placed = tf.linalg.matvec(matrix, [1.0, 0.0, -1.0])

tensors = [
    *(half, total, product, column, last, reshaped, joined, picked, chosen, selected, one_hot),
    *(places, order, steps, variable, first, second, third, *parts, updated, length, direction),
    *(softened, summed, padded, clipped, again, mean, variance, placed, -matrix, matrix**2),
    *(2 / matrix, matrix % 2, matrix // 2, abs(-matrix), tf.sqrt(matrix), tf.exp(matrix)),
    *(tf.tile(matrix, [1, 2]), tf.cumsum(matrix, axis=1, exclusive=True), tf.eye(2, 3)),
    *(tf.linspace(0.0, 1.0, 5), tf.stack([column, column], axis=1), tf.squeeze([[1.0]])),
    *(tf.math.top_k([1.0, 5.0, 3.0], k=2).values, tf.expand_dims(column, 0)),
    *(tf.gather_nd(matrix, [[0, 1], [1, 2]]), tf.clip_by_norm(column, 1.0), tf.fill((2,), 3.0)),
    *(tf.reduce_max(matrix), tf.reduce_mean(matrix, axis=0), tf.math.reduce_std(matrix)),
    *(tf.tensordot(matrix, tf.ones((3, 2)), axes=1), tf.linalg.det([[1.0, 2.0], [3.0, 4.0]])),
    *(tf.sort([3, 1, 2]), tf.reverse(matrix, axis=[1]), tf.roll(column, 1, axis=0)),
    *tf.meshgrid(tf.range(2), tf.range(3)),
]
figures = [
    float(np.sum(np.asarray(t) * np.arange(1, np.size(t) + 1).reshape(np.shape(t))))
    for t in tensors
]
