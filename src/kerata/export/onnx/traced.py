"""Computations that were traced, as nodes of a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerata.export.errors import ExportError
from kerata.export.onnx import rules as _rules
from kerata.export.onnx.convert import Converter
from kerata.export.onnx.graph import OnnxGraph, Value
from kerata.export.trace import Marked, Traced

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
