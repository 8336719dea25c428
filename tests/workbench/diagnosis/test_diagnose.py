"""What goes into a diagnosis and what comes out, whatever is found."""

import numpy as np
import pytest

import kerata
from kerata import Input, Model, layers
from kerata.workbench.diagnosis import Finding, Findings


def test_findings_print_as_sentences_the_most_serious_first():
    found = Findings(
        [Finding("a", "One.", {}, "Do.", "note"), Finding("b", "Two.", {}, "Act.", "serious")],
        ["a", "b"],
        {"c": "needs model", "d": "needs model"},
    )
    assert str(found) == "B: Two. Act.\nA: One. Do.\nNot looked for (needs model): c, d."
    assert found.names == ["b", "a"]
    with pytest.raises(ValueError, match="severity"):
        Finding("a", "One.", {}, "Do.", "bad")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "something to look at"),
        ({"history": [1, 2]}, "dictionary of lists"),
        ({"data": {"trian": (np.zeros((3, 2)), np.zeros(3))}}, "'train'"),
        ({"data": {"train": np.zeros((3, 2))}}, "pair"),
        ({"data": (np.zeros((3, 2)), np.zeros(4))}, "same number"),
    ],
    ids=["nothing", "a list", "unknown split", "no targets", "lengths"],
)
def test_input_that_makes_no_sense(given, said):
    with pytest.raises(ValueError, match=said):
        kerata.diagnose(**given)


def test_nothing_is_changed(clinic):
    data = clinic.splits()
    model = clinic.mlp()
    clinic.fit(model, data, 2)
    before = [np.array(v.value) for v in (*model.weights, *model.optimizer.variables)]
    kerata.diagnose(model.history, model, data)
    after = [np.array(v.value) for v in (*model.weights, *model.optimizer.variables)]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_model_that_is_not_compiled(clinic):
    model = kerata.Sequential([Input((8,)), layers.Dense(4, activation="softmax")])
    found = kerata.diagnose(model=model, data=clinic.splits())
    assert "underfitting" in found.names


class Own(Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4, activation="softmax")

    def call(self, x):
        return self.dense(x)


def test_a_model_of_ones_own_class(clinic):
    data = clinic.splits()
    model = Own()
    model.compile("adam", "sparse_categorical_crossentropy")
    history = clinic.fit(model, data, 1)
    assert isinstance(kerata.diagnose(history, model, data), Findings)


def test_several_inputs_ids_and_outputs(clinic):
    rng = np.random.default_rng(0)
    ids, x = rng.integers(0, 20, (120, 5)), rng.normal(size=(120, 3)).astype("float32")
    words, numbers = Input((5,), dtype="int32"), Input((3,))
    flat = layers.GlobalAveragePooling1D()(layers.Embedding(20, 4)(words))
    both = layers.Concatenate()([flat, numbers])
    model = Model([words, numbers], [layers.Dense(1)(both), layers.Dense(2)(both)])
    model.compile("adam", "mse")
    y = [rng.normal(size=(120, 1)), rng.normal(size=(120, 2))]
    found = kerata.diagnose(model=model, data={"train": ([ids, x], y), "test": ([ids, x], y)})
    assert "shared rows" in found.names


@pytest.mark.parametrize("rows", [1, 5])
def test_hardly_any_rows(clinic, rows):
    x, y = clinic.points(rows)
    data = dict.fromkeys(("train", "validation", "test"), (x, y))
    assert "shared rows" in kerata.diagnose(model=clinic.mlp(), data=data).names


def test_sparse_rows(clinic):
    sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(0)
    x = sparse.random(256, 300, 0.02, format="csr", random_state=0, dtype="float32")
    model = clinic.mlp(columns=300)
    found = kerata.diagnose(model=model, data=(x, rng.integers(0, 4, 256)))
    assert "inputs not scaled" not in found.names


@pytest.mark.slow
def test_trials_say_what_helps_against_overfitting(clinic):
    data = clinic.splits(spread=2.0)
    model = clinic.mlp(units=(256, 256))
    history = clinic.fit(model, data, 20)
    found = kerata.diagnose(history, model, data, trials=True)
    finding = found[found.names.index("overfitting")]
    tried = finding.evidence["trials"]
    assert {"as it is", "half the units", "L2", "dropout", "half the rows"} < set(tried)
    assert min(tried.values()) < 0.9 * tried["as it is"]
    assert "Most helped: " in finding.sentence
