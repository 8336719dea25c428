"""A training that must be done in time: fewer epochs and networks, told."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench import fit_source  # noqa: E402 - needs pandas
from kerata.workbench.data.containers import Source, Table  # noqa: E402 - needs pandas
from kerata.workbench.training.time_limit import TimeLimit  # noqa: E402 - needs pandas


def source():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 2))
    y = np.where(x.sum(1) > 0, "big", "small")
    frame = pandas.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y})
    return Source("tiny", "table", Table(frame), target="y")


def test_no_time_is_one_epoch_of_one_network_and_told():
    options = {"units": (8,), "members": 3}
    how = {"network": "mlp", "epochs": 50, "with_baselines": True, "with_diagnosis": True}
    trained = fit_source(source(), options=options, minutes=1e-4, **how, folds=1)
    assert len(trained.history["loss"]) == 1
    assert trained.config["epochs"] == 1
    assert trained.config["options"]["members"] == 1
    assert len(trained.baselines) == 1
    notes = " ".join(trained.notes)
    assert "for 1 network of 3, the first with 1 epoch of at most 50" in notes
    assert "no time was left" in trained.findings.left_out["the whole diagnosis"]
    again = fit_source(
        source(), **how | {"options": trained.config["options"], "epochs": 1}, folds=1
    )
    np.testing.assert_array_equal(again.outputs, trained.outputs)


def test_time_enough_changes_nothing():
    how = {"network": "mlp", "epochs": 3, "with_baselines": False, "options": {"units": (8,)}}
    bounded, free = (
        fit_source(source(), minutes=60, **how, folds=1),
        fit_source(source(), **how, folds=1),
    )
    np.testing.assert_array_equal(bounded.outputs, free.outputs)
    assert not any("time" in note for note in bounded.notes)


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf")])
def test_what_is_no_time(minutes):
    with pytest.raises(ValueError, match="minutes must be above 0"):
        TimeLimit(minutes)
