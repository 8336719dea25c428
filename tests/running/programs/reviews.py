"""Reviews as sets of words: good or bad. The history has the usual names."""

import numpy as np
from tensorflow.keras import Sequential, layers, regularizers
from tensorflow.keras.callbacks import EarlyStopping

rng = np.random.default_rng(2)
reviews = [rng.integers(0, 50, rng.integers(5, 15)).tolist() for _ in range(200)]
labels = np.array([int(np.mean(r) > 24.5) for r in reviews]).astype("float32")


def vectorize_sequences(sequences, dimension=50):
    results = np.zeros((len(sequences), dimension))
    for i, sequence in enumerate(sequences):
        for j in sequence:
            results[i, j] = 1.0
    return results


x = vectorize_sequences(reviews)
model = Sequential(
    [
        layers.Dense(
            8, activation="relu", kernel_regularizer=regularizers.l2(0.002), input_shape=(50,)
        ),
        layers.Dense(1, activation="sigmoid"),
    ]
)
weights = np.random.default_rng(0)
model.set_weights([weights.normal(0, 0.2, w.shape) for w in model.get_weights()])
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(
    x[:150],
    labels[:150],
    epochs=5,
    batch_size=25,
    shuffle=False,
    verbose=0,
    validation_data=(x[150:], labels[150:]),
    callbacks=[EarlyStopping(monitor="val_loss", patience=3)],
)
assert sorted(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
figures = [*history.history["loss"], *history.history["val_loss"], *history.history["accuracy"]]
