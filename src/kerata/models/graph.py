"""The graph between symbolic inputs and outputs, and how to run it on data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.messages import did_you_mean, shape_text
from kerata.base.scope import get_mask, set_mask
from kerata.base.symbolic import KerasTensor, Node, Operation, find_symbolic, is_symbolic
from kerata.kernels.sparse_rows import is_sparse_rows
from kerata.layers.core.dense import Dense
from kerata.layers.core.input_layer import InputLayer
from kerata.layers.layer import Layer
from kerata.layers.masks import attached
from kerata.models.host import HostPart, works_on_host


class Graph:
    """Operations between inputs and outputs, in an order in which they can run.

    Arguments:
        inputs: symbolic tensor, or nested lists or dictionaries of them.
        outputs: likewise.
        owner: what messages call it, ``"Model 'digits'"``.
        any_size: whether inputs of other sizes than the symbolic ones are let through, for
            the layers to judge.

    Attributes:
        nodes: calls of operations, each after those it depends on.
        operations: layers and other operations in Keras's order: far from the outputs first.

    Raises:
        TypeError: something that is not a symbolic tensor.
        ValueError: an output that does not follow from the inputs (a loose end), two
            layers of the same name.
    """

    _not_in_signature: ClassVar[tuple[str, ...]] = ("owner", "any_size", "host")

    def __init__(
        self, inputs: Any, outputs: Any, owner: str = "Model", any_size: bool = False
    ) -> None:
        for what, tree in (("inputs", inputs), ("outputs", outputs)):
            for x in jax.tree.leaves(tree):
                if not is_symbolic(x):
                    raise TypeError(
                        f"{owner}: {what} must be symbolic tensors, as Input(...) and "
                        f"layers called on it give; got {_describe(x)}."
                    )
            if not find_symbolic(tree):
                raise ValueError(f"{owner}: {what} is empty.")
        self.owner, self.any_size = owner, any_size
        self.input_struct, self.output_struct = inputs, outputs
        self.inputs, self.outputs = find_symbolic(inputs), find_symbolic(outputs)
        self._entrances = [_entrance(t) for t in self.inputs]
        self.nodes, self.operations = self._sort()
        self._check_names()
        # Inputs that only Dense layers read may come as bags; others are made dense in time.
        others = {id(t) for n in self.nodes if type(n.operation) is not Dense for t in n.inputs}
        self._sparse_inputs = [
            ref.dtype == "float32" and id(ref) not in others for ref in self.inputs
        ]
        strings = any(t.dtype == "string" for t in self.inputs)
        strings = strings or any(map(works_on_host, self.nodes))
        self.host = HostPart(self) if strings else None

    def _sort(self) -> tuple[list[Node], list[Operation]]:
        """Order nodes and operations; iterative, so that a very deep network is no problem."""
        known = {id(t) for t in self.inputs}
        order: list[Node] = []
        first_seen: dict[int, int] = {}
        state: dict[int, bool] = {}  # False: being visited, True: done
        for output in self.outputs:
            stack: list[tuple[KerasTensor, bool]] = [(output, False)]
            while stack:
                tensor, leaving = stack.pop()
                node = tensor.node
                if leaving:
                    assert node is not None
                    if not state[id(node)]:
                        state[id(node)] = True
                        order.append(node)
                    continue
                if id(tensor) in known or (node is not None and id(node) in state):
                    continue
                if node is None or not node.inputs:
                    raise ValueError(self._loose_end(tensor))
                state[id(node)] = False
                first_seen.setdefault(id(node.operation), len(first_seen))
                stack.append((tensor, True))
                stack += [(t, False) for t in reversed(node.inputs)]
        depth: dict[int, int] = {}
        for node in reversed(order):
            below = depth.setdefault(id(node), 0)
            for t in node.inputs:
                if id(t) not in known and t.node is not None:
                    depth[id(t.node)] = max(depth.get(id(t.node), 0), below + 1)
        of_operation: dict[int, int] = {}
        operations: dict[int, Operation] = {}
        for node in order:
            key = id(node.operation)
            operations[key] = node.operation
            of_operation[key] = max(of_operation.get(key, 0), depth[id(node)])
        deepest: dict[int, int] = {}
        for node in order:
            for i in node.inputs:
                deepest[id(i)] = max(deepest.get(id(i), -1), depth[id(node)])
        for t, entrance in zip(self.inputs, self._entrances, strict=True):
            of_operation[id(entrance)] = 1 + deepest.get(id(t), -1)
            operations[id(entrance)] = entrance
            first_seen.setdefault(id(entrance), len(first_seen))
        ordered = sorted(
            operations.values(), key=lambda op: (-of_operation[id(op)], first_seen[id(op)])
        )
        return order, ordered

    def _loose_end(self, tensor: KerasTensor) -> str:
        where = "" if tensor.node is None else f" (from Input {tensor.node.operation.name!r})"
        names = ", ".join(repr(e.name) for e in self._entrances)
        return (
            f"{self.owner} has a loose end: its outputs depend on the tensor "
            f"{tensor.name!r} of shape {shape_text(tensor.shape)}{where}, which does not follow "
            f"from the inputs {names}. Add it to inputs=[...], or connect it to one of them."
        )

    def _check_names(self) -> None:
        seen: dict[str, Operation] = {}
        for op in self.operations:
            if op.name in seen and isinstance(op, Layer):
                raise ValueError(
                    f"{self.owner} has two layers named {op.name!r}; "
                    "give each layer a name of its own."
                )
            seen[op.name] = op

    @property
    def layers(self) -> list[Layer]:
        """The layers, entrances included, without plain operations."""
        return [op for op in self.operations if isinstance(op, Layer)]

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs."""
        return [e.name for e in self._entrances]

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that make the outputs."""
        return [t.node.operation.name if t.node else t.name for t in self.outputs]

    def arrange(self, inputs: Any) -> list[Any]:
        """Bring inputs, in any accepted structure, into the order of ``self.inputs``.

        Raises:
            ValueError: another number of inputs, unknown or missing names, shapes that
                don't fit.
        """
        if self.host is not None and self.host.is_prepared(inputs):
            return list(self.host.rest.arrange(inputs))
        return [self._fit(x, i) for i, x in enumerate(self.in_order(inputs, _is_value))]

    def in_order(self, inputs: Any, is_leaf: Callable[[Any], bool]) -> list[Any]:
        """Bring inputs into the order of ``self.inputs`` as they are.

        Arguments:
            inputs: in any accepted structure.
            is_leaf: says where nested inputs end.

        Raises:
            ValueError: another number of inputs, unknown or missing names.
        """
        if isinstance(inputs, dict) or not _flat_is_clear(self.input_struct, inputs):
            flat = self._by_place(inputs)
        elif is_leaf(inputs):
            flat = [inputs]
        else:
            whole = inputs if isinstance(inputs, (list, tuple)) else [inputs]
            flat = [x for part in whole for x in jax.tree.leaves(part, is_leaf=is_leaf)]
        if len(flat) != len(self.inputs):
            raise ValueError(
                f"{self.owner} has {len(self.inputs)} inputs "
                f"({', '.join(self.input_names)}), but got {len(flat)}. If these are batches of "
                "one input, join them first with numpy.concatenate."
            )
        return flat

    def _by_place(self, inputs: Any) -> list[Any]:
        """Find inputs by their keys and places; a dictionary also by the inputs' names."""
        struct = self.input_struct
        if isinstance(inputs, dict) and not isinstance(struct, dict):
            struct = {e.name: t for t, e in zip(self.inputs, self._entrances, strict=True)}
        found: dict[int, Any] = {}
        self._assign(struct, inputs, found)
        return [found[id(t)] for t in self.inputs]

    def _assign(self, struct: Any, given: Any, found: dict[int, Any]) -> None:
        """Find what was given for each symbolic tensor of nested inputs, by its place."""
        if is_symbolic(struct):
            if isinstance(given, (list, tuple)) and len(given) == 1 and hasattr(given[0], "shape"):
                given = given[0]
            if _dictionaries(given):
                name = self._entrances[self.inputs.index(struct)].name
                raise ValueError(
                    f"{self.owner} expects one array for its input {name!r}, but got "
                    f"{_described(given)}."
                )
            found[id(struct)] = given
        elif isinstance(struct, dict):
            if not isinstance(given, dict):
                keys = ", ".join(f"{key!r}: ..." for key in struct)
                raise ValueError(
                    f"{self.owner} takes a dictionary {{{keys}}}, but got "
                    f"{_described(given)}, which leaves open which input is which; pass the "
                    "inputs with these keys."
                )
            for key, part in struct.items():
                if key not in given:
                    raise ValueError(
                        f"{self.owner} has an input {key!r}, which the given dictionary "
                        f"lacks. {did_you_mean(key, list(given))} The model's inputs: "
                        f"{', '.join(map(str, struct))}."
                    )
                self._assign(part, given[key], found)
        else:
            if not isinstance(given, (list, tuple)) or len(given) != len(struct):
                raise ValueError(
                    f"{self.owner} expects a list of {len(struct)} inputs in the place of "
                    f"{_described(given)}."
                )
            for part, value in zip(struct, given, strict=True):
                self._assign(part, value, found)

    def _fit(self, x: Any, i: int) -> Any:
        """Cast one input, add or drop a last axis of size 1 as Keras does, check its shape."""
        ref = self.inputs[i]
        if x is None:
            entrance = self._entrances[i]
            if getattr(entrance, "optional", False):
                return None
            raise ValueError(
                f"{self.owner}: input {entrance.name!r} is None, but only inputs made "
                "with Input(..., optional=True) may be left out."
            )
        if is_sparse_rows(x) and not self._sparse_inputs[i]:
            x = x.to_dense()
        if not is_symbolic(x) and not is_sparse_rows(x):
            mask, y = get_mask(x), jnp.asarray(x)
            if y.dtype != ref.dtype and ref.dtype != "string":
                y = y.astype(ref.dtype)
            if mask is not None and y is not x:
                set_mask(y, mask)
            x = y
        shape = tuple(x.shape)
        if len(shape) == len(ref.shape) + 1 and shape[-1] == 1:
            x = x.reshape(shape[:-1]) if not is_symbolic(x) else x[..., 0]
        elif len(shape) == len(ref.shape) - 1 and ref.shape[-1] == 1:
            x = x[..., None]
        shape = tuple(x.shape)
        same = len(shape) == len(ref.shape) and all(
            a is None or b is None or a == b for a, b in zip(shape, ref.shape, strict=True)
        )
        fits = same or self.any_size
        if not fits:
            raise ValueError(
                f"{self.owner}: input {self._entrances[i].name!r} expects shape "
                f"{shape_text(ref.shape)}, got {shape_text(shape)}.{_shape_hint(shape, ref.shape)}"
            )
        return x

    def for_inputs(self, inputs: Any) -> Graph:
        """Give the graph that inputs belong to: the rest of this one for prepared inputs."""
        ready = self.host is not None and self.host.is_prepared(inputs)
        return self.host.rest if ready and self.host is not None else self

    def run(self, inputs: Any, masks: Any = None) -> Any:
        """Compute the outputs, in the structure they were given in, for arrays or tensors.

        Arguments:
            inputs: in any accepted structure.
            masks: that of the input or those of several, in the same structure, None where
                there is none; those that the inputs carry by default.
        """
        if self.host is not None:
            return self.host.rest.run(self.host.prepare(inputs), masks)
        values = self.arrange(inputs)
        if masks is not None:
            # An input may be alone in a list, and so is its mask.
            placed = self._by_place(masks) if isinstance(masks, dict) else masks
            given = jax.tree.leaves(placed, is_leaf=lambda m: m is None)
            given += [None] * (len(values) - len(given))
            values = [attached(x, mask) for x, mask in zip(values, given, strict=False)]
        return self.follow(values, lambda operation, a, k: operation(*a, **k))

    def follow(self, inputs: list[Any], call: Callable[[Operation, Any, Any], Any]) -> Any:
        """Go through the graph, node by node.

        Arguments:
            inputs: values in the order of ``self.inputs``.
            call: computes a node's outputs from its operation, arguments and keywords.

        Returns:
            What the outputs came to, in their structure.
        """
        values = {id(t): x for t, x in zip(self.inputs, inputs, strict=True)}

        def fill(x: Any) -> Any:
            return values[id(x)] if is_symbolic(x) else x

        for node in self.nodes:
            args, kwargs = jax.tree.map(fill, (node.args, node.kwargs), is_leaf=is_symbolic)
            outputs = call(node.operation, args, kwargs)
            symbols = find_symbolic(node.outputs)
            leaves = jax.tree.leaves(outputs, is_leaf=is_symbolic)
            values.update({id(s): x for s, x in zip(symbols, leaves, strict=True)})
        return jax.tree.map(fill, self.output_struct, is_leaf=is_symbolic)


