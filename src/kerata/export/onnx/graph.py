"""An ONNX graph while it is being written: nodes, constants, sizes that are known when it runs."""

from __future__ import annotations

import ast
import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

# A constant, or the name of what a node gives.
Value = np.ndarray | np.generic | str

OPSET = 20
ML_OPSET = 4
ML = "ai.onnx.ml"
# The oldest format of files that holds these operator sets.
IR_VERSION = 9


class OnnxGraph:
    """Collects the nodes of a graph, and of the bodies of loops inside it.

    Operators are those of ONNX's default domain in version 20, and of ``ai.onnx.ml`` in version 4.
    """

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._main = self._nodes
        self._constants: dict[str, np.ndarray] = {}
        self._known: dict[tuple[Any, ...], str] = {}
        self._sizes: dict[str, str] = {}
        self._count = 0
        self.taken: set[str] = set()

    def name(self, hint: str = "t") -> str:
        """Give a name that nothing has yet."""
        while True:
            self._count += 1
            if (name := f"{hint}_{self._count}") not in self.taken:
                return name

    def named(self, value: Value) -> str:
        """Give the name of a value; a constant is kept, once."""
        if isinstance(value, str):
            return value
        value = np.asarray(value)
        strings = value.dtype.kind in "OUS"
        content = tuple(value.ravel().tolist()) if strings else value.tobytes()
        key = (str(value.dtype), value.shape, content)
        if key not in self._known:
            self._known[key] = name = self.name("c")
            self._constants[name] = value
        return self._known[key]

    def node(
        self, operator: str, *inputs: Value, outputs: int = 1, domain: str = "", **attributes: Any
    ) -> Any:
        """Add a node.

        Arguments:
            operator: its name, as ONNX writes it.
            *inputs: names or arrays; an empty name is an input that is left out.
            outputs: how many there are; 1 by default.
            domain: ``''`` (the default) or ``'ai.onnx.ml'``.
            **attributes: the operator's, those that are None left out.

        Returns:
            The output's name, or the list of the names of several.
        """
        from onnx import helper

        results = [self.name(operator.lower()) for _ in range(outputs)]
        self._nodes.append(
            helper.make_node(
                operator,
                [self.named(x) for x in inputs],
                results,
                name=self.name(operator),
                domain=domain,
                **{key: value for key, value in attributes.items() if value is not None},
            )
        )
        return results[0] if outputs == 1 else results

    @contextlib.contextmanager
    def body(self) -> Iterator[list[Any]]:
        """Collect the nodes added inside a ``with`` block apart, for the body of a loop."""
        outer, self._nodes = self._nodes, []
        try:
            yield self._nodes
        finally:
            self._nodes = outer

    # Sizes -----------------------------------------------------------------------------

    def input_size(self, symbol: str, name: str, axis: int) -> None:
        """Say that an axis of a value outside of bodies has the size that a symbol stands for."""
        if symbol not in self._sizes:
            with self._outside():
                self._sizes[symbol] = self.node("Shape", name, start=axis, end=axis + 1)

    @contextlib.contextmanager
    def _outside(self) -> Iterator[None]:
        """Add nodes outside of all bodies, before those that are being written."""
        outer, self._nodes = self._nodes, self._main
        try:
            yield
        finally:
            self._nodes = outer

    def size(self, dimension: Any) -> Value:
        """Give a size as an int64 array ``(1,)``, computed when the graph runs if need be."""
        if isinstance(dimension, (int, np.integer)):
            return np.array([dimension], np.int64)
        text = str(dimension)
        if text not in self._sizes:
            tree = ast.parse(text.replace("^", "**"), mode="eval").body
            with self._outside():
                self._sizes[text] = self.named(self._computed(tree))
        return self._sizes[text]

    def _computed(self, tree: ast.expr) -> Value:
        """Write what JAX prints for a size that depends on others, such as ``floordiv(n, 2)``."""
        if isinstance(tree, ast.Constant):
            return np.array([tree.value], np.int64)
        if isinstance(tree, ast.Name):
            return self._sizes[tree.id]
        if isinstance(tree, ast.UnaryOp):
            return self.node("Neg", self._computed(tree.operand))
        if isinstance(tree, ast.BinOp):
            left, right = self._computed(tree.left), self._computed(tree.right)
            operators = {ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Pow: "Pow"}
            return self.node(operators[type(tree.op)], left, right)
        assert isinstance(tree, ast.Call)
        assert isinstance(tree.func, ast.Name)
        parts = [self._computed(part) for part in tree.args]
        if tree.func.id == "floordiv":
            # ONNX's division of integers cuts, as C does; its Mod has the divisor's sign.
            whole = self.node("Sub", parts[0], self.node("Mod", *parts))
            return self.node("Div", whole, parts[1])
        return self.node({"mod": "Mod", "max": "Max", "min": "Min"}[tree.func.id], *parts)

    def shape(self, dimensions: Sequence[Any]) -> Value:
        """Give a shape as an int64 array ``(axes,)``."""
        if not dimensions:
            return np.zeros(0, np.int64)
        parts = [self.size(d) for d in dimensions]
        if all(isinstance(part, np.ndarray) for part in parts):
            return np.concatenate(parts)
        return self.node("Concat", *parts, axis=0)

    def target(self, dimensions: Sequence[Any]) -> Value:
        """Give the shape that ``Reshape`` takes: one unknown size is left to it."""
        unknown = [not isinstance(d, (int, np.integer)) for d in dimensions]
        if sum(unknown) == 1 and 0 not in [
            d for d, u in zip(dimensions, unknown, strict=True) if not u
        ]:
            return np.array([-1 if u else d for d, u in zip(dimensions, unknown, strict=True)])
        return self.shape(dimensions)

    # Operations that constants pass through ------------------------------------------------

    def transpose(self, x: Value, order: Sequence[int]) -> Value:
        """Put axes into another order."""
        order = [int(axis) for axis in order]
        if order == list(range(len(order))):
            return x
        if isinstance(x, np.ndarray):
            return np.ascontiguousarray(x.transpose(order))
        return self.node("Transpose", x, perm=order)

    def reshape(self, x: Value, dimensions: Sequence[Any]) -> Value:
        """Give another shape."""
        known = all(isinstance(d, (int, np.integer)) for d in dimensions)
        if isinstance(x, np.ndarray) and known:
            return x.reshape([int(d) for d in dimensions])
        empty = 1 if known and math.prod(dimensions) == 0 else None
        return self.node("Reshape", x, self.target(dimensions), allowzero=empty)

    def cast(self, x: Value, dtype: Any) -> Value:
        """Give another type."""
        if isinstance(x, np.ndarray):
            return x.astype(np.dtype(dtype))
        return self.node("Cast", x, to=onnx_type(dtype))

    def slice(self, x: Value, starts: Any, ends: Any, axes: Any, steps: Any = None) -> Value:
        """Cut out a part; all bounds are lists of ints, or values."""
        bounds = [b if isinstance(b, str) else np.asarray(b, np.int64) for b in (starts, ends)]
        last = () if steps is None else (np.asarray(steps, np.int64),)
        return self.node("Slice", x, *bounds, np.asarray(axes, np.int64), *last)

    # The whole ---------------------------------------------------------------------------

    def proto(self, name: str, inputs: list[Any], outputs: list[Any]) -> Any:
        """Give the whole graph as ONNX's ``ModelProto``, whose declarations are as given."""
        from onnx import helper, numpy_helper

        from kerata._version import __version__

        graph = helper.make_graph(
            self._needed([out.name for out in outputs]), name, inputs, outputs
        )
        read = _read(graph)
        for key, value in self._constants.items():
            if key in read:
                graph.initializer.append(_tensor(numpy_helper, key, value))
        domains = {node.domain for node in graph.node}
        versions = {"": OPSET, ML: ML_OPSET}
        opsets = [helper.make_opsetid(d, versions.get(d, 1)) for d in sorted(domains | {""})]
        return helper.make_model(
            graph,
            opset_imports=opsets,
            producer_name="kerata",
            producer_version=__version__,
            ir_version=IR_VERSION,
        )

    def _needed(self, outputs: list[str]) -> list[Any]:
        """Leave out nodes that no output depends on."""
        wanted, kept = set(outputs), []
        for node in reversed(self._main):
            if wanted.intersection(node.output):
                kept.append(node)
                wanted |= _inputs_of(node)
        return kept[::-1]

    def rename(self, name: Value, new: str) -> str:
        """Give a value a name of the caller's choice."""
        from onnx import helper

        self._nodes.append(helper.make_node("Identity", [self.named(name)], [new], name=f"{new}_"))
        return new


