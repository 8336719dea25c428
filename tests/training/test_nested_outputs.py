"""Outputs in lists and dictionaries inside each other; the numbers are those of Keras 3.15."""

import re

import numpy as np
import pytest

import kerata as keras
from kerata import layers

X = np.linspace(-1, 1, 24).reshape(8, 3).astype("float32")
A, B, C = X.sum(1, keepdims=True), X[:, :2] * 2, X * X
ONE, TWO = np.linspace(0.5, 2, 8), np.linspace(2, 0.5, 8)


def model_of(structure, kind=keras.Model, **compiled):
    x = keras.Input((3,), name="x")
    a, b, c = (
        layers.Dense(n, name=name, kernel_initializer="ones")(x)
        for n, name in enumerate("abc", start=1)
    )
    model = kind(x, structure(a, b, c))
    model.compile(keras.optimizers.SGD(0.01), **compiled)
    return model


def in_a_list(a, b, c):
    return {"n": [a, b]}


def deep(a, b, c):
    return {"p": {"q": [a], "r": b}, "s": c}


def mixed(a, b, c):
    return [[a, b], c]


def fitted(model, y, **kwargs):
    history = model.fit(X, y, batch_size=4, epochs=2, shuffle=False, verbose=0, **kwargs).history
    return {name: values[-1] for name, values in history.items()}


@pytest.mark.parametrize("y", [{"n": [A, B]}, {"n": (A, B)}, [A, B]])
def test_one_loss_serves_all(y):
    found = fitted(model_of(in_a_list, loss="mse"), y)
    assert found == pytest.approx({"loss": 0.3556, "n/a_loss": 0, "n/b_loss": 0.3556}, abs=6e-5)


@pytest.mark.parametrize(
    ("structure", "y", "loss", "expected"),
    [
        (
            mixed,
            [(A, B), C],
            [["mse", "mae"], "mse"],
            {"loss": 3.8700, "0/a_loss": 0, "0/b_loss": 0.5192, "c_loss": 3.3508},
        ),
        (
            lambda a, b, c: ({"q": a, "r": b}, c),
            ({"q": A, "r": B}, C),
            ({"r": "mae", "q": "mse"}, "mse"),
            {"loss": 3.8700, "0/r_loss": 0.5192, "0/q_loss": 0, "c_loss": 3.3508},
        ),
        (
            deep,
            {"p": {"q": [A], "r": B}, "s": C},
            {"p": {"q": ["mse"], "r": "mae"}, "s": "mse"},
            {"loss": 3.8700, "p/q/a_loss": 0, "p/r_loss": 0.5192, "s_loss": 3.3508},
        ),
        (
            deep,
            {"p": {"q": [A], "r": B}, "s": None},
            {"p": {"r": "mae", "q": ["mse"]}},
            {"loss": 0.5192, "p/r_loss": 0.5192, "p/q/a_loss": 0},
        ),
        (in_a_list, {"n": [None, B]}, {"n": [None, "mae"]}, {"loss": 0.5192}),
        (lambda a, b, c: {"p": {"q": b}}, {"p": {"q": B}}, {"p": {"q": "mae"}}, {"loss": 0.5192}),
        (lambda a, b, c: [(a, b)], (A, B), ("mse", "mae"), None),
        (lambda a, b, c: [(a, b)], [(A, B)], [("mse", "mae")], None),
    ],
)
def test_losses_have_the_structure_of_the_outputs(structure, y, loss, expected):
    found = fitted(model_of(structure, loss=loss), y)
    expected = expected or {"loss": 0.5192, "a_loss": 0, "b_loss": 0.5192}
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, abs=6e-5)


