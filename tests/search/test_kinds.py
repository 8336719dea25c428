"""Networks of all kinds score in a search what they score alone."""

import numpy as np
import pytest

import kerata as keras
from kerata import search
from kerata.search.options import Options, make_data, make_splits

RNG = np.random.default_rng(2)
ROWS = 22
IMAGES = RNG.normal(size=(ROWS, 4, 4, 1)).astype("float32")
TABLE = RNG.normal(size=(ROWS, 3)).astype("float32")
LABELS = np.arange(ROWS) % 2
WEIGHTS = RNG.random(ROWS).astype("float32")


def image_network(slope=0.3):
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Conv2D(3, 2, padding="same"),
            layers.BatchNormalization(momentum=0.8),
            layers.LeakyReLU(negative_slope=slope),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=2, decay_rate=0.5)
    model.compile(
        keras.optimizers.RMSprop(schedule, use_ema=True, ema_momentum=0.5),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        weighted_metrics=["accuracy"],
    )
    return model


def two_inputs(strength=0.1):
    table, image = keras.Input((3,)), keras.Input((4, 4, 1))
    flat = keras.layers.Flatten()(image)
    both = keras.layers.Concatenate()([keras.layers.GaussianNoise(strength)(table), flat])
    outputs = [keras.layers.Dense(1, name="size")(both), keras.layers.Dense(2, name="place")(both)]
    model = keras.Model([table, image], outputs)
    model.compile("adam", loss=["mse", "mae"], loss_weights=[1.0, strength])
    return model


class Gated(keras.Model):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale
        self.inner = keras.layers.Dense(3)
        self.last = keras.layers.Dense(1)

    def call(self, x, training=False):
        x = keras.random.dropout(self.inner(x), 0.2) if training else self.inner(x)
        return self.last(x * keras.ops.sigmoid(self.scale * x))


def subclassed(scale=0.5):
    model = Gated(scale)
    model.compile("sgd", "mse")
    return model


def half_precision(rate=0.2):
    layers = keras.layers
    model = keras.Sequential(
        [layers.Dense(4, dtype="mixed_bfloat16"), layers.Dropout(rate), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    return model


BOTH = [TABLE[:, :1], TABLE[:, 1:]]
CASES = {
    "images": (image_network, IMAGES, LABELS, {}, {"sample_weight": WEIGHTS}),
    "classes": (image_network, IMAGES, LABELS, {"slope": [0.1, 0.2]}, {"class_weight": {0: 3.0}}),
    "inputs": (two_inputs, [TABLE, IMAGES], BOTH, {"strength": [0.2, 0.4]}, {}),
    "subclass": (subclassed, TABLE, TABLE[:, 0], {"scale": [0.5, 2.0]}, {}),
    "half": (half_precision, TABLE, TABLE[:, 0], {"rate": [0.2, 0.4]}, {"shuffle": False}),
}


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=[] if c == "inputs" else [pytest.mark.slow]) for c in CASES],
)
def test_equal_to_training_alone(case):
    build, x, y, space, options = CASES[case]
    space = {"epochs": [2], "batch_size": [6]} | space
    results = search.grid(build, space, x, y, folds=2, verbose=0, **options)
    assert results.errors == [None] * len(results)
    rows, model = make_data(build, {}, x, y, Options(**options))
    split = make_splits(rows, model, 2, Options())[1]
    params = dict(results.candidates[-1])
    fit = dict(options) | {n: params.pop(n) for n in ("epochs", "batch_size")}

    def part(tree, chosen):
        return [a[chosen] for a in tree] if isinstance(tree, list) else tree[chosen]

    held = {}
    if "sample_weight" in fit:
        held = {"sample_weight": WEIGHTS[split.test]}
        fit["sample_weight"] = WEIGHTS[split.train]
    keras.utils.set_random_seed(1)
    alone = build(**params)
    alone.fit(part(x, split.train), part(y, split.train), verbose=0, **fit)
    scores = alone.evaluate(
        part(x, split.test), part(y, split.test), verbose=0, return_dict=True, **held
    )
    assert len(scores) >= 1
    for name, value in scores.items():
        assert results.scores(f"val_{name}")[-1, 1] == pytest.approx(value, abs=1e-5)
