"""From JAX's primitive operations to ONNX's operators, one equation after the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from jax.extend.core import Literal

from kerata.export.errors import ExportError
from kerata.export.onnx.graph import OnnxGraph, Value, declared

# Adds the nodes of one equation; gives what it computes, a list where there are several.
Rule = Callable[..., Any]

RULES: dict[str, Rule] = {}
# Calls that are written out where they stand, with the parameter that holds what is called.
_CALLS = {
    **dict.fromkeys(("jit", "closed_call", "remat2", "checkpoint", "composite"), "jaxpr"),
    **dict.fromkeys(("custom_jvp_call", "custom_vjp_call"), "call_jaxpr"),
}
# Why what remains has no place in such a file.
_REASONS = (
    (r"random|threefry", "it draws random numbers, which an exported network does not"),
    (r"callback|pure_call", "it calls back into Python"),
    (r"cholesky|lu|qr|eigh|svd|schur|triangular|tridiagonal|eig", "ONNX has no linear algebra"),
    (r"fft|complex|real|imag", "complex numbers have no place in the runtime's operators"),
)


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Say which primitives a function writes: ``function(converter, equation, *values)``."""

    def add(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return add


class Converter:
    """Writes equations into a graph.

    Arguments:
        graph: where nodes go.
        marked: functions to write instead of marked calls, by the calls' names.
        places: what to call the places of equations in errors, by the marks in their names.
    """

    def __init__(
        self,
        graph: OnnxGraph,
        marked: dict[str, Callable[..., list[Value]]] | None = None,
        places: dict[str, str] | None = None,
    ) -> None:
        self.graph = graph
        self.marked = marked or {}
        self.places = places or {}
        self._where = "The model"

    def run(self, closed: Any, inputs: list[Value]) -> list[Value]:
        """Write the equations of a closed jaxpr."""
        return self.write(closed.jaxpr, [np.asarray(c) for c in closed.consts], inputs)

    def write(self, jaxpr: Any, consts: list[Value], inputs: list[Value]) -> list[Value]:
        """Write the equations of a jaxpr; gives what its outputs are."""
        values: dict[Any, Value] = dict(zip(jaxpr.constvars, consts, strict=True))
        values.update(zip(jaxpr.invars, inputs, strict=True))

        def read(var: Any) -> Value:
            if isinstance(var, Literal):
                aval: Any = var.aval
                return np.asarray(var.val, aval.dtype)
            return values[var]

        for equation in jaxpr.eqns:
            results = self._equation(equation, [read(var) for var in equation.invars])
            values.update(zip(equation.outvars, results, strict=True))
        return [read(var) for var in jaxpr.outvars]

    def _equation(self, equation: Any, inputs: list[Value]) -> list[Value]:
        outer, self._where = self._where, self.place(equation)
        try:
            return self._written(equation, inputs)
        finally:
            self._where = outer

    def _written(self, equation: Any, inputs: list[Value]) -> list[Value]:
        name = equation.primitive.name
        called = _CALLS.get(name)
        if called is not None and called in equation.params:
            mark = equation.params.get("name", "")
            if mark in self.marked:
                return self.marked[mark](self.graph, equation, inputs)
            inner = equation.params[called]
            if hasattr(inner, "consts"):
                return self.run(inner, inputs)
            return self.write(inner, [], inputs)
        folded = _folded(equation, inputs)
        if folded is not None:
            return folded
        if name not in RULES:
            raise ExportError(self.refusal(equation))
        results = RULES[name](self, equation, *inputs)
        return results if isinstance(results, list) else [results]

    def refusal(self, equation: Any, why: str | None = None) -> str:
        """Say that an equation can't be exported, and why."""
        name = equation.primitive.name
        if why is None:
            found = [reason for words, reason in _REASONS if re.search(words, name)]
            why = found[0] if found else "no ONNX operator is known for it here"
        return f"{self.place(equation)} can't be exported to ONNX: its operation {name!r}: {why}."

    def place(self, equation: Any) -> str:
        """Name the layer in which an equation stands."""
        scopes = str(equation.source_info.name_stack)
        found = [text for mark, text in self.places.items() if mark in scopes]
        # Layers inside others are called later, and are the ones to name; bodies of loops don't
        # say where they stand.
        return found[-1] if found else self._where

    def body(
        self, closed: Any, consts: list[Value], name: str, first: list[Any], extra: Any
    ) -> Any:
        """Write a jaxpr as the body of a loop, which may read everything around it.

        Arguments:
            closed: the jaxpr; its first inputs are ``consts``, the others the body's.
            consts: values from outside.
            name: for the body.
            first: declarations of the body's inputs that come before those of the jaxpr.
            extra: called with the outputs, gives all that the body gives.
        """
        from onnx import helper

        own = closed.jaxpr.invars[len(consts) :]
        with self.graph.body() as nodes:
            inputs = [self.graph.name("in") for _ in own]
            outputs = self.run(closed, [*consts, *inputs])
            results = extra(outputs, inputs)
            names = []
            for value, _, _ in results:
                # An output of a body must be made by one of its nodes.
                names.append(self.graph.node("Identity", value))
            declarations = [
                declared(n, var.aval.dtype, var.aval.shape)
                for n, var in zip(inputs, own, strict=True)
            ]
            given = [
                declared(n, dtype, shape)
                for n, (_, dtype, shape) in zip(names, results, strict=True)
            ]
            return helper.make_graph(
                list(nodes), self.graph.name(name), [*first, *declarations], given
            )


def _folded(equation: Any, inputs: list[Value]) -> list[Value] | None:
    """Compute what depends on small constants alone with NumPy, where that is the same."""
    numpy_function = _FOLDED.get(equation.primitive.name)
    if numpy_function is None or not all(isinstance(x, np.ndarray) for x in inputs):
        return None
    out = equation.outvars[0].aval
    if not all(isinstance(d, int) for d in out.shape):
        return None
    result = numpy_function(equation.params, *inputs)
    return [np.ascontiguousarray(result).astype(out.dtype).reshape(out.shape)]


def _broadcast(params: Any, x: np.ndarray) -> np.ndarray:
    shape = [1] * len(params["shape"])
    for axis, size in zip(params["broadcast_dimensions"], x.shape, strict=True):
        shape[axis] = size
    return np.broadcast_to(x.reshape(shape), params["shape"])


def _iota(params: Any) -> np.ndarray:
    shape, axis = params["shape"], params["dimension"]
    column = np.arange(shape[axis]).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    return np.broadcast_to(column, shape)


_FOLDED: dict[str, Callable[..., Any]] = {
    "iota": lambda p: _iota(p),
    "broadcast_in_dim": _broadcast,
    "convert_element_type": lambda p, x: x.astype(p["new_dtype"]),
    "reshape": lambda p, x: x.reshape(p["new_sizes"]),
    "squeeze": lambda p, x: x,
    "transpose": lambda p, x: x.transpose(p["permutation"]),
    "rev": lambda p, x: np.flip(x, p["dimensions"]),
    "copy": lambda p, x: x,
    "stop_gradient": lambda p, x: x,
    "add": lambda p, x, y: x + y,
    "sub": lambda p, x, y: x - y,
    "mul": lambda p, x, y: x * y,
    "max": lambda p, x, y: np.maximum(x, y),
    "min": lambda p, x, y: np.minimum(x, y),
    "lt": lambda p, x, y: x < y,
    "gt": lambda p, x, y: x > y,
    "le": lambda p, x, y: x <= y,
    "ge": lambda p, x, y: x >= y,
    "eq": lambda p, x, y: x == y,
    "ne": lambda p, x, y: x != y,
    "and": lambda p, x, y: x & y,
    "or": lambda p, x, y: x | y,
    "not": lambda p, x: ~x,
    "sqrt": lambda p, x: np.sqrt(x),
}
