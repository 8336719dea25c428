"""Trainings that the children run, on one device and on several, to compare."""

import numpy as np

import kerata as keras
from kerata import distribution, layers


def dense():
    """Batch norm, dropout and penalties; weighted rows; batches that devices can't share evenly."""
    x, y, weight = numbers(61, 6)
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(8, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Dropout(0.4),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(
        x, y, batch_size=18, epochs=2, sample_weight=weight, validation_split=0.2, verbose=0
    )
    loss = model.evaluate(x, y, sample_weight=weight, batch_size=13, verbose=0)
    return model, [list(v) for v in history.history.values()], loss, model.predict(x, verbose=0)


def streamed():
    """Batches from a generator, of several sizes, and single ones."""
    x, y, _ = numbers(40, 6)
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(4), layers.Dropout(0.5), layers.Dense(1)]
    )
    model.compile("sgd", "mse")

    def batches():
        while True:
            yield x[:5], y[:5]
            yield x[5:21], y[5:21]

    history = model.fit(batches(), steps_per_epoch=4, epochs=2, verbose=0)
    loss = model.train_on_batch(x[:9], y[:9])
    return model, history.history["loss"], loss, model.predict_on_batch(x[:7])


def images():
    """Convolutions, pooling and spatial dropout; images enough for several blocks."""
    random = np.random.default_rng(0)
    x = random.normal(size=(72, 16, 16, 2)).astype("float32")
    y = random.integers(0, 3, 72)
    model = keras.Sequential(
        [
            layers.Input((16, 16, 2)),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(4, 3),
            layers.Conv2DTranspose(3, 3),
            layers.SpatialDropout2D(0.3),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, batch_size=64, epochs=1, verbose=0)
    loss = model.evaluate(x[:30], y[:30], verbose=0)
    return model, history.history["loss"], loss, model.predict(x[:20], verbose=0)


def sparse():
    """Rows that are almost all zeros, and enter as bags."""
    random = np.random.default_rng(0)
    x = np.zeros((50, 600), "float32")
    for i, row in enumerate(x):
        row[random.integers(0, 600, i % 9)] = 1 + i % 2
    y = random.integers(0, 3, 50)
    model = keras.Sequential(
        [layers.Input((600,)), layers.Dense(8, activation="relu"), layers.Dense(3, "softmax")]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    history = model.fit(x, y, batch_size=16, epochs=2, verbose=0)
    loss = model.evaluate(x, y, verbose=0)
    return model, history.history["loss"], loss, model.predict(x[:11], verbose=0)


def numbers(rows, width):
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, width)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("float32")
    return x, y, random.uniform(0.5, 2, rows).astype("float32")


def run(training, strategy):
    """Run a training on one device (None) or several; give model and results."""
    distribution.set_distribution(strategy)
    keras.utils.set_random_seed(7)
    keras.utils.clear_session()
    return training()


def difference(a, b):
    """Give the largest difference between the results of two runs, weights included."""
    (one, *these), (other, *those) = a, b
    pairs = [
        *zip(one.get_weights(), other.get_weights(), strict=True),
        *zip(these, those, strict=True),
    ]
    return max(float(np.max(np.abs(np.subtract(u, v)))) for u, v in pairs)


def compare(training, strategy):
    """Give the largest difference between a training on several devices and on one."""
    return difference(run(training, strategy), run(training, None))
