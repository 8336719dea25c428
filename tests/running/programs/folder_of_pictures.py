"""Two kinds of pictures in folders, read by threads, a small convolutional network."""

import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.utils import image_dataset_from_directory

base = pathlib.Path(tempfile.mkdtemp())
rng = np.random.default_rng(4)
for kind, low in (("cat", 0), ("dog", 90)):
    (base / kind).mkdir()
    for i in range(12):
        picture = rng.integers(low, low + 150, (12, 12, 3)).astype("uint8")
        Image.fromarray(picture).save(base / kind / f"{kind}.{i}.png")

dataset = image_dataset_from_directory(base, image_size=(12, 12), batch_size=8, shuffle=False)
assert dataset.class_names == ["cat", "dog"]
for data_batch, labels_batch in dataset:
    assert data_batch.shape == (8, 12, 12, 3)
    assert labels_batch.shape == (8,)
    break
prepared = dataset.map(lambda x, y: (x, tf.cast(y, "float32"))).prefetch(tf.data.AUTOTUNE)

inputs = keras.Input(shape=(12, 12, 3))
x = layers.Rescaling(1.0 / 255)(inputs)
x = layers.Conv2D(filters=4, kernel_size=3, activation="relu")(x)
x = layers.MaxPooling2D(pool_size=2)(x)
x = layers.Flatten()(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs=inputs, outputs=outputs)
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.2, w.shape) for w in model.get_weights()])
model.compile(
    loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.01), metrics=["accuracy"]
)
history = model.fit(prepared, epochs=3, validation_data=prepared, verbose=0)
single = tf.io.decode_png(tf.io.read_file(str(base / "cat" / "cat.0.png")))
assert single.shape == (12, 12, 3)
resized = tf.image.resize(single, (6, 6))
figures = [
    *history.history["loss"],
    *history.history["val_loss"],
    float(tf.reduce_mean(resized)),
    float(tf.reduce_mean(tf.image.rgb_to_grayscale(tf.cast(single, "float32")))),
]
