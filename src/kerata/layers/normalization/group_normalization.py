"""Normalization of groups of channels."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.base.arguments import number, one_axis, positive_int
from kerata.layers.input_spec import InputSpec
from kerata.layers.normalization.affine import Affine
from kerata.layers.rows import ApartAlongAxis


class GroupNormalization(ApartAlongAxis, Affine):
    """Normalizes groups of channels within each row to mean 0 and variance 1.

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, input and output
    ``(batch, ..., channels)``, float, with a ``gamma`` and a ``beta`` for each channel.

    Arguments:
        groups: int, number of groups, which must divide the channels, 32 by default; -1 puts each
            channel in a group of its own.
        axis: int, the channels' axis, -1 by default.
        epsilon: float that keeps the division finite, 1e-3 by default; may be traced.
        center, scale: bools, whether there is a ``beta`` and a ``gamma``; True by default.
        beta_initializer, gamma_initializer: names or functions, first values; zeros and ones by
            default.
        beta_regularizer, gamma_regularizer: penalties added to the loss; None by default.
        beta_constraint, gamma_constraint: applied after each update; None by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: groups that don't divide the channels; an input without that axis.
        TypeError: inputs that are no floats.

    >>> import numpy as np
    >>> GroupNormalization(1, epsilon=0.0)(np.array([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]

    Source: Wu & He 2018, Group normalization (arXiv:1803.08494).
    """

    _traced: ClassVar[tuple[str, ...]] = ("epsilon",)

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
        each = groups == -1
        self.groups = -1 if each else positive_int("GroupNormalization", "groups", groups)
        self.axis = one_axis("GroupNormalization", axis)
        self.epsilon = number("GroupNormalization", "epsilon", epsilon)
        self.autocast = False

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
        self.add_affine((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def call(self, inputs: Any) -> Any:
        """Normalize."""
        axis = self.axis % inputs.ndim
        x = self.floats_only(inputs)
        x = x.astype(jnp.promote_types(x.dtype, jnp.float32))
        split = (self.groups, x.shape[axis] // self.groups)
        grouped = x.reshape(*x.shape[:axis], *split, *x.shape[axis + 1 :])
        over = tuple(i for i in range(1, grouped.ndim) if i != axis)
        mean, variance = (
            jnp.mean(grouped, over, keepdims=True),
            jnp.var(grouped, over, keepdims=True),
        )
        shape = tuple(split[i - axis] if i in (axis, axis + 1) else 1 for i in range(grouped.ndim))
        outputs = self.standardized(grouped, mean, variance, self.epsilon, shape)
        return outputs.reshape(x.shape).astype(self.compute_dtype)
