"""The exported graph beside the network that it was made from."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.errors import ExportError

# Answers may differ so much; relative to the largest answer where that is above 1.
TOLERANCE = 1e-4


def session(content: bytes) -> Any:
    """Open a graph in onnxruntime, on the CPU.

    Raises:
        ExportError: the runtime can't run it.
        ImportError: onnxruntime is missing.
    """
    runtime = needed("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    try:
        return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ExportError(f"onnxruntime can't run the exported graph: {one_line(error)}") from None


def answers(opened: Any, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Run a graph.

    Raises:
        ExportError: it can't be run on these inputs.
    """
    try:
        return list(opened.run(None, inputs))
    except Exception as error:
        raise ExportError(f"onnxruntime can't run the exported graph: {one_line(error)}") from None


def one_line(error: Exception) -> str:
    """Give an error's message in one line."""
    return " ".join(str(error).split())[:300]


def largest_difference(got: list[Any], wanted: list[Any]) -> float:
    """Give the largest difference between answers, relative to the largest where that is above 1.

    Raises:
        ExportError: other numbers, shapes or kinds of answers.

    >>> largest_difference([np.array([1.0, 2.0])], [np.array([1.0, 2.5])])
    0.2
    """
    worst = 0.0
    for number, (a, b) in enumerate(zip(got, wanted, strict=True)):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape:
            raise ExportError(
                f"Output {number} of the exported graph has shape {a.shape}, not {b.shape}."
            )
        if a.dtype.kind in "OUS":
            worst = max(worst, 0.0 if (a.astype(str) == b.astype(str)).all() else np.inf)
            continue
        a, b = a.astype(np.float64), b.astype(np.float64)
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        if same.all():
            continue
        scale = max(1.0, float(np.max(np.abs(b[np.isfinite(b)]), initial=0.0)))
        gap = np.abs(a - b)[~same]
        worst = max(worst, float(np.max(np.where(np.isnan(gap), np.inf, gap))) / scale)
    return worst


def needed(name: str) -> Any:
    """Import a package of the extra.

    Raises:
        ImportError: it is missing.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise ImportError(
            f"Export to ONNX needs {name}, which is not installed: pip install 'kerata[onnx]'."
        ) from None
