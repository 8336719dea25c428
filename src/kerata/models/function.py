"""A part of a functional graph as one operation."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.base.symbolic import KerasTensor, Operation, is_symbolic
from kerata.models.graph import Graph


class Function(Operation):
    """The operations between symbolic inputs and outputs, to be applied again to other inputs.

    Unlike a functional model it keeps no list of weights and can't be compiled, trained or
    saved; layers inside keep their own weights.

    Arguments:
        inputs: a symbolic tensor, or nested lists, tuples or dictionaries of them.
        outputs: likewise; they must follow from the inputs alone.
        name: given automatically if left out.

    Raises:
        TypeError: something that is not a symbolic tensor.
        ValueError: no inputs or outputs; an output that does not follow from the inputs; two
            operations of one name; when called, inputs of another structure or shape.

    >>> from kerata import KerasTensor, ops
    >>> x, y = KerasTensor((None, 2)), KerasTensor((None, 2))
    >>> function = Function([x, y], ops.sum(x * y, axis=1))
    >>> function([jnp.ones((3, 2)), 2 * jnp.ones((3, 2))]).tolist()
    [4.0, 4.0, 4.0]
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        self._graph = Graph(inputs, outputs, self._title)
        made = {id(operation) for operation in self._graph.operations}
        given = {id(t.node.operation) for t in self._graph.inputs if t.node is not None}
        given |= {id(node.operation) for node in self._graph.nodes}
        self._operations = [op for op in self._graph.operations if id(op) in made & given]
        names = [operation.name for operation in self._operations]
        for twice in names:
            if names.count(twice) > 1:
                raise ValueError(
                    f"{self._title} has {names.count(twice)} operations named {twice!r}; give "
                    "each a name of its own."
                )

    @property
    def _title(self) -> str:
        return f"Function {self.name!r}"

    @property
    def operations(self) -> list[Operation]:
        """The operations, those far from the outputs first."""
        return list(self._operations)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs, one after the other."""
        return self._graph.inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs, one after the other."""
        return self._graph.outputs

    def call(self, inputs: Any) -> Any:
        """Compute the outputs.

        Arguments:
            inputs: arrays in the structure of the symbolic inputs, shapes as there.
        """
        values = [jnp.asarray(x) for x in self._flat(inputs)]
        return self._graph.follow(values, lambda operation, a, k: operation(*a, **k))

    def compute_output_spec(self, inputs: Any) -> Any:
        """Give the outputs as symbolic tensors.

        Arguments:
            inputs: symbolic tensors in the structure of the symbolic inputs.
        """
        given = self._flat(inputs)
        if all(x.shape == t.shape for x, t in zip(given, self.inputs, strict=True)):
            return jax.tree.map(lambda t: KerasTensor(t.shape, t.dtype), self._graph.output_struct)
        return self._graph.follow(given, lambda op, a, k: op.compute_output_spec(*a, **k))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the outputs' shapes for inputs of other shapes, in the same structure."""
        shapes = jax.tree.leaves(input_shape, is_leaf=_is_shape)
        tensors = [
            KerasTensor(shape, t.dtype) for shape, t in zip(shapes, self.inputs, strict=True)
        ]
        structure = jax.tree.structure(input_shape, is_leaf=_is_shape)
        spec = self.compute_output_spec(jax.tree.unflatten(structure, tensors))
        return jax.tree.map(lambda t: t.shape, spec, is_leaf=is_symbolic)

    def get_config(self) -> dict[str, Any]:
        """Refuse: the tensors between which it lies can't be written into a file."""
        raise NotImplementedError(
            f"{self._title} can't be saved or copied, as in Keras; make it a Model, "
            "Model(inputs, outputs), which can."
        )

    def _flat(self, inputs: Any) -> list[Any]:
        """List inputs whose structure and shapes are as they must be."""
        structure: Any = jax.tree.structure(self._graph.input_struct, is_leaf=is_symbolic)
        got: Any = jax.tree.structure(inputs, is_leaf=is_symbolic)
        if got != structure:
            raise ValueError(
                f"{self._title} takes inputs in the structure {_drawn(structure)}, but got "
                f"{_drawn(got)}."
            )
        values = jax.tree.leaves(inputs, is_leaf=is_symbolic)
        for x, t in zip(values, self.inputs, strict=True):
            shape = tuple(jnp.shape(x) if not is_symbolic(x) else x.shape)
            if len(shape) != len(t.shape) or any(
                None not in (a, b) and a != b for a, b in zip(shape, t.shape, strict=True)
            ):
                raise ValueError(
                    f"{self._title}: input {t.name!r} expects shape {shape_text(t.shape)}, got "
                    f"{shape_text(shape)}."
                )
        return values


def _is_shape(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and all(d is None or isinstance(d, int) for d in x)


def _drawn(structure: Any) -> str:
    return str(structure).removeprefix("PyTreeDef(").removesuffix(")")
