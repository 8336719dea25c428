"""What a page shows of one run: its record in sentences, its curves, its layers."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from kerata.web.streams import finite
from kerata.workbench.core.findings import Findings
from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.changes import changes_against
from kerata.workbench.evaluation.figures import figure
from kerata.workbench.evaluation.verdict import SHOWN_APART
from kerata.workbench.report.context import metric_name
from kerata.workbench.runs.run import REPORT, Run

# Weights in a histogram; layers with more are sampled evenly.
_MOST_WEIGHTS = 200_000
_BARS = 24
# Filters that are drawn, and pixels along a side of the largest.
_MOST_FILTERS, _MOST_SIDE = 64, 32


def details(run: Run) -> dict[str, Any]:
    """Give all that a run's record says, in the sentences of ``kerata show``."""
    record = run.record
    verdict = record.get("verdict")
    stored = record.get("diagnosis")
    found = None if stored is None else Findings.from_dict(stored)
    ends = {next(iter(record["metrics"])): record["interval"], **(record.get("intervals") or {})}
    rows = record.get("rows") or {}
    return finite(
        {
            "name": run.name,
            "why": run.task.why,
            "target": run.task.target,
            "kind": "forecast" if run.is_forecast else run.task.kind,
            "classes": list(run.task.classes)[:200],
            "made": record["created"],
            "source": record.get("source"),
            "network": record["network"],
            "rows": rows,
            "folds": bool((record.get("split") or {}).get("folds")),
            "epochs": record.get("epochs"),
            "best": record.get("best_epoch"),
            "parameters": record.get("parameters"),
            "bytes": record.get("bytes"),
            "seed": record.get("seed"),
            "speed": record.get("rows_per_second"),
            "seconds": record.get("seconds") or {},
            "versions": record.get("versions") or {},
            "figures": [
                {
                    "name": metric_name(name),
                    "shown": figure(value, run.task) if place == 0 else number(value),
                    "between": _ends(ends.get(name), run.task if place == 0 else None),
                }
                for place, (name, value) in enumerate(record["metrics"].items())
            ],
            "baselines": [
                {"name": b.get("name"), "shown": figure(b.get("value"), run.task)}
                for b in record.get("baselines") or []
                if isinstance(b, dict)
            ],
            "verdict": None if not verdict else _verdict(verdict),
            "findings": [
                {
                    "name": one.name,
                    "sentence": one.sentence,
                    "next": one.next_step,
                    "severity": one.severity,
                    "apart": one.name in SHOWN_APART,
                }
                for one in found or []
            ],
            "looked_for": 0 if found is None else len(found.looked_for),
            "left_out": {} if found is None else found.left_out,
            "notes": record.get("notes") or [],
            "columns": (
                None if run.columns is None else [column.as_dict() for column in run.columns]
            ),
            "settings": settings(run),
            "search": record.get("search") is not None,
            "report": (run.path / REPORT).is_file(),
        }
    )


def _verdict(verdict: dict[str, Any]) -> dict[str, Any]:
    return {
        "quality": verdict["quality"],
        "lines": [
            line
            for line in (*verdict["baselines"], verdict["best_epoch"], verdict["overfitting"])
            if line
        ],
        "targets": verdict.get("targets") or [],
        "advice": verdict["advice"],
    }


def _ends(ends: Any, task: Any) -> str:
    if not ends:
        return ""
    written = [number(end, 3) if task is None else figure(end, task) for end in ends]
    return f"{written[0]} to {written[1]}"


def settings(run: Run) -> dict[str, str]:
    """Give what a run was asked for, as text by name; {} where its config can't be read."""
    try:
        config = run.config
    except (ValueError, OSError):
        return {}
    found: dict[str, str] = {"network": str(run.record["network"])}
    for name, value in config.items():
        if name == "folder" or value in (None, {}, [], "", False) or name == "network":
            continue
        if isinstance(value, dict):
            found |= {f"{name}: {inner}": str(what) for inner, what in value.items()}
        else:
            found[name] = str(value)
    return found


