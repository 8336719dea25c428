"""Labels: wrong ones, and classes that are too rare."""

from __future__ import annotations

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.intervals import Score, wilson_interval
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.neighbours import matrices, nearest, picked, votes

_NEIGHBOURS = 20
_FEWEST = 200
# Labels are judged by neighbours only where these predict a larger share of them than this.
_TELLING = 0.6
# Share of neighbours with another label that is tolerated in the purest quarter of the data.
_CALM = 0.07
# Share of wrong held-out rows that is tolerated in the most confident quarter.
_SUREST = 0.04
# Share of rows that contradict four of five neighbours; where classes overlap, hardly any do.
_CONTRADICT = 0.03
# Tolerated ratio of the most frequent class to the rarest one.
_RARER = 10
# Tolerated difference of accuracy and the recall of the rarest class.
_LESS_FOUND = 0.1


def label_noise(context: DiagnosisContext) -> Finding | None:
    """Look for labels that differ even where the data are calmest and the network is surest.

    Classes that overlap make neighbours disagree at their borders only; wrong labels do so
    everywhere.
    """
    train = context.train
    labels = None if train is None else context.labels(train)
    if train is None or labels is None:
        return None
    rows = picked(train)
    found = matrices(train, train)
    if found is None or len(rows) < _FEWEST:
        return None
    own = labels[rows]
    counts = votes(own, nearest(found[0], found[0], _NEIGHBOURS, same=True))
    if np.mean(counts.argmax(axis=1) == own) < _TELLING:
        return None
    # Smoothed neighbourhoods: of the neighbours of the most alike quarter, how many differ.
    impure = 1 - counts.max(axis=1) / _NEIGHBOURS
    calm = float(np.quantile(impure, 0.25))
    against = np.flatnonzero((impure <= 0.2) & (counts.argmax(axis=1) != own))
    if calm < _CALM or len(against) < _CONTRADICT * len(rows):
        return None
    message = (
        f"Even in the calmest quarter of the training rows, {100 * calm:.0f}% or more of the "
        f"{_NEIGHBOURS} nearest rows carry another label than most of them."
    )
    evidence: dict[str, object] = {"calm": calm}
    fit = None if context.held is None else context.fit(context.held)
    if context.held is not None and fit is not None and fit.certainty is not None:
        surest = np.argsort(-fit.certainty)[: max(1, len(fit.values) // 4)]
        wrong = Score(int((1 - fit.values[surest]).sum()), len(surest))
        if wrong.share < _SUREST:
            return None
        evidence["surest_wrong"] = wrong.share
        message += (
            f" Of the quarter of {context.held.name} rows that the network is surest of, "
            f"{100 * wrong.share:.0f}% have another label."
        )
    evidence |= {"contradicting": len(against), "rows": rows[against][:20].tolist()}
    message += " Either labels are wrong, or the inputs don't tell the class."
    shown = ", ".join(f"{context.terms.row_name(int(row)):,}" for row in rows[against][:5])
    step = context.terms.remedy("look at labels", count=len(against), rows=len(rows), shown=shown)
    return Finding("label noise", message, evidence, step)


def class_imbalance(context: DiagnosisContext) -> Finding | None:
    """Look for a class that is rare, and say whether the network finds it."""
    part = context.train
    labels = None if part is None else context.labels(part)
    if part is None or labels is None:
        return None
    counts = np.bincount(labels)
    present = np.flatnonzero(counts)
    if len(present) < 2:
        return None
    rarest, commonest = int(present[counts[present].argmin()]), int(counts.argmax())
    if counts[commonest] < _RARER * counts[rarest]:
        return None
    name = context.terms.class_name
    message = (
        f"Class {name(rarest)} has {counts[rarest]:,} of {len(labels):,} training rows, class "
        f"{name(commonest)} has {counts[commonest]:,}."
    )
    evidence: dict[str, object] = {"rarest": int(rarest), "rows": int(counts[rarest])}
    evidence["commonest_rows"] = int(counts[commonest])
    severity = "note"
    looked = context.held or part
    fit, truth = context.fit(looked), context.labels(looked)
    if fit is not None and truth is not None and (truth[fit.rows] == rarest).any():
        mine = truth[fit.rows] == rarest
        found = Score(int(fit.values[mine].sum()), int(mine.sum()))
        message += (
            f" The network finds {found.correct} of the {looked.name} rows of class {name(rarest)} "
            f"({found.total} in all), and answers {100 * fit.score.share:.1f}% of all rows rightly."
        )
        evidence |= {"found": found.share, "accuracy": fit.score.share}
        if wilson_interval(found)[1] < fit.score.share - _LESS_FOUND:
            severity = "warning"
    step = context.terms.weigh(labels)
    return Finding("class imbalance", message, evidence, step, severity)
