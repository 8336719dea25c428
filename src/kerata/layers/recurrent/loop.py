"""Steps one after the other inside a program: scanned or written out, with masked ones skipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from kerata.base.randomness import draw_key
from kerata.base.scope import Scope
from kerata.base.variable import Variable
from kerata.layers.layer import Layer


class Carried(NamedTuple):
    """What goes from step to step."""

    states: list[Any]
    kept: list[Any]  # values of variables that steps may change


class Input(NamedTuple):
    """What a step gets; the arrays of all steps have the steps as first axis."""

    x: Any
    mask: Any = None
    key: Any = None


# From inputs and states to an output and the new states.
Step = Callable[[Any, list[Any]], tuple[Any, list[Any]]]


@dataclass(frozen=True)
class Loop:
    """How steps are made.

    Attributes:
        go_backwards: whether the last step comes first; outputs are in the order of computation.
        unroll: whether the program has each step written out.
        zero_output: whether masked steps give zeros instead of what was before.
        all_outputs: whether all outputs are wanted, not the last alone.
        output_state: which state an output is at a masked step.
        is_output: whether the output always is that state.
    """

    go_backwards: bool = False
    unroll: bool = False
    zero_output: bool = False
    all_outputs: bool = True
    output_state: int = 0
    is_output: bool = False

    def run(
        self, step: Step, inputs: Input, states: list[Any], changing: Changing
    ) -> tuple[Any, Any, list[Any]]:
        """Make all steps.

        Returns:
            The last output, all outputs ``(steps, batch, ...)`` or None, and the last states.
        """
        count = jax.tree.leaves(inputs.x)[0].shape[0]
        inputs = inputs._replace(key=changing.keys(count))
        start = Carried(states, changing.read())
        make = self._unrolled if self.unroll else self._scanned
        outputs, end, losses = make(changing.pure(step), inputs, start, count)
        changing.write(end.kept, losses)
        if self.is_output and not self.all_outputs and not (self.zero_output or self.unroll):
            return end.states[self.output_state], None, end.states
        return outputs[-1], outputs, end.states

    def _scanned(self, step: Any, inputs: Input, start: Carried, count: int) -> Any:
        only_states = self.is_output and not self.all_outputs and not self.zero_output

        def body(carried: Carried, given: Input) -> tuple[Carried, Any]:
            output, new, losses = step(carried, given)
            if given.mask is not None:
                before = carried.states[self.output_state]
                if not self.zero_output and before.shape != output.shape:
                    raise ValueError(
                        "A masked step repeats the state before it, but the cell's outputs have "
                        f"shape {output.shape} and its first state {before.shape}: set "
                        "zero_output_for_mask=True, or leave the mask out."
                    )
                output = chosen(given.mask, output, 0 if self.zero_output else before)
                new = _where_seen(given.mask, new, carried)
            return new, (None if only_states else output, losses)

        end, (outputs, losses) = lax.scan(body, start, inputs, reverse=self.go_backwards)
        if self.go_backwards and not only_states:
            outputs = jnp.flip(outputs, axis=0)
        return outputs, end, jax.tree.map(lambda x: jnp.sum(x, axis=0), losses)

    def _unrolled(self, step: Any, inputs: Input, start: Carried, count: int) -> Any:
        outputs: list[Any] = []
        total: list[Any] = []
        carried = start
        for i in reversed(range(count)) if self.go_backwards else range(count):
            given = jax.tree.map(lambda x, i=i: x[i], inputs)
            output, new, losses = step(carried, given)
            if given.mask is not None:
                output = chosen(given.mask, output, outputs[-1] if outputs else 0)
                new = _where_seen(given.mask, new, carried)
            carried = new
            outputs.append(output)
            total = [a + b for a, b in zip(total, losses, strict=True)] if total else losses
        return jnp.stack(outputs), carried, total


def chosen(mask: Any, value: Any, other: Any) -> Any:
    """Take rows of ``value`` where a mask ``(batch,)`` is true, else those of ``other``."""
    return jnp.where(mask.reshape(mask.shape + (1,) * (value.ndim - 1)), value, other)


def _where_seen(mask: Any, new: Carried, old: Carried) -> Carried:
    states = [chosen(mask, a, b) for a, b in zip(new.states, old.states, strict=True)]
    return new._replace(states=states)


class Changing:
    """What a user's cell may change besides its states: variables, random streams, losses.

    Inside a scan none of them may keep what it is given there, so they travel with the steps.

    Arguments:
        owner: the layer to which losses go.
        inner: layer or other object that is called in each step.
        random: whether a step draws random numbers.
        boxes: variables that may change.
    """

    def __init__(
        self, owner: Layer, inner: Any = None, random: bool = False, boxes: Any = None
    ) -> None:
        self.owner = owner
        if boxes is None:
            weights = inner.weights if isinstance(inner, Layer) else []
            boxes = [v for v in weights if not v.trainable]
        self.boxes: list[Variable] = boxes
        self.random = random

    def keys(self, count: int) -> Any:
        """Give a key for each step, or None."""
        return jax.random.split(draw_key(), count) if self.random else None

    def read(self) -> list[Any]:
        """Give the variables' values before the first step."""
        return [box._read() for box in self.boxes]

    def write(self, values: list[Any], losses: list[Any]) -> None:
        """Set the variables to their values after the last step, and add the losses."""
        for box, value in zip(self.boxes, values, strict=True):
            box.assign(value)
        self.owner.add_loss(losses)

    def pure(self, step: Step) -> Callable[..., tuple[Any, Carried, list[Any]]]:
        """Give a step as a pure function of what is carried and of its inputs."""

        def pure(carried: Carried, given: Input) -> tuple[Any, Carried, list[Any]]:
            pairs = zip(self.boxes, carried.kept, strict=True)
            with Scope(pairs, given.key) as scope:
                output, states = step(given.x, carried.states)
                kept = [scope.read(box) for box in self.boxes]
                losses = list(scope.losses)
                # Nothing outside may know arrays that exist within one step alone.
                scope.left_behind(())
            return output, Carried(states, kept), losses

        return pure
