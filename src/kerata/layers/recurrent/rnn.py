"""A cell that goes through a sequence."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.base.origin import is_own_class
from kerata.base.scope import autocast
from kerata.base.symbolic import KerasTensor
from kerata.base.variable import Variable
from kerata.layers.inputs import cast_floats
from kerata.layers.layer import Layer
from kerata.layers.recurrent.cell import Drops, RecurrentCell
from kerata.layers.recurrent.loop import Changing, Input, Loop, Step
from kerata.layers.recurrent.stacked import StackedRNNCells, check_cell, output_size_of
from kerata.layers.recurrent.states import KeptStates, as_states, batched_shapes, sizes_of
from kerata.layers.rows import keeps_rows_apart
from kerata.layers.signature import call_signature


class RNN(Layer):
    """Lets a cell go through sequences, step by step, its states carried along.

    Input ``(batch, steps, ...)``, float; output ``(batch, size)``, or ``(batch, steps, size)``
    with ``return_sequences``. ``initial_state`` in a call is an array or a list of arrays
    ``(batch, size)``, symbolic ones too; a ``mask`` ``(batch, steps)`` says which steps count: at
    others the states stay and the output is that of the step before.

    Arguments:
        cell: object with ``call(inputs, states)``, which gives an output and new states, and
            ``state_size``, an int or list of ints; perhaps ``output_size`` and
            ``get_initial_state(batch_size)``. A list of cells is stacked.
        return_sequences: bool, whether to give the outputs of all steps; False by default.
        return_state: bool, whether to give the last states too, after the output; False by default.
        go_backwards: bool, whether to begin with the last step, outputs in that order; False by
            default.
        stateful: bool, whether a batch begins with the states that the one before ended with (row
            by row; ``fit``, ``evaluate`` and ``predict`` included) until ``reset_states()``; False
            by default. It needs a batch of fixed size, ``Input(batch_shape=...)``.
        unroll: bool, whether the program has each step written out; False by default.
        zero_output_for_mask: bool, whether steps that do not count give zeros; False by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a cell without ``call`` or ``state_size``; an input without steps; states of
            other shapes; ``unroll`` with an unknown number of steps; ``stateful`` with a batch of
            unknown or another size.

    >>> import numpy as np
    >>> from kerata.layers import SimpleRNNCell
    >>> RNN([SimpleRNNCell(3), SimpleRNNCell(2)])(np.ones((4, 5, 1))).shape
    (4, 2)

    Source: Elman 1990, Finding structure in time; masks as in Keras 3.15 on JAX.
    """

    _takes_one_array = True

    _not_in_signature: ClassVar[tuple[str, ...]] = ("_kept",)

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        check_cell(type(self).__name__, cell)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.supports_masking = True
        self.state_size = sizes_of(cell)
        self._kept: KeptStates | None = None

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows, or on those of earlier batches."""
        return not self.stateful and keeps_rows_apart(self.cell)

    # Building ----------------------------------------------------------------------------

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for the inputs of one step, and make the states that are kept."""
        step_shape = (sequences_shape[0], *sequences_shape[2:])
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build(step_shape)
            self.cell.built = True
        if self.stateful and self._kept is None:
            batch = sequences_shape[0]
            if batch is None:
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) with stateful=True must know how "
                    f"many rows a batch has, got an input of shape {shape_text(sequences_shape)}: "
                    "give the model Input(batch_shape=(rows, steps, features))."
                )
            with jax.ensure_compile_time_eval():
                self._kept = KeptStates(self.get_initial_state(batch))

    @property
    def states(self) -> Any:
        """The variables of the kept states of a stateful layer, or None."""
        return None if self._kept is None else self._kept.tree

    def _states_between_batches(self) -> list[Variable]:
        return [] if self._kept is None else self._kept.leaves

    def reset_state(self) -> None:
        """Let a stateful layer begin with zeros again."""
        if self._kept is not None:
            self._kept.reset()

    def reset_states(self) -> None:
        """Let a stateful layer begin with zeros again."""
        self.reset_state()

    def get_initial_state(self, batch_size: int) -> list[Any]:
        """Give the states to begin with, for a number of rows."""
        make = getattr(self.cell, "get_initial_state", None)
        if make is None:
            return [
                jnp.zeros(shape, self._cell_dtype)
                for shape in batched_shapes(self.state_size, batch_size)
            ]
        states = make(batch_size=batch_size)
        return list(states) if isinstance(states, (list, tuple)) else [states]

    @property
    def _cell_dtype(self) -> str:
        return getattr(self.cell, "compute_dtype", self.compute_dtype)

    # Calling -----------------------------------------------------------------------------

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """Give the last output or all, and the last states if wanted."""
        self._check_steps(sequences.shape)
        states = self._first_states(sequences.shape[0], initial_state)
        last, outputs, states = self._go_through(sequences, states, mask, training)
        if self._kept is not None:
            self._kept.set(states)
        output = outputs if self.return_sequences else last
        output, states = jax.tree.map(lambda x: x.astype(self.compute_dtype), (output, states))
        return (output, *states) if self.return_state else output

    def _check_steps(self, shape: tuple[int | None, ...]) -> None:
        problem = None
        if len(shape) < 3:
            problem = "expected (batch, steps, features)"
        elif shape[1] == 0:
            problem = "a sequence needs at least one step"
        elif self.unroll and shape[1] is None:
            problem = "unroll=True needs to know the number of steps"
        if problem:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): {problem}, "
                f"got an input of shape {shape_text(shape)}."
            )

    def _first_states(self, batch: int, given: Any) -> Any:
        if self._kept is not None and self._kept.leaves[0].shape[0] != batch:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) with stateful=True keeps the states "
                f"of {self._kept.leaves[0].shape[0]} rows, got a batch of {batch}: pass "
                f"batch_size={self._kept.leaves[0].shape[0]} and a multiple of so many rows."
            )
        if given is None and self._kept is not None:
            return jax.tree.map(lambda x: x.astype(self._cell_dtype), self._kept.values())
        first = self.get_initial_state(batch)
        if given is None:
            return jax.tree.map(lambda x: x.astype(self._cell_dtype), first)
        return as_states(self, given, first, self._cell_dtype)

    def _go_through(self, sequences: Any, states: Any, mask: Any, training: bool) -> Any:
        """Give the last output, all outputs ``(batch, steps, ...)`` and the last states."""
        leaves, structure = jax.tree.flatten(states)
        xs = jnp.swapaxes(sequences, 0, 1)
        if mask is not None:
            mask = _time_major(mask, sequences.shape, self)
        loop = Loop(
            go_backwards=self.go_backwards,
            unroll=self.unroll,
            zero_output=self.zero_output_for_mask,
            all_outputs=self.return_sequences,
            output_state=_output_state(states),
            is_output=self._has_own_cell,
        )
        with contextlib.ExitStack() as stack:
            for cell, shape in _own_cells(self.cell, xs.shape[1:]) if training else ():
                stack.enter_context(cell.same_drops(shape, xs.shape[1]))
            if self._has_own_cell:
                xs, step = self._own_step(xs)
                changing = Changing(self, boxes=[])
            else:
                step = self._step(training, structure, leaves)
                changing = Changing(self, self.cell, random=training)
            last, outputs, leaves = loop.run(step, Input(xs, mask), leaves, changing)
        if outputs is not None:
            outputs = jnp.swapaxes(outputs, 0, 1)
        return last, outputs, jax.tree.unflatten(structure, leaves)

    @property
    def _has_own_cell(self) -> bool:
        """Whether what follows from the inputs alone can be done for all steps at once."""
        return isinstance(self.cell, RecurrentCell) and is_own_class(type(self.cell))

    def _own_step(self, xs: Any) -> tuple[Any, Step]:
        cell: RecurrentCell = self.cell
        drops = cell._held or Drops()
        dtype = cell._weights_read_as()
        with autocast(dtype):
            projected = cell.project(cast_floats(xs, cell.compute_dtype), drops)

        def step(x: Any, states: list[Any]) -> tuple[Any, list[Any]]:
            with autocast(dtype):
                return cell.advance(x, states, drops)

        return projected, step

    def _step(self, training: bool, structure: Any, first: list[Any]) -> Step:
        """Give a step as a function of leaves, for any cell."""
        cell = self.cell
        kwargs = {}
        if isinstance(cell, Layer) and call_signature(type(cell)).takes_training:
            kwargs["training"] = training
        call = cell if callable(cell) else cell.call

        def step(x: Any, states: list[Any]) -> tuple[Any, list[Any]]:
            output, new = call(x, jax.tree.unflatten(structure, states), **kwargs)
            leaves = jax.tree.leaves(new)
            got, wanted = [jnp.shape(s) for s in leaves], [s.shape for s in first]
            if got != wanted:
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}): {type(cell).__name__} got "
                    f"states of shapes {wanted} and gives new ones of shapes {got}."
                )
            return output, [s.astype(f.dtype) for s, f in zip(leaves, first, strict=True)]

        return step

    # Shapes and masks --------------------------------------------------------------------

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Give the output's shape, and those of the states if wanted."""
        batch, steps = sequences_shape[:2]
        size = output_size_of(self.cell)
        output = (batch, steps, size) if self.return_sequences else (batch, size)
        if not self.return_state:
            return output
        return (output, *batched_shapes(self.state_size, batch))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        given = call_signature(type(self)).named(args, kwargs)
        sequences, state = given.get("sequences"), given.get("initial_state")
        if not isinstance(sequences, KerasTensor):
            return self._traced_spec(*args, **kwargs)
        self._check_steps(sequences.shape)
        if not (is_own_class(type(self)) and self._has_own_cell):
            return self._traced_spec(*args, **kwargs)
        shapes = self.compute_output_shape(sequences.shape)
        if state is not None:
            first = batched_shapes(self.state_size, sequences.shape[0])
            as_states(self, state, first, self._cell_dtype)
        if not self.return_state:
            return KerasTensor(shapes, self.compute_dtype)
        return tuple(KerasTensor(shape, self.compute_dtype) for shape in shapes)

    def compute_mask(self, _: Any, mask: Any = None) -> Any:
        """Keep the mask for sequences; outputs without steps have none."""
        mask = mask[0] if isinstance(mask, (list, tuple)) and mask else mask
        output = mask if self.return_sequences else None
        return [output, *([None] * len(self.state_size))] if self.return_state else output


def _time_major(mask: Any, shape: tuple[int, ...], layer: Layer) -> Any:
    mask = jnp.asarray(mask).astype(bool)
    if mask.ndim > 2:
        mask = jnp.any(mask, axis=tuple(range(2, mask.ndim)))
    if mask.shape != shape[:2]:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): the mask must have shape (batch, "
            f"steps), here {shape_text(shape[:2])}, got {shape_text(mask.shape)}."
        )
    return mask.T


def _output_state(states: Any) -> int:
    """Say which state, counted through, a masked step repeats as its output: as in Keras."""
    if not isinstance(states[0], (list, tuple)):
        return 0
    return len(jax.tree.leaves(states)) - len(jax.tree.leaves(states[-1]))


def _own_cells(cell: Any, shape: tuple[int, ...]) -> list[tuple[RecurrentCell, tuple[int, ...]]]:
    """Give the cells of this library in a cell, with the shapes of their inputs."""
    layers = cell._flatten_layers() if isinstance(cell, Layer) else ()
    found = [x for x in layers if isinstance(x, RecurrentCell) and x.built]
    return [(x, (shape[0], *x.input_sizes(shape[1:]))) for x in found]
