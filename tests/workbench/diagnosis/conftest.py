"""Data and networks for the diagnosis: healthy ones, and the means to make them sick."""

import numpy as np
import pytest

from kerata import Input, Sequential, layers, optimizers
from kerata.utils import set_random_seed

CLASSES = 4
COLUMNS = 8


class Clinic:
    """Makes data and trains networks, always the same."""

    def points(self, n, seed=0, spread=0.9):
        """Four classes of points around eight centres, so that no line parts them."""
        centres = np.random.default_rng(7).normal(size=(2 * CLASSES, COLUMNS)) * 1.6
        rng = np.random.default_rng(seed)
        place = rng.integers(0, 2 * CLASSES, n)
        x = centres[place] + spread * rng.normal(size=(n, COLUMNS))
        x /= np.sqrt(np.mean(centres**2) + spread**2)
        return x.astype("float32"), (place % CLASSES).astype("int32")

    def curve(self, n, seed=0, noise=0.1):
        """Amounts that bend with their inputs."""
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(n, COLUMNS)).astype("float32")
        y = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + noise * rng.normal(size=n)
        return x, y.astype("float32")

    def splits(self, make=None, train=512, held=512, **options):
        make = make or self.points
        return {
            "train": make(train, seed=1, **options),
            "validation": make(held, seed=2, **options),
            "test": make(512, seed=3, **options),
        }

    def mlp(
        self,
        units=(32, 32),
        outputs=CLASSES,
        last="softmax",
        loss="sparse_categorical_crossentropy",
        optimizer=None,
        columns=COLUMNS,
        before=(),
        seed=0,
        **dense,
    ):
        set_random_seed(seed)
        dense = {"activation": "relu", **dense}
        model = Sequential(
            [
                Input((columns,)),
                *before,
                *(layers.Dense(n, **dense) for n in units),
                layers.Dense(outputs, activation=last),
            ]
        )
        model.compile(optimizer or optimizers.Adam(0.005), loss)
        return model

    def fit(self, model, data, epochs=30, **options):
        """Train and give the curves; those up to the end if the loss is not finite."""
        x, y = data["train"]
        held = data.get("validation")
        try:
            model.fit(x, y, epochs=epochs, validation_data=held, verbose=0, **options)
        except FloatingPointError:
            return {"loss": [float("nan")]}
        return model.history


@pytest.fixture(scope="session")
def clinic():
    return Clinic()