def _inputs_of(node: Any) -> set[str]:
    """Give the names that a node reads, those read inside its bodies included."""
    found = set(node.input)
    for attribute in node.attribute:
        if attribute.HasField("g"):
            inner = {name for n in attribute.g.node for name in _inputs_of(n)}
            found |= inner | {out.name for out in attribute.g.output}
    return found


def _read(graph: Any) -> set[str]:
    outputs = {out.name for out in graph.output}
    return outputs.union(*[_inputs_of(node) for node in graph.node])


def _tensor(numpy_helper: Any, name: str, value: np.ndarray) -> Any:
    if value.dtype.kind in "US":
        value = value.astype(object)
    return numpy_helper.from_array(np.asarray(value, order="C"), name)


def onnx_type(dtype: Any) -> int:
    """Give ONNX's number of a type, ``'string'`` included."""
    from onnx import TensorProto, helper

    if str(dtype) in ("string", "object"):
        return int(TensorProto.STRING)
    if str(dtype) == "bfloat16":
        return int(TensorProto.BFLOAT16)
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def declared(name: str, dtype: Any, shape: Sequence[Any] | None) -> Any:
    """Declare an input or output; sizes that are no ints are unknown, by their names."""
    from onnx import helper

    sizes = None
    if shape is not None:
        sizes = [int(d) if isinstance(d, (int, np.integer)) else str(d) for d in shape]
    return helper.make_tensor_value_info(name, onnx_type(dtype), sizes)
