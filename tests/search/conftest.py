"""A small network and data for all tests of searches."""

import numpy as np
import pytest

import kerata as keras

RNG = np.random.default_rng(0)
X = RNG.normal(size=(43, 5)).astype("float32")
Y = (X[:, 0] + 0.3 * X[:, 1] > 0.1).astype("float32")


def small(units=3, rate=0.25, l2=0.01, learning_rate=0.05):
    """Has a traced number in each place that a search may vary."""
    if units < 1:
        raise ArithmeticError("no units, no network")
    penalty = keras.regularizers.l2(l2)
    model = keras.Sequential(
        [
            keras.layers.Dense(units, activation="tanh", kernel_regularizer=penalty),
            keras.layers.Dropout(rate),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(name="small", scope="session")
def give_small():
    """Give the builder."""
    return small


@pytest.fixture(scope="session")
def data():
    """Give 43 rows of two classes."""
    return X, Y


@pytest.fixture
def alone():
    """Give what ``fit`` and ``evaluate`` say of one network with one seed."""

    def train(build, params, seed, train, test, epochs, x=X, y=Y, **fit):
        keras.utils.set_random_seed(seed)
        model = build(**params)
        history = model.fit(x[train], y[train], epochs=epochs, verbose=0, **fit).history
        found = {name: values[-1] for name, values in history.items()}
        if len(test):
            held = model.evaluate(x[test], y[test], verbose=0, return_dict=True)
            found |= {f"val_{name}": value for name, value in held.items()}
        return model, found

    return train
