"""The states of recurrent layers: checked, put in order, kept from batch to batch."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.messages import shape_text
from kerata.base.symbolic import is_symbolic
from kerata.base.variable import Variable
from kerata.layers.layer import Layer


class KeptStates:
    """Variables that hold the states of a stateful layer after a batch.

    They are no weights: neither files nor ``get_weights`` have them, as in Keras.
    """

    def __init__(self, states: Any) -> None:
        self.tree = jax.tree.map(lambda x: Variable(x, trainable=False, name="rnn_state"), states)

    @property
    def leaves(self) -> list[Variable]:
        """The variables, in the order of the states."""
        return jax.tree.leaves(self.tree, is_leaf=lambda x: isinstance(x, Variable))

    def values(self) -> Any:
        """Give the states."""
        return jax.tree.map(
            lambda v: v._read(), self.tree, is_leaf=lambda x: isinstance(x, Variable)
        )

    def set(self, states: Any) -> None:
        """Keep new states."""
        for variable, value in zip(self.leaves, jax.tree.leaves(states), strict=True):
            variable.assign(value)

    def reset(self) -> None:
        """Go back to zeros."""
        for variable in self.leaves:
            variable.assign(np.zeros(variable.shape, variable.dtype))


def sizes_of(cell: Any) -> list[Any]:
    """Give a cell's ``state_size`` as a list: an integer, a shape or several of them a state.

    Raises:
        ValueError: something else.
    """
    size = cell.state_size
    sizes = [size] if is_integer(size) else list(size) if isinstance(size, (list, tuple)) else []
    if not sizes:
        raise ValueError(
            f"The state_size of {type(cell).__name__} must be an integer or a list of them, "
            f"got {size!r}."
        )
    return sizes


def batched_shapes(sizes: list[Any], batch: int | None) -> list[Any]:
    """Give the shapes of states of these sizes; several sizes of a cell make a list."""
    return [
        [(batch, s) for s in size] if isinstance(size, (list, tuple)) else (batch, size)
        for size in sizes
    ]


def as_states(layer: Layer, given: Any, first: Any, dtype: str) -> Any:
    """Bring given states into the structure of a layer's first ones.

    Arguments:
        layer: for the message.
        given: array, or lists of arrays, as a caller passed them.
        first: states that the layer starts with otherwise, or their shapes.
        dtype: type of the cell.

    Raises:
        ValueError: another number of states, or other shapes.
    """
    leaves = jax.tree.leaves(given, is_leaf=is_symbolic)
    wanted, structure = jax.tree.flatten(first, is_leaf=_is_shape)
    shapes: list[Any] = [w if _is_shape(w) else tuple(w.shape) for w in wanted]
    got: list[Any] = [x.shape if is_symbolic(x) else np.shape(x) for x in leaves]
    if len(shapes) != len(got) or not all(map(_fit, shapes, got)):
        some = ", ".join(f"(batch, {', '.join(map(str, s[1:]))})" for s in shapes)
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): initial_state must be "
            f"{'an array of shape' if len(shapes) == 1 else f'{len(shapes)} arrays of shapes'} "
            f"{some}, with the batch of the inputs, {shapes[0][0]}; got "
            f"{', '.join(map(shape_text, got)) or 'nothing'}."
        )
    if any(map(is_symbolic, leaves)):
        return given
    return jax.tree.unflatten(structure, [jnp.asarray(x).astype(dtype) for x in leaves])


def _is_shape(x: Any) -> bool:
    return isinstance(x, tuple) and all(d is None or is_integer(d) for d in x)


def _fit(wanted: tuple[int | None, ...], got: tuple[int | None, ...]) -> bool:
    return len(wanted) == len(got) and all(
        a is None or b is None or a == b for a, b in zip(wanted, got, strict=True)
    )
