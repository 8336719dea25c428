"""A linear classifier of two clouds of points, trained by hand with a tape."""

import numpy as np
import tensorflow as tf

rng = np.random.default_rng(0)
left = rng.multivariate_normal([0, 3], [[1, 0.5], [0.5, 1]], size=200)
right = rng.multivariate_normal([3, 0], [[1, 0.5], [0.5, 1]], size=200)
inputs = np.vstack([left, right]).astype(np.float32)
targets = np.vstack([np.zeros((200, 1)), np.ones((200, 1))]).astype("float32")

W = tf.Variable(initial_value=tf.reshape(tf.linspace(-0.5, 0.5, 2), (2, 1)))
b = tf.Variable(initial_value=tf.zeros(shape=(1,)))


def model(inputs):
    return tf.matmul(inputs, W) + b


def square_loss(targets, predictions):
    return tf.reduce_mean(tf.square(targets - predictions))


def training_step(inputs, targets, learning_rate=0.1):
    with tf.GradientTape() as tape:
        loss = square_loss(targets, model(inputs))
    grad_W, grad_b = tape.gradient(loss, [W, b])
    W.assign_sub(grad_W * learning_rate)
    b.assign_sub(grad_b * learning_rate)
    return loss


losses = [training_step(inputs, targets).numpy() for _ in range(20)]
predictions = model(inputs)
accuracy = np.mean((predictions.numpy()[:, 0] > 0.5) == targets[:, 0])
assert losses[-1] < losses[0]
figures = [*map(float, losses), float(accuracy), *W.numpy().ravel().tolist(), float(b.numpy()[0])]
