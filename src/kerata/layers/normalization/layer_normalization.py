"""Normalization of each row over some of its axes."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.layers.normalization.affine import Affine


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
        rms_scaling: Keras's old, wrong way to root mean squares; only False is supported.

    Raises:
        ValueError: an input without such an axis.
        NotImplementedError: ``rms_scaling=True``.

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
        if rms_scaling:
            raise NotImplementedError(
                "LayerNormalization: rms_scaling=True is not supported; use RMSNormalization."
            )
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.epsilon = epsilon
        self.rms_scaling = False
        # The statistics are computed from the inputs as they come.
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta of the normalized axes' shape."""
        axes = self.positive_axes(self.axis, input_shape)
        self.add_affine(tuple(self.known_axis(input_shape, a) for a in axes))

    def call(self, inputs: Any) -> Any:
        """Normalize."""
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        axes = self.positive_axes(self.axis, x.shape)
        mean, variance = jnp.mean(x, axes, keepdims=True), jnp.var(x, axes, keepdims=True)
        shape = tuple(n if i in axes else 1 for i, n in enumerate(x.shape))
        return self.standardized(x, mean, variance, self.epsilon, shape).astype(self.compute_dtype)