def test_weights_and_metrics_have_it_too():
    model = model_of(
        in_a_list,
        loss={"n": ["mse", "mae"]},
        loss_weights={"n": [1.0, 2.0]},
        metrics={"n": [None, ["mse", "mae"]]},
        weighted_metrics={"n": ["mae", ["mse"]]},
    )
    weights = {"n": [ONE, TWO]}
    fitted(model, {"n": [A, B]}, sample_weight=weights)
    assert model.evaluate(
        X, {"n": [A, B]}, sample_weight=weights, verbose=0, return_dict=True
    ) == pytest.approx(
        {
            "loss": 1.1414,
            "n/a_loss": 0.0,
            "n/b_loss": 0.5707,
            "a_mae": 0.0,
            "b_mse": 0.3212,
            "b_mae": 0.4894,
            "b_weighted_mse": 0.2788,
        },
        abs=6e-5,
    )
    assert model.metrics_names[:3] == ["loss", "n/a_loss", "n/b_loss"]


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        rows = slice(4 * i, 4 * i + 4)
        return X[rows], [[A[rows], B[rows]], C[rows]], [[ONE[rows], TWO[rows]], ONE[rows]]


class Steps(keras.Model):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, y, y_pred, sample_weight, training)


@pytest.mark.parametrize("kind", [keras.Model, Steps])
def test_batches_and_single_steps(kind):
    losses = [["mse", "mae"], "mse"]
    model = model_of(mixed, kind, loss=losses)
    weights = [[ONE, TWO], ONE]
    expected = fitted(model_of(mixed, loss=losses), [[A, B], C], sample_weight=weights)
    assert expected["loss"] == pytest.approx(3.69075, abs=6e-5)
    history = model.fit(Batches(), epochs=2, shuffle=False, verbose=0).history
    assert {k: v[-1] for k, v in history.items()} == pytest.approx(expected, abs=1e-5)
    single = model_of(mixed, kind, loss=losses)
    for i in (0, 1, 0, 1):
        logs = single.train_on_batch(*Batches()[i], return_dict=True)
    assert list(logs) == list(expected)
    assert single.get_weights()[2] == pytest.approx(model.get_weights()[2], abs=1e-6)
    outputs = model.predict(X, verbose=0)
    assert [type(part) for part in (outputs, outputs[0])] == [list, list]


@pytest.mark.parametrize(
    ("structure", "y", "compiled", "told"),
    [
        (in_a_list, {"n": [A, B]}, {"loss": {"n": "mse"}}, "loss['n'] must be a list of 2"),
        (in_a_list, {"n": [A, B]}, {"loss": {"a": "mse"}}, "loss has the key 'a'"),
        (in_a_list, {"a": A, "b": B}, {"loss": "mse"}, "y has the key 'a'"),
        (in_a_list, {"n": [A, None]}, {"loss": "mse"}, "The output 'n/b' has a loss but no"),
        (in_a_list, {"n": [A, [B, B]]}, {"loss": "mse"}, "y has a list of 2 for the output 'n/b'"),
        (mixed, [A, B], {"loss": "mse"}, "y[0] must be a list of 2, as the model's outputs are"),
        (
            mixed,
            [[A, B], C],
            {"loss": "mse", "metrics": ["mae", "mse", "mae"]},
            "metrics must be a list of 2, as the model's outputs are, but is a list of 3",
        ),
        (
            deep,
            {"p": {"q": [A], "r": B}, "s": C},
            {"loss": "mse", "weighted_metrics": {"p": ["mae"]}},
            "weighted_metrics['p'] must be a dictionary with the keys 'q', 'r'",
        ),
    ],
)
def test_another_structure_is_refused_by_its_place(structure, y, compiled, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        model_of(structure, **compiled).fit(X, y, verbose=0)


def test_weights_of_rows_are_not_dealt_out_by_guess():
    model = model_of(in_a_list, loss="mse")
    with pytest.raises(ValueError, match="sample_weight must be a dictionary with the keys 'n'"):
        model.fit(X, {"n": [A, B]}, sample_weight=[ONE, TWO], verbose=0)


def crossed(**compiled):
    """A model whose outputs are named by keys that are each other's layers."""
    x = keras.Input((2,))
    a, b = (
        layers.Dense(2, kernel_initializer=keras.initializers.Constant(n), name=name)(x)
        for n, name in ((2.0, "a"), (5.0, "b"))
    )
    model = keras.Model(x, {"b": a, "a": b})
    model.compile("sgd", **compiled)
    y = {"a": np.zeros((4, 2)), "b": np.zeros((4, 2))}
    return model.evaluate(np.ones((4, 2)), y, verbose=0, return_dict=True)


def test_lists_of_metrics_follow_the_layers_where_keys_are_other_layers_names():
    found = crossed(loss="mse", metrics=[["mae"], ["mse"]], weighted_metrics=["mse", "mae"])
    weighted = {"b_weighted_mse": 16, "a_weighted_mae": 10}
    plain = {"loss": 116, "a_loss": 100, "b_loss": 16, "b_mae": 4, "a_mse": 100}
    assert {k: v for k, v in found.items() if "weighted" not in k} == pytest.approx(
        {**plain, **{k.replace("weighted_", ""): v for k, v in weighted.items()}}
    )


def test_lists_of_losses_follow_the_keys():
    assert crossed(loss=["mse", "mae"])["loss"] == pytest.approx(100 + 4)


def test_one_weight_serves_all_losses():
    assert crossed(loss="mse", loss_weights=3.0)["loss"] == pytest.approx(348)


def simple(**compiled):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="a")])
    model.compile("sgd", **compiled)
    return model.evaluate(np.ones((4, 2)), np.zeros((4, 1)), verbose=0)


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        (["mse", "mae"], "loss has a list of 2 for the output 'a'"),
        ([], "loss has a list of 0 for the output 'a'"),
        ({}, "loss has an empty dictionary for the output 'a'"),
        ({"x": "mse"}, "loss names the output 'x', which the model does not have"),
    ],
)
def test_losses_that_one_output_cannot_have_are_refused(loss, told):
    with pytest.raises(ValueError, match=told):
        simple(loss=loss)


