"""Underfitting: a network that doesn't reach what the data give away."""

from __future__ import annotations

import math

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.intervals import Score, difference_interval, wilson_interval
from kerata.workbench.diagnosis.context import DiagnosisContext, Fit
from kerata.workbench.diagnosis.neighbours import matrices, nearest, picked, votes
from kerata.workbench.diagnosis.split_data import SplitData

_NEIGHBOURS = 5
# The lead that the simple rule must have, beyond the interval: accuracy, or share of variance.
_AHEAD = 0.05
# A regression that explains less than this of its training rows has learned nothing.
_EXPLAINED = 0.05


def underfitting(context: DiagnosisContext) -> Finding | None:
    """Compare with the most frequent class, and with five nearest neighbours on held-out rows."""
    if context.train is None:
        return None
    fit = context.fit(context.train)
    if fit is None:
        return None
    return _nothing(context, context.train, fit) or _behind(context, context.train, fit)


def _nothing(context: DiagnosisContext, train: SplitData, fit: Fit) -> Finding | None:
    step = (
        "Check that each target belongs to its row, then try learning rates ten times higher and "
        "lower (kerata.find_learning_rate) and more epochs."
    )
    labels = context.labels(train)
    if labels is None:
        variance = float(np.var(np.asarray(train.y, float)))
        explained = 1 - float(fit.values.mean()) / variance if variance > 0 else 1.0
        if explained >= _EXPLAINED:
            return None
        message = (
            f"On its training rows the mean squared error is {fit.values.mean():.4g}; always "
            f"answering the mean would give {variance:.4g}. It has learned nothing yet."
        )
        return Finding("underfitting", message, {"explained": explained}, step, "serious")
    shares = np.bincount(labels) / len(labels)
    chance = float(shares.max())
    low, high = wilson_interval(fit.score)
    # Where one class is nearly all, no network can be much better than that answer.
    if low > chance or chance > 0.9:
        return None
    message = (
        f"It gets {100 * fit.score.share:.1f}% of its own training rows right (95% interval "
        f"{100 * low:.1f} to {100 * high:.1f}); always answering the most frequent class would "
        f"get {100 * chance:.1f}%. It has learned nothing yet."
    )
    evidence = {"train_accuracy": fit.score.share, "interval": (low, high), "chance": chance}
    return Finding("underfitting", message, evidence, step, "serious")


def _behind(context: DiagnosisContext, train: SplitData, fit: Fit) -> Finding | None:
    held = context.held
    found = None if held is None else matrices(train, held)
    if held is None or found is None or len(found[0]) <= _NEIGHBOURS:
        return None
    near = nearest(found[0], found[1], _NEIGHBOURS)
    labels, truth = context.labels(train), context.labels(held)
    step = "Give it more units or layers, train longer, or take away dropout and penalties."
    rows = f"The {_NEIGHBOURS} nearest training rows"
    if labels is None or truth is None:
        y, wanted = (np.asarray(p.y, float)[picked(p)] for p in (train, held))
        errors = ((y[near].mean(axis=1) - wanted) ** 2).reshape(len(wanted), -1).mean(axis=1)
        gap = float(fit.values.mean() - errors.mean())
        noise = math.hypot(*(e.std() / math.sqrt(len(e)) for e in (fit.values, errors)))
        if not gap > max(2 * noise, _AHEAD * float(np.var(y))):
            return None
        message = (
            f"{rows} predict {held.name} rows with a mean squared error of {errors.mean():.4g}; "
            f"the network has {fit.values.mean():.4g} even on rows it was trained on."
        )
        evidence = {"train_error": float(fit.values.mean()), "neighbours_error": errors.mean()}
        return Finding("underfitting", message, evidence, step)
    said = votes(labels[picked(train)], near).argmax(axis=1)
    score = Score(int((said == truth[picked(held)]).sum()), len(said))
    if difference_interval(score, fit.score)[0] < _AHEAD:
        return None
    message = (
        f"{rows} tell the class of {100 * score.share:.1f}% of the {held.name} rows; the network "
        f"gets {100 * fit.score.share:.1f}% even of rows it was trained on."
    )
    evidence = {"train_accuracy": fit.score.share, "neighbours_accuracy": score.share}
    return Finding("underfitting", message, evidence, step)
