"""Bad candidates are stopped early; those that go on score what they would have anyway."""

import numpy as np
import pytest

from kerata import search
from kerata.search.halving import rungs_of

SPACE = {"learning_rate": [1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.3, 1e30]}
ARGUMENTS = {"folds": 2, "batch_size": 8, "epochs": 9, "scoring": "loss", "verbose": 0}


def test_the_better_third_goes_on(small, data):
    full = search.grid(small, SPACE, *data, **ARGUMENTS)
    halved = search.grid(small, SPACE, *data, halving=True, **ARGUMENTS)
    scored = [i for i in range(9) if np.isfinite(halved.scores()[i]).all()]
    assert len(scored) == 1
    np.testing.assert_allclose(halved.scores()[scored], full.scores()[scored], atol=1e-6)
    # After one epoch the three best go on, after three the best of those.
    after_one = search.grid(small, SPACE, *data, **ARGUMENTS | {"epochs": 1}).ranking()[:3]
    after_three = search.grid(small, SPACE, *data, **ARGUMENTS | {"epochs": 3})
    assert scored == [min(after_one, key=lambda i: after_three.scores()[i].mean())]
    stopped = halved.to_pandas()["stopped"].dropna().tolist()
    assert sorted(stopped) == [1] * 6 + [3] * 2
    assert "stopped after epoch 1" in str(halved)


def test_a_journal_keeps_the_rungs_result(small, data, tmp_path):
    arguments = ARGUMENTS | {"halving": 2, "journal": tmp_path / "search.jsonl"}
    first = search.grid(small, SPACE, *data, **arguments)
    again = search.grid(small, SPACE, *data, **arguments)
    np.testing.assert_array_equal(first.scores(), again.scores())


@pytest.mark.parametrize(
    ("epochs", "factor", "rungs"),
    [(1, 3, [1]), (2, 3, [2]), (9, 3, [1, 3, 9]), (100, 3, [1, 3, 11, 33, 100]), (5, 2, [1, 2, 5])],
)
def test_rungs(epochs, factor, rungs):
    assert rungs_of(epochs, factor) == rungs


def test_a_share_that_is_no_whole_number_is_rounded_up(small, data):
    space = {"learning_rate": [0.01, 0.05, 0.1, 0.2, 0.3, 1e-5, 1e-4]}
    halved = search.grid(small, space, *data, halving=3, **ARGUMENTS | {"epochs": 3})
    # Of seven a third is 2.33: three go on to the end.
    assert sum(np.isfinite(halved.scores()[i]).all() for i in range(7)) == 3


def test_a_rate_of_zero_is_a_structure_of_its_own(data):
    import kerata as keras

    def build(dropout):
        net = [keras.Input((data[0].shape[1],)), keras.layers.Dropout(dropout)]
        model = keras.Sequential([*net, keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    arguments = {"folds": 2, "batch_size": 8, "epochs": 2, "scoring": "loss", "verbose": 0}
    both = search.grid(build, {"dropout": [0.0, 0.5]}, *data, **arguments)
    for i, rate in enumerate((0.0, 0.5)):
        alone = search.grid(build, {"dropout": [rate]}, *data, **arguments)
        np.testing.assert_allclose(both.scores()[i], alone.scores()[0], rtol=1e-6)
