"""Training rows against held-out rows: decided once, for the diagnosis and the verdict alike."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerata.workbench.core.intervals import difference_interval
from kerata.workbench.core.learning_curves import LARGE_GAP, best_epoch, notable_rise
from kerata.workbench.core.metrics import WIDTH
from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.context import DiagnosisContext, Fit

# Held-out errors may exceed those on training rows by this share of the targets' variance.
_OF_VARIANCE = 0.1


@dataclass(frozen=True)
class FitComparison:
    """How much better a network answers the rows it was trained on.

    Arguments:
        size: ``'large'`` (the network overfits), ``'small'`` (there, but little) or
            ``'not shown'`` (chance alone explains it).
        sentence: the figures, with their interval.
        evidence: the numbers behind it.
        rose: whether the validation loss rose after an epoch whose weights were kept.
    """

    size: str
    sentence: str
    evidence: dict[str, Any]
    rose: bool = False

    @property
    def verdict(self) -> str:
        """The sentence, and what it means."""
        if self.size == "large":
            return f"It overfits. {self.sentence}"
        if self.size == "small":
            return f"It overfits a little, less than counts as a fault. {self.sentence}"
        if self.rose:
            return f"Overfitting of the weights that were kept is not shown. {self.sentence}"
        return f"Overfitting is not shown. {self.sentence}"


def compare_fits(context: DiagnosisContext) -> FitComparison | None:
    """Compare the fit of training and held-out rows; None where one of them is unknown."""
    if context.train is None or context.held is None:
        return None
    fitted, held = context.fit(context.train), context.fit(context.held)
    if fitted is None or held is None:
        return None
    compare = _of_errors if context.kind == "regression" else _of_classes
    losses = (context.history or {}).get("val_loss", [])
    kept = context.terms.keeps_best and best_epoch(losses) is not None
    return replace(compare(context, fitted, held), rose=kept and notable_rise(losses) > 0)


def _of_classes(context: DiagnosisContext, fitted: Fit, held: Fit) -> FitComparison:
    assert context.held is not None
    low, high = difference_interval(fitted.score, held.score)
    one, two = fitted.score.share, held.score.share
    size = "large" if low >= LARGE_GAP else "small" if low > 0 else "not shown"
    others = (
        f", and the networks of the folds {100 * two:.1f}% of the rows that they did not learn from"
        if context.held_is_train
        else f" and {100 * two:.1f}% of the {context.held.name} rows"
    )
    message = (
        f"It gets {100 * one:.1f}% of the training rows right{others}: a difference of "
        f"{_points(one - two)} (95% interval {100 * low:.1f} to {100 * high:.1f})."
    )
    evidence = {"train_accuracy": one, "held_out_accuracy": two, "gap_interval": (low, high)}
    return FitComparison(size, message, evidence)


def _of_errors(context: DiagnosisContext, fitted: Fit, held: Fit) -> FitComparison:
    assert context.train is not None
    assert context.held is not None
    variance = float(np.var(np.asarray(context.train.y, float)))
    one, two = float(fitted.values.mean()), float(held.values.mean())
    noise = math.hypot(*(f.values.std() / math.sqrt(len(f.values)) for f in (fitted, held)))
    sure = two - one - WIDTH * noise
    large = sure > 0 and two - one > max(2 * noise, _OF_VARIANCE * variance)
    size = "large" if large else "small" if sure > 0 else "not shown"
    others = (
        f", and that of the networks of the folds {number(math.sqrt(two))} on rows that they did "
        "not learn from"
        if context.held_is_train
        else f" and {number(math.sqrt(two))} on {context.held.name} rows"
    )
    message = (
        f"Its root mean squared error is {number(math.sqrt(one))} on training rows{others}; the "
        f"targets' standard deviation is {number(math.sqrt(variance))}."
    )
    evidence = {"train_error": one, "held_out_error": two}
    return FitComparison(size, message, evidence)


def _points(share: float) -> str:
    # Rounded first: a difference of minus nothing is nothing.
    return f"{round(100 * share, 1) + 0.0:.1f} percentage points"
