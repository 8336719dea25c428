"""Scale and shift after normalizing: what the normalization layers share."""

from __future__ import annotations

from typing import Any

import jax

from kerata import constraints, initializers, regularizers
from kerata.base.variable import Variable
from kerata.layers.shape_preserving import ShapePreserving
from kerata.layers.weight_options import add_optioned


class Affine(ShapePreserving):
    """Base of the layers that normalize and then multiply by gamma and add beta."""

    def __init__(
        self,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.gamma: Variable | None = None
        self.beta: Variable | None = None

    def add_affine(self, shape: tuple[int, ...]) -> None:
        """Make gamma and beta, those that the layer has."""
        if self.scale:
            self.add_gamma(shape)
        if self.center:
            self.beta = add_optioned(self, "beta", shape, autocast=False)

    def add_gamma(self, shape: tuple[int, ...]) -> None:
        """Make gamma."""
        self.gamma = add_optioned(self, "gamma", shape, autocast=False)

    def standardized(
        self,
        x: Any,
        mean: Any,
        variance: Any,
        epsilon: Any,
        shape: tuple[int, ...],
        correction: tuple[Any, Any] | None = None,
    ) -> Any:
        """Compute ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``.

        Arguments:
            x: inputs.
            mean, variance: statistics that broadcast to x.
            epsilon: keeps the division finite.
            shape: with which gamma, beta and the correction broadcast to x.
            correction: r and d, by which what is standardized becomes ``r * x + d``.
        """
        factor = jax.lax.rsqrt(variance + epsilon)
        shift = None
        if correction is not None:
            factor, shift = factor * correction[0].reshape(shape), correction[1].reshape(shape)
        if self.gamma is not None:
            gamma = self.gamma.value.astype(x.dtype).reshape(shape)
            factor = factor * gamma
            shift = None if shift is None else shift * gamma
        outputs = (x - mean) * factor
        if shift is not None:
            outputs = outputs + shift
        if self.beta is not None:
            outputs = outputs + self.beta.value.astype(x.dtype).reshape(shape)
        return outputs
