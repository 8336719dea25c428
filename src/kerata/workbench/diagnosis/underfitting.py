"""Underfitting: a network that doesn't reach what the data give away."""

from __future__ import annotations

import math

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.intervals import Score, difference_interval
from kerata.workbench.core.metrics import mean_interval
from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.context import DiagnosisContext, Fit
from kerata.workbench.diagnosis.learned import what_was_learned
from kerata.workbench.diagnosis.neighbours import matrices, nearest, picked, votes
from kerata.workbench.diagnosis.overfitting import overfitting
from kerata.workbench.diagnosis.split_data import SplitData

_NEIGHBOURS = 5
# The lead that the simple rule must have, beyond the interval: accuracy, or share of variance.
_AHEAD = 0.05
# A regression that explains less than this of its training rows has learned nothing.
_EXPLAINED = 0.05


def underfitting(context: DiagnosisContext) -> Finding | None:
    """Compare with an answer that ignores the inputs, and with five nearest neighbours."""
    if context.train is None:
        return None
    fit = context.fit(context.train)
    if fit is None:
        return None
    return _nothing(context, context.train, fit) or _behind(context, context.train, fit)


def _nothing(context: DiagnosisContext, train: SplitData, fit: Fit) -> Finding | None:
    """Ask whether anything was learned, by each figure that could show it."""
    step = context.terms.remedy("learn at all", context.rate)
    labels = context.labels(train)
    if labels is None:
        return _no_amounts(train, fit, step)
    found = what_was_learned(labels, fit)
    if found.shown:
        return None
    low, high = found.accuracy
    area = "" if found.area is None else f" AUC is {number(found.area, 3)}."
    message = (
        f"It gets {100 * fit.score.share:.1f}% of its own training rows right (95% interval "
        f"{100 * low:.1f} to {100 * high:.1f}), with a log loss of {number(found.log_loss, 3)}; "
        f"always answering the most frequent class would get {100 * found.chance:.1f}%, and the "
        f"shares of the classes have a log loss of {number(found.constant_loss, 3)}.{area} "
        f"{_conclusion(found.nothing)}"
    )
    evidence = {"train_accuracy": fit.score.share, "interval": (low, high), "chance": found.chance}
    return Finding("underfitting", message, evidence, step, _severity(found.nothing))


def _no_amounts(train: SplitData, fit: Fit, step: str) -> Finding | None:
    y = np.asarray(train.y, float)
    variance = float(np.var(y))
    explained = 1 - float(fit.values.mean()) / variance if variance > 0 else 1.0
    if explained >= _EXPLAINED:
        return None
    mine = y[fit.rows]
    # The mean is the best constant for squared errors, the median for absolute ones.
    squares = ((mine - y.mean(axis=0)) ** 2).reshape(len(mine), -1).mean(axis=1) - fit.values
    apart = np.abs(mine - np.median(y, axis=0)) - np.abs(mine - fit.answers)
    square, absolute = (
        mean_interval(values.reshape(len(values), -1).mean(axis=1)) for values in (squares, apart)
    )
    if square[0] > 0 or absolute[0] > 0:
        return None
    nothing = square[1] < _EXPLAINED * variance
    message = (
        f"On its training rows the mean squared error is {number(float(fit.values.mean()))}; "
        f"always "
        f"answering the mean would give {number(variance)}. {_conclusion(nothing)}"
    )
    return Finding("underfitting", message, {"explained": explained}, step, _severity(nothing))


def _conclusion(nothing: bool) -> str:
    if nothing:
        return "It has learned nothing yet, or next to nothing."
    return "So few rows do not show whether it has learned anything."


def _severity(nothing: bool) -> str:
    return "serious" if nothing else "warning"


def _behind(context: DiagnosisContext, train: SplitData, fit: Fit) -> Finding | None:
    held = context.held
    # Rows that are held out by one fold and learned from by the others are each other's neighbours.
    among = held if held is not None and context.held_is_train else train
    found = None if held is None else matrices(among, held)
    if held is None or found is None or len(found[0]) <= _NEIGHBOURS:
        return None
    near = nearest(found[0], found[1], _NEIGHBOURS, same=among is held)
    labels, truth = context.labels(among), context.labels(held)
    if overfitting(context) is not None:
        # It knows its rows by heart, or was better before: more of the same is no remedy.
        return None
    step = context.terms.remedy("larger")
    rows = f"The {_NEIGHBOURS} nearest {'other' if among is held else 'training'} rows"
    if labels is None or truth is None:
        y, wanted = (np.asarray(p.y, float)[picked(p)] for p in (among, held))
        errors = ((y[near].mean(axis=1) - wanted) ** 2).reshape(len(wanted), -1).mean(axis=1)
        gap = float(fit.values.mean() - errors.mean())
        noise = math.hypot(*(e.std() / math.sqrt(len(e)) for e in (fit.values, errors)))
        if not gap > max(2 * noise, _AHEAD * float(np.var(y))):
            return None
        message = (
            f"{rows} predict {held.name} rows with a mean squared error of "
            f"{number(errors.mean())}; "
            f"the network has {number(fit.values.mean())} even on rows it was trained on."
        )
        evidence = {"train_error": float(fit.values.mean()), "neighbours_error": errors.mean()}
        return Finding("underfitting", message, evidence, step)
    said = votes(labels[picked(among)], near).argmax(axis=1)
    score = Score(int((said == truth[picked(held)]).sum()), len(said))
    if difference_interval(score, fit.score)[0] < _AHEAD:
        return None
    message = (
        f"{rows} tell the class of {100 * score.share:.1f}% of the {held.name} rows; the network "
        f"gets {100 * fit.score.share:.1f}% even of rows it was trained on."
    )
    evidence = {"train_accuracy": fit.score.share, "neighbours_accuracy": score.share}
    return Finding("underfitting", message, evidence, step)
