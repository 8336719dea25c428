"""A network as an ONNX graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerata.export.errors import ExportError
from kerata.export.onnx import rules as _rules
from kerata.export.onnx.convert import Converter
from kerata.export.onnx.graph import OnnxGraph, Value, declared
from kerata.export.registry import writer_of
from kerata.export.trace import Marked, Signature, Traced, trace

assert _rules.__all__, "importing the package fills the table of rules"


def add_traced(graph: OnnxGraph, traced: Traced, inputs: list[Value]) -> list[Value]:
    """Add the computations of a traced function to a graph; gives its outputs.

    Raises:
        ExportError: an operation that ONNX does not have.
    """
    for value, argument in zip(inputs, traced.arguments, strict=True):
        for axis, size in enumerate(argument.shape):
            if str(size).isidentifier():
                graph.input_size(str(size), graph.named(value), axis)
    marked = {name: _written(mark) for name, mark in traced.marked.items()}
    return Converter(graph, marked, traced.places).run(traced.closed, inputs)


def _written(mark: Marked) -> Callable[..., list[Value]]:
    """Give the function that writes a marked call."""

    def write(graph: OnnxGraph, equation: Any, inputs: list[Value]) -> list[Value]:
        # What a call reads besides its arguments comes first.
        own = inputs[len(inputs) - mark.arrays :]
        results = mark.writer(graph, mark.operation, *own)
        found = list(results) if isinstance(results, (list, tuple)) else [results]
        expected = len(equation.outvars)
        if len(found) != expected:
            raise ExportError(
                f"The function registered for {type(mark.operation).__name__} gives "
                f"{len(found)} values for the {expected} outputs of layer "
                f"{mark.operation.name!r}."
            )
        return found

    return write


def network_graph(model: Any, signature: Signature) -> tuple[Any, list[str]]:
    """Write a model as ONNX's ``ModelProto``.

    Arguments:
        model: built.
        signature: its inputs, which the graph has by the same names.

    Returns:
        The proto, and the outputs' names.

    Raises:
        ExportError: what can't be exported, with the layer.
    """
    if getattr(getattr(model, "_graph", None), "host", None) is not None:
        raise ExportError(
            f"Model {model.name!r} begins with layers of strings, which are not exported: export "
            "the model that takes their numbers."
        )
    graph = OnnxGraph()
    graph.taken.update(signature.names)
    traced = trace(
        lambda inputs: model(inputs, training=False),
        signature,
        model.variables,
        writer_of,
        f"{type(model).__name__} {model.name!r}",
    )
    names = output_names(model, len(traced.closed.out_avals), signature.names)
    graph.taken.update(names)
    results = add_traced(graph, traced, list(signature.names))
    avals = traced.closed.out_avals
    outputs = [
        declared(graph.rename(x, name), aval.dtype, aval.shape)
        for x, name, aval in zip(results, names, avals, strict=True)
    ]
    inputs = [
        declared(name, argument.dtype, argument.shape)
        for name, argument in zip(signature.names, traced.arguments, strict=True)
    ]
    return graph.proto(model.name, inputs, outputs), names


def output_names(model: Any, count: int, taken: list[str]) -> list[str]:
    """Name the outputs by the layers that give them, or by their places."""
    graph = getattr(model, "_graph", None)
    names = list(graph.output_names) if graph is not None else []
    if len(names) != count or len({*names, *taken}) < count + len(taken):
        names = ["outputs"] if count == 1 else [f"outputs_{i}" for i in range(count)]
    return [f"{name}_out" if name in taken else name for name in names]


def serialized(proto: Any) -> bytes:
    """Give a model's bytes, after ONNX's own checker has seen it.

    Raises:
        ExportError: more than 2 GB, which one file can't hold; a graph that ONNX refuses.
    """
    import onnx

    try:
        content: bytes = proto.SerializeToString()
    except Exception as error:
        raise ExportError(f"The network does not fit into one ONNX file (2 GB): {error}") from None
    try:
        onnx.checker.check_model(content)
    except onnx.checker.ValidationError as error:
        first = str(error).strip().splitlines()[0]
        raise ExportError(f"The exported graph is not valid: {first}") from None
    return content
