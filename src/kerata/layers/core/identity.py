"""A layer that does nothing."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.symbolic import KerasTensor, is_symbolic
from kerata.layers.shape_preserving import ShapePreserving


class Identity(ShapePreserving):
    """Gives its inputs back unchanged.

    Input and output: arrays of any shape, such as ``(batch, ...)``, structure and dtype.

    Arguments:
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        TypeError: an argument that the layer does not have.

    >>> import numpy as np
    >>> Identity()(np.array([1.0])).tolist()
    [1.0]
    """

    _takes_one_array = False

    keeps_rows_apart = True

    def call(self, inputs: Any) -> Any:
        """Give the inputs."""
        return inputs

    def compute_output_spec(self, inputs: Any) -> Any:
        """Give symbolic tensors like the inputs, of any structure and types."""
        return jax.tree.map(
            lambda x: KerasTensor(x.shape, self.cast_dtype(x.dtype)), inputs, is_leaf=is_symbolic
        )
