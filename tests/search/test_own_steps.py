"""Networks with training steps of their own are searched as ``fit`` trains them."""

import numpy as np
import pytest

import kerata as keras
from kerata import search
from kerata.search import vectorized_trainer

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 3)).astype("float32")
Y = (X @ rng.normal(size=(3, 1))).astype("float32")


class Own(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.largest = keras.metrics.Mean(name="largest")

    def train_step(self, state, data):
        x, y = data
        logs, state = super().train_step(state, (x, 2 * y))
        return {"double": 2 * logs["loss"]}, state

    def test_step(self, state, data):
        x, y = data
        logs, state = super().test_step(state, (x, 3 * y))
        return {"triple": 3 * logs["loss"], "twice": 2 * logs["loss"]}, state


def build(rate=0.01):
    inputs = keras.Input((3,))
    model = Own(inputs, keras.layers.Dense(1)(keras.layers.Dropout(0.2)(inputs)))
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


# The last one's rows held back are scored in two batches and a rest.
PAIRS = [
    (np.arange(8, 24), np.arange(8)),
    (np.arange(16), np.arange(16, 24)),
    (np.arange(7), np.arange(7, 24)),
]


@pytest.mark.slow
def test_cross_validation_gives_what_fit_gives(monkeypatch):
    monkeypatch.setattr(vectorized_trainer, "SCORED_ROWS", 8)
    found = search.grid(
        build,
        {"rate": [0.01, 0.02]},
        X,
        Y,
        PAIRS,
        epochs=2,
        batch_size=5,
        seed=1,
        verbose=0,
        mode="min",
    )
    assert found.metric == "val_triple"
    for index, rate in enumerate((0.01, 0.02)):
        for number, (train, test) in enumerate(PAIRS):
            keras.utils.set_random_seed(1 + number)
            model = build(rate)
            history = model.fit(
                X[train],
                Y[train],
                epochs=2,
                batch_size=5,
                verbose=0,
                validation_data=(X[test], Y[test]),
            ).history
            assert sorted(history) == ["double", "val_triple", "val_twice"]
            for name in ("val_triple", "val_twice"):
                assert found.scores(name)[index, number] == pytest.approx(
                    history[name][-1], rel=1e-5
                )
