"""Inputs and targets in units that training can't cope with."""

from __future__ import annotations

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.context import DiagnosisContext

# A weight's gradient grows with its input, what a step changes with its square.
_LARGE = 20.0
_SMALL = 0.01
# Targets so far from an untrained network's outputs of about 1 take thousands of steps.
_LARGE_TARGETS = 100.0
# Large targets that are predicted well nevertheless are no fault.
_MET = 0.5


def inputs_not_scaled(context: DiagnosisContext) -> Finding | None:
    """Look at the numbers that reach the first layer with weights, past any normalization."""
    columns = _first_columns(context)
    if columns is None or not columns.size:
        return None
    sizes = np.sqrt(np.mean(np.square(columns, dtype=np.float64), axis=0))
    largest = float(sizes.max())
    if _SMALL <= largest <= _LARGE or largest == 0:
        return None
    worst = int(sizes.argmax())
    typical = float(np.median(sizes))
    message = (
        f"The first layer gets numbers {'as large as' if largest > _LARGE else 'of at most'} "
        f"{number(largest, 3)} (column {worst}, root mean square; the middle column has "
        f"{number(typical, 3)}); "
        "training works best around 1."
    )
    step = context.terms.remedy("scale inputs")
    return Finding(
        "inputs not scaled", message, {"largest": largest, "column": worst, "middle": typical}, step
    )


def _first_columns(context: DiagnosisContext) -> np.ndarray | None:
    """Give the matrix ``(rows, numbers)`` that the first layer with a kernel sees."""
    if context.layer_statistics is not None:
        first = next(iter(context.layer_statistics.weighted), None)
        if first is None or first.inputs is None:
            return None
        return first.inputs.reshape(-1, first.inputs.shape[-1])
    if context.model is not None or context.train is None or not context.train.floating:
        return None
    flat = context.train.flat
    return None if flat is None else flat[context.train.chosen]


def targets_not_scaled(context: DiagnosisContext) -> Finding | None:
    """Look for amounts far from the outputs of an untrained network, that are missed."""
    if context.kind != "regression" or context.train is None or context.terms.prepared:
        return None
    y = np.asarray(context.train.y, float)
    size, variance = float(np.sqrt(np.mean(y**2))), float(np.var(y))
    fit = context.fit(context.train)
    if size <= _LARGE_TARGETS or fit is None or variance == 0:
        return None
    explained = 1 - float(fit.values.mean()) / variance
    if explained >= _MET:
        return None
    message = (
        f"The targets are as large as {number(size, 3)} (root mean square), an untrained network's "
        f"outputs about 1; after training it explains {100 * max(explained, 0):.0f}% of the "
        "training targets' variance."
    )
    step = context.terms.remedy("scale targets")
    return Finding("targets not scaled", message, {"size": size, "explained": explained}, step)
