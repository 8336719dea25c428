"""Values of pixels brought from one range into another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp


def to_range(
    images: Any, source: Sequence[float], target: Sequence[float], dtype: Any = "float32"
) -> Any:
    """Bring values from one range into another.

    Arguments:
        images: numbers of any shape.
        source, target: least and greatest value in each.
        dtype: of the result, unless the ranges are the same.

    >>> to_range(jnp.array([0.0, 1.0]), (0, 4), (0, 1)).tolist()
    [0.0, 0.25]
    """
    if tuple(source) == tuple(target):
        return images
    (low, high), (new_low, new_high) = (
        [jnp.asarray(v, dtype) for v in r] for r in (source, target)
    )
    shares = (images.astype(dtype) - low) / (high - low)
    return shares * (new_high - new_low) + new_low
