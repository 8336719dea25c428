"""The exported graph in onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.errors import ExportError


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
