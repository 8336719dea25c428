"""A network beside a baseline: better, worse, as good, or too few rows to tell."""

from __future__ import annotations

from typing import Any

from kerata.workbench.core.result import Baseline
from kerata.workbench.core.wording import number
from kerata.workbench.evaluation.figures import bare, figure, metric_between, signed

BETTER, WORSE, EQUAL, UNDECIDED = "better", "worse", "as good", "undecided"
# Differences up to these do not matter: shares of right answers, and of a baseline's error.
_SHARE, _OF_ERROR = 0.01, 0.03
# How the names of simple answers begin, that of a constant one first.
CONSTANT = "always "
_SIMPLE = (CONSTANT, "a linear model")


def standing(baseline: Baseline, task: Any) -> str:
    """Say how the network stands to a baseline by the interval of the paired difference.

    Returns:
        ``'better'`` or ``'worse'`` where the interval lies on one side of 0; ``'as good'``
        where it lies within a small margin (one percentage point, or 3 % of the baseline's
        error); else ``'undecided'``.

    >>> class Task: kind = "binary"
    >>> standing(Baseline("a linear model", 0.9, (0.8, 0.95), 0.0, (-0.05, 0.05)), Task())
    'undecided'
    """
    if baseline.gain_interval is None:
        return UNDECIDED
    low, high = baseline.gain_interval
    if low > 0:
        return BETTER
    if high < 0:
        return WORSE
    margin = _OF_ERROR * baseline.value if task.kind == "regression" else _SHARE
    return EQUAL if max(-low, high) <= margin else UNDECIDED


def gain_sentence(baseline: Baseline, task: Any, rows: str = "these rows") -> str:
    """Say by how much the network beats a baseline, that it doesn't, or that rows are too few.

    Arguments:
        baseline: with its gain.
        task: what is predicted.
        rows: what the test rows are, such as "60 test rows".

    >>> class Task: kind = "regression"
    >>> gain_sentence(Baseline("a linear model", 3.5, (3.0, 4.0), 1.0, (0.5, 1.5)), Task())
    'A linear model: 3.5. The network is better by 1 (95% interval 0.5 to 1.5).'
    """
    name = baseline.name[0].upper() + baseline.name[1:]
    message = f"{name}: {figure(baseline.value, task)}."
    if baseline.gain is None or baseline.gain_interval is None:
        return message
    gain, found = baseline.gain, standing(baseline, task)
    low, high = baseline.gain_interval
    between = f"95% interval {bare(low, task)} to {bare(high, task)}"
    apart = f"{'worse' if gain < 0 else 'better'} by {signed(abs(gain), task)}"
    if found in (BETTER, WORSE):
        message += f" The network is {apart} ({between})."
    elif found == EQUAL:
        message += f" The network is as good, within a small margin ({between} better)."
    else:
        here = "as good on these rows" if gain == 0 else f"{apart} on these rows"
        message += f" The network is {here}, but {rows} are too few to be sure ({between})."
    return message + _about_probabilities(baseline, found)


def preferred(baselines: list[Baseline], task: Any, rows: str) -> str:
    """Say which baseline is to be preferred to the network; '' if none is.

    Arguments:
        baselines: with their gains.
        task: what is predicted.
        rows: what both were judged on.
    """
    sign = -1 if task.kind == "regression" else 1
    for one in sorted(baselines, key=lambda baseline: -sign * baseline.value):
        found = standing(one, task)
        surely = one.log_loss_gain_interval is None or one.log_loss_gain_interval[0] <= 0
        simple = one.name.startswith(_SIMPLE)
        if found == WORSE and one.name.startswith(CONSTANT) and surely:
            return (
                f"Even {one.name} is better on {rows}: look for columns that tell more "
                f"about {task.target!r}."
            )
        if found == WORSE and not one.name.startswith(CONSTANT):
            return f"Prefer {one.name}: it is better on {rows}."
        if found == EQUAL and simple and surely:
            if one.name.startswith(CONSTANT):
                return (
                    f"It is no better than {one.name}: look for columns that tell more about "
                    f"{task.target!r}."
                )
            return f"Prefer {one.name}: it is as good, and simpler."
    return ""


def _about_probabilities(baseline: Baseline, found: str) -> str:
    """Say how probabilities compare where that is another story than right answers."""
    if baseline.log_loss is None or baseline.log_loss_gain is None:
        return ""
    assert baseline.log_loss_gain_interval is not None
    low, high = baseline.log_loss_gain_interval
    better = low > 0
    if not (better and found != BETTER) and not (high < 0 and found != WORSE):
        return ""
    mine = number(baseline.log_loss - baseline.log_loss_gain, 3)
    ends = (low, high) if better else (-high, -low)
    return (
        f" Its probabilities are {'better' if better else 'worse'}: log loss {mine} against "
        f"{number(baseline.log_loss, 3)} (difference: {metric_between(ends)})."
    )
