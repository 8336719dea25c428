"""Attention whose scores are sums."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.layers.attention.attention import Attention


class AdditiveAttention(Attention):
    """Mixes values by the sum of ``scale * tanh(query + key)`` (Bahdanau's attention).

    Inputs, output and what a call takes are those of ``Attention``, float; scale ``(depth,)``.

    Arguments:
        use_scale: bool, whether the scale is trained, else 1; True by default.
        dropout: float from 0 to 1, share of the weights that are dropped in training; 0 by default.
        **kwargs: seed, name, dtype, trainable and so on, see ``Attention`` and ``Layer``.

    Raises:
        ValueError: no list of two or three inputs; shapes that do not fit.

    >>> import numpy as np
    >>> AdditiveAttention()([np.ones((1, 2, 3)), np.ones((1, 4, 3))]).shape
    (1, 2, 3)

    Source: Bahdanau et al. 2015, Neural machine translation by jointly learning to align and
    translate.
    """

    def __init__(self, use_scale: bool = True, dropout: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make the scale ``(depth,)``."""
        self._check_shapes(input_shape)
        self.scale = None
        self.concat_score_weight = None
        if self.use_scale:
            depth = self.known_axis(input_shape[0], -1)
            self.scale = self.add_weight((depth,), "glorot_uniform", name="scale")

    def _scores(self, query: Any, key: Any) -> Any:
        pairs = jnp.tanh(query[..., :, None, :] + key[..., None, :, :])
        return jnp.sum(pairs if self.scale is None else self.scale.value * pairs, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        return super().get_config() | {"seed": self.seed}
