"""Tickets by title, text and tags: several inputs and outputs, and features out of the middle."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

title = keras.Input(shape=(6,), name="title")
body = keras.Input(shape=(6,), name="body")
tags = keras.Input(shape=(3,), name="tags")
features = layers.Concatenate()([title, body, tags])
features = layers.Dense(8, activation="relu", name="hidden")(features)
priority = layers.Dense(1, activation="sigmoid", name="priority")(features)
department = layers.Dense(4, activation="softmax", name="department")(features)
model = keras.Model(inputs=[title, body, tags], outputs=[priority, department])
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.3, w.shape) for w in model.get_weights()])

rng = np.random.default_rng(6)
data = {
    "title": rng.integers(0, 2, (40, 6)).astype("float32"),
    "body": rng.integers(0, 2, (40, 6)).astype("float32"),
    "tags": rng.integers(0, 2, (40, 3)).astype("float32"),
}
goals = {"priority": rng.random((40, 1)).astype("float32"), "department": rng.integers(0, 4, 40)}
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss={"priority": "mean_squared_error", "department": "sparse_categorical_crossentropy"},
    loss_weights={"priority": 2.0, "department": 1.0},
)
dataset = tf.data.Dataset.from_tensor_slices((data, goals)).batch(8)
history = model.fit(dataset, epochs=3, verbose=0)
first, second = model.predict(data, verbose=0)
extractor = keras.Model(inputs=model.inputs, outputs=model.get_layer("hidden").output)
hidden = extractor([data["title"], data["body"], data["tags"]])
figures = [
    *history.history["loss"],
    *first[:3].ravel().tolist(),
    *second[0].tolist(),
    float(tf.reduce_sum(hidden)),
]
