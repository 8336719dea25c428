"""An activation with a trained slope."""

from __future__ import annotations

from typing import Any

import jax

from kerata import constraints, initializers, regularizers
from kerata.layers.input_spec import InputSpec
from kerata.layers.shape_preserving import ShapePreserving
from kerata.layers.weight_options import add_optioned


class PReLU(ShapePreserving):
    """``x`` above 0, ``alpha * x`` below, with a trained ``alpha`` for each place.

    Input and output ``(batch, ...)``, float; ``alpha`` has the shape of a row, with 1 along shared
    axes.

    Arguments:
        alpha_initializer: name or function, first values of the slopes; zeros by default.
        alpha_regularizer: penalty added to the loss; None by default.
        alpha_constraint: applied after each update; None by default.
        shared_axes: int or list of ints, axes along which one slope serves all, the batch
            being 0; None by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a shared axis that the input does not have; an input of another rank later.

    >>> import numpy as np
    >>> PReLU(alpha_initializer="ones")(np.array([[-2.0, 1.0]])).tolist()
    [[-2.0, 1.0]]

    Source: He et al. 2015, Delving deep into rectifiers (arXiv:1502.01852).
    """

    keeps_rows_apart = True

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if isinstance(shared_axes, int):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape: Any) -> None:
        """Make the slopes, of a row's shape with 1 along shared axes."""
        self.positive_axes(self.shared_axes or [], input_shape)
        # As in Keras: they count from 1, and 0 and below go on from the last axis.
        axes = len(input_shape) - 1
        shared = [(axis - 1) % axes + 1 for axis in self.shared_axes or []]
        own = [axis for axis in range(1, len(input_shape)) if axis not in shared]
        sizes: dict[int, int | None] = {axis: self.known_axis(input_shape, axis) for axis in own}
        shape = tuple(sizes.get(axis, 1) for axis in range(1, len(input_shape)))
        self.alpha = add_optioned(self, "alpha", shape)
        self.input_spec = InputSpec(ndim=len(input_shape), axes=sizes)

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return jax.nn.relu(inputs) - self.alpha.value * jax.nn.relu(-inputs)
