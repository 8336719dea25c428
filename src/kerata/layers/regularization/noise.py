"""Noise on the inputs during training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import fraction
from kerata.base.randomness import SeedGenerator, draw_key
from kerata.layers.layer import Layer
from kerata.layers.regularization.dropout import keep_mask


class GaussianNoise(Layer):
    """In training adds normal noise to the inputs.

    Arguments:
        stddev: standard deviation of the noise; may be a traced value.
        seed: integer, or None for the global generator.

    >>> import numpy as np
    >>> GaussianNoise(1.0)(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, stddev: Any, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(stddev, (int, float)) and stddev < 0:
            raise ValueError(f"GaussianNoise: stddev must be at least 0, got {stddev!r}.")
        self.stddev = stddev
        self.seed = seed
        self._generator = None if seed is None else SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Add noise, in training."""
        if not training:
            return inputs
        noise = jax.random.normal(draw_key(self._generator), inputs.shape, inputs.dtype)
        return inputs + self.stddev * noise

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape


class GaussianDropout(Layer):
    """In training multiplies the inputs by normal noise of mean 1.

    The noise has the variance ``rate / (1 - rate)`` of dropout's factors.

    Arguments:
        rate: as in ``Dropout``, below 1; may be a traced value.
        seed: integer, or None for the global generator.

    Raises:
        ValueError: a rate outside 0 to 1.

    Source: Srivastava et al. 2014.

    >>> import numpy as np
    >>> GaussianDropout(0.5)(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, rate: Any, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = fraction("GaussianDropout", "rate", rate)
        self.seed = seed
        self._generator = None if seed is None else SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Multiply by noise, in training."""
        if not training:
            return inputs
        stddev = jnp.sqrt(self.rate / (1.0 - self.rate)).astype(inputs.dtype)
        noise = jax.random.normal(draw_key(self._generator), inputs.shape, inputs.dtype)
        return inputs * (1 + stddev * noise)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape


class AlphaDropout(Layer):
    """Dropout for SELU networks: keeps mean 0 and variance 1 of the inputs.

    Arguments:
        rate: share of inputs that are set to SELU's lowest value; may be a traced value.
        noise_shape: as in ``Dropout``.
        seed: integer, or None for the global generator.

    Raises:
        ValueError: a rate outside 0 to 1.

    Source: Klambauer et al. 2017.

    >>> import numpy as np
    >>> AlphaDropout(0.5)(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(
        self, rate: Any, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = fraction("AlphaDropout", "rate", rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed
        self._generator = None if seed is None else SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drop inputs, in training."""
        if not training or (isinstance(self.rate, (int, float)) and self.rate == 0):
            return inputs
        lowest = -1.6732632423543772 * 1.0507009873554805
        shape = inputs.shape
        if self.noise_shape is not None:
            pairs = zip(self.noise_shape, shape, strict=True)
            shape = tuple(size if n is None else n for n, size in pairs)
        kept = keep_mask(draw_key(self._generator), self.rate, shape)
        scale = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        shift = -scale * lowest * self.rate
        return scale * jnp.where(kept, inputs, lowest) + shift

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape
