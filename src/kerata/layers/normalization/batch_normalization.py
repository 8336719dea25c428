"""Normalization over the rows of a batch."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata import constraints, initializers, regularizers
from kerata.layers.input_spec import InputSpec
from kerata.layers.layer import Layer


class BatchNormalization(Layer):
    """Normalizes each channel: by the batch in training, by moving statistics otherwise.

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``. With ``trainable=False`` the
    moving statistics are used in training too.

    Arguments:
        axis: the channels' axis.
        momentum: how much of the moving statistics stays at each step.
        epsilon: keeps the division finite.
        center, scale: whether there is a ``beta`` and a ``gamma``.
        beta_initializer, gamma_initializer: zeros and ones.
        moving_mean_initializer, moving_variance_initializer: zeros and ones.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as for Dense.
        synchronized: accepted; on several devices a compiled step sees the whole batch anyway.

    Source: Ioffe and Szegedy 2015; statistics as in Keras 3.15 (population variance).

    >>> import numpy as np
    >>> BatchNormalization(epsilon=0.0)(np.array([[1.0], [3.0]]), training=True).tolist()
    [[-1.0], [1.0]]
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: Any = 0.99,
        epsilon: Any = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = int(axis)
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.synchronized = synchronized
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the moving statistics, each ``(channels,)``."""
        shape = (self.known_axis(input_shape, self.axis),)
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                shape,
                self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape,
                self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )
        self.moving_mean = self.add_weight(
            shape, self.moving_mean_initializer, trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Normalize, and in training move the statistics."""
        axis = self.axis % inputs.ndim
        # Sums of many half-precision numbers would lose most of their digits.
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        if training and self.trainable:
            mean, variance = _moments(x, axis, mask)
            for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving.value * self.momentum + now * (1.0 - self.momentum))
        else:
            mean, variance = self.moving_mean.value, self.moving_variance.value
        factor = jax.lax.rsqrt(variance + self.epsilon)
        if self.gamma is not None:
            factor = factor * self.gamma.value
        shift = -mean * factor
        if self.beta is not None:
            shift = shift + self.beta.value
        shape = [1] * inputs.ndim
        shape[axis] = -1
        return (x * factor.reshape(shape) + shift.reshape(shape)).astype(inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape


def _moments(x: Any, axis: int, mask: Any) -> tuple[Any, Any]:
    others = tuple(i for i in range(x.ndim) if i != axis)
    if mask is None:
        return jnp.mean(x, axis=others), jnp.var(x, axis=others)
    weights = jnp.broadcast_to(mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim)), x.shape)
    weights = weights.astype(x.dtype)
    count = jnp.sum(weights, axis=others) + 1e-7
    mean = jnp.sum(x * weights, axis=others) / count
    shape = [1] * x.ndim
    shape[axis] = -1
    squares = jnp.square(x - mean.reshape(shape)) * weights
    return mean, jnp.sum(squares, axis=others) / count
