"""A network as an ONNX graph."""

from __future__ import annotations

from functools import partial
from typing import Any

from kerata.export.errors import ExportError
from kerata.export.onnx.graph import OnnxGraph, Value, declared
from kerata.export.onnx.host_layers import add_host_layers, rest_signature
from kerata.export.onnx.traced import add_traced
from kerata.export.registry import writer_of
from kerata.export.trace import Signature, trace


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
    graph = OnnxGraph()
    graph.taken.update(signature.names)
    owner = f"{type(model).__name__} {model.name!r}"
    host = getattr(getattr(model, "_graph", None), "host", None)
    call, inner = partial(model, training=False), signature
    values: list[Value] = list(signature.names)
    if host is not None:
        # Layers of strings come first, by their own functions; the rest is traced.
        call, inner = host.rest.run, rest_signature(host)
        values = add_host_layers(graph, host, signature)
    traced = trace(call, inner, model.variables, writer_of, owner)
    names = output_names(model, len(traced.closed.out_avals), signature.names)
    graph.taken.update(names)
    results = add_traced(graph, traced, values)
    avals = traced.closed.out_avals
    outputs = [
        declared(graph.rename(x, name), aval.dtype, aval.shape)
        for x, name, aval in zip(results, names, avals, strict=True)
    ]
    if host is None:
        shapes = [tuple(argument.shape) for argument in traced.arguments]
    else:
        shapes = [named_sizes(shape) for shape in signature.shapes]
    inputs = [
        declared(name, dtype, shape)
        for name, dtype, shape in zip(signature.names, signature.dtypes, shapes, strict=True)
    ]
    return graph.proto(model.name, inputs, outputs), names


def named_sizes(shape: tuple[int | None, ...]) -> tuple[Any, ...]:
    """Give a shape with names for unknown sizes."""
    return tuple(
        d if d is not None else "batch" if axis == 0 else f"size{axis}"
        for axis, d in enumerate(shape)
    )


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
