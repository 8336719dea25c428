"""Structures of inputs, outputs, losses and batches; the numbers are those of Keras 3.15 on JAX."""

import random
import warnings

import numpy as np
import pytest

import kerata as keras
from kerata import layers
from kerata.base.randomness import fixed_seed

X = np.linspace(-1, 1, 24).reshape(8, 3).astype("float32")
ONE, TWO = X.sum(1, keepdims=True), X[:, :2] * 2
CLASSES = np.array([0, 1, 1, 0, 1, 0, 0, 1])


def dense(x, units, name):
    return layers.Dense(units, name=name, kernel_initializer="ones")(x)


def two_outputs(form, **compiled):
    x = keras.Input((3,), name="x")
    a, b = dense(x, 1, "a"), dense(x, 2, "b")
    model = keras.Model(x, {"a": a, "b": b} if form is dict else [a, b])
    model.compile(keras.optimizers.SGD(0.01), **compiled)
    return model


def my_loss(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred), -1)


def test_losses_by_name_are_reported_in_their_own_order():
    model = two_outputs(dict, loss={"b": ["mse"], "a": ["mae"]})
    y = {"a": ONE, "b": TWO}
    history = model.fit(X, y, batch_size=4, epochs=2, shuffle=False, verbose=0).history
    assert history["a_loss"] == pytest.approx([0.0020, 0.0092], abs=6e-5)
    assert history["loss"] == pytest.approx([0.3734, 0.3648], abs=6e-5)
    assert model.evaluate(X, y, verbose=0) == pytest.approx([0.3517, 0.3416, 0.0102], abs=6e-5)
    assert model.metrics_names == ["loss", "b_loss", "a_loss"]
    assert [m.name for m in model.metrics] == ["loss", "b_loss", "a_loss"]


@pytest.mark.parametrize(
    ("form", "y", "loss"),
    [
        (list, [None, TWO], [None, "mse"]),
        (list, [None, TWO], [None, ["mse"]]),
        (dict, {"a": None, "b": TWO}, {"b": ["mse"]}),
        (dict, {"a": ONE, "b": TWO}, {"a": None, "b": "mse"}),
    ],
)
def test_a_single_loss_is_the_total(form, y, loss):
    model = two_outputs(form, loss=loss)
    history = model.fit(X, y, batch_size=4, epochs=2, shuffle=False, verbose=0).history
    assert list(history) == ["loss"]
    assert history["loss"] == pytest.approx([0.3713, 0.3556], abs=6e-5)
    assert model.evaluate(X, y, verbose=0) == pytest.approx(0.3416, abs=6e-5)


def test_a_loss_without_targets_is_refused():
    model = two_outputs(list, loss=["mse", "mse"])
    with pytest.raises(ValueError, match="'b' has a loss but no targets"):
        model.fit(X, [ONE, None], verbose=0)


def test_a_metric_whose_name_ends_like_a_loss_stays_among_the_metrics():
    model = two_outputs(list, loss=["mse", "mae"], metrics=[["mae"], ["mse", my_loss]])
    model.fit(X, [ONE, TWO], batch_size=4, epochs=2, shuffle=False, verbose=0)
    expected = [0.5112, 0.0, 0.5112, 0.0, 0.3502, 0.5112]
    assert model.evaluate(X, [ONE, TWO], verbose=0) == pytest.approx(expected, abs=6e-5)
    assert model.metrics_names == ["loss", "a_loss", "b_loss", "a_mae", "b_mse", "b_my_loss"]


@pytest.mark.parametrize("form", ["named", "listed"])
def test_inputs_may_be_nested(form):
    p, q = keras.Input((3,), name="p"), keras.Input((3,), name="q")
    out = dense(layers.Concatenate()([p, layers.Rescaling(2.0)(q)]), 1, "o")
    inputs = {"in": {"q": q, "p": p}} if form == "named" else {"in": [p, q]}
    model = keras.Model(inputs, out)
    model.compile(keras.optimizers.SGD(0.01), "mse")
    x = {"in": {"p": X, "q": X + 1}} if form == "named" else {"in": [X, X + 1]}
    history = model.fit(x, ONE, batch_size=4, epochs=2, shuffle=False, verbose=0).history
    assert history["loss"] == pytest.approx([42.3663, 5.2985], abs=1e-3)
    assert model.predict(x, verbose=0) == pytest.approx(np.asarray(model(x)), abs=1e-5)
    with pytest.raises(ValueError, match="has an input 'in'"):
        model.predict({"i": X}, verbose=0)


class MayAdd(layers.Layer):
    def call(self, a, b=None):
        return a if b is None else a + b

    def compute_output_shape(self, *shapes, **named):
        return (None, 3)


@pytest.mark.parametrize("form", [list, dict])
def test_an_optional_input_may_be_none(form):
    p, q = keras.Input((3,), name="p"), keras.Input((3,), name="q", optional=True)
    inputs = [p, q] if form is list else {"p": p, "q": q}
    model = keras.Model(inputs, dense(MayAdd()(p, q), 1, "o"))
    model.compile("sgd", "mse")
    x = [X, None] if form is list else {"p": X, "q": None}
    assert model.evaluate(x, ONE, verbose=0) == pytest.approx(0.0, abs=1e-6)
    assert model.predict(x, verbose=0) == pytest.approx(ONE, abs=1e-5)
    with pytest.raises(ValueError, match="'p' is None, but only inputs made with"):
        model.predict([None, X] if form is list else {"p": None, "q": X}, verbose=0)


