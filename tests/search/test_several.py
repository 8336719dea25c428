"""Ensembles and nested cross-validation."""

import numpy as np
import pytest

from kerata import search
from kerata.search.options import Options, make_data, make_splits


def test_an_ensembles_networks_are_those_of_their_seeds(small, data, alone):
    several = search.ensemble(small, *data, n=3, seed=4, epochs=3, batch_size=8, verbose=0)
    each = several.predict_each(data[0])
    everything = np.arange(43)
    for i in range(3):
        model, report = alone(small, {}, 4 + i, everything, [], 3, batch_size=8)
        expected = model.predict(data[0], verbose=0)
        np.testing.assert_allclose(each[i], expected, atol=1e-5)
        own = several.model(i).predict(data[0], verbose=0)
        np.testing.assert_allclose(own, expected, atol=1e-5)
        assert several.reports[i]["loss"] == pytest.approx(report["loss"], abs=1e-5)
    np.testing.assert_allclose(several.predict(data[0]), each.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(several.spread(data[0]), each.std(axis=0), atol=1e-6)
    assert each.std(axis=0).max() > 0.01
    assert (len(several), several.failed) == (3, 0)


def test_many_small_networks_side_by_side(small, data, monkeypatch):
    from kerata.search import program_group

    # As if compiling cost nothing, so that the other way is tried.
    monkeypatch.setattr(program_group.time, "perf_counter", iter(np.arange(1e6)).__next__)
    monkeypatch.setattr(program_group, "TRIAL_SECONDS", 1e9)
    monkeypatch.setattr(program_group, "SIDE_BY_SIDE", 3)
    arguments = {"params": {"rate": 0.0}, "epochs": 4, "batch_size": 16, "verbose": 0}
    several = search.ensemble(small, *data, n=12, **arguments)
    monkeypatch.undo()
    one = search.ensemble(small, *data, n=1, seed=11, **arguments)
    expected = one.predict_each(data[0])[0]
    np.testing.assert_allclose(several.predict_each(data[0])[11], expected, atol=1e-5)


def test_no_network_could_be_trained(small, data):
    with pytest.raises(RuntimeError, match=r"The first one's error: FloatingPointError"):
        search.ensemble(small, *data, n=2, params={"learning_rate": 1e30}, epochs=3, verbose=0)
    with pytest.raises(ValueError, match="n must be a whole number of at least 1"):
        search.ensemble(small, *data, n=0)


@pytest.mark.slow
def test_nested_winners_are_judged_by_rows_of_their_own(small, data, alone):
    space = {"learning_rate": [0.001, 0.2], "epochs": [1, 2]}
    found = search.nested(small, space, *data, folds=2, inner_folds=2, batch_size=8, verbose=0)
    assert len(found.scores) == len(found.inner) == 2
    given = Options(batch_size=8)
    rows, model = make_data(small, {}, *data, given)
    outer = make_splits(rows, model, 2, given)
    for i, split in enumerate(outer):
        params = dict(found.chosen[i])
        assert params == found.inner[i].best.params
        for inner in found.inner[i]._splits:
            assert not np.isin(inner.train, split.test).any()
            assert not np.isin(inner.test, split.test).any()
        epochs = params.pop("epochs")
        _, expected = alone(
            small, params, split.seed, split.train, split.test, epochs, batch_size=8
        )
        assert found.scores[i] == pytest.approx(expected["val_accuracy"], abs=1e-5)
    assert f"{found.score:.4f}" in str(found)
