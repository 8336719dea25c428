"""The network for tables: sizes, inputs of all kinds, options that make no sense."""

import numpy as np
import pytest

from kerata.workbench.core.task import Task
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.members import MembersDense
from kerata.workbench.networks.table import table

BINARY = Task("binary", "y", ["no", "yes"], "")
CLASSES = Task("classes", "y", ["a", "b", "c"], "")
NUMBER = Task("regression", "y", [], "")
WINE = Inputs(rows=121, numbers=26, mean=(0.0,) * 26, variance=(1.0,) * 26, shares=(0.3, 0.4, 0.3))
MIXED = Inputs(
    rows=500,
    numbers=2,
    mean=(0.0, 1.0),
    variance=(1.0, 4.0),
    categories=(3, 4),
    words=9,
    target_mean=50.0,
    target_scale=10.0,
)


def mixed(rows=6):
    rng = np.random.default_rng(0)
    return {
        "numbers": rng.normal(size=(rows, 2)).astype("float32"),
        "categories": rng.integers(0, [3, 7], (rows, 2)).astype("int32"),
        "words": rng.random((rows, 9)).astype("float32"),
    }


def test_few_rows_make_a_small_network():
    # Five of these are averaged, in a file of less than a megabyte.
    assert 5 * 4 * table(WINE, CLASSES).count_params() < 600_000


def test_it_first_answers_what_training_rows_show_on_average():
    model = table(WINE, CLASSES)
    scores = model.get_layer("scores")
    scores.kernel.assign(np.zeros(scores.kernel.shape))
    said = model.predict(np.zeros((2, 26), "float32"), verbose=0)
    np.testing.assert_allclose(said, [[0.3, 0.4, 0.3]] * 2, atol=1e-5)


def test_numbers_categories_and_words_all_matter():
    model, x = table(MIXED, NUMBER), mixed()
    before = model.predict(x, verbose=0)
    assert before.shape == (6, 1)
    for name, values in x.items():
        changed = x | {name: values[::-1].copy()}
        assert not np.allclose(model.predict(changed, verbose=0), before)


def test_members_learn_and_answer_in_the_targets_units():
    model, x = table(MIXED, NUMBER, units=(16,), ensemble=4, learning_rate=0.02), mixed(64)
    y = (50 + 10 * x["numbers"][:, 0]).astype("float32")
    history = model.fit(x, y, batch_size=16, epochs=40, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 4
    assert np.abs(model.predict(x, verbose=0)[:, 0] - y).mean() < 4


def test_options_decide_the_layers():
    model = table(MIXED, BINARY, units=(16, 8, 4), ensemble=3, vectors=5, frequencies=7)
    hidden = [layer for layer in model.layers if isinstance(layer, MembersDense)]
    assert [(layer.units, layer.members) for layer in hidden] == [(16, 3), (8, 3), (4, 3)]
    assert hidden[0].kernel.shape == (2 * 5 + 2 * 10 + 32, 16)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="vectors must be at least 2"):
        table(MIXED, BINARY, vectors=1)
    with pytest.raises(ValueError, match="takes tables"):
        table(Inputs(rows=10), BINARY)
