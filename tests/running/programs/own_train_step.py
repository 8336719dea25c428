"""fit() with a step of one's own: compute_loss, metrics, sample weights, evaluate too."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class CustomModel(keras.Model):
    def train_step(self, data):
        if len(data) == 3:
            x, y, sample_weight = data
        else:
            sample_weight = None
            x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred, sample_weight=sample_weight)
        trainable_vars = self.trainable_variables
        gradients = tape.gradient(loss, trainable_vars)
        self.optimizer.apply(gradients, trainable_vars)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        self.compute_loss(y=y, y_pred=y_pred)
        for metric in self.metrics:
            if metric.name != "loss":
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


rng = np.random.default_rng(11)
x = rng.normal(size=(48, 4)).astype("float32")
y = (x.sum(axis=1, keepdims=True) * 0.5).astype("float32")
weight = rng.random(48).astype("float32")
inputs = keras.Input((4,))
hidden = keras.layers.Dense(
    5, activation="tanh", kernel_regularizer="l2", activity_regularizer=keras.regularizers.L1(0.01)
)(inputs)
model = CustomModel(inputs, keras.layers.Dense(1)(hidden))
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.4, w.shape) for w in model.get_weights()])
model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss="mse", metrics=["mae"])
first = model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0).history
second = model.fit(x, y, sample_weight=weight, epochs=2, batch_size=16, shuffle=False, verbose=0)
result = model.evaluate(x, y, batch_size=16, verbose=0, return_dict=True)
figures = [
    *first["mae"],
    *first["loss"],
    *second.history["mae"],
    *second.history["loss"],
    result["mae"],
]
