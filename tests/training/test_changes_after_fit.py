"""What is changed by hand after a first ``fit`` counts in the next one."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1] - X[:, 1:2]


def network(*body, optimizer=None):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), *body, layers.Dense(1)])
    model.compile(optimizer or keras.optimizers.SGD(0.1), "mse")
    return model


def after(change, late, body=lambda: [layers.Dense(2, "tanh")]):
    """Train twice, with a change before or between; give the weights and the last epoch's loss."""
    model = network(*body())
    start = model.get_weights()
    if not late:
        change(model)
    model.fit(X, Y, epochs=1, verbose=0, shuffle=False)
    model.predict(X, verbose=0)
    model.set_weights(start)
    if late:
        change(model)
    loss = model.fit(X, Y, epochs=2, verbose=0, shuffle=False).history["loss"][-1]
    return [*model.get_weights(), loss, model.predict(X, verbose=0)]


class Scaled(layers.Layer):
    """Uses what it holds in all ways that Python has."""

    def __init__(self):
        super().__init__()
        self.settings = {"factors": [1.0, 0.5]}
        self.table = np.ones(3, "float32")

    def call(self, inputs):
        return inputs * self.settings["factors"][1] * self.table


def set_attribute(path, value):
    def change(model):
        owner = model
        for part in path.split(".")[:-1]:
            owner = owner[int(part)] if part.isdigit() else getattr(owner, part)
        setattr(owner, path.rpartition(".")[2], value)

    return change


def set_factor(model):
    model.layers[0].settings["factors"][1] = 2.0


def write_table(model):
    model.layers[0].table[:] = 3.0


CHANGES = {
    "activation": set_attribute("layers.0.activation", keras.activations.relu),
    "own activation": set_attribute("layers.0.activation", lambda x: x * 3),
    "trainable": set_attribute("layers.0.trainable", False),
    "regularizer of a weight": set_attribute(
        "layers.0.kernel.regularizer", keras.regularizers.L2(0.5)
    ),
    "constraint of a weight": set_attribute(
        "layers.0.kernel.constraint", keras.constraints.NonNeg()
    ),
    "activity regularizer": set_attribute(
        "layers.0.activity_regularizer", keras.regularizers.L2(0.5)
    ),
    "weight decay": set_attribute("optimizer.weight_decay", 0.5),
    "clipping": set_attribute("optimizer.clipnorm", 0.01),
}


def check(change, **kwargs):
    known, found = after(change, late=False, **kwargs), after(change, late=True, **kwargs)
    plain = after(lambda model: None, late=False, **kwargs)
    for a, b in zip(known, found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    return not all(np.allclose(a, b) for a, b in zip(found, plain, strict=True))


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.one_in(2)
def test_what_is_assigned_after_fit_counts(kind):
    assert check(CHANGES[kind])


@pytest.mark.parametrize("change", [set_factor, write_table])
def test_what_a_layer_of_ones_own_holds_counts(change):
    assert check(change, body=lambda: [Scaled()])


def test_a_schedule_assigned_after_fit_counts():
    model = network()
    model.fit(X, Y, verbose=0)
    model.optimizer.learning_rate = keras.optimizers.schedules.PiecewiseConstantDecay(
        [99], [0.0, 1]
    )
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


factor = 1.0


def test_an_edited_global_counts(monkeypatch):
    def change(model):
        monkeypatch.setitem(globals(), "factor", 2.5)

    def reset():
        monkeypatch.setitem(globals(), "factor", 1.0)
        return [layers.Lambda(lambda x: x * factor)]

    assert check(change, body=reset)


def test_new_values_need_no_new_programs():
    model = network(layers.Dense(2, kernel_regularizer="l2"))
    model.fit(X, Y, verbose=0)
    programs = model._programs
    model.layers[0].set_weights([np.ones((3, 2)), np.ones(2)])
    model.optimizer.learning_rate = 0.01
    model.stop_training = True
    model.fit(X, Y, verbose=0)
    assert model._programs is programs


def test_a_layer_that_changes_itself_while_it_is_traced_is_compiled_once():
    traces = []

    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.calls = 0

        def call(self, inputs):
            self.calls += 1
            self.last = inputs
            traces.append(1)
            return inputs

    model = network(Counting())
    model.fit(X, Y, verbose=0)
    programs = model._programs
    count = len(traces)
    for _ in range(2):
        model.fit(X, Y, verbose=0)
    assert len(traces) == count
    assert model._programs is programs
