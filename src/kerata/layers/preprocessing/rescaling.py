"""Scaling by given numbers."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata.layers.layer import Layer


class Rescaling(Layer):
    """Multiplies by ``scale`` and adds ``offset``; ``Rescaling(1 / 255)`` for image bytes.

    Arguments:
        scale: number, or one for each channel.
        offset: likewise.

    >>> import numpy as np
    >>> Rescaling(0.5, offset=1.0)(np.array([2, 4], dtype="uint8")).tolist()
    [2.0, 3.0]
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Scale and shift."""
        dtype = self.compute_dtype
        scale, offset = (jnp.asarray(np.asarray(v), dtype) for v in (self.scale, self.offset))
        return inputs.astype(dtype) * scale + offset

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape
