"""The bases of cells with gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata import activations
from kerata.layers.recurrent.cell import RecurrentCell, activated
from kerata.layers.weight_options import add_optioned


class GatedCell(RecurrentCell):
    """A cell whose gates are parts of one product; they may drop inputs together or each others."""

    def __init__(
        self, *, recurrent_activation: Any, implementation: int = 2, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.recurrent_activation = activations.get(recurrent_activation)
        if implementation not in (1, 2):
            raise ValueError(
                f"{type(self).__name__}: implementation must be 1 or 2, got {implementation!r}."
            )
        # As in Keras: dropped states, or implementation=1, have each gate drop on its own.
        self.implementation = implementation if self.recurrent_dropout == 0 else 1

    def _drops_nothing(self, rate: Any) -> bool:
        return super()._drops_nothing(rate) or (isinstance(rate, (int, float)) and rate == 1)

    @property
    def _by_gate(self) -> bool:
        return self.implementation == 1


class MemoryCell(GatedCell):
    """A cell whose four gates say what a memory takes in, forgets and shows: the LSTM's."""

    gates = 4

    def __init__(self, *, unit_forget_bias: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit_forget_bias = bool(unit_forget_bias)
        self.state_size = [self.units, self.units]
        self.output_size = self.units

    def _add_bias(self) -> Any:
        first = self.bias_initializer
        if self.unit_forget_bias:
            first = _with_forget_bias(first, self.units)
        return add_optioned(self, "bias", (4 * self.units,), initializer=first)

    def _remember(self, gates: Any, memory: Any, axis: int = -1) -> tuple[Any, list[Any]]:
        """Give output and new states from the gates along an axis, before their activations."""
        i, f, new, o = jnp.split(gates, 4, axis=axis)
        taken = activated(self.recurrent_activation, i) * activated(self.activation, new)
        memory = activated(self.recurrent_activation, f) * memory + taken
        output = activated(self.recurrent_activation, o) * activated(self.activation, memory)
        return output, [output, memory]


def _with_forget_bias(initializer: Callable[..., Any], units: int) -> Callable[..., Any]:
    """Give an initializer of four gates' biases that sets the second one's to 1."""

    def first(shape: Any, dtype: Any = None) -> Any:
        parts = [initializer((n,), dtype=dtype) for n in (units, 2 * units)]
        return np.concatenate([parts[0], np.ones(units, parts[0].dtype), parts[1]])

    return first
