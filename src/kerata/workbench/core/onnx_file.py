"""A trained network with its preparation as one ONNX graph: raw rows in, answers out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from kerata.export.differences import checked, largest_difference
from kerata.export.onnx import strings
from kerata.export.onnx.check import answers, needed, session
from kerata.export.onnx.graph import OPSET, OnnxGraph, Value, declared
from kerata.export.onnx.network import serialized
from kerata.export.onnx.traced import add_traced
from kerata.export.registry import writer_of
from kerata.export.trace import signature_of, trace
from kerata.export.written import Written
from kerata.utils.files import write_beside

# Where a file says what it was trained on: JSON of kind, task, target, classes, columns.
ABOUT = "kerata"
# Rows that are tried at a time, numbers of their bags of words, which are wide, and such numbers
# of all rows that are tried.
_ROWS = 1000
_NUMBERS = 20_000_000
_MOST = 500_000_000


def export_answers(
    model: Any, preparation: Any, task: Any, rows: Any, outputs: np.ndarray, path: str | Path
) -> Written:
    """Write a network and its preparation as an ONNX file.

    Each raw column is an input ``(rows, 1)``: numbers as float64, NaN where missing, all else as
    text, empty where missing. Texts and images are one input, ``text`` or ``image``. The outputs
    are ``label`` and ``probabilities`` for classes, ``labels`` and ``probabilities`` for labels,
    ``prediction`` for amounts (``prediction_TARGET`` for each of several).

    Arguments:
        model: the network.
        preparation: a fitted one.
        task: what is predicted.
        rows: raw rows to try the file with.
        outputs: the network's own for them, see ``outputs_of``.
        path: of the file.

    Raises:
        ExportError: what can't be exported; answers that differ in onnxruntime. No file is
            written then.
        ImportError: ``onnx`` or ``onnxruntime`` is missing.
    """
    proto, names = answering_graph(model, preparation, task)
    content = serialized(proto)
    given, count, worst = tried(content, preparation, task, rows, outputs)
    written = write_beside(Path(path), lambda file: file.write(content))
    kind = f"ONNX with operators of version {OPSET}"
    return Written(written, kind, tuple(given), tuple(names), count, worst)


def tried(
    content: bytes,
    preparation: Any,
    task: Any,
    rows: Any,
    outputs: np.ndarray,
    given: dict[str, np.ndarray] | None = None,
) -> tuple[tuple[str, ...], int, float]:
    """Run a graph on raw rows and compare its answers with the network's own.

    Arguments:
        content: the graph's file.
        preparation, task, rows, outputs: as for ``export_answers``.
        given: what the graph gets; the preparation's raw arrays of the rows if None.

    Returns:
        The names of the inputs, how many rows were tried, and the largest difference.

    Raises:
        ExportError: answers that differ by more than 1e-4.
    """
    given = preparation.raw_arrays(rows) if given is None else given
    width = max(1, preparation.inputs.words)
    step, count = max(1, min(_ROWS, _NUMBERS // width)), min(len(outputs), _MOST // width)
    opened = session(content)
    wanted = _expected(outputs, task)
    worst = 0.0
    for start in range(0, count, step):
        rows_now = slice(start, min(start + step, count))
        piece = {name: values[rows_now] for name, values in given.items()}
        got = answers(opened, piece)[-len(wanted) :]
        part = [values[rows_now] for values in wanted]
        worst = max(worst, largest_difference(got, part))
    checked(worst)
    return tuple(given), count, worst


def answering_graph(model: Any, made: Any, task: Any) -> tuple[Any, list[str]]:
    """Give the graph of a network and its preparation, and the names of its outputs.

    Arguments:
        model: the network.
        made: a fitted preparation.
        task: what is predicted.

    Raises:
        ExportError: what can't be exported.
        ImportError: ``onnx`` is missing.
    """
    needed("onnx")
    graph = OnnxGraph()
    raw = made.raw_inputs()
    graph.taken.update(name for name, _, _ in raw)
    inputs = made.write_onnx(graph, {name: name for name, _, _ in raw})
    signature = signature_of(model)
    traced = trace(
        lambda x: model(x, training=False), signature, model.variables, writer_of, "The network"
    )
    values = [
        graph.cast(inputs[name], dtype)
        for name, dtype in zip(signature.names, signature.dtypes, strict=True)
    ]
    (answer,) = add_traced(graph, traced, values)
    found = _answers(graph, answer, task)
    graph.taken.update(found)
    outputs = [
        declared(graph.rename(value, name), dtype, shape)
        for name, (value, dtype, shape) in found.items()
    ]
    declarations = [declared(name, dtype, ("batch", *shape)) for name, dtype, shape in raw]
    proto = graph.proto("kerata", declarations, outputs)
    about = {"kind": made.kind, "task": task.kind, "target": task.target}
    about |= {"classes": list(task.classes or ()), "columns": made.column_facts()}
    about["photos"] = bool(made.photos)
    proto.metadata_props.add(key=ABOUT, value=json.dumps(about))
    return proto, list(found)


def _answers(g: OnnxGraph, x: Value, task: Any) -> dict[str, tuple[Value, Any, tuple[Any, ...]]]:
    """Write what people read from a network's outputs ``(rows, k)``; the numbers come last."""
    rows = np.array([-1], np.int64)
    if task.parts:
        columns = g.node("Split", x, axis=1, num_outputs=len(task.parts), outputs=len(task.parts))
        parts = columns if isinstance(columns, list) else [columns]
        return {
            f"prediction_{part.target}": (g.node("Reshape", c, rows), "float32", ("batch",))
            for part, c in zip(task.parts, parts, strict=True)
        }
    if task.kind == "regression":
        return {"prediction": (g.node("Reshape", x, rows), "float32", ("batch",))}
    count = len(task.classes)
    if task.kind == "labels":
        said = g.node("Greater", x, np.float32(0.5))
        return {
            "labels": (said, "bool", ("batch", count)),
            "probabilities": (x, "float32", ("batch", count)),
        }
    if task.kind == "binary":
        above = g.node("Greater", x, np.float32(task.threshold))
        number = g.cast(g.node("Reshape", above, rows), np.int64)
        x = g.node("Concat", g.node("Sub", np.float32(1), x), x, axis=1)
    else:
        number = g.node("ArgMax", x, axis=1, keepdims=0)
    return {
        "label": (strings.named(g, number, list(task.classes)), "string", ("batch",)),
        "probabilities": (x, "float32", ("batch", count)),
    }


def _expected(outputs: np.ndarray, task: Any) -> list[np.ndarray]:
    """Give the numbers among the outputs as the network itself has them."""
    if task.parts:
        return [outputs[:, place] for place in range(len(task.parts))]
    if task.kind == "binary":
        return [np.stack([1 - outputs, outputs], axis=1)]
    return [outputs]
