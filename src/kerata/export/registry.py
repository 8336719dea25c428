"""Layers that are written in their user's own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Gives the outputs of a layer's call, from the graph, the layer and its inputs' names.
Writer = Callable[..., Any]

_WRITERS: dict[type, Writer] = {}


def register_onnx(cls: type) -> Callable[[Writer], Writer]:
    """Say how calls of a layer class are written into ONNX graphs: a decorator.

    It serves layers that call back into Python (``jax.pure_callback``), and those for which a
    runtime has an operator of its own. All others are exported as they are.

    Arguments:
        cls: the class; subclasses are not meant.

    The function gets the graph, the layer and the values of the arrays in the call, and gives the
    output's value or a list of several. ``graph.node(operator, *values, **attributes)`` adds a
    node and gives its output; arrays are constants.

    Raises:
        TypeError: not a class.

    >>> import numpy as np
    >>> from kerata.layers import Layer
    >>> class Double(Layer):
    ...     def call(self, x):
    ...         return 2 * x
    >>> @register_onnx(Double)
    ... def double(graph, layer, x):
    ...     return graph.node("Mul", x, np.array(2.0, "float32"))
    """
    if not isinstance(cls, type):
        raise TypeError(f"register_onnx takes a layer class, got {cls!r}.")

    def register(writer: Writer) -> Writer:
        _WRITERS[cls] = writer
        return writer

    return register


def writer_of(operation: Any) -> Writer | None:
    """Give the function that writes an operation, if its class has one."""
    return _WRITERS.get(type(operation))
