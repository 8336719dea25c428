"""Gradients that vanish or explode on their way through the layers."""

from __future__ import annotations

import math

from kerata.workbench.core.findings import Finding
from kerata.workbench.diagnosis.context import DiagnosisContext

# Healthy networks of up to seven layers stayed within a factor of 7 from first to last layer.
_VANISHED = 1e-3
_EXPLODED = 1e3
_FEWEST = 3


def vanishing_gradients(context: DiagnosisContext) -> Finding | None:
    """Look for first layers that get far less gradient than the last one."""
    found = _ends(context)
    if found is None:
        return None
    first, last, names, sizes = found
    if not first < _VANISHED * last:
        return None
    message = (
        f"What comes back to layer {names[0]!r} is {_times(last, first)} smaller than at the last "
        f"layer {names[-1]!r}: the first layers hardly learn."
    )
    step = context.terms.remedy("stronger gradients")
    return Finding("vanishing gradients", message, {"gradients": sizes}, step)


def exploding_gradients(context: DiagnosisContext) -> Finding | None:
    """Look for gradients that grow on their way down, or that are not finite."""
    if context.layer_statistics is not None and context.layer_statistics.total is not None:
        total = context.layer_statistics.total
        if not math.isfinite(total):
            message = "The loss or its gradient is not a finite number for the network as it is."
            step = context.terms.remedy("fresh weights", context.rate)
            evidence = {"gradient": total}
            return Finding("exploding gradients", message, evidence, step, "serious")
    found = _ends(context)
    if found is None:
        return None
    first, last, names, sizes = found
    if not first > _EXPLODED * last:
        return None
    message = (
        f"What comes back to layer {names[0]!r} is {_times(first, last)} larger than at the last "
        f"layer {names[-1]!r}: it grows from layer to layer."
    )
    step = context.terms.remedy("weaker gradients", context.rate)
    return Finding("exploding gradients", message, {"gradients": sizes}, step)


def _ends(context: DiagnosisContext) -> tuple[float, float, list[str], dict[str, float]] | None:
    """Give the gradients at the first and last layer, all layers' names and all gradients."""
    if context.layer_statistics is None:
        return None
    seen = [s for s in context.layer_statistics.weighted if s.gradient is not None]
    sizes = {s.layer.name: float(s.gradient or 0.0) for s in seen}
    values = list(sizes.values())
    if len(values) < _FEWEST or not all(map(math.isfinite, values)) or values[-1] == 0:
        return None
    return values[0], values[-1], list(sizes), sizes


def _times(large: float, small: float) -> str:
    return "infinitely many times" if small == 0 else f"{float(f'{large / small:.2g}'):,.0f} times"
