"""Random affine augmentation: images turned, scaled, sheared and shifted in each step."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerata.layers.regularization.dropout import RandomInTraining
from kerata.saving import register_keras_serializable


@register_keras_serializable("kerata")
class RandomAffine(RandomInTraining):
    """Moves each image of a batch by an affine map of its own; only in training.

    Arguments:
        rotation: largest angle, in degrees.
        shift: largest way along each axis, as a share of its length.
        scale: largest change of size, as a share.
        shear: largest angle of shearing, in degrees.
        fill: value of what lies outside; the smallest one is usually right.

    Inputs and outputs ``(batch, height, width, channels)``; values between pixels are
    interpolated from the four around.

    >>> import numpy as np
    >>> images = np.ones((2, 8, 8, 1), "float32")
    >>> RandomAffine()(images, training=False).shape
    (2, 8, 8, 1)
    """

    def __init__(
        self,
        rotation: float = 10.0,
        shift: float = 0.1,
        scale: float = 0.1,
        shear: float = 5.0,
        fill: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.rotation, self.shift, self.scale, self.shear = rotation, shift, scale, shear
        self.fill = fill

    def perturb(self, inputs: Any, key: Any) -> Any:
        """Move the images."""
        maps = self._maps(key, inputs.shape[0], inputs.shape[1:3])
        return jax.vmap(moved, (0, 0, None))(inputs, maps, self.fill)

    def _maps(self, key: Any, count: int, size: tuple[int, int]) -> Any:
        """Give for each image the map from places of the new image to places of the old one."""
        drawn = jax.random.uniform(key, (6, count), minval=-1.0, maxval=1.0)
        angle = drawn[0] * math.radians(self.rotation)
        slant = jnp.tan(drawn[1] * math.radians(self.shear))
        high, wide = 1 + self.scale * drawn[2], 1 + self.scale * drawn[3]
        down, right = self.shift * size[0] * drawn[4], self.shift * size[1] * drawn[5]
        cos, sin = jnp.cos(angle), jnp.sin(angle)
        first = jnp.stack([cos * high, -sin * wide + slant * cos, down], axis=-1)
        second = jnp.stack([sin * high, cos * wide + slant * sin, right], axis=-1)
        return jnp.stack([first, second], axis=1)


def moved(image: Any, map_: Any, fill: float) -> Any:
    """Take each pixel of a new image from where a map ``(2, 3)`` points in the old one."""
    height, width, channels = image.shape
    rows = jnp.arange(height, dtype="float32")[:, None] - (height - 1) / 2
    columns = jnp.arange(width, dtype="float32")[None, :] - (width - 1) / 2
    y = map_[0, 0] * rows + map_[0, 1] * columns + map_[0, 2] + (height - 1) / 2
    x = map_[1, 0] * rows + map_[1, 1] * columns + map_[1, 2] + (width - 1) / 2
    # A border of fill on all sides, so that places outside need no test of their own.
    framed = jnp.pad(image, ((1, 1), (1, 1), (0, 0)), constant_values=fill)
    y, x = jnp.clip(y + 1, 0, height + 0.999), jnp.clip(x + 1, 0, width + 0.999)
    top, left = y.astype("int32"), x.astype("int32")
    down, right = (y - top)[..., None], (x - left)[..., None]
    flat = framed.reshape(-1, channels)
    place = top * (width + 2) + left
    corners = [flat[place + step] for step in (0, 1, width + 2, width + 3)]
    upper = corners[0] * (1 - right) + corners[1] * right
    lower = corners[2] * (1 - right) + corners[3] * right
    return (upper * (1 - down) + lower * down).astype(image.dtype)
