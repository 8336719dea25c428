"""What rows that were held back say of answers: their probabilities, and how far they are off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerata.uncertainty import Calibration, Residuals, fit_calibration, fit_residuals
from kerata.uncertainty.residuals import fewest_rows
from kerata.workbench.core.metrics import Interval, mean_share_interval
from kerata.workbench.core.several import by_target
from kerata.workbench.core.task import Task
from kerata.workbench.core.wording import number
from kerata.workbench.training.thresholds import Threshold, Wish, choose_threshold

COVERAGE = 0.9
# With fewer rows than these nothing is said of probabilities.
FEWEST = 50


@dataclass(frozen=True)
class HeldBack:
    """Rows that the networks which answered them did not learn from.

    Arguments:
        truth: encoded targets.
        outputs: answers.
        place: the fold of each row ``(rows,)``, where these are the rows that judge the network
            as well; None where others do.
        along_time: whether folds are blocks in time.
    """

    truth: np.ndarray
    outputs: np.ndarray
    place: np.ndarray | None = None
    along_time: bool = False


@dataclass(frozen=True)
class Certainty:
    """What is known of how sure answers are.

    Arguments:
        calibration: of probabilities; None where they stay as they are.
        residuals: of amounts, for each target; empty for others and for too few rows.
        threshold: of two classes, where one was wished for.
        outputs: answers to the test rows, calibrated; where the held-back rows are the test rows,
            each fold by the others.
        ends: lower and upper ends of the intervals around the answers to the test rows,
            ``(2, rows)`` or ``(2, rows, targets)``, NaN where none could be known; None without
            intervals.
        notes: a sentence for each thing that was done.
    """

    calibration: Calibration | None
    residuals: tuple[Residuals, ...]
    threshold: Threshold | None
    outputs: np.ndarray
    ends: np.ndarray | None
    notes: tuple[str, ...]


def certainty_of(
    task: Task,
    held: HeldBack | None,
    truth: np.ndarray,
    outputs: np.ndarray,
    wish: Wish | None = None,
    balanced: bool = False,
) -> Certainty:
    """Calibrate probabilities, give amounts intervals, choose a threshold.

    Arguments:
        task: what is predicted.
        held: rows that decide; None where there are none.
        truth, outputs: of the test rows.
        wish: for a threshold.
        balanced: whether classes were weighed, so that probabilities are shifted on purpose.

    Raises:
        ValueError: a wish that the held-back rows can't decide on.
    """
    calibration, notes = None, []
    residuals: tuple[Residuals, ...] = ()
    ends = None
    if held is not None and task.kind in ("binary", "classes") and not balanced:
        calibration = _calibration(held.outputs, held.truth)
    if calibration is not None and held is not None:
        notes.append(_said(calibration, len(held.truth)))
        if held.place is None:
            outputs = calibration.apply(outputs)
            held = replace(held, outputs=calibration.apply(held.outputs))
        else:
            outputs = outputs.copy()
            for known, fold in _turns(held):
                found = fit_calibration(held.outputs[known], held.truth[known], calibration.method)
                outputs[fold] = found.apply(held.outputs[fold])
            held = replace(held, outputs=outputs)
    if held is not None and task.kind == "regression":
        residuals = _residuals(task, held.truth, held.outputs)
    if residuals and held is not None:
        ends = np.full((2, *truth.shape), np.nan)
        if held.place is None:
            ends[:] = ends_of(task, residuals, outputs)
        else:
            for known, fold in _turns(held):
                some = _residuals(task, held.truth[known], held.outputs[known])
                if some:
                    ends[:, fold] = ends_of(task, some, outputs[fold])
    threshold = None
    if wish is not None:
        if held is None:
            raise ValueError(
                "A threshold is chosen by rows that were held back, and this network has none: "
                "judge it by folds (--folds 5)."
            )
        threshold = choose_threshold(task, wish, held.truth, held.outputs)
        notes.append(threshold.sentence)
    return Certainty(calibration, residuals, threshold, outputs, ends, tuple(notes))


def coverage_sentence(
    task: Task, residuals: Sequence[Residuals], inside: np.ndarray, dependence: Any
) -> str:
    """Say how many true values lie in their intervals.

    Arguments:
        task: of one amount.
        residuals: its own, as the only item.
        inside: for each row, see ``inside_of``.
        dependence: of the rows.
    """
    known = np.flatnonzero(~np.isnan(inside))
    if not len(known):
        return ""
    share = float(inside[known].mean())
    low, high = coverage_interval(inside, dependence)
    one = residuals[0]
    how = f"{number(one.radius, 3)} to both sides"
    if len(one.places):
        how = "wider where errors are larger"
    return (
        f"Its {100 * one.coverage:.0f}% intervals ({how}) hold {100 * share:.1f}% of the true "
        f"values (95% interval {100 * low:.1f}% to {100 * high:.1f}%)."
    )


def coverage_interval(inside: np.ndarray, dependence: Any) -> Interval:
    """Give the 95 % interval of the share of true values that lie in their intervals."""
    known = np.flatnonzero(~np.isnan(inside))
    depends = dependence if len(known) == len(inside) else dependence.of(known)
    return mean_share_interval(inside[known], depends)


def _calibration(outputs: np.ndarray, truth: np.ndarray) -> Calibration | None:
    said = np.asarray(outputs, float)
    usable = len(truth) >= FEWEST and len(np.unique(truth)) > 1
    # A network of one's own may answer with something else.
    shares = bool(np.all((said >= 0) & (said <= 1)))
    if said.ndim == 2:
        shares = shares and np.allclose(said.sum(axis=1), 1, atol=1e-3)
    if not (usable and shares):
        return None
    found = fit_calibration(said, truth)
    gain = found.gain
    # What a network is changed for must be clear.
    clear = gain.mean() > 2 * gain.std(ddof=1) / np.sqrt(len(gain))
    return found if found.method != "none" and clear else None


def _said(found: Calibration, rows: int) -> str:
    how = {
        "temperature": f"temperature scaling (scores times {found.factor:.2f})",
        "isotonic": "isotonic regression",
    }[found.method]
    return (
        f"Probabilities are calibrated by {how}: on {rows:,} rows that were held back the log "
        f"loss is {number(found.after, 3)} instead of {number(found.before, 3)}, by "
        "cross-validation."
    )


def _residuals(task: Task, truth: np.ndarray, outputs: np.ndarray) -> tuple[Residuals, ...]:
    if len(truth) < fewest_rows(COVERAGE) or not np.all(np.isfinite(outputs)):
        return ()
    return tuple(
        fit_residuals(mine, said, COVERAGE) for _, mine, said in by_target(task, truth, outputs)
    )


def ends_of(task: Task, residuals: Sequence[Residuals], outputs: np.ndarray) -> np.ndarray:
    """Give the ends of intervals: ``(2, rows)``, or ``(2, rows, targets)``.

    Arguments:
        task: of amounts.
        residuals: for each target.
        outputs: answers.
    """
    found = [
        np.stack(one.interval(np.asarray(said, float)))
        for one, (_, said) in zip(residuals, by_target(task, outputs), strict=True)
    ]
    return np.stack(found, axis=-1) if task.parts else found[0]


def _turns(held: HeldBack) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give for each fold the rows of the others, along time of those before, and its own."""
    assert held.place is not None
    place = held.place
    turns = []
    for fold in np.unique(place[place >= 0]):
        known = (place < fold) & (place >= 0) if held.along_time else place != fold
        if known.sum() >= FEWEST or (not held.along_time and known.any()):
            turns.append((np.flatnonzero(known), np.flatnonzero(place == fold)))
    return turns
