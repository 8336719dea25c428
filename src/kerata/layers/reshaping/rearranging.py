"""The base of layers that move values without computing."""

from __future__ import annotations

from typing import Any

from kerata.base.symbolic import KerasTensor
from kerata.layers.layer import Layer


class Rearranging(Layer):
    """A layer that moves values of any type; whole numbers stay whole."""

    keeps_rows_apart = True

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Give the output's shape and type."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.cast_dtype(inputs.dtype))
