"""Gradients of many kinds: nested tapes, Jacobians, watched inputs, nothing connected."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

figures = []


def note(*tensors):
    figures.extend(float(v) for t in tensors for v in np.ravel(np.asarray(t)))


time = tf.Variable(0.5)
with tf.GradientTape() as outer_tape:
    with tf.GradientTape() as inner_tape:
        position = 4.9 * time**2
    speed = inner_tape.gradient(position, time)
acceleration = outer_tape.gradient(speed, time)
note(position, speed, acceleration)

x = tf.constant([1.0, 2.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = tf.reduce_sum(x**3)
    z = tf.sin(x) * y
note(tape.gradient(y, x), tape.gradient(z, x), tape.jacobian(z, x))
del tape

w, b = tf.Variable(tf.ones((2, 2))), tf.Variable([1.0, -1.0])
with tf.GradientTape() as tape:
    prediction = {"out": tf.matmul([[1.0, 2.0]], w) + b}
    loss = tf.reduce_mean(prediction["out"] ** 2)
grads = tape.gradient(loss, {"w": w, "b": b})
note(grads["w"], grads["b"])

unused = tf.Variable(3.0)
constant = tf.Variable(2.0, trainable=False)
with tf.GradientTape() as tape:
    value = w[0, 1] * constant
assert tape.gradient(value, unused) is None
with tf.GradientTape() as tape:
    value = w[0, 1] * constant
missing = tape.gradient(value, [unused, constant, w], unconnected_gradients="zero")
note(*missing)

with tf.GradientTape() as tape:
    value = tf.stop_gradient(time) * time
note(tape.gradient(value, time))

with tf.GradientTape(watch_accessed_variables=False) as tape:
    tape.watch(time)
    value = time * unused
assert tape.gradient(value, unused) is None

layer = keras.layers.Dense(2, activation="tanh", kernel_initializer="ones")
batch = tf.constant([[0.1, 0.2], [0.3, -0.4]])
with tf.GradientTape() as tape:
    tape.watch(batch)
    out = layer(batch)
note(tape.batch_jacobian(out, batch))

# A gradient penalty: the gradient of a length of a gradient.
critic = keras.Sequential(
    [keras.Input((2,)), keras.layers.Dense(3, activation="sigmoid"), keras.layers.Dense(1)]
)
rng = np.random.default_rng(12)
critic.set_weights([rng.normal(size=v.shape) for v in critic.get_weights()])
with tf.GradientTape() as tape:
    with tf.GradientTape() as inner:
        inner.watch(batch)
        score = critic(batch, training=True)
    slope = inner.gradient(score, batch)
    norm = tf.sqrt(tf.reduce_sum(tf.square(slope), axis=1))
    penalty = tf.reduce_mean((norm - 1.0) ** 2)
note(penalty, *tape.gradient(penalty, critic.trainable_variables)[:3])


@tf.custom_gradient
def clipped(x):
    def grad(upstream):
        return tf.clip_by_norm(upstream, 0.5)

    return x * 1.0, grad


with tf.GradientTape() as tape:
    value = clipped(time) * 3
note(value, tape.gradient(value, time))


@tf.function
def power(x, n):
    result = tf.ones_like(x)
    for _ in range(n):
        result *= x
    return result


with tf.GradientTape() as tape:
    value = power(time, 4)
note(tape.gradient(value, time), power(tf.constant(2.0), 3))


@tf.function
def until(x):
    while tf.reduce_sum(x) < 10:
        x = x * 2
    return x


note(until(tf.constant([1.0, 1.5])))
picture = tf.Variable(rng.random((1, 4, 4, 1)).astype("float32"))
conv = keras.layers.Conv2D(2, 3, kernel_initializer="ones")
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(conv(picture)[:, :, :, 0])
    gradient = tf.math.l2_normalize(tape.gradient(loss, picture))
    picture.assign_add(0.1 * gradient)
note(loss, picture)
