"""A model's ONNX file: written when it was seen to answer as the model does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np

from kerata.export.differences import checked, largest_difference
from kerata.export.onnx.check import answers, needed, session
from kerata.export.onnx.graph import OPSET
from kerata.export.onnx.network import network_graph, serialized
from kerata.export.samples import given_or_drawn
from kerata.export.trace import Signature, signature_of
from kerata.export.written import Written
from kerata.utils.files import write_beside


def export_onnx(
    model: Any, filepath: Any, input_signature: Any = None, samples: Any = None
) -> Written:
    """Write a model as an ONNX file for any number of rows.

    Arguments:
        model: built.
        filepath: string or path of the file.
        input_signature: ``InputSpec``, nested as the model takes them, for a model that does not
            say what goes in; None by default.
        samples: arrays to try the file with; drawn if left out (the default).

    Raises:
        ExportError: a layer or operation that ONNX does not have; answers that differ by more
            than 1e-4 in onnxruntime. No file is written then.
        ImportError: ``onnx`` or ``onnxruntime`` is missing.
    """
    needed("onnx")
    given = input_signature if input_signature is not None or _has_graph(model) else samples
    signature = signature_of(model, given)
    proto, outputs = network_graph(model, signature)
    content = serialized(proto)
    arrays = given_or_drawn(model, signature, samples)
    difference = _tried(model, signature, content, arrays)
    path = write_beside(Path(filepath), lambda file: file.write(content))
    return Written(
        path,
        f"ONNX with operators of version {OPSET}",
        tuple(signature.names),
        tuple(outputs),
        _rows(arrays),
        difference,
    )


def _has_graph(model: Any) -> bool:
    return getattr(model, "_graph", None) is not None


def _rows(arrays: list[np.ndarray]) -> int:
    return len(arrays[0]) if arrays and arrays[0].ndim else 1


def _tried(model: Any, signature: Signature, content: bytes, arrays: list[np.ndarray]) -> float:
    """Compare answers; gives the largest difference."""
    opened = session(content)
    given = dict(zip(signature.names, arrays, strict=True))
    wanted = jax.tree.leaves(model(jax.tree.unflatten(signature.struct, arrays), training=False))
    worst = largest_difference(answers(opened, given), wanted)
    if getattr(model, "keeps_rows_apart", False) and _rows(arrays) > 1 and _free(signature):
        # Another number of rows goes through the same file.
        one = {name: x[:1] for name, x in given.items()}
        worst = max(worst, largest_difference(answers(opened, one), [x[:1] for x in wanted]))
    return checked(worst)


def _free(signature: Signature) -> bool:
    return all(shape and shape[0] is None for shape in signature.shapes)
