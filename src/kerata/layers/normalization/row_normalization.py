"""Normalization within each row, independent of the batch."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata import constraints, initializers, regularizers
from kerata.base.arguments import positive_int
from kerata.layers.layer import Layer


class LayerNormalization(Layer):
    """Normalizes each row over its last axes to mean 0 and variance 1.

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``.

    Arguments:
        axis: axis or axes to normalize over; the last by default.
        epsilon: keeps the division finite.
        center, scale: whether there is a ``beta`` and a ``gamma``.
        beta_initializer, gamma_initializer: zeros and ones.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as for Dense.

    Source: Ba et al. 2016.

    >>> import numpy as np
    >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]
    """

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
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.supports_masking = True

    def _axes(self, ndim: int) -> tuple[int, ...]:
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        return tuple(sorted(a % ndim for a in axes))

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta of the normalized axes' shape."""
        shape = tuple(self.known_axis(input_shape, a) for a in self._axes(len(input_shape)))
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

    def call(self, inputs: Any) -> Any:
        """Normalize."""
        axes = self._axes(inputs.ndim)
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        mean = jnp.mean(x, axis=axes, keepdims=True)
        variance = jnp.var(x, axis=axes, keepdims=True)
        x = (x - mean) * jax.lax.rsqrt(variance + self.epsilon)
        shape = [n if i in axes else 1 for i, n in enumerate(inputs.shape)]
        if self.gamma is not None:
            x = x * self.gamma.value.reshape(shape)
        if self.beta is not None:
            x = x + self.beta.value.reshape(shape)
        return x.astype(inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape


class GroupNormalization(Layer):
    """Normalizes groups of channels within each row.

    Arguments:
        groups: number of groups, which must divide the channels; -1 puts each channel in a
            group of its own.
        axis: the channels' axis.
        epsilon: keeps the division finite.
        center, scale: whether there is a ``beta`` and a ``gamma``.
        beta_initializer, gamma_initializer: zeros and ones.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as for Dense.

    Raises:
        ValueError: groups that don't divide the channels.

    Source: Wu and He 2018.

    >>> import numpy as np
    >>> GroupNormalization(1, epsilon=0.0)(np.array([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: Any = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.groups = (
            groups if groups == -1 else positive_int("GroupNormalization", "groups", groups)
        )
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta, each ``(channels,)``."""
        channels = self.known_axis(input_shape, self.axis)
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ValueError(
                f"Layer {self.name!r} (GroupNormalization): groups={self.groups} must divide the "
                f"number of channels, but the input has {channels}."
            )
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                (channels,),
                self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                (channels,),
                self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )

    def call(self, inputs: Any) -> Any:
        """Normalize."""
        axis = self.axis % inputs.ndim
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        split = (*x.shape[:axis], self.groups, x.shape[axis] // self.groups, *x.shape[axis + 1 :])
        grouped = x.reshape(split)
        over = tuple(i for i in range(1, grouped.ndim) if i != axis)
        mean = jnp.mean(grouped, axis=over, keepdims=True)
        variance = jnp.var(grouped, axis=over, keepdims=True)
        x = ((grouped - mean) * jax.lax.rsqrt(variance + self.epsilon)).reshape(x.shape)
        shape = [1] * inputs.ndim
        shape[axis] = -1
        if self.gamma is not None:
            x = x * self.gamma.value.reshape(shape)
        if self.beta is not None:
            x = x + self.beta.value.reshape(shape)
        return x.astype(inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape


class UnitNormalization(Layer):
    """Scales each row to length 1.

    Arguments:
        axis: axis or axes over which the length is taken; the last by default.

    >>> import numpy as np
    >>> [round(float(v), 4) for v in UnitNormalization()(np.array([[3.0, 4.0]]))[0]]
    [0.6, 0.8]
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Divide by the length."""
        axis = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        squares = jnp.sum(jnp.square(inputs), axis=axis, keepdims=True)
        return inputs * jax.lax.rsqrt(jnp.maximum(squares, 1e-12))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape
