"""Newswires by topic: several classes, one-hot labels, a class more weighted."""

import numpy as np
from tensorflow import keras
from tensorflow.keras.utils import to_categorical

rng = np.random.default_rng(3)
data = rng.random((160, 20)).astype("float32")
topics = data[:, :4].argmax(axis=1)
one_hot = to_categorical(topics, 4)
model = keras.models.Sequential()
model.add(keras.layers.Dense(12, activation="relu", input_shape=(20,)))
model.add(keras.layers.Dense(4, activation="softmax"))
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.3, w.shape) for w in model.get_weights()])
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss="categorical_crossentropy",
    metrics=[
        keras.metrics.CategoricalAccuracy(name="acc"),
        keras.metrics.TopKCategoricalAccuracy(k=2),
    ],
)
history = model.fit(
    data,
    one_hot,
    epochs=4,
    batch_size=16,
    shuffle=False,
    verbose=0,
    class_weight={0: 1.0, 1: 2.0, 2: 1.0, 3: 1.0},
)
results = model.evaluate(data, one_hot, verbose=0, return_dict=True)
baseline = np.mean(topics == np.roll(topics, 1))
figures = [
    *history.history["loss"],
    *history.history["acc"],
    *[results[k] for k in sorted(results)],
    float(baseline),
]
