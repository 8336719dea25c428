"""Networks that are averaged: which rows each learns from, and which stop it."""

import dataclasses

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench import fit_source  # noqa: E402
from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.splitting.divide import divide  # noqa: E402
from kerata.workbench.training.ensemble import train  # noqa: E402
from kerata.workbench.training.plan import plan_training  # noqa: E402

ROWS, MEMBERS = 203, 4
SMALL = {"members": MEMBERS, "units": (8,), "ensemble": 2, "frequencies": 2}


def source(**columns):
    rng = np.random.default_rng(0)
    a = rng.normal(size=ROWS)
    frame = pandas.DataFrame({"a": a, "b": rng.normal(size=ROWS), **columns})
    frame["y"] = np.where(a + rng.normal(size=ROWS) > 0.3, "yes", "no")
    return Source("made", "table", Table(frame), None, "y")


def planned(made, **options):
    divided = divide(made, **options)
    return divided, plan_training(divided, "table", SMALL)


def test_networks_together_learn_from_all_rows_but_the_tests():
    divided, found = planned(source())
    sizes = {(len(kept), len(out)) for kept, out in found.plan.folds}
    assert sizes == {(len(divided.rows["train"]), len(divided.rows["validation"]))}
    assert len(found.plan.folds) == MEMBERS - 1
    every = len(divided.rows["train"]) + len(divided.rows["validation"])
    stopping = np.concatenate([out for _, out in found.plan.folds])
    assert len({*stopping}) == len(stopping)
    learned = set()
    for kept, out in found.plan.folds:
        assert sorted([*kept, *out]) == list(range(every))
        learned |= {*kept}
    assert len(learned) == every
    targets = np.concatenate([divided.targets["train"], divided.targets["validation"]])
    shares = [targets[out].mean() for _, out in found.plan.folds]
    assert np.ptp([*shares, targets.mean()]) < 0.06


def test_groups_are_never_on_both_sides():
    subject = np.arange(ROWS) // 7
    divided, found = planned(source(subject=subject), group="subject")
    numbers = np.concatenate([divided.rows["train"], divided.rows["validation"]])
    for kept, out in found.plan.folds:
        assert not {*subject[numbers[kept]]} & {*subject[numbers[out]]}


def test_rows_in_time_are_always_stopped_by_the_latest():
    day = pandas.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d")
    _, found = planned(source(day=day), split_by="day")
    assert found.plan.folds == ()


@pytest.mark.slow
def test_the_first_network_is_the_one_that_would_have_been_trained_alone():
    divided, found = planned(source())
    # After two epochs a solved linear model would answer alone.
    plan = dataclasses.replace(found.plan, epochs=2, linear=False)
    x, y = found.x, divided.targets
    validation = x["validation"], y["validation"]
    alone = train(dataclasses.replace(plan, members=1), x["train"], y["train"], validation)
    several = train(plan, x["train"], y["train"], validation)
    assert (alone.crossed, several.crossed) == (False, True)
    assert several.history == alone.history
    for mine, other in zip(several.first.get_weights(), alone.model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    answers = several.model.predict(x["test"], verbose=0)
    assert answers.shape == (len(y["test"]), 1)


def test_what_was_learned_from_is_not_taken_for_new_rows():
    made = source()
    # What no linear model tells, so that the networks' answers are taken.
    made.train.frame["y"] = np.where(made.train.frame["a"].abs() > 0.7, "yes", "no")
    trained = fit_source(made, options=SMALL, epochs=4, with_diagnosis=True, folds=1)
    assert any("stopped by other rows" in note for note in trained.notes)
    evidence = trained.findings.fit
    assert evidence is None or "validation" not in str(evidence)
