"""Dropout for self-normalizing networks."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.layers.regularization.dropout import Dropout, check_some_stay
from kerata.layers.regularization.random_bits import keep_mask

# Where SELU ends below: minus its scale times its alpha.
_LOWEST = -1.0507009873554805 * 1.6732632423543772


class AlphaDropout(Dropout):
    """Dropout for SELU networks: inputs of mean 0 and variance 1 keep them.

    Input and output ``(batch, ...)``, float; outside training nothing is changed.

    Arguments:
        rate: float from 0 to below 1, share of inputs that are set to SELU's lowest value; may be
            traced.
        noise_shape: tuple of ints and None, as for ``Dropout``; None by default.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a rate outside 0 to 1; training with rate 1; a noise shape that is none.

    >>> import numpy as np
    >>> AlphaDropout(0.5)(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]

    Source: Klambauer et al. 2017, Self-normalizing neural networks (arXiv:1706.02515).
    """

    def perturb(self, inputs: Any, key: Any) -> Any:
        """Drop, scale and shift."""
        kept = keep_mask(key, self.rate, self.choice_shape(inputs.shape))
        check_some_stay(self)
        rate = jnp.asarray(self.rate, jnp.float32)
        scale = ((1 - rate) * (1 + rate * _LOWEST**2)) ** -0.5
        shift = -scale * _LOWEST * rate
        return (scale * jnp.where(kept, inputs, _LOWEST) + shift).astype(inputs.dtype)
