"""Pictures of digits, ten classes, a dense network: compile, fit, evaluate, predict."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(1)
patterns = rng.integers(0, 256, (10, 8, 8))
labels = rng.integers(0, 10, 300)
images = np.clip(patterns[labels] + rng.normal(0, 40, (300, 8, 8)), 0, 255).astype("uint8")
train_images = images[:240].reshape((240, 64)).astype("float32") / 255
test_images = images[240:].reshape((60, 64)).astype("float32") / 255

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.2, w.shape) for w in model.get_weights()])
model.compile(
    optimizer=keras.optimizers.RMSprop(0.005),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(
    train_images,
    labels[:240],
    epochs=4,
    batch_size=32,
    shuffle=False,
    verbose=0,
    validation_data=(test_images, labels[240:]),
)
test_loss, test_acc = model.evaluate(test_images, labels[240:], verbose=0)
predictions = model.predict(test_images[:3], verbose=0)
figures = [
    *history.history["loss"],
    *history.history["val_accuracy"],
    test_loss,
    test_acc,
    *predictions.ravel().tolist(),
]
