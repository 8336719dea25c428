"""Healthy networks: no alarm."""

import numpy as np
import pytest

import kerata
from kerata import Input, Sequential, callbacks, layers, optimizers
from kerata.datasets import digits
from kerata.utils import set_random_seed


def of_classes(clinic):
    data = clinic.splits()
    model = clinic.mlp()
    return clinic.fit(model, data, 20), model, data


def of_few_epochs(clinic):
    data = clinic.splits(train=1024)
    model = clinic.mlp(optimizer=optimizers.SGD(0.1, momentum=0.9))
    return clinic.fit(model, data, 8), model, data


def with_tanh(clinic):
    data = clinic.splits()
    model = clinic.mlp(activation="tanh")
    return clinic.fit(model, data, 20), model, data


def with_overlapping_classes(clinic):
    data = clinic.splits(train=1024, spread=1.2)
    model = clinic.mlp(units=(16,))
    return clinic.fit(model, data, 10), model, data


def deep(clinic):
    data = clinic.splits(train=1024)
    model = clinic.mlp(units=(32,) * 6, kernel_initializer="he_normal")
    return clinic.fit(model, data, 10), model, data


def of_two_classes(clinic):
    data = {k: (x, (y % 2).astype("float32")) for k, (x, y) in clinic.splits().items()}
    model = clinic.mlp(outputs=1, last="sigmoid", loss="binary_crossentropy")
    return clinic.fit(model, data, 15), model, data


def of_amounts(clinic):
    data = clinic.splits(clinic.curve, train=1024)
    model = clinic.mlp(outputs=1, last=None, loss="mse")
    return clinic.fit(model, data, 30), model, data


def stopped_early(clinic):
    data = clinic.splits(train=256)
    model = clinic.mlp(units=(128, 128))
    stop = callbacks.EarlyStopping(patience=6, restore_best_weights=True)
    return clinic.fit(model, data, 60, callbacks=[stop]), model, data


def with_raw_units_and_normalization(clinic):
    data = {k: (1000 + 300 * x, y) for k, (x, y) in clinic.splits().items()}
    scale = layers.Normalization()
    scale.adapt(data["train"][0])
    model = clinic.mlp(before=[scale])
    return clinic.fit(model, data, 20), model, data


def of_one_hot_targets_from_logits(clinic):
    data = {k: (x, np.eye(4, dtype="float32")[y]) for k, (x, y) in clinic.splits().items()}
    loss = kerata.losses.CategoricalCrossentropy(from_logits=True)
    model = clinic.mlp(last=None, loss=loss)
    return clinic.fit(model, data, 20), model, data


def of_digits(clinic):
    pytest.importorskip("sklearn")
    (x, y), test = digits.load_data(seed=0)
    data = {"train": (x[:1100], y[:1100]), "validation": (x[1100:], y[1100:]), "test": test}
    data = {k: (a.reshape(len(a), -1).astype("float32"), b) for k, (a, b) in data.items()}
    model = clinic.mlp(outputs=10, columns=64, optimizer="adam")
    return clinic.fit(model, data, 15), model, data


def of_digits_as_pictures(clinic):
    pytest.importorskip("sklearn")
    (x, y), test = digits.load_data(seed=0)
    data = {"train": (x[:1100], y[:1100]), "validation": (x[1100:], y[1100:]), "test": test}
    data = {k: (a[..., None].astype("float32"), b) for k, (a, b) in data.items()}
    set_random_seed(0)
    model = Sequential(
        [
            Input((8, 8, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return clinic.fit(model, data, 12), model, data


HEALTHY = [
    of_classes,
    of_few_epochs,
    with_tanh,
    with_overlapping_classes,
    deep,
    of_two_classes,
    of_amounts,
    stopped_early,
    with_raw_units_and_normalization,
    of_one_hot_targets_from_logits,
    of_digits,
    of_digits_as_pictures,
]
SLOW = [of_one_hot_targets_from_logits, of_digits_as_pictures]


@pytest.mark.only_cases("of_two_classes", "with_tanh", "deep")
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(f, id=f.__name__, marks=[pytest.mark.slow] if f in SLOW else [])
        for f in HEALTHY
    ],
)
def test_no_alarm_for_a_healthy_network(clinic, make):
    history, model, data = make(clinic)
    found = kerata.diagnose(history, model, data)
    assert found == []
    assert len(found.looked_for) == 19
    assert str(found) == "Nothing found among 19 possible faults that were looked for."
