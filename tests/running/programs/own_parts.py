"""A layer, a loss, a metric, a regularizer and a callback of one's own."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class SimpleDense(keras.layers.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.W = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones", name="W")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    def call(self, inputs):
        assert inputs.shape.as_list()[-1] == self.W.shape[0]
        y = tf.matmul(inputs, self.W) + self.b
        self.add_loss(0.01 * tf.reduce_mean(tf.square(y)))
        return self.activation(y)


class RootMeanSquare(keras.metrics.Metric):
    def __init__(self, name="rms", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.reshape(tf.cast(y_true, y_pred.dtype), tf.shape(y_pred))
        self.total.assign_add(tf.reduce_sum(tf.square(y_true - y_pred)))
        self.count.assign_add(tf.cast(tf.size(y_true), "float32"))

    def result(self):
        return tf.sqrt(self.total / self.count)

    def reset_state(self):
        self.total.assign(0.0)
        self.count.assign(0.0)


def huber(y_true, y_pred):
    error = y_true - y_pred
    small = tf.abs(error) < 1.0
    return tf.where(small, tf.square(error) / 2, tf.abs(error) - 0.5)


seen = []


class Watcher(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        kernel = self.model.layers[0].W
        seen.append(float(tf.reduce_sum(kernel)) + float(self.model(x[:1]).numpy()[0, 0]))


rng = np.random.default_rng(5)
x = rng.normal(size=(64, 3)).astype("float32")
y = (x @ [[1.0], [-2.0], [0.5]]).astype("float32")
model = keras.Sequential([SimpleDense(4, activation=tf.nn.tanh), SimpleDense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.05), loss=huber, metrics=[RootMeanSquare(), "mae"])
history = model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0, callbacks=[Watcher()])
metric = RootMeanSquare()
metric.update_state([1.0, 2.0], tf.constant([1.0, 4.0]))
figures = [
    *history.history["loss"],
    *history.history["rms"],
    *history.history["mae"],
    *seen,
    float(metric.result()),
    float(huber(tf.constant(3.0), tf.constant(0.5))),
]
