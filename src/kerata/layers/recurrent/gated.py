"""The base of cells with gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerata import activations
from kerata.layers.recurrent.cell import RecurrentCell


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


def with_forget_bias(initializer: Callable[..., Any], units: int) -> Callable[..., Any]:
    """Give an initializer of four gates' biases that sets the second one's to 1."""

    def first(shape: Any, dtype: Any = None) -> Any:
        parts = [initializer((n,), dtype=dtype) for n in (units, 2 * units)]
        return np.concatenate([parts[0], np.ones(units, parts[0].dtype), parts[1]])

    return first
