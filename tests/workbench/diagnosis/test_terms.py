"""What to do, in the words of a Keras program and in those of the command line."""

import string

import numpy as np
import pytest

import kerata as keras
from kerata.workbench.core.task import Task
from kerata.workbench.diagnosis.diagnose import examine
from kerata.workbench.diagnosis.terms import KERAS, WORKBENCH, Terms, workbench_terms
from kerata.workbench.networks.recipes import RECIPES

TASK = Task("classes", "y", ["apple", "fig", "pear"], "")


def words(network, **more):
    return workbench_terms(RECIPES[network].build, TASK, more.pop("options", {}), **more)


@pytest.mark.parametrize("name", KERAS)
@pytest.mark.parametrize("network", ["", *RECIPES])
def test_each_remedy_has_a_text_for_each_network(name, network):
    terms = words(network) if network else Terms()
    fields = {f for _, f, _, _ in string.Formatter().parse(KERAS[name]) if f}
    wanted = {f for _, f, _, _ in string.Formatter().parse(WORKBENCH.get(name, "")) if f}
    given = dict.fromkeys(fields | wanted - {"tenth", "tenfold", "smaller"}, "X")
    told = terms.remedy(name, 0.01, **given)
    assert "{" not in told.replace("class_weight={", "")
    if network and name in WORKBENCH:
        assert not any(
            word in told for word in ("callbacks", "layers.", "class_weight", "label_sm")
        )
    if network:
        takes = set(terms.options)
        named = [word.split("=")[0] for word in told.split("--option ")[1:]]
        always = {"ranked", "learning_rate", "units"}
        assert {name.split(")")[0].split(":")[0] for name in named} <= takes | always


def test_remedies_against_overfitting_are_options_that_the_network_takes():
    assert words("mlp").remedy("smaller") == (
        "Try a smaller network (--option units=32,32), more dropout (--option dropout=0.2), or "
        "collect more rows."
    )
    assert "--option l2=0.001" in words("linear").remedy("smaller")
    assert "augment" not in words("table").remedy("smaller")
    assert "units=16" in words("mlp", options={"units": (32,)}).remedy("smaller")


def labelled(right, rows=400, rare=18):
    """Give a model whose input is its answer, and rows of three classes."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Activation("linear")])
    model.compile(loss="sparse_categorical_crossentropy")
    y = np.array([1] * rare + [0, 2] * ((rows - rare) // 2))
    said = np.where(np.arange(rows) % 10 < right, y, 0)
    return model, (0.1 + 0.7 * np.eye(3, dtype="float32")[said], y)


def test_classes_have_their_names_and_the_option_of_the_command():
    model, data = labelled(9)
    splits = {"train": data, "validation": data}
    only = ("class imbalance",)
    (found,) = examine(None, model, splits, only=only, terms=words("mlp"))
    assert "Class 'fig' has 18 of 400 training rows, class " in found.sentence
    assert "--balance" in found.next_step
    (found,) = keras.diagnose(None, model, splits, only=only)
    assert found.sentence.startswith("Class 1 has 18 of 400")
    assert "class_weight={1: 11.0}" in found.next_step
    (found,) = examine(None, model, splits, only=only, terms=words("mlp", balanced=True))
    assert found.next_step == ""


def two_classes(apart, rows=600, often=0.75):
    """Give a model whose probabilities tell classes apart, though it answers one class only."""
    rng = np.random.default_rng(0)
    y = (rng.random(rows) > often).astype(int)
    shares = np.clip(0.2 + apart * (y - 0.25) + rng.normal(0, 0.05, rows), 0.01, 0.49)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    model.compile(loss="binary_crossentropy")
    return model, {"train": (shares[:, None].astype("float32"), y)}


def test_what_tells_classes_apart_has_learned_though_it_always_answers_one():
    names = ("underfitting", "constant predictions")
    found = keras.diagnose(None, *two_classes(0.08), only=names)
    assert found.names == ["constant predictions"]
    assert "tell the classes apart all the same" in found[0].sentence
    found = keras.diagnose(None, *two_classes(0.0), only=names)
    assert set(found.names) == set(names)
    assert "AUC is 0.5" in found.get("underfitting").sentence
    assert "learned nothing yet" in found.get("underfitting").sentence


def test_few_rows_do_not_show_that_nothing_was_learned():
    model, data = two_classes(0.03, rows=24)
    (found,) = keras.diagnose(None, model, data, only=("underfitting",))
    assert "So few rows do not show" in found.sentence
    assert found.severity == "warning"


def test_errors_below_the_median_s_are_learning_though_squares_are_not():
    rng = np.random.default_rng(0)
    y = rng.lognormal(0, 2, 500)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    model.compile(loss="mae")
    said = np.minimum(y, 3.0)[:, None].astype("float32")
    assert "underfitting" not in keras.diagnose(None, model, {"train": (said, y)}).names