def tries(run: Run) -> dict[str, list[dict[str, str]]]:
    """Give for each fault of a run what can be tried against it, as options of its network."""
    stored = run.record.get("diagnosis")
    if stored is None or run.is_forecast:
        return {}
    try:
        options = run.config.get("options")
    except (ValueError, OSError):
        return {}
    given = options if isinstance(options, dict) else {}
    network = str(run.record["network"])
    found = {
        one.name: changes_against(one.name, network, given) for one in Findings.from_dict(stored)
    }
    return {name: changes for name, changes in found.items() if changes}


def curves(run: Run) -> dict[str, Any]:
    """Give a run's history, and its best epoch."""
    return finite({"best": run.record.get("best_epoch"), "history": run.history})


def spark(run: Run, points: int = 40) -> list[float]:
    """Give the validation loss in few points, for a line a finger wide."""
    history = run.history
    losses = history.get("val_loss") or history["loss"]
    if len(losses) <= points:
        return losses
    places = np.unique(np.linspace(0, len(losses) - 1, points).astype(int))
    return [losses[place] for place in places]


def layers_of(run: Run) -> dict[str, Any]:
    """Describe a run's network layer by layer, with histograms of the weights.

    Raises:
        ValueError: the model is missing or damaged.
    """
    model = run.model
    return finite({"name": model.name, "layers": [_layer(layer) for layer in flat(model)]})


def flat(model: Any) -> list[Any]:
    """List the layers, those of a model inside a model too."""
    found = []
    for layer in model.layers:
        inner = getattr(layer, "layers", None)
        found += flat(layer) if inner else [layer]
    return found


def _layer(layer: Any) -> dict[str, Any]:
    config = layer.get_config()
    activation = config.get("activation")
    try:
        shape: Any = str(tuple(layer.output.shape))
    except (AttributeError, ValueError, RuntimeError):
        shape = ""
    return {
        "name": layer.name,
        "kind": type(layer).__name__,
        "shape": shape,
        "activation": activation if isinstance(activation, str) else "",
        "parameters": int(layer.count_params()) if layer.built else 0,
        "weights": [
            {"name": weight.name, "shape": str(tuple(weight.shape)), **histogram(weight)}
            for weight in layer.weights
        ],
        "filters": filters_of(layer),
    }


def filters_of(layer: Any) -> dict[str, Any] | None:
    """Give the filters of a convolution as pictures in bytes: 128 is 0, the ends are the largest.

    Of filters over three channels all, which are colours in a first layer; of others the slice
    of the first input channel.

    Arguments:
        layer: of a network.

    Returns:
        ``side`` (height, width, colours), how many there are and are ``drawn``, what they are
        slices ``of``, and ``pixels`` in Base64; None where there is nothing to see.
    """
    kernel = getattr(layer, "kernel", None)
    shape = tuple(getattr(kernel, "shape", ()))
    if len(shape) != 4 or not 1 < max(shape[:2]) <= _MOST_SIDE:
        return None
    values = np.moveaxis(np.asarray(kernel, np.float32), -1, 0)
    drawn = np.nan_to_num(values[:_MOST_FILTERS])
    if shape[2] != 3:
        drawn = drawn[..., :1]
    # Each by its own largest weight: faint ones have a form too.
    most = np.maximum(np.abs(drawn).max(axis=(1, 2, 3), keepdims=True), 1e-12)
    pixels = np.round(128 + 127 * drawn / most).astype(np.uint8)
    return {
        "side": list(pixels.shape[1:]),
        "drawn": len(pixels),
        "count": len(values),
        "of": shape[2],
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
    }


def histogram(found: Any) -> dict[str, Any]:
    """Count values in bars of equal width, from the lowest to the highest.

    Arguments:
        found: a weight, or an array.
    """
    values = np.asarray(found).ravel().astype(float)
    if len(values) > _MOST_WEIGHTS:
        values = values[:: len(values) // _MOST_WEIGHTS + 1]
    sound = values[np.isfinite(values)]
    if not len(sound):
        return {"bars": [], "low": None, "high": None}
    counts, edges = np.histogram(sound, bins=_BARS)
    return {
        "bars": counts.tolist(),
        "low": float(edges[0]),
        "high": float(edges[-1]),
        "lost": len(values) - len(sound),
    }
