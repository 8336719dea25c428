"""Images flipped over at random."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import did_you_mean
from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer, uniform
from kerata.utils.bounding_boxes.formats import clip_to_image_size, join, split

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(RandomImageLayer):
    """In training flips each image over with a chance of one half.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape. Masks and boxes change along.

    Arguments:
        mode: ``'horizontal'`` (left to right), ``'vertical'`` or ``'horizontal_and_vertical'``
            (default), which does both at once or none.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: an unknown mode; inputs that are no images.

    >>> import numpy as np
    >>> RandomFlip()(np.ones((1, 4, 4, 3)), training=True).shape
    (1, 4, 4, 3)
    """

    _casts = "always"

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if mode not in _MODES:
            raise ValueError(f"RandomFlip: unknown mode {mode!r}. {did_you_mean(mode, _MODES)}")
        self.mode = mode

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        flips = uniform(key, (frame.batch, 1, 1, 1)) <= 0.5
        return {"flips": flips, "input_shape": frame.shape}

    def _change(self, images: Any, transformation: Any) -> Any:
        if transformation is None:
            return images
        axes = []
        if "horizontal" in self.mode:
            axes.append(self._height_axis + 1)
        if "vertical" in self.mode:
            axes.append(self._height_axis)
        return jnp.where(transformation["flips"], jnp.flip(images, axes), images)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Flip masks as the images."""
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the boxes in the flipped images."""
        if not training:
            return bounding_boxes
        axis, shape = self._height_axis, transformation["input_shape"]
        height, width = shape[axis], shape[axis + 1]
        found = self._in_pixels(bounding_boxes, height, width)
        left, top, right, bottom = split(found["boxes"])
        if "horizontal" in self.mode:
            left, right = width - right, width - left
        if "vertical" in self.mode:
            top, bottom = height - bottom, height - top
        flips = jnp.reshape(transformation["flips"], (-1, 1, 1))
        found["boxes"] = jnp.where(flips, join(left, top, right, bottom), found["boxes"])
        return self._as_given(clip_to_image_size(found, height, width), height, width)
