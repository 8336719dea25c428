"""What held-back rows say: calibrated probabilities, intervals, thresholds; folds by the others."""

import dataclasses

import numpy as np
import pytest

from kerata.uncertainty import fit_residuals
from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.intervals import inside_of
from kerata.workbench.core.metrics import answers, figures
from kerata.workbench.core.several import choose_several
from kerata.workbench.core.task import Task
from kerata.workbench.runs.predictions import answer_columns
from kerata.workbench.runs.record_schema import check_record
from kerata.workbench.training.certainty import HeldBack, certainty_of, coverage_sentence
from kerata.workbench.training.thresholds import (
    Wish,
    choose_threshold,
    effect_sentence,
    read_cost,
)

ROWS = 600
AMOUNT = Task("regression", "y", [], "")
BINARY = Task("binary", "y", ["no", "yes"], "")


def sure(factor, seed=0):
    """Probabilities whose scores are so many times too large, and what came true."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=ROWS)
    truth = (rng.random(ROWS) < 1 / (1 + np.exp(-score))).astype(int)
    return truth, (1 / (1 + np.exp(-factor * score))).astype("float32")


def log_loss(truth, said):
    return figures(BINARY, truth, said)["log_loss"]


def test_overconfident_probabilities_are_calibrated_and_right_ones_stay():
    truth, said = sure(4)
    held, test = slice(0, 400), slice(400, None)
    found = certainty_of(BINARY, HeldBack(truth[held], said[held]), truth[test], said[test])
    assert found.calibration.method == "temperature"
    assert log_loss(truth[test], found.outputs) < log_loss(truth[test], said[test]) - 0.1
    assert "by temperature scaling (scores times 0.2" in found.notes[0]
    truth, said = sure(1)
    found = certainty_of(BINARY, HeldBack(truth[held], said[held]), truth[test], said[test])
    assert found.calibration is None
    assert found.outputs is not None
    assert not found.notes
    # Weighed classes are shifted on purpose.
    truth, said = sure(4)
    assert certainty_of(BINARY, HeldBack(truth, said), truth, said, None, True).calibration is None


def test_rows_of_folds_are_calibrated_by_the_other_folds():
    """One fold whose rows are the other way round must not see itself."""
    truth, said = sure(4)
    place = np.arange(ROWS) % 5
    found = certainty_of(BINARY, HeldBack(truth, said, place), truth, said)
    changed = truth.copy()
    changed[place == 0] = 1 - changed[place == 0]
    other = certainty_of(BINARY, HeldBack(changed, said, place), changed, said)
    if other.calibration is not None and other.calibration.method == found.calibration.method:
        mine = place == 0
        np.testing.assert_allclose(found.outputs[mine], other.outputs[mine], rtol=1e-6)
        assert not np.allclose(found.outputs[~mine], other.outputs[~mine], atol=1e-3)


@pytest.mark.parametrize("place", [None, "folds", "blocks"])
def test_intervals_of_amounts_hold_nine_of_ten(place):
    rng = np.random.default_rng(0)
    truth = rng.normal(size=ROWS)
    said = truth + rng.normal(size=ROWS)
    where = {None: None, "folds": np.arange(ROWS) % 5, "blocks": np.arange(ROWS) // 120}[place]
    held = HeldBack(truth, said, where, place == "blocks")
    found = certainty_of(AMOUNT, held, truth, said)
    inside = inside_of(found.ends, truth)
    known = ~np.isnan(inside)
    # The first block in time has none before it.
    assert known.sum() == (480 if place == "blocks" else ROWS)
    assert 0.87 < inside[known].mean() < 0.93
    told = coverage_sentence(AMOUNT, found.residuals, inside, Dependence())
    share = 100 * inside[known].mean()
    assert told.startswith(f"Its 90% intervals (1.6 to both sides) hold {share:.1f}% of") or (
        f"hold {share:.1f}% of the true values (95% interval " in told
    )


def test_eight_rows_promise_no_interval():
    truth = np.arange(8.0)
    found = certainty_of(AMOUNT, HeldBack(truth, truth + 1), truth, truth)
    assert found.residuals == ()
    assert found.ends is None


def test_each_of_several_targets_has_intervals_of_its_own():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(200, 2)) * [1, 100]
    task = choose_several([tuple(row) for row in truth.tolist()], ["small", "large"])
    said = truth + rng.normal(size=(200, 2)) * [0.1, 10]
    found = certainty_of(task, HeldBack(truth, said), truth, said)
    assert found.ends.shape == (2, 200, 2)
    assert found.residuals[1].radius > 50 * found.residuals[0].radius
    columns = answer_columns(task, said[:1], residuals=found.residuals)
    assert list(columns) == [
        *("prediction_small", "lower_small", "upper_small"),
        *("prediction_large", "lower_large", "upper_large"),
    ]


def test_a_threshold_costs_least_on_the_held_back_rows():
    truth, said = sure(1)
    wish = Wish(cost={"fp": 1, "fn": 5})
    found = choose_threshold(BINARY, wish, truth, said)

    def cost(value):
        alarms = said > value
        return (alarms & (truth == 0)).sum() + 5 * (~alarms & (truth == 1)).sum()

    assert cost(found.value) == min(cost(value) for value in np.linspace(0, 1, 2001))
    task = dataclasses.replace(BINARY, threshold=found.value)
    assert answers(task, said).sum() == (said > found.value).sum()
    assert Task.from_dict(task.as_dict()) == task
    told = effect_sentence(task, truth, said, wish)
    assert f"costs {cost(found.value) / ROWS:.3g} a row; with 0.5: recall" in told


@pytest.mark.parametrize("share", [0.5, 0.9, 1.0])
def test_a_wanted_recall_is_reached_with_the_fewest_alarms(share):
    truth, said = sure(1)
    found = choose_threshold(BINARY, Wish(recall=share), truth, said)
    right = said[truth == 1]
    assert (right > found.value).mean() >= share
    higher = np.sort(right[right > found.value])[0]
    assert (right > higher).mean() < share


def test_a_wanted_precision_is_reached_with_the_most_rows():
    truth, said = sure(1)
    found = choose_threshold(BINARY, Wish(precision=0.7), truth, said)
    assert truth[said > found.value].mean() >= 0.7
    for lower in np.unique(said[said < found.value]):
        assert truth[said >= lower].mean() < 0.7


def test_what_no_threshold_can_do_is_named():
    truth, said = sure(1)
    for wish, words in (
        (lambda: Wish(), "give one of them, got none"),
        (lambda: Wish(recall=0.9, precision=0.9), "got recall and precision"),
        (lambda: Wish(recall=1.2), "up to 1, got 1.2"),
        (lambda: Wish(cost={"fp": 0, "fn": 0}), "as in fp=1,fn=20"),
        (lambda: read_cost("fp=1"), "as in fp=1,fn=20; got 'fp=1'"),
        (lambda: read_cost("fp=1,fn=-2"), "got 'fp=1,fn=-2'"),
        (lambda: choose_threshold(AMOUNT, Wish(recall=0.9), truth, said), "'y' has an amount"),
        (
            lambda: choose_threshold(BINARY, Wish(recall=0.9), truth[:12], said[:12]),
            "at least 10 held-back rows of each class",
        ),
        (
            lambda: choose_threshold(BINARY, Wish(precision=1.0), 1 - (said > 0.5), said),
            "No threshold reaches a precision of 1 on the 600 rows",
        ),
        (lambda: certainty_of(BINARY, None, truth, said, Wish(recall=0.9)), "--folds 5"),
    ):
        with pytest.raises(ValueError, match=words.replace("(", r"\(")):
            wish()


def test_intervals_surround_answers_and_damaged_ones_are_refused():
    one = fit_residuals(np.arange(30.0), np.arange(30.0) + 2, 0.9)
    columns = answer_columns(AMOUNT, np.array([5.0]), residuals=(one,))
    assert columns == {"prediction": [5.0], "lower": [3.0], "upper": [7.0]}
    record = {
        "task": AMOUNT.as_dict(),
        "metrics": {"mae": 1.0},
        "interval": [0.5, 1.5],
        "network": "table",
        "created": "2026",
        "columns": None,
        "certainty": {"residuals": [{"coverage": 0.9, "radius": 2.0, "places": [], "sizes": []}]},
    }
    check_record(record, "run.json")
    record["certainty"]["residuals"][0]["radius"] = "wide"
    with pytest.raises(ValueError, match="its 'certainty' makes no sense"):
        check_record(record, "run.json")
