"""Images of another height and width."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import positive_int
from kerata.base.messages import did_you_mean
from kerata.layers.preprocessing.images.base import ImageLayer
from kerata.utils.bounding_boxes.formats import clip_to_image_size, join, split

_METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


class Resizing(ImageLayer):
    """Gives images another height and width, in training and outside.

    Input ``(batch, height, width, channels)`` or one image; the dtype stays, integers are
    rounded. Masks of pixels' classes take the nearest pixel; boxes move along.

    Arguments:
        height, width: ints, of the result.
        interpolation: ``'bilinear'`` (default), ``'nearest'``, ``'bicubic'``, ``'lanczos3'`` or
            ``'lanczos5'``.
        crop_to_aspect_ratio: bool, cut off first what would distort the images, equally on both
            sides; False by default.
        pad_to_aspect_ratio: bool, fill up first instead; False by default.
        fill_mode: must be ``'constant'``.
        fill_value: float to fill up with, 0.0 by default.
        antialias: bool, smooth images that get smaller; False by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: sizes that are no positive integers, an unknown name, cutting and filling at
            once; inputs that are no images.

    >>> import numpy as np
    >>> Resizing(1, 4)(np.array([[[0.0], [1.0]]])).ravel().tolist()
    [0.0, 0.25, 0.75, 1.0]
    """

    _casts = "never"
    _always = True

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = positive_int("Resizing", "height", height)
        self.width = positive_int("Resizing", "width", width)
        if interpolation not in _METHODS:
            raise ValueError(
                f"Resizing: unknown interpolation {interpolation!r}. "
                f"{did_you_mean(interpolation, _METHODS)}"
            )
        if fill_mode != "constant":
            raise ValueError(f"Resizing: fill_mode must be 'constant', got {fill_mode!r}.")
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError(
                "Resizing: only one of crop_to_aspect_ratio and pad_to_aspect_ratio can be True."
            )
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Give the images' height and width; nothing is random."""
        frame = self._frame(data)
        return frame.height, frame.width

    def _change(self, images: Any, transformation: Any) -> Any:
        return self._resized(images, self.interpolation)

    def _resized(self, images: Any, interpolation: str) -> Any:
        return ops.image.resize(
            images,
            (self.height, self.width),
            interpolation=interpolation,
            antialias=self.antialias,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Resize masks by their nearest pixels."""
        return self._resized(segmentation_masks, "nearest")

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the boxes in the resized images; boxes of 0 or -1 alone stand for none."""
        height, width = transformation
        given = jnp.asarray(bounding_boxes["boxes"])
        none = (given == -1).all(-1, keepdims=True) | (given == 0).all(-1, keepdims=True)
        found = self._in_pixels(bounding_boxes, height, width)
        found["boxes"] = self._moved(found["boxes"], height, width)
        found = clip_to_image_size(found, self.height, self.width)
        found["boxes"] = jnp.where(none, 0, found["boxes"])
        return self._as_given(found, self.height, self.width)

    def _moved(self, boxes: jax.Array, height: int, width: int) -> jax.Array:
        across, down = self.width / width, self.height / height
        x = y = 0.0
        if self.pad_to_aspect_ratio:
            across = down = min(across, down)
            x, y = (self.width - width * across) // 2, (self.height - height * down) // 2
        elif self.crop_to_aspect_ratio:
            across = down = max(across, down)
            x, y = -((width * across - self.width) // 2), -((height * down - self.height) // 2)
        left, top, right, bottom = split(boxes)
        return join(left * across + x, top * down + y, right * across + x, bottom * down + y)

    def _output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        return with_size(input_shape, self._height_axis, self.height, self.width)


def with_size(
    shape: tuple[int | None, ...], height_axis: int, height: int, width: int
) -> tuple[int | None, ...]:
    """Put another height and width into a shape.

    >>> with_size((None, 8, 8, 3), -3, 4, 5)
    (None, 4, 5, 3)
    """
    sizes = list(shape)
    sizes[height_axis], sizes[height_axis + 1] = height, width
    return tuple(sizes)
