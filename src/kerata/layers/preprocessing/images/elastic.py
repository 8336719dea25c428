"""Images distorted by smooth random moves."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.layers.preprocessing.images.affine import FILL_MODES, INTERPOLATIONS
from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer, by_image, uniform
from kerata.layers.preprocessing.images.factors import check_value_range, factor_range, one_of
from kerata.ops.image_distortions import move_pixels, smooth_moves


class RandomElasticTransform(RandomImageLayer):
    """In training distorts some images, as if they were printed on rubber.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape. Masks change along; boxes stay as they are, as in Keras.

    Arguments:
        factor: float from 0 to 1, or two: the range that the chance of a change is drawn from, for
            each image; one number stands for 0 up to it. 1.0 by default.
        scale: float from 0 to 1, or two: the range that the strength is drawn from, once for a
            batch; one number stands for 0 up to it. 1.0 by default.
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        fill_mode: what lies outside: ``'reflect'`` (default), ``'wrap'``, ``'mirror'``,
            ``'nearest'`` or ``'constant'`` (``fill_value``).
        fill_value: float, 0.0 by default.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor or scale beyond its bounds, no value_range; inputs that are no images.
        NotImplementedError: an unknown fill_mode or interpolation.

    Source: Simard, Steinkraus and Platt 2003.

    >>> import numpy as np
    >>> RandomElasticTransform()(np.ones((1, 8, 8, 3)), training=True).shape
    (1, 8, 8, 3)
    """

    _casts = "always"

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        owner = "RandomElasticTransform"
        self.factor = factor_range(owner, "factor", factor, (0, 1))
        self.scale = factor_range(owner, "scale", scale, (0, 1))
        self.interpolation = one_of(owner, "interpolation", interpolation, INTERPOLATIONS)
        self.fill_mode = one_of(owner, "fill_mode", fill_mode, (*FILL_MODES, "mirror"))
        self.fill_value = fill_value
        self.value_range = tuple(check_value_range(owner, value_range))

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        if self.scale[1] == 0 or self.factor[1] == 0:
            return None
        of_chance, of_strength, of_moves = jax.random.split(key, 3)
        return {
            "apply_transform": self._happens(of_chance, frame, self.factor),
            "distortion_factor": uniform(of_strength, (), *self.scale),
            "seed": of_moves,
        }

    def _change(self, images: Any, transformation: Any) -> Any:
        return self._distorted(images, transformation, self.interpolation)

    def _distorted(self, images: Any, transformation: Any, interpolation: str) -> Any:
        if transformation is None:
            return images
        axis = self._height_axis
        height, width = images.shape[axis], images.shape[axis + 1]
        strength = transformation["distortion_factor"]
        # The bell curve is wide enough for the greatest strength.
        reach = int(6 * 0.05 * min(height, width) * self.scale[1]) | 1
        moves = smooth_moves(
            transformation["seed"],
            (len(images), height, width),
            0.1 * max(height, width) * strength,
            jnp.maximum(0.05 * min(height, width) * strength, 1e-6),
            reach,
            jnp.float32,
        )
        moved = move_pixels(
            images, moves, interpolation, self.fill_mode, self.fill_value, self.data_format
        )
        chosen = jnp.where(by_image(transformation["apply_transform"]), moved, images)
        return jnp.clip(chosen, *self.value_range).astype(self.compute_dtype)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Distort masks as the images, by their nearest pixels."""
        if not training:
            return segmentation_masks
        return self._distorted(jnp.asarray(segmentation_masks), transformation, "nearest")
