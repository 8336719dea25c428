"""A training loop of one's own, compiled, with metrics, regularization and validation."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(10)
x = rng.normal(size=(96, 6)).astype("float32")
y = (x[:, 0] > x[:, 1]).astype("int32") + (x[:, 2] > 1).astype("int32")
train = tf.data.Dataset.from_tensor_slices((x[:64], y[:64])).batch(16)
valid = tf.data.Dataset.from_tensor_slices((x[64:], y[64:])).batch(16)

inputs = keras.Input(shape=(6,))
hidden = layers.Dense(8, activation="relu", kernel_regularizer=keras.regularizers.l2(0.01))(inputs)
hidden = layers.BatchNormalization()(hidden)
model = keras.Model(inputs, layers.Dense(3)(hidden))
weights = np.random.default_rng(0)
for layer in (model.layers[1], model.layers[3]):
    layer.set_weights([weights.normal(0, 0.4, w.shape) for w in layer.get_weights()])
optimizer = keras.optimizers.Adam(learning_rate=0.02)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train_metric = keras.metrics.SparseCategoricalAccuracy()
valid_metric = keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss_value = loss_fn(y, logits)
        loss_value += sum(model.losses)
    grads = tape.gradient(loss_value, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    train_metric.update_state(y, logits)
    return loss_value


@tf.function
def test_step(x, y):
    valid_metric.update_state(y, model(x, training=False))


figures = []
for epoch in range(3):
    for step, (x_batch, y_batch) in enumerate(train):
        loss_value = train_step(x_batch, y_batch)
        if step % 2 == 0:
            figures.append(float(loss_value))
    figures.append(float(train_metric.result()))
    train_metric.reset_state()
    for x_batch, y_batch in valid:
        test_step(x_batch, y_batch)
    figures.append(float(valid_metric.result()))
    valid_metric.reset_state()

# The same step by step, without tf.function.
for x_batch, y_batch in train:
    with tf.GradientTape() as tape:
        loss_value = loss_fn(y_batch, model(x_batch, training=True))
    grads = tape.gradient(loss_value, model.trainable_weights)
    grads, length = tf.clip_by_global_norm(grads, 1.0)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    figures += [float(loss_value), float(length)]
figures += [float(np.sum(w)) for w in model.get_weights()]
