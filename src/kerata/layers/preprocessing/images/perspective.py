"""Images seen from another side at random."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import fraction
from kerata.layers.preprocessing.images.affine import INTERPOLATIONS
from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer, by_image, uniform
from kerata.layers.preprocessing.images.factors import factor_range, one_of
from kerata.ops.image_geometry import homography
from kerata.utils.bounding_boxes.formats import clip_to_image_size, join, split
from kerata.utils.bounding_boxes.moves import around


class RandomPerspective(RandomImageLayer):
    """In training shows some images from another side: their corners move at random.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape. Masks and boxes change along.

    Arguments:
        factor: float from 0 to 1, or two: the range that the chance of a change is drawn from, for
            each image; one number stands for 0 up to it. 1.0 by default.
        scale: float from 0 to 1: how far corners move, 1.0 by default.
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        fill_value: float that stands for what lies outside, 0.0 by default.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor or scale beyond its bounds; inputs that are no images.
        NotImplementedError: an unknown interpolation.

    >>> import numpy as np
    >>> RandomPerspective(scale=0.2)(np.ones((1, 4, 4, 3)), training=True).shape
    (1, 4, 4, 3)
    """

    _casts = "always"

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomPerspective", "factor", factor, (0, 1))
        self.scale = fraction("RandomPerspective", "scale", scale)
        self.interpolation = one_of(
            "RandomPerspective", "interpolation", interpolation, INTERPOLATIONS
        )
        self.fill_value = fill_value

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_chance, of_corners = jax.random.split(key)
        x, y = frame.width - 1.0, frame.height - 1.0
        corners = jnp.array([[[0.0, 0.0], [x, 0.0], [0.0, y], [x, y]]])
        start = jnp.repeat(corners, frame.batch, axis=0)
        moves = uniform(of_corners, (frame.batch, 4, 2), -0.5 * self.scale, 0.5 * self.scale)
        return {
            "apply_perspective": self._happens(of_chance, frame, self.factor),
            "start_points": start,
            "end_points": start + start * moves,
            "input_shape": frame.shape,
        }

    def _change(self, images: Any, transformation: Any) -> Any:
        return self._seen(images, transformation, self.interpolation)

    def _seen(self, images: Any, transformation: Any, interpolation: str) -> Any:
        if transformation is None:
            return images
        seen = ops.image.perspective_transform(
            images,
            transformation["start_points"],
            transformation["end_points"],
            interpolation=interpolation,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )
        return jnp.where(by_image(transformation["apply_perspective"]), seen, images)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Change masks as the images, by their nearest pixels."""
        if not training:
            return segmentation_masks
        return self._seen(jnp.asarray(segmentation_masks), transformation, "nearest")

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the smallest boxes around the moved corners, cut off at the borders."""
        if not training or transformation is None:
            return bounding_boxes
        axis, shape = self._height_axis, transformation["input_shape"]
        height, width = shape[axis], shape[axis + 1]
        found = self._in_pixels(bounding_boxes, height, width)
        points = [jnp.asarray(transformation[f"{n}_points"], "float32") for n in ("start", "end")]
        # From the image that is given to the one that is seen: backwards.
        numbers = homography(points[1], points[0])[:, None, :, None]
        left, top, right, bottom = split(found["boxes"])
        xs, ys = join(left, right, left, right), join(top, top, bottom, bottom)
        a, b, c, d, e, f, g, h = (numbers[:, :, i] for i in range(8))
        depth = g * xs + h * ys + 1
        moved = around((a * xs + b * ys + c) / depth, (d * xs + e * ys + f) / depth)
        happens = jnp.reshape(transformation["apply_perspective"], (-1, 1, 1))
        found["boxes"] = jnp.where(happens, moved, found["boxes"])
        return self._as_given(clip_to_image_size(found, height, width), height, width)
