"""A vectorized trainer gives what training each network alone gives."""

import numpy as np
import pytest

import kerata as keras
from kerata.search.networks import Network, begin
from kerata.search.vectorized_trainer import Member, VectorizedTrainer
from kerata.training.data_adapter import make_array_data, on_device

RNG = np.random.default_rng(0)
X = RNG.normal(size=(43, 5)).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype("float32")


def dense(rate=0.25, l2=0.01, learning_rate=0.05, momentum=0.9, units=6):
    model = keras.Sequential(
        [
            keras.layers.Dense(
                units, activation="tanh", kernel_regularizer=keras.regularizers.l2(l2)
            ),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(rate),
            keras.layers.Dense(4, activation="relu"),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        keras.optimizers.SGD(learning_rate, momentum=momentum),
        "binary_crossentropy",
        metrics=["accuracy", "auc"],
    )
    return model


def alone(build, params, seed, train, test, epochs, **fit):
    keras.utils.set_random_seed(seed)
    model = build(**params)
    x = X if fit.get("x") is None else fit.pop("x")
    history = model.fit(x[train], Y[train], epochs=epochs, verbose=0, **fit)
    scores = model.evaluate(x[test], Y[test], verbose=0, return_dict=True)
    return model, history.history, scores


def trainer_of(build, candidates, traced, epochs, batch_size, capacity=None, rows=None):
    rows = on_device(make_array_data(X, Y) if rows is None else rows)
    networks = [Network(build, params, rows, 0) for params in candidates]
    assert len({n.structure.signature for n in networks}) == 1
    trainer = VectorizedTrainer(
        networks[0], traced, rows.arrays, rows.arrays, SPLITS, batch_size, True, capacity or epochs
    )
    return trainer, rows, networks


def members_of(build, candidates, networks, traced, rows, splits):
    for number, (params, network) in enumerate(zip(candidates, networks, strict=True)):
        numbers = [network.structure.numbers[i] for i in traced]
        for seed, (train, test) in enumerate(splits):
            begun = begin(build, params, rows, seed, networks[0])
            yield Member((number, seed), numbers, train, test, *begun)


CANDIDATES = [
    {},
    {"rate": 0.5, "l2": 0.1},
    {"learning_rate": 0.01, "momentum": 0.5},
]
SPLITS = [
    (np.arange(13, 43, dtype=np.int32), np.arange(13, dtype=np.int32)),
    (np.r_[0:13, 26:43].astype(np.int32), np.arange(13, 26, dtype=np.int32)),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "side_by_side",
    [pytest.param(False, id="loop", marks=pytest.mark.slow), pytest.param(True, id="vmap")],
)
def test_equal_to_training_alone(side_by_side):
    networks = [Network(dense, params, make_array_data(X, Y), 0) for params in CANDIDATES]
    columns = zip(*(n.structure.numbers for n in networks), strict=True)
    traced = [i for i, values in enumerate(columns) if len(set(values)) > 1]
    assert len(traced) == 3
    trainer, rows, networks = trainer_of(dense, CANDIDATES, traced, 5, 8, capacity=3)
    members = list(members_of(dense, CANDIDATES, networks, traced, rows, SPLITS))
    if side_by_side:
        trainer.advance(members, 5, (1, 5))
    else:
        for member in members:
            trainer.advance([member], 2, (1, 5))
            trainer.advance([member], 5, (1, 5))
    for member in members:
        number, seed = member.label
        for epochs in (1, 5):
            model, history, scores = alone(
                dense, CANDIDATES[number], seed, *SPLITS[seed], epochs, batch_size=8
            )
            for name, value in scores.items():
                assert member.reports[epochs][f"val_{name}"] == pytest.approx(value, abs=1e-5)
            for name, values in history.items():
                assert member.reports[epochs][name] == pytest.approx(values[-1], abs=1e-5)
        for value, weight in zip(member.values.trainable, model.trainable_weights, strict=True):
            np.testing.assert_allclose(value, weight.numpy(), atol=1e-5)
        assert set(member.reports) == {1, 2, 3, 4, 5}
        assert "val_loss" not in member.reports[3]
