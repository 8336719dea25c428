"""A temperature some steps ahead: windows with tf.data, a recurrent network, a baseline."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

steps = np.arange(160, dtype="float32")
raw = np.stack([np.sin(steps / 8), np.cos(steps / 5), steps / 160], axis=1)
mean, std = raw[:100].mean(axis=0), raw[:100].std(axis=0)
series = tf.constant((raw - mean) / std, tf.float32)


def windows(series, length, batch):
    data = tf.data.Dataset.from_tensor_slices(series)
    data = data.window(length + 1, shift=1, drop_remainder=True)
    data = data.flat_map(lambda window: window.batch(length + 1))
    data = data.map(lambda window: (window[:-1], window[-1, 0]))
    return data.batch(batch).prefetch(1)


train, valid = windows(series[:120], 6, 16), windows(series[120:], 6, 16)
for x, y in train.take(1):
    assert x.shape == (16, 6, 3)
    assert y.shape == (16,)

errors = [float(tf.reduce_mean(tf.abs(x[:, -1, 0] - y))) for x, y in valid]
inputs = keras.Input(shape=(6, 3))
x = layers.LSTM(5)(inputs)
model = keras.Model(inputs, layers.Dense(1)(x))
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.3, w.shape) for w in model.get_weights()])
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", metrics=["mae"])
history = model.fit(train, epochs=2, validation_data=valid, verbose=0)
figures = [
    *errors,
    *history.history["loss"],
    *history.history["val_mae"],
    *model.predict(valid, verbose=0).ravel()[:4].tolist(),
]