def classifier():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, activation="softmax")])
    model.set_weights([np.linspace(-1, 1, 6).reshape(3, 2), np.zeros(2)])
    model.compile(
        keras.optimizers.SGD(0.1),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        weighted_metrics=["accuracy"],
    )
    return model


def batches(passes=1):
    for _ in range(passes):
        for i in (0, 4):
            yield X[i : i + 4], CLASSES[i : i + 4]


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return X[4 * i : 4 * i + 4], CLASSES[4 * i : 4 * i + 4]


def test_class_weights_meet_batches():
    model = classifier()
    weights = {0: 1.0, 1: 3.0}
    history = model.fit(Batches(), epochs=2, verbose=0, shuffle=False, class_weight=weights).history
    assert history["loss"] == pytest.approx([1.5005, 1.3694], abs=6e-5)
    assert history["weighted_accuracy"] == pytest.approx([0.5, 0.4375], abs=6e-5)
    other = classifier().fit(
        batches(9), steps_per_epoch=2, epochs=2, verbose=0, class_weight=weights
    )
    assert other.history["loss"] == pytest.approx(history["loss"], abs=1e-6)


def test_class_weights_reach_every_kind_of_batches():
    class Loader:
        def __iter__(self):
            return batches()

    weights = {0: 1.0, 1: 3.0}
    for data in (Batches(), Loader(), list(Loader()).__iter__()):
        history = classifier().fit(data, verbose=0, shuffle=False, class_weight=weights).history
        assert history["loss"] == pytest.approx([1.5005], abs=6e-5)
        assert history["accuracy"] == history["weighted_accuracy"] == pytest.approx([0.5])


def test_weights_of_rows_for_named_outputs_are_named():
    weights = np.linspace(0.5, 2, 8)
    model = two_outputs(dict, loss="mse")
    with pytest.raises(ValueError, match="must be a dictionary with the keys 'a', 'b'"):
        model.fit(X, {"a": ONE, "b": TWO}, sample_weight=[weights, weights], verbose=0)


@pytest.mark.parametrize("steps", [None, 5])
def test_a_generator_that_ended_gives_its_first_batches_again(steps):
    model = classifier()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        history = model.fit(
            batches(), epochs=3, steps_per_epoch=steps, validation_data=batches(), verbose=0
        ).history
    assert history["loss"] == pytest.approx([0.7544, 0.7432, 0.7338], abs=6e-5)
    assert history["val_loss"] == pytest.approx([0.7438, 0.7344, 0.7266], abs=6e-5)
    assert int(model.optimizer.iterations) == 6
    assert any("generator has ended" in str(w.message) for w in told)


@pytest.mark.parametrize(
    ("passes", "steps", "losses", "iterations"),
    [
        (1, 2, [0.7544, 0.7544, 0.7432], 4),
        (2, 2, [0.7544, 0.7432, 0.7432, 0.7338, 0.7338], 6),
        (1, 1, [0.7552, 0.7537, 0.7537, 0.7438], 3),
    ],
)
def test_an_epoch_that_finds_its_generator_at_the_end_is_empty(passes, steps, losses, iterations):
    model = classifier()
    with pytest.warns(UserWarning, match="ended after 0 batches"):
        history = model.fit(
            batches(passes), steps_per_epoch=steps, epochs=len(losses), verbose=0
        ).history
    assert history["loss"] == pytest.approx(losses, abs=6e-5)
    assert history["accuracy"] == [0.5] * len(losses)
    assert int(model.optimizer.iterations) == iterations


def test_validation_steps_that_exhaust_a_generator_begin_again():
    model = classifier()
    history = model.fit(
        batches(9),
        steps_per_epoch=2,
        epochs=3,
        validation_data=batches(),
        validation_steps=2,
        verbose=0,
    ).history
    assert history["val_loss"] == pytest.approx([0.7438, 0.7344, 0.7266], abs=6e-5)


def test_a_summary_tells_calls_apart():
    twice = layers.Dense(2, name="d")
    p, q = keras.Input((3,), name="p"), keras.Input((3,), name="q")
    model = keras.Model([p, q], layers.Add(name="s")([twice(p), twice(q)]))
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    assert "p[0][0], q[0][0]" in lines[0]
    assert "d[0][0], d[1][0]" in lines[0]


def test_a_fixed_seed_leaves_the_state_of_numpy_and_python_alone():
    np.random.seed(3)
    random.seed(3)
    expected = np.random.RandomState(3).rand(), random.Random(3).random()
    with fixed_seed(5):
        assert (np.random.rand(), random.random()) == expected


def test_outputs_in_a_tuple_stay_one_when_a_model_is_rebuilt():
    x = keras.Input((3,))
    model = keras.Model(x, (layers.Dense(1)(x), layers.Dense(2)(x)))
    again = keras.Model.from_config(model.get_config())
    assert [type(m(X)) for m in (model, again)] == [tuple, tuple]
