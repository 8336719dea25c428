"""Normalization of each row over some of its axes."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.base.arguments import axis_or_axes
from kerata.layers.normalization.affine import Affine
from kerata.layers.rows import is_batch_left_alone


class LayerNormalization(Affine):
    """Normalizes each row over its last axis, or over several, to mean 0 and variance 1.

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, with a gamma and a beta for
    each place along these axes.

    Arguments:
        axis: axis or axes to normalize over.
        epsilon: keeps the division finite.
        center, scale: whether there is a ``beta`` and a ``gamma``.
        beta_initializer, gamma_initializer: zeros and ones.
        beta_regularizer, gamma_regularizer: penalties added to the loss.
        beta_constraint, gamma_constraint: applied after each update.
        rms_scaling: Keras's old, wrong way to root mean squares: the inputs, with their mean, are
            divided by their standard deviation; there is a gamma and no beta.

    Raises:
        ValueError: an input without such an axis.
        TypeError: an axis that is neither an integer nor several.

    Source: Ba et al. 2016.

    >>> import numpy as np
    >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]
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
        self.epsilon = epsilon
        self.rms_scaling = rms_scaling
        # The statistics are computed from the inputs as they come.
        self.autocast = False

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return is_batch_left_alone(self, self.axis)

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta of the normalized axes' shape."""
        axes = self.positive_axes(self.axis, input_shape)
        shape = tuple(self.known_axis(input_shape, a) for a in axes)
        if self.rms_scaling:
            self.add_gamma(shape)
        else:
            self.add_affine(shape)

    def call(self, inputs: Any) -> Any:
        """Normalize."""
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        axes = self.positive_axes(self.axis, x.shape)
        mean, variance = jnp.mean(x, axes, keepdims=True), jnp.var(x, axes, keepdims=True)
        if self.rms_scaling:
            mean = jnp.zeros_like(mean)
        shape = tuple(n if i in axes else 1 for i, n in enumerate(x.shape))
        return self.standardized(x, mean, variance, self.epsilon, shape).astype(self.compute_dtype)