def _entrance(tensor: KerasTensor) -> Layer:
    """Give the InputLayer of a tensor; a new one for a tensor from the middle of a graph."""
    operation = None if tensor.node is None else tensor.node.operation
    if isinstance(operation, InputLayer):
        return operation
    return InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype)


def _is_value(x: Any) -> bool:
    return x is None or is_symbolic(x) or is_sparse_rows(x)


def _dictionaries(tree: Any) -> list[dict[Any, Any]]:
    """List the dictionaries in nested lists, tuples and dictionaries."""
    if isinstance(tree, dict):
        return [tree, *(d for part in tree.values() for d in _dictionaries(part))]
    if isinstance(tree, (list, tuple)):
        return [d for part in tree for d in _dictionaries(part)]
    return []


def _flat_is_clear(struct: Any, inputs: Any) -> bool:
    """Say whether inputs that aren't a dictionary have one possible order.

    Keys that were given in their alphabetical order leave no doubt; others were flattened
    in that order by whoever wrote a list, or in their own.
    """
    return not _dictionaries(inputs) and all(list(d) == sorted(d) for d in _dictionaries(struct))


def _shape_hint(got: tuple[int | None, ...], want: tuple[int | None, ...]) -> str:
    sizes = [int(np.prod([d or 0 for d in s[1:]])) for s in (got, want)]
    if want[0] is not None and got[1:] == want[1:]:
        return f" It takes batches of {want[0]} rows: pass batch_size={want[0]} and whole batches."
    if sizes[0] == sizes[1] and sizes[0] > 0 and None not in want[1:]:
        return f" Reshape the data first: x.reshape((-1, {', '.join(map(str, want[1:]))}))."
    if len(got) == len(want) - 1 and got[1:] == want[2:]:
        return " One row needs a batch axis too: x[None]."
    return ""


def _described(given: Any) -> str:
    if isinstance(given, dict):
        return f"a dictionary with the keys {', '.join(map(repr, given))}"
    if isinstance(given, (list, tuple)):
        return f"a {type(given).__name__} of {len(given)}"
    return _describe(given)


def _describe(x: Any) -> str:
    shape = getattr(x, "shape", None)
    return type(x).__name__ if shape is None else f"{type(x).__name__} of shape {tuple(shape)}"
