"""Learning rates that are too high or too low."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.range_test import LearningRates, find_learning_rate

# All rises of the training loss together, as a share of all its movement: half is a random walk.
_RESTLESS = 0.35
# The largest rise, as a share of the loss's middle value: smaller ones are noise of batches.
_JUMP = 0.2
# A loss that ends this close to its highest value has not been learning.
_STUCK = 0.5
_FEWEST = 5
# A first loss above this multiple of a constant answer's has diverged; it is not just untrained.
_BLOWN = 3.0
# A loss that lost less than this share in all epochs, at a steady pace, is slow.
_SLOW = 0.3
# The last half's pace as a share of the first half's: a loss that settles goes below.
_STEADY = 0.5
# The range test must differ by such a factor from the rate in use.
_FACTOR = 10


def learning_rate_too_high(context: DiagnosisContext) -> Finding | None:
    """Look for losses that are not finite, that blow up or that jump instead of falling."""
    losses = (context.history or {}).get("loss", [])
    message, evidence = _blow_up(context, losses)
    if not message:
        return None
    step = context.terms.remedy("tenth of the rate", context.rate)
    tested = _range_test(context)
    if tested is not None and tested.suggestion is not None and context.rate is not None:
        if context.rate < 2 * tested.suggestion:
            # An untrained copy learns well at this rate: something else is wrong.
            return None
        evidence |= {"learning_rate": context.rate, "suggestion": tested.suggestion}
        message += (
            f" The learning rate is {number(context.rate, 3)}; in a range test an untrained copy "
            f"of the "
            f"network learned best near {number(tested.suggestion, 2)}."
        )
        step = context.terms.remedy("set the rate", rate=number(tested.suggestion, 2))
    elif context.rate is None:
        message += " That is what a learning rate that is too high looks like."
    return Finding("learning rate too high", message, evidence, step, "serious")


def _blow_up(context: DiagnosisContext, losses: list[float]) -> tuple[str, dict[str, Any]]:
    for epoch, loss in enumerate(losses, 1):
        if not math.isfinite(loss):
            return f"The training loss became {loss} in epoch {epoch}.", {"epoch": epoch}
    chance = _constant_loss(context)
    if chance is not None and losses and losses[0] > _BLOWN * chance:
        message = (
            f"The mean loss of the first epoch is {number(losses[0])}; an answer without looking "
            f"at "
            f"the inputs would have {number(chance)}, so the first steps made the network far "
            f"worse."
        )
        return message, {"first_loss": losses[0], "loss_of_constant": chance}
    if len(losses) < _FEWEST:
        return "", {}
    steps = np.diff(losses)
    middle, rises = float(np.median(losses)), float(steps.clip(min=0).sum())
    moves = float(np.abs(steps).sum())
    restless = moves > 0 and rises / moves >= _RESTLESS and steps.max() >= _JUMP * middle
    if restless and np.median(losses[-3:]) >= _STUCK * max(losses):
        message = (
            f"The training loss jumps instead of falling: it rose in {int((steps > 0).sum())} of "
            f"{len(steps)} epochs, once by {number(steps.max())}, and ended at "
            f"{number(losses[-1])} after "
            f"a first epoch of {number(losses[0])}."
        )
        return message, {"rises": rises / moves, "largest_rise": float(steps.max())}
    return "", {}


def _constant_loss(context: DiagnosisContext) -> float | None:
    """Give the loss of the best answer that doesn't look at the inputs."""
    part = context.train
    if part is None or context.loss is None:
        return None
    labels = context.labels(part)
    if labels is not None:
        shares = np.bincount(labels) / len(labels)
        shares = shares[shares > 0]
        return max(0.3, float(-(shares * np.log(shares)).sum()))
    if context.kind == "regression" and context.loss_name == "mean_squared_error":
        # The first outputs may be off by the targets' mean.
        return float(np.mean(np.square(np.asarray(part.y, float))))
    return None


def learning_rate_too_low(context: DiagnosisContext) -> Finding | None:
    """Look for a loss that falls slowly and steadily, never settling."""
    losses = (context.history or {}).get("loss", [])
    if len(losses) < _FEWEST or not np.isfinite(losses).all() or losses[0] <= 0:
        return None
    half = len(losses) // 2
    early, late = losses[0] - losses[half], losses[-1 - half] - losses[-1]
    fell = 1 - losses[-1] / losses[0]
    steps = np.diff(losses)
    smooth = steps.clip(min=0).sum() <= 0.1 * np.abs(steps).sum()
    if not (0 < fell < _SLOW and smooth and late >= _STEADY * early > 0):
        return None
    message = (
        f"In {len(losses)} epochs the training loss fell by {100 * fell:.1f}% only, from "
        f"{number(losses[0])} to {number(losses[-1])}, and at a steady pace: it has not settled."
    )
    evidence: dict[str, Any] = {"first_loss": losses[0], "last_loss": losses[-1], "fell": fell}
    tested = _range_test(context)
    if tested is None:
        step = context.terms.remedy("higher rate", context.rate)
        return Finding("learning rate too low", message, evidence, step)
    if (
        tested.suggestion is None
        or context.rate is None
        or tested.suggestion < _FACTOR * context.rate
    ):
        return None
    evidence |= {"learning_rate": context.rate, "suggestion": tested.suggestion}
    message += (
        f" The learning rate is {number(context.rate, 3)}; in a range test an untrained copy of "
        f"the "
        f"network learned best near {number(tested.suggestion, 2)}."
    )
    step = context.terms.remedy("set the rate", rate=number(tested.suggestion, 2))
    return Finding("learning rate too low", message, evidence, step, "serious")


def _range_test(context: DiagnosisContext) -> LearningRates | None:
    if not context.can_train or context.rate is None:
        return None
    assert context.train is not None
    rows = context.train.chosen
    x, y = context.train.inputs(rows), context.train.targets(rows)
    return find_learning_rate(context.fresh_model(), x, y, seed=context.seed)