def test_weights_of_rows_for_some_outputs_alone_are_refused():
    model = model_of(lambda a, b, c: {"a": a, "b": b}, loss="mse")
    with pytest.raises(ValueError, match="sample_weight lacks the output 'b'"):
        model.fit(X, {"a": A, "b": B}, sample_weight={"a": ONE}, verbose=0)
    model.fit(X, {"a": A, "b": B}, sample_weight={"a": ONE, "b": None}, verbose=0)


def by_heads(a, b, c):
    return {"heads": [a, b], "c": c}


class Heads(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [layers.Dense(n, kernel_initializer="ones") for n in (1, 2, 3)]

    def call(self, x):
        a, b, c = (part(x) for part in self.parts)
        return by_heads(a, b, c)


Y_OF_HEADS = {"heads": [A, B], "c": C}
LOSSES = {"heads": ["mse", "mae"], "c": "mse"}


def test_subclassed_models_of_nested_outputs_train_as_functional_ones():
    functional = model_of(by_heads, loss=LOSSES, loss_weights=[1.0, 2.0, 0.5])
    subclassed = Heads()
    subclassed.compile(keras.optimizers.SGD(0.01), loss=LOSSES, loss_weights=[1.0, 2.0, 0.5])
    expected, found = fitted(functional, Y_OF_HEADS), fitted(subclassed, Y_OF_HEADS)
    assert list(found.values()) == pytest.approx(list(expected.values()), rel=1e-5)


def test_compiled_losses_of_nested_outputs_are_saved(tmp_path):
    model = model_of(by_heads, loss=LOSSES, metrics={"heads": [["mae"], []], "c": ["mse"]})
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    args = {"verbose": 0, "return_dict": True}
    expected = model.evaluate(X, Y_OF_HEADS, **args)
    assert again.evaluate(X, Y_OF_HEADS, **args) == pytest.approx(expected)


def test_targets_of_nested_outputs_may_lie_in_files(tmp_path):
    def mapped(name, array):
        np.save(tmp_path / f"{name}.npy", array)
        return np.load(tmp_path / f"{name}.npy", mmap_mode="r")

    y = {"heads": [mapped("a", A), mapped("b", B)], "c": mapped("c", C)}
    expected = fitted(model_of(by_heads, loss=LOSSES), Y_OF_HEADS)
    assert fitted(model_of(by_heads, loss=LOSSES), y) == pytest.approx(expected)
