"""A layer too narrow for what must pass through it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.learning_curves import WELL_FITTED
from kerata.workbench.diagnosis.context import DiagnosisContext

# Four numbers can tell some classes apart; with fewer classes it is no bottleneck.
_FEWEST_CLASSES = 4


def bottleneck(context: DiagnosisContext) -> Finding | None:
    """Look for a layer that is far narrower than the number of classes after it."""
    graph = None if context.model is None else context.model._graph
    if graph is None or len(graph.outputs) != 1:
        return None
    classes = graph.outputs[0].shape[-1]
    dense = [n for n in graph.nodes if type(n.operation).__name__ == "Dense"]
    if classes is None or classes < _FEWEST_CLASSES or context.kind not in (None, "classes"):
        return None
    for before, node in pairwise(dense):
        # Only hidden layers in a chain that ends in the classes count.
        width, wider = before.outputs.shape[-1], before.inputs[0].shape[-1]
        hidden = node.operation.units > width
        if hidden and wider is not None and wider > width and width < classes / 2:
            return _narrow(context, before.operation.name, width, wider, classes)
    return None


def _narrow(
    context: DiagnosisContext, name: str, width: int, wider: int, classes: int
) -> Finding | None:
    fit = None if context.train is None else context.fit(context.train)
    evidence: dict[str, Any] = {"layer": name, "units": width, "before": wider, "classes": classes}
    numbers = "1 number" if width == 1 else f"{width} numbers"
    message = (
        f"Layer {name!r} passes on {numbers}, between {wider} before it and {classes} classes "
        "after it: what doesn't fit in there is lost to all later layers."
    )
    severity = "note"
    if fit is not None:
        evidence["train_accuracy"] = fit.score.share
        message += f" The network gets {100 * fit.score.share:.1f}% of its training rows right."
        severity = "warning" if fit.score.share < WELL_FITTED else "note"
    step = context.terms.remedy("wider", classes=classes)
    return Finding("bottleneck", message, evidence, step, severity)
