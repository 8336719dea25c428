"""Dropping inputs at random during training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import fraction
from kerata.base.randomness import SeedGenerator, draw_key
from kerata.layers.layer import Layer


def keep_mask(key: jax.Array, rate: Any, shape: tuple[int, ...]) -> jax.Array:
    """Draw which entries stay: each with probability ``1 - rate``, to within 1/65536.

    Sixteen random bits an entry are half the work of a 32-bit float, and drawing them is
    most of what dropout costs on a CPU.
    """
    bits = jax.random.bits(key, shape, jnp.uint16)
    return bits >= jnp.asarray(jnp.round(jnp.asarray(rate, jnp.float32) * 65536), jnp.int32)


class Dropout(Layer):
    """In training sets a share of the inputs to 0 and scales up the rest; else does nothing.

    The outputs' expected sum is that of the inputs: what stays is divided by ``1 - rate``.

    Arguments:
        rate: share of inputs that are dropped, from 0 to 1; may be a traced value.
        noise_shape: shape of the random choice, with 1 where entries along an axis are
            dropped together; None for sizes of the input.
        seed: integer, or None for the global generator.

    Raises:
        ValueError: a rate outside 0 to 1.

    Source: Srivastava et al. 2014; scaling as in Keras 3.15.

    >>> import numpy as np
    >>> Dropout(0.5)(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(
        self, rate: Any, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = fraction(type(self).__name__, "rate", rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed
        self._generator = None if seed is None else SeedGenerator(seed)
        self.supports_masking = True

    def _choice_shape(self, inputs: Any) -> tuple[int, ...]:
        if self.noise_shape is None:
            return inputs.shape
        return tuple(
            size if n is None else n for n, size in zip(self.noise_shape, inputs.shape, strict=True)
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drop inputs, in training."""
        if not training or (isinstance(self.rate, (int, float)) and self.rate == 0):
            return inputs
        kept = keep_mask(draw_key(self._generator), self.rate, self._choice_shape(inputs))
        share = 1.0 - self.rate
        scale = jnp.where(share > 0, 1.0 / jnp.where(share > 0, share, 1.0), 0.0)
        return jnp.where(kept, inputs * scale.astype(inputs.dtype), 0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape
