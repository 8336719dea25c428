"""Splits: rows on both sides, sides that differ, a test set that is too small."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.intervals import Score, wilson_interval
from kerata.workbench.core.metrics import WIDTH, amount_interval
from kerata.workbench.core.wording import counted, number
from kerata.workbench.diagnosis.context import OUT_OF_FOLD, DiagnosisContext
from kerata.workbench.diagnosis.split_data import SplitData

# Fewer shared rows than these can't change what a test says.
_SHARED = 0.01
# If each kind of row comes so often on average, there are few kinds of rows.
_AGAIN = 5
# Columns of splits may lie this many deviations apart, at the median.
_APART = 0.5
# Class shares of splits may differ by this much in all.
_CLASSES_APART = 0.25
_FEWEST = 50
# Half an interval that is too wide: points and share of the wrong answers, or share of the error.
_UNSURE = 0.035
_UNSURE_OF_WRONG = 0.18
_UNSURE_ERROR = 0.42


def shared_rows(context: DiagnosisContext) -> Finding | None:
    """Look for held-out rows whose inputs are also among the training rows."""
    train = context.train
    if train is None or train.flat is None:
        return None
    known = _hashes(train)
    _, counts = np.unique(known, return_counts=True)
    if len(known) >= _AGAIN * len(counts):
        # Inputs of so few kinds can't but come again.
        return None
    inside = float(counts[counts > 1].sum() / len(known))
    for name in ("test", "validation"):
        part = context.parts.get(name)
        if part is None or part.flat is None or part.flat.shape[1] != train.flat.shape[1]:
            continue
        found = np.flatnonzero(np.isin(_hashes(part), known))
        share = len(found) / part.count
        if share < _SHARED:
            continue
        message = (
            f"{len(found):,} of {part.count:,} {name} rows ({100 * share:.1f}%) have exactly the "
            f"inputs of a training row: they may be known by heart."
        )
        step = context.terms.remedy("take shared rows out", part=name)
        if inside >= share / 2:
            message += (
                f" {100 * inside:.1f}% of the training rows equal another training row: "
                "duplicates are common in these data."
            )
            step = context.terms.remedy("drop duplicates")
        evidence = {
            "split": name,
            "rows": found[:20].tolist(),
            "share": share,
            "share_inside_training": inside,
        }
        severity = "serious" if inside < share / 2 else "warning"
        return Finding("shared rows", message, evidence, step, severity)
    return None


def _hashes(part: SplitData) -> np.ndarray:
    """Give each row as one value that can be compared."""
    assert part.flat is not None
    rows = np.ascontiguousarray(part.flat, np.float32)
    # Minus zero and zero are the same number.
    rows = rows + np.float32(0)
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))[:, 0]


def splits_differ(context: DiagnosisContext) -> Finding | None:
    """Look for held-out rows that are of another kind than the training rows."""
    train, held = context.train, context.held
    if train is None or held is None or min(train.count, held.count) < _FEWEST:
        return None
    one, two = context.labels(train), context.labels(held)
    if one is not None and two is not None:
        size = int(max(one.max(), two.max())) + 1
        shares = [np.bincount(labels, minlength=size) / len(labels) for labels in (one, two)]
        apart = 0.5 * float(np.abs(shares[0] - shares[1]).sum())
        # The expected difference of two random samples.
        chance = 0.4 * math.sqrt(size) * math.sqrt(1 / len(one) + 1 / len(two))
        if apart > max(_CLASSES_APART, 2 * chance):
            worst = int(np.abs(shares[0] - shares[1]).argmax())
            message = (
                f"Class {context.terms.class_name(worst)} makes up {100 * shares[0][worst]:.1f}% "
                f"of the training rows and "
                f"{100 * shares[1][worst]:.1f}% of the {held.name} rows."
            )
            evidence: dict[str, Any] = {"class": worst, "apart": apart}
            return _different(context, message, evidence)
    if not train.floating or train.flat is None or held.flat is None:
        return None
    a, b = (p.flat[p.chosen].astype(float) for p in (train, held))  # type: ignore[index] # not None
    spread = a.std(axis=0)
    varied = spread > 1e-6 * max(float(spread.max(initial=0)), 1e-30)
    if not varied.any():
        return None
    shift = np.abs(a.mean(axis=0) - b.mean(axis=0))[varied] / spread[varied]
    middle = float(np.median(shift))
    # Few columns that are far apart are seen by the median only if they are half of all.
    if middle <= _APART:
        return None
    message = (
        f"At the median, columns of the {held.name} rows lie {number(middle, 2)} standard "
        f"deviations away "
        "from those of the training rows."
    )
    return _different(context, message, {"shift": middle})


def _different(context: DiagnosisContext, message: str, evidence: dict[str, Any]) -> Finding:
    if context.ordered:
        step = context.terms.remedy("train again")
        return Finding("splits differ", f"{message} The data change with time.", evidence, step)
    step = context.terms.remedy("shuffle")
    return Finding("splits differ", f"{message} They are of different kinds.", evidence, step)


def small_test_set(context: DiagnosisContext) -> Finding | None:
    """Say how uncertain the figure of a test set is."""
    names = ("test", OUT_OF_FOLD, "validation")
    part = next((context.parts[name] for name in names if name in context.parts), None)
    fit = None if part is None else context.fit(part)
    if part is None or fit is None:
        return None
    wrong = None if fit.certainty is None else 1 - fit.score.share
    ends = context.interval if part.name != "validation" else None
    if ends is None:
        if len(fit.rows) < part.count:
            return None
        ends = amount_interval(fit.values) if wrong is None else wilson_interval(fit.score)
    low, high = ends
    half = (high - low) / 2
    rows = counted(part.count, f"{part.name} row")
    if wrong is None:
        middle = math.sqrt(low * high) if context.interval else float(fit.values.mean())
        if middle == 0 or half < _UNSURE_ERROR * middle:
            return None
        what = "mean error" if context.interval else "mean squared error"
        message = (
            f"{rows} {_leave(part.count)} the {what} unsure: it may be anything from "
            f"{number(low, 3)} to "
            f"{number(high, 3)} (95% interval)."
        )
        needed = "more"
    else:
        if half < max(_UNSURE, _UNSURE_OF_WRONG * wrong):
            return None
        message = (
            f"{rows} {_leave(part.count)} the accuracy unsure: it may be anything from "
            f"{100 * low:.1f}% "
            f"to {100 * high:.1f}% (95% interval)."
        )
        needed = f"about {_rows_needed(fit.score):,}"
    evidence = {"rows": part.count, "interval": (low, high)}
    step = context.terms.remedy("test on more rows", rows=needed)
    return Finding("small test set", message, evidence, step)


def _leave(count: int) -> str:
    return "leaves" if count == 1 else "leave"


def _rows_needed(score: Score) -> int:
    """Give the rows with which the accuracy is known to two points on either side."""
    share = min(max(score.share, 0.05), 0.95)
    return int(round(share * (1 - share) * (WIDTH / 0.02) ** 2, -2))
