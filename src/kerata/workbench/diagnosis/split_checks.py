"""Splits: rows on both sides, sides that differ, a test set that is too small."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.intervals import Score, wilson_interval
from kerata.workbench.core.metrics import WIDTH
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.split_data import SplitData

# Fewer shared rows than these can't change what a test says.
_SHARED = 0.01
# Columns of splits may lie this many deviations apart, at the median.
_APART = 0.5
# Class shares of splits may differ by this much in all.
_CLASSES_APART = 0.25
_FEWEST = 50
# A difference between two networks that can't be seen: points and share of the wrong answers,
# or share of the error.
_UNSEEN = 0.05
_UNSEEN_OF_WRONG = 0.25
_UNSEEN_ERROR = 0.6


def shared_rows(context: DiagnosisContext) -> Finding | None:
    """Look for held-out rows whose inputs are also among the training rows."""
    train = context.train
    if train is None or train.flat is None:
        return None
    known = _hashes(train)
    _, counts = np.unique(known, return_counts=True)
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
            f"inputs of a training row, so the network was trained on them."
        )
        step = f"Take them out of the {name} rows, and make splits by groups of equal rows."
        if inside >= share / 2:
            message += (
                f" {100 * inside:.1f}% of the training rows equal another training row: "
                "duplicates are common in these data."
            )
            step = "Drop duplicate rows before splitting, unless equal rows are truly new cases."
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
                f"Class {worst} makes up {100 * shares[0][worst]:.1f}% of the training rows and "
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
        f"At the median, columns of the {held.name} rows lie {middle:.2g} standard deviations away "
        "from those of the training rows."
    )
    return _different(context, message, {"shift": middle})


def _different(context: DiagnosisContext, message: str, evidence: dict[str, Any]) -> Finding:
    if context.ordered:
        step = (
            "What comes later is unlike what was learned: train again as new rows come, and "
            "predict changes or ratios instead of levels that go on rising."
        )
        return Finding("splits differ", f"{message} The data change with time.", evidence, step)
    step = (
        "Shuffle the rows before splitting (validation_split takes the last ones), and prepare "
        "all splits with the numbers of the training rows."
    )
    return Finding("splits differ", f"{message} They are of different kinds.", evidence, step)


def small_test_set(context: DiagnosisContext) -> Finding | None:
    """Say which difference between two networks the test set can't show."""
    part = context.parts.get("test", context.parts.get("validation"))
    fit = None if part is None else context.fit(part)
    if part is None or fit is None or len(fit.rows) < part.count:
        return None
    evidence: dict[str, Any]
    if fit.certainty is None:
        mean = float(fit.values.mean())
        noise = WIDTH * float(fit.values.std()) / math.sqrt(part.count) * math.sqrt(2)
        if mean == 0 or noise < _UNSEEN_ERROR * mean:
            return None
        unseen, main = f"{100 * noise / mean:.0f}% of it", f"mean squared error {mean:.4g}"
        evidence = {"rows": part.count, "error": mean, "unseen": noise}
    else:
        low, high = wilson_interval(fit.score)
        noise = (high - low) / 2 * math.sqrt(2)
        if noise < max(_UNSEEN, _UNSEEN_OF_WRONG * (1 - fit.score.share)):
            return None
        unseen, main = f"{100 * noise:.1f} points", f"{100 * fit.score.share:.1f}% right"
        evidence = {"rows": part.count, "interval": (low, high), "unseen": noise}
    message = (
        f"{part.count:,} {part.name} rows ({main}) can't tell two networks apart that "
        f"differ by less than about {unseen}."
    )
    rows = "more" if fit.certainty is None else f"about {_rows_needed(fit.score):,}"
    step = (
        "Compare networks by cross-validation over all rows and several seeds, or test on "
        f"{rows} rows."
    )
    return Finding("small test set", message, evidence, step)


def _rows_needed(score: Score) -> int:
    """Give the rows that would show a difference of 2 points."""
    share = min(max(score.share, 0.05), 0.95)
    return int(round(2 * share * (1 - share) * (WIDTH / 0.02) ** 2, -2))
