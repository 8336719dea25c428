"""Several cells as one."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.arguments import is_integer
from kerata.layers.layer import Layer
from kerata.layers.rows import keeps_rows_apart
from kerata.layers.signature import call_signature


class StackedRNNCells(Layer):
    """Cells one after the other in each step, as one cell: the output of each is the next's input.

    Input ``(batch, features)``, float; output that of the last cell; states a list with those of
    each cell.

    Arguments:
        cells: list of cells, see ``RNN``.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: no cells; something without ``call`` or ``state_size``.

    >>> import numpy as np
    >>> from kerata.layers import RNN, GRUCell
    >>> cells = StackedRNNCells([GRUCell(3), GRUCell(2)])
    >>> cells.state_size, RNN(cells)(np.ones((4, 5, 1))).shape
    ([3, 2], (4, 2))

    Source: Graves 2013, Generating sequences with recurrent neural networks, section 2.
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(cells, (list, tuple)) or not cells:
            raise ValueError(f"StackedRNNCells needs a list of cells, got cells={cells!r}.")
        for cell in cells:
            check_cell("StackedRNNCells", cell)
        self.cells = list(cells)

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return all(map(keeps_rows_apart, self.cells))

    @property
    def state_size(self) -> list[Any]:
        """The sizes of the states, those of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """The size of the last cell's output."""
        return output_size_of(self.cells[-1])

    def build(self, input_shape: Any) -> None:
        """Build each cell for the outputs of the one before."""
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
                cell.built = True
            input_shape = (input_shape[0], output_size_of(cell))

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Give the states to begin with, those of each cell."""
        return [self._first_states(cell, batch_size) for cell in self.cells]

    def _first_states(self, cell: Any, batch_size: Any) -> Any:
        make = getattr(cell, "get_initial_state", None)
        if make is not None:
            return make(batch_size=batch_size)
        if is_integer(cell.state_size):
            return jnp.zeros((batch_size, cell.state_size), self.compute_dtype)
        return [jnp.zeros((batch_size, d), self.compute_dtype) for d in cell.state_size]

    def call(self, inputs: Any, states: Any, training: bool = False, **kwargs: Any) -> Any:
        """Compute the last cell's output and the new states of all."""
        new = []
        for cell, own in zip(self.cells, states, strict=True):
            several = isinstance(own, (list, tuple))
            takes = isinstance(cell, Layer) and call_signature(type(cell)).takes_training
            more = {**kwargs, "training": training} if takes else kwargs
            call = cell if callable(cell) else cell.call
            inputs, after = call(inputs, list(own) if several else [own], **more)
            if not several and isinstance(after, (list, tuple)) and len(after) == 1:
                after = after[0]
            new.append(after)
        return inputs, new


def check_cell(owner: str, cell: Any) -> None:
    """Check that something is a cell.

    Raises:
        ValueError: it has no ``call`` or no ``state_size``.
    """
    for part in ("call", "state_size"):
        if not hasattr(cell, part):
            raise ValueError(
                f"{owner}: a cell needs {part}{'()' if part == 'call' else ''}, which "
                f"{cell!r} does not have."
            )


def output_size_of(cell: Any) -> int:
    """Give the size of a cell's output: that of its first state unless it says another."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
        while isinstance(size, (list, tuple)):
            size = size[0]
    return size
