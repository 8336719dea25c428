"""Dead and saturated units."""

from __future__ import annotations

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.layer_statistics import LayerValues

_RELUS = ("relu", "relu6")
_BOUNDS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "hard_sigmoid": (0.0, 1.0)}
# Healthy networks have dead units too, a third of a layer of 32 was seen; half is lost width.
_DEAD = 0.5
# An output so near to its bound has a gradient under a twentieth of its largest.
_NEAR = 0.01
# So large a share of all outputs at the bounds leaves little to learn from.
_SATURATED = 0.6


def dead_units(context: DiagnosisContext) -> Finding | None:
    """Look for ReLU units that are 0 for every training row looked at."""
    if context.layer_statistics is None:
        return None
    worst: tuple[float, LayerValues, int, int] | None = None
    for seen in context.layer_statistics.seen:
        if seen.activation not in _RELUS or seen.outputs is None:
            continue
        units = seen.outputs.reshape(-1, seen.outputs.shape[-1])
        dead, width = int((units <= 0).all(axis=0).sum()), units.shape[1]
        if width and dead / width >= _DEAD and (worst is None or dead / width > worst[0]):
            worst = dead / width, seen, dead, width
    if worst is None:
        return None
    share, seen, dead, width = worst
    rows = context.layer_statistics.rows
    message = (
        f"{dead} of the {width} units of layer {seen.layer.name!r} are 0 for all {rows} training "
        "rows looked at: no gradient reaches them, so they will not learn any more."
    )
    step = context.terms.remedy("living units", context.rate)
    evidence = {
        "layer": seen.layer.name,
        "dead": dead,
        "units": width,
        "rows": rows,
    }
    return Finding("dead units", message, evidence, step, "serious" if share > 0.9 else "warning")


def saturated_units(context: DiagnosisContext) -> Finding | None:
    """Look for hidden sigmoid and tanh units that sit at their bounds."""
    if context.layer_statistics is None:
        return None
    for seen in context.layer_statistics.seen[:-1]:
        if seen.activation not in _BOUNDS or seen.outputs is None:
            continue
        low, high = _BOUNDS[seen.activation]
        near = _NEAR * (high - low)
        share = float(np.mean((seen.outputs < low + near) | (seen.outputs > high - near)))
        if share >= _SATURATED:
            message = (
                f"{100 * share:.0f}% of the outputs of layer {seen.layer.name!r} "
                f"({seen.activation}) lie within 1% of their bounds {low:g} and {high:g}, where "
                "the gradient is nearly 0."
            )
            step = context.terms.remedy("unsaturated units", context.rate)
            evidence = {"layer": seen.layer.name, "share": share}
            return Finding("saturated units", message, evidence, step)
    return None
