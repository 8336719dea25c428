"""Normalization of each row over some of its axes."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.base.arguments import axis_or_axes, number
from kerata.layers.normalization.affine import Affine
from kerata.layers.rows import ApartAlongAxis


class LayerNormalization(ApartAlongAxis, Affine):
    """Normalizes each row over its last axis, or over several, to mean 0 and variance 1.

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, input and output
    ``(batch, ..., features)``, float, with a ``gamma`` and a ``beta`` for each place along the
    axes.

    Arguments:
        axis: int or list of ints, axes to normalize over, -1 by default.
        epsilon: float that keeps the division finite, 1e-3 by default; may be traced.
        center, scale: bools, whether there is a ``beta`` and a ``gamma``; True by default.
        beta_initializer, gamma_initializer: names or functions, first values; zeros and ones by
            default.
        beta_regularizer, gamma_regularizer: penalties added to the loss; None by default.
        beta_constraint, gamma_constraint: applied after each update; None by default.
        rms_scaling: bool, Keras's old, wrong way to root mean squares: the inputs, with their
            mean, are divided by their standard deviation; there is a gamma and no beta. False
            by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an input without such an axis.
        TypeError: an axis that is neither an integer nor several; inputs that are no floats.

    >>> import numpy as np
    >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]

    Source: Ba et al. 2016, Layer normalization (arXiv:1607.06450).
    """

    _traced: ClassVar[tuple[str, ...]] = ("epsilon",)

    def __init__(
        self,
        axis: Any = -1,
        epsilon: Any = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        *,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.axis = axis_or_axes("LayerNormalization", axis)
        self.epsilon = number("LayerNormalization", "epsilon", epsilon)
        self.rms_scaling = rms_scaling
        # The statistics are computed from the inputs as they come.
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta of the normalized axes' shape."""
        axes = self.positive_axes(self.axis, input_shape)
        shape = tuple(self.known_axis(input_shape, a) for a in axes)
        if self.rms_scaling:
            self.add_gamma(shape)
        else:
            self.add_affine(shape)
        self.input_spec = self.spec_of(shape)

    def call(self, inputs: Any) -> Any:
        """Normalize."""
        x = self.floats_only(inputs)
        x = x.astype(jnp.promote_types(x.dtype, jnp.float32))
        axes = self.positive_axes(self.axis, x.shape)
        mean, variance = jnp.mean(x, axes, keepdims=True), jnp.var(x, axes, keepdims=True)
        if self.rms_scaling:
            mean = jnp.zeros_like(mean)
        shape = tuple(n if i in axes else 1 for i, n in enumerate(x.shape))
        return self.standardized(x, mean, variance, self.epsilon, shape).astype(self.compute_dtype)
