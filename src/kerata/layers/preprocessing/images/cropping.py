"""Parts cut out of images: from the middle, or from anywhere."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import positive_int
from kerata.layers.preprocessing.images.base import Frame, ImageLayer, RandomImageLayer, uniform
from kerata.layers.preprocessing.images.resizing import with_size
from kerata.utils.bounding_boxes.formats import clip_to_image_size, join, split


class CenterCrop(ImageLayer):
    """Cuts the middle out of images, in training and outside.

    Of an image that is smaller, the largest part of the same proportions is cut out and resized.
    Input ``(batch, height, width, channels)`` or one image; output floats. Masks and boxes change
    along.

    Arguments:
        height, width: ints, of the result.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: sizes that are no positive integers; inputs that are no images.

    >>> import numpy as np
    >>> CenterCrop(1, 2)(np.array([[[1.0], [2.0], [3.0], [4.0]]])).ravel().tolist()
    [2.0, 3.0]
    """

    _casts = "always"
    _always = True

    def __init__(
        self, height: int, width: int, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = positive_int("CenterCrop", "height", height)
        self.width = positive_int("CenterCrop", "width", width)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Give the images' shape; nothing is random."""
        return {"input_shape": self._frame(data).shape}

    def _change(self, images: Any, transformation: Any) -> Any:
        axis = self._height_axis
        height, width = images.shape[axis], images.shape[axis + 1]
        if height < self.height or width < self.width:
            return ops.image.resize(
                images,
                (self.height, self.width),
                crop_to_aspect_ratio=True,
                data_format=self.data_format,
            )
        top, left, *_ = self._window(height, width)
        return _cut(images, axis, (top, left), (self.height, self.width))

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Cut the same part out of masks."""
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the boxes in the part that is cut out."""
        axis, shape = self._height_axis, transformation["input_shape"]
        height, width = shape[axis], shape[axis + 1]
        found = self._in_pixels(bounding_boxes, height, width)
        window = self._window(height, width)
        found["boxes"] = _boxes_in(found["boxes"], window, (self.height, self.width))
        found = clip_to_image_size(found, self.height, self.width)
        return self._as_given(found, self.height, self.width)

    def _window(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Give where the part begins, and its height and width."""
        size = (self.height, self.width)
        if height < self.height or width < self.width:
            size = _largest_part(height, width, *size)
        return (height - size[0]) // 2, (width - size[1]) // 2, *size

    def _output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        return with_size(input_shape, self._height_axis, self.height, self.width)


class Start(tuple[Any, Any]):
    """Where the part begins, as row and column; knows the size of the whole image."""

    size: tuple[int, int]


class RandomCrop(RandomImageLayer):
    """In training cuts a part out of images, at one random place for the whole batch.

    Where an image is not larger than the part in both directions, the part is the middle, resized
    if it is too small. Outside training images keep their size, as in Keras 3.15. Input ``(batch,
    height, width, channels)`` or one image of any number type; output floats in training. Masks
    and boxes change along.

    Arguments:
        height, width: ints, of the part.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        name: string, given automatically if left out.
        **kwargs: bounding_box_format, dtype and so on, see ``Layer``.

    Raises:
        ValueError: sizes that are no positive integers; inputs that are no images.

    >>> import numpy as np
    >>> RandomCrop(2, 2)(np.ones((1, 4, 4, 3)), training=True).shape
    (1, 2, 2, 3)
    """

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, name=name, **kwargs)
        self.height = positive_int("RandomCrop", "height", height)
        self.width = positive_int("RandomCrop", "width", width)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        start: Any
        if frame.height > self.height and frame.width > self.width:
            keys = jax.random.split(key)
            most = (frame.height - self.height + 1, frame.width - self.width + 1)
            start = Start(
                uniform(k, (), 0, float(n)).astype("int32") for k, n in zip(keys, most, strict=True)
            )
        else:
            part = _largest_part(frame.height, frame.width, self.height, self.width)
            start = Start(((frame.height - part[0]) // 2, (frame.width - part[1]) // 2))
        start.size = (frame.height, frame.width)
        return start

    def _change(self, images: Any, transformation: Any) -> Any:
        cut = _cut(images, self._height_axis, transformation, (self.height, self.width))
        if cut.shape == self._output_shape(cut.shape):
            return cut
        size = (self.height, self.width)
        return ops.image.resize(cut, size, data_format=self.data_format).astype(self.compute_dtype)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Cut the same part out of masks."""
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the boxes in the part that is cut out, cut off at its borders."""
        if not training:
            return bounding_boxes
        found = self._in_pixels(bounding_boxes, *transformation.size)
        starts = zip(transformation, (self.height, self.width), transformation.size, strict=True)
        sizes = [min(size, whole) for _, size, whole in starts]
        found["boxes"] = _boxes_in(
            found["boxes"], (*transformation, *sizes), (self.height, self.width)
        )
        found = clip_to_image_size(found, self.height, self.width)
        return self._as_given(found, self.height, self.width)

    def _output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        return with_size(input_shape, self._height_axis, self.height, self.width)


def _largest_part(height: int, width: int, like_height: int, like_width: int) -> tuple[int, int]:
    """Give the size of the largest part of an image that has another one's proportions."""
    return (
        max(min(height, width * like_height // like_width), 1),
        max(min(width, height * like_width // like_height), 1),
    )


def _cut(images: Any, height_axis: int, start: Any, size: tuple[int, int]) -> Any:
    """Cut out what there is of a part, beginning at one place for all images."""
    for axis, first, length in zip((height_axis, height_axis + 1), start, size, strict=True):
        axis += images.ndim
        if isinstance(first, int):
            last = min(first + length, images.shape[axis])
            images = jax.lax.slice_in_dim(images, first, last, axis=axis)
        else:
            images = jax.lax.dynamic_slice_in_dim(images, first, length, axis=axis)
    return images


def _boxes_in(boxes: Any, window: Any, size: tuple[int, int]) -> Any:
    """Give boxes in a part of an image that is resized to a size."""
    first_row, first_column, height, width = window
    left, top, right, bottom = split(boxes)
    across, down = size[1] / width, size[0] / height
    return join(
        (jnp.clip(left - first_column, 0, width)) * across,
        (jnp.clip(top - first_row, 0, height)) * down,
        (jnp.clip(right - first_column, 0, width)) * across,
        (jnp.clip(bottom - first_row, 0, height)) * down,
    )
