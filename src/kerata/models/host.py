"""The part of a graph that works on strings, which compiled programs can't hold."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerata.base.symbolic import KerasTensor, Node, find_symbolic, is_symbolic


class HostPart:
    """What runs on the data before the compiled program: layers of strings at the beginning.

    Arguments:
        graph: a graph with such layers.

    Attributes:
        rest: what is left: a graph from a dictionary of prepared inputs to the same outputs.

    Raises:
        ValueError: strings that reach another layer or an output, a layer of strings that
            depends on what the compiled program computes.
    """

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.nodes = _early_nodes(graph)
        early = {id(t) for t in graph.inputs}
        for node in self.nodes:
            late = next((t for t in node.inputs if id(t) not in early), None)
            if late is not None:
                raise ValueError(
                    f"{graph.owner}: layer {node.operation.name!r} works on strings, "
                    f"which is possible at the beginning of a model only, but its input "
                    f"{late.name!r} is computed by other layers: apply it to what the model "
                    "predicts."
                )
            early |= {id(t) for t in find_symbolic(node.outputs)}
        self._ends = self._between(early)
        names = dict(zip(map(id, graph.inputs), graph.input_names, strict=True))
        self.rest: Any = type(graph)(
            {names.get(id(t), f"{t.name} {i}"): t for i, t in enumerate(self._ends)},
            graph.output_struct,
            graph.owner,
        )

    def _between(self, early: set[int]) -> list[KerasTensor]:
        """List the tensors that the compiled part begins with."""
        found: dict[int, KerasTensor] = {}
        moved = set(map(id, self.nodes))
        for node in self.graph.nodes:
            if id(node) not in moved:
                found.update({id(t): t for t in node.inputs if id(t) in early})
            if not works_on_host(node):
                self._refuse(node.inputs, f"layer {node.operation.name!r}")
        found.update({id(t): t for t in self.graph.outputs if id(t) in early})
        self._refuse(self.graph.outputs, "an output")
        return list(found.values())

    def _refuse(self, tensors: list[KerasTensor], what: str) -> None:
        for t in tensors:
            if t.dtype == "string":
                raise ValueError(
                    f"{self.graph.owner}: strings of {t.name!r} reach {what}; compiled "
                    "models compute with numbers, so a TextVectorization, StringLookup, Hashing "
                    "or HashedCrossing layer must come first."
                )

    def is_prepared(self, inputs: Any) -> bool:
        """Say whether inputs are what ``prepare`` gives."""
        return isinstance(inputs, dict) and inputs.keys() == self.rest.input_struct.keys()

    def prepare(self, inputs: Any) -> dict[str, Any]:
        """Run the layers of strings on raw inputs, in any structure that the graph accepts."""
        if self.is_prepared(inputs):
            return inputs
        graph = self.graph
        read = {id(t) for node in self.nodes for t in node.inputs}
        values = {
            id(ref): _as_rows(x, ref) if id(ref) in read or ref.dtype == "string" else x
            for ref, x in zip(graph.inputs, graph.in_order(inputs, _raw), strict=True)
        }

        def fill(x: Any) -> Any:
            return values[id(x)] if is_symbolic(x) else x

        for node in self.nodes:
            args, kwargs = jax.tree.map(fill, (node.args, node.kwargs), is_leaf=is_symbolic)
            outputs: Any = node.operation
            outputs = outputs(*args, **kwargs)
            symbols = find_symbolic(node.outputs)
            values.update({id(s): x for s, x in zip(symbols, [outputs], strict=True)})
        return {
            name: values[id(t)] for name, t in zip(self.rest.input_struct, self._ends, strict=True)
        }


def works_on_host(node: Node) -> bool:
    """Say whether a call belongs to the part before the compiled program."""
    return bool(getattr(node.operation, "works_on_host", False))


def _early_nodes(graph: Any) -> list[Node]:
    """List the calls of layers of strings, and of those layers before them that may go along."""
    wanted: set[int] = set()
    early: set[int] = set()
    for node in reversed(graph.nodes):
        gives = any(id(t) in wanted for t in find_symbolic(node.outputs))
        along = gives and getattr(node.operation, "may_work_on_host", False)
        if along or works_on_host(node):
            early.add(id(node))
            wanted |= {id(t) for t in node.inputs}
    return [node for node in graph.nodes if id(node) in early]


def _raw(x: Any) -> bool:
    """Say whether nested inputs end here: anything but a dictionary or a list of arrays."""
    return not isinstance(x, dict) and not (
        isinstance(x, (list, tuple)) and any(getattr(part, "ndim", 0) > 0 for part in x)
    )


def _as_rows(x: Any, ref: KerasTensor) -> Any:
    """Give data as an array of the rank that the graph expects."""
    array = np.asarray(x, dtype=object) if isinstance(x, (list, tuple)) else np.asarray(x)
    if array.ndim == len(ref.shape) - 1 and ref.shape[-1] == 1:
        return array[..., None]
    if array.ndim == len(ref.shape) + 1 and array.shape[-1] == 1:
        return array[..., 0]
    return array
