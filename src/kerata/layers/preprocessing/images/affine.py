"""Images turned, moved, zoomed and sheared at random."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata import ops
from kerata.kernels.resampling import stretch_images
from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer, uniform
from kerata.layers.preprocessing.images.factors import Range, factor_range, one_of
from kerata.utils import bounding_boxes as boxes_of
from kerata.utils.bounding_boxes.formats import clip_to_image_size, join, split

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")
# Height and width of images for which products of matrices are not slower than reading pixels.
_PRODUCTS_UP_TO = 256


class AffineLayer(RandomImageLayer):
    """Base of the layers that read each pixel from another place, by six numbers for each image.

    Arguments:
        fill_mode: what lies outside: ``'reflect'``, ``'wrap'``, ``'nearest'`` or ``'constant'``
            (``fill_value``).
        interpolation: ``'bilinear'`` or ``'nearest'``.
        fill_value: float.
        **kwargs: seed, data_format, bounding_box_format, name and so on.
    """

    _casts: ClassVar[str] = "always"
    # Whether rows stay rows and columns columns.
    _separable: ClassVar[bool] = False

    def __init__(
        self, *, fill_mode: str, interpolation: str, fill_value: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.fill_mode = one_of(owner, "fill_mode", fill_mode, FILL_MODES)
        self.interpolation = one_of(owner, "interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def _matrix(self, transformation: Any, height: int, width: int) -> Any:
        """Give the numbers of ``ops.image.affine_transform`` for images of this size."""
        raise NotImplementedError

    def _moved(self, boxes: Any, transformation: Any, height: int, width: int) -> Any:
        """Give boxes in pixels in the changed images."""
        raise NotImplementedError

    def _change(self, images: Any, transformation: Any) -> Any:
        return self._read(images, transformation, self.interpolation)

    def _read(self, images: Any, transformation: Any, interpolation: str) -> Any:
        if transformation is None:
            return images
        axis = self._height_axis
        height, width = images.shape[axis], images.shape[axis + 1]
        numbers = self._matrix(transformation, height, width)
        if self._separable and max(height, width) <= _PRODUCTS_UP_TO:
            a, _, x, _, b, y, *_ = (n[:, None] for n in jnp.moveaxis(numbers, -1, 0))
            rows, columns = b * jnp.arange(height) + y, a * jnp.arange(width) + x
            found = stretch_images(
                self._channels_last(images),
                rows,
                columns,
                int(interpolation == "bilinear"),
                self.fill_mode,
                self.fill_value,
            )
            return self._channels_back(found)
        return ops.image.affine_transform(
            images,
            numbers,
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Change masks as the images, by their nearest pixels."""
        if not training:
            return segmentation_masks
        return self._read(jnp.asarray(segmentation_masks), transformation, "nearest")

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give the boxes in the changed images, cut off at their borders."""
        if not training or transformation is None:
            return bounding_boxes
        height, width = self._size_in(transformation)
        found = self._in_pixels(bounding_boxes, height, width)
        found["boxes"] = self._moved(found["boxes"], transformation, height, width)
        return self._as_given(clip_to_image_size(found, height, width), height, width)

    def _size_in(self, transformation: Any) -> tuple[int, int]:
        axis, shape = self._height_axis, transformation["input_shape"]
        return shape[axis], shape[axis + 1]


class RandomRotation(AffineLayer):
    """In training turns each image about its middle, by a random angle.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape. Masks and boxes change along.

    Arguments:
        factor: float, share of a full turn: the angle lies between minus and plus ``factor * 360``
            degrees; or two floats, from and to; from -1 to 1, positive is against the clock.
        fill_mode: what lies outside: ``'reflect'`` (default), ``'wrap'``, ``'nearest'`` or
            ``'constant'`` (``fill_value``).
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        seed: int, or None (the default) for the global generator.
        fill_value: float, 0.0 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds; inputs that are no images.
        NotImplementedError: an unknown fill_mode or interpolation.

    >>> import numpy as np
    >>> half = RandomRotation((0.5, 0.5))
    >>> half(np.array([[[1.0], [2.0]]]), training=True).round(3).ravel().tolist()
    [2.0, 1.0]
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode=fill_mode,
            interpolation=interpolation,
            fill_value=fill_value,
            seed=seed,
            data_format=data_format,
            **kwargs,
        )
        self.factor = factor_range("RandomRotation", "factor", factor, (-1, 1))

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        low, high = self.factor
        angle = uniform(key, (frame.batch,), low * 360.0, high * 360.0)
        turn = jnp.deg2rad(angle)
        cos, sin = jnp.cos(turn), jnp.sin(turn)
        x, y = 0.5 * (frame.width - 1), 0.5 * (frame.height - 1)
        numbers = (cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos)
        return {
            "angle": angle,
            "rotation_matrix": _matrix(*numbers),
            "image_height": frame.height,
            "image_width": frame.width,
            "batch_size": frame.batch,
        }

    def _matrix(self, transformation: Any, height: int, width: int) -> Any:
        return transformation["rotation_matrix"]

    def _size_in(self, transformation: Any) -> tuple[int, int]:
        return transformation["image_height"], transformation["image_width"]

    def _moved(self, boxes: Any, transformation: Any, height: int, width: int) -> Any:
        angle = transformation["angle"]
        none, one = jnp.zeros_like(angle), jnp.ones_like(angle)
        return boxes_of.affine_transform(
            boxes, angle, none, none, one, none, none, height=height, width=width
        )


class RandomTranslation(AffineLayer):
    """In training moves each image by a random part of its size.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape. Masks and boxes change along.

    Arguments:
        height_factor: float, share of the height: the image moves between minus and plus this
            share; or two floats, from (negative: up) and to (positive: down); from -1 to 1.
        width_factor: the same for the width, to the left and to the right.
        fill_mode: what lies outside: ``'reflect'`` (default), ``'wrap'``, ``'nearest'`` or
            ``'constant'`` (``fill_value``).
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        seed: int, or None (the default) for the global generator.
        fill_value: float, 0.0 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds; inputs that are no images.
        NotImplementedError: an unknown fill_mode or interpolation.

    >>> import numpy as np
    >>> right = RandomTranslation(0, (0.5, 0.5), fill_mode="constant")
    >>> right(np.array([[[1.0], [2.0]]]), training=True).ravel().tolist()
    [0.0, 1.0]
    """

    _separable: ClassVar[bool] = True

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode=fill_mode,
            interpolation=interpolation,
            fill_value=fill_value,
            seed=seed,
            data_format=data_format,
            **kwargs,
        )
        self.height_factor, self.width_factor = height_factor, width_factor
        bounds = (-1, 1)
        self._heights = factor_range("RandomTranslation", "height_factor", height_factor, bounds)
        self._widths = factor_range("RandomTranslation", "width_factor", width_factor, bounds)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_height, of_width = jax.random.split(key)
        down = uniform(of_height, (frame.batch, 1), *self._heights) * frame.height
        right = uniform(of_width, (frame.batch, 1), *self._widths) * frame.width
        return {"translations": join(right, down), "input_shape": frame.shape}

    def _matrix(self, transformation: Any, height: int, width: int) -> Any:
        right, down = jnp.moveaxis(transformation["translations"], -1, 0)
        none, one = jnp.zeros_like(right), jnp.ones_like(right)
        return _matrix(one, none, -right, none, one, -down)

    def _moved(self, boxes: Any, transformation: Any, height: int, width: int) -> Any:
        moves = jnp.asarray(transformation["translations"])
        return boxes + jnp.tile(moves, 2)[:, None]


class RandomZoom(AffineLayer):
    """In training zooms each image in or out about its middle.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape. Masks and boxes change along.

    Arguments:
        height_factor: float: the part of the height that is seen lies between ``1 - factor`` and
            ``1 + factor`` of it; or two floats, from (negative: nearer) and to (positive: farther
            away); above -1, up to 1.
        width_factor: the same for the width. None (default) keeps the proportions.
        fill_mode: what lies outside: ``'reflect'`` (default), ``'wrap'``, ``'nearest'`` or
            ``'constant'`` (``fill_value``).
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        seed: int, or None (the default) for the global generator.
        fill_value: float, 0.0 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds; inputs that are no images.
        NotImplementedError: an unknown fill_mode or interpolation.

    >>> import numpy as np
    >>> nearer = RandomZoom((-0.5, -0.5))
    >>> nearer(np.array([[[0.0], [1.0], [2.0]]] * 3), training=True)[0].ravel().tolist()
    [0.5, 1.0, 1.5]
    """

    _separable: ClassVar[bool] = True

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode=fill_mode,
            interpolation=interpolation,
            fill_value=fill_value,
            seed=seed,
            data_format=data_format,
            **kwargs,
        )
        self.height_factor, self.width_factor = height_factor, width_factor
        self._heights = _zooms("height_factor", height_factor)
        self._widths = None if width_factor is None else _zooms("width_factor", width_factor)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_height, of_width = jax.random.split(key)
        height = uniform(of_height, (frame.batch, 1), *self._heights)
        width = height
        if self._widths is not None:
            width = uniform(of_width, (frame.batch, 1), *self._widths)
        return {"height_zoom": height, "width_zoom": width, "input_shape": frame.shape}

    def _matrix(self, transformation: Any, height: int, width: int) -> Any:
        down, across = transformation["height_zoom"][:, 0], transformation["width_zoom"][:, 0]
        none = jnp.zeros_like(down)
        x, y = (width - 1) / 2 * (1 - across), (height - 1) / 2 * (1 - down)
        return _matrix(across, none, x, none, down, y)

    def _moved(self, boxes: Any, transformation: Any, height: int, width: int) -> Any:
        numbers = self._matrix(transformation, height, width)[:, None, :, None]
        across, x, down, y = (numbers[:, :, i] for i in (0, 2, 4, 5))
        left, top, right, bottom = split(boxes)
        left, right = (jnp.clip((n - x) / across, 0, width) for n in (left, right))
        top, bottom = (jnp.clip((n - y) / down, 0, height) for n in (top, bottom))
        return join(left, top, right, bottom)


class RandomShear(AffineLayer):
    """In training shears each image: rows move sideways, columns up or down, with the distance.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape. Masks and boxes change along.

    Arguments:
        x_factor: float, how far a row moves for each row: between minus and plus this; or two
            floats from 0 to 1, from and to, with a random sign. 0.0 by default.
        y_factor: the same for columns.
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        fill_mode: what lies outside: ``'reflect'`` (default), ``'wrap'``, ``'nearest'`` or
            ``'constant'`` (``fill_value``).
        fill_value: float, 0.0 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: bounding_box_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds; inputs that are no images.
        NotImplementedError: an unknown fill_mode or interpolation.

    >>> import numpy as np
    >>> RandomShear(x_factor=0.5)(np.ones((1, 4, 4, 3)), training=True).shape
    (1, 4, 4, 3)
    """

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode=fill_mode,
            interpolation=interpolation,
            fill_value=fill_value,
            seed=seed,
            data_format=data_format,
            **kwargs,
        )
        self.x_factor = _shears("x_factor", x_factor)
        self.y_factor = _shears("y_factor", y_factor)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_sign, of_x, of_y = jax.random.split(key, 3)
        sign = jnp.where(uniform(of_sign, (frame.batch, 1)) > 0.5, -1.0, 1.0)
        x = uniform(of_x, (frame.batch, 1), *self.x_factor)
        y = uniform(of_y, (frame.batch, 1), *self.y_factor)
        return {"shear_factor": join(x, y) * sign, "input_shape": frame.shape}

    def _matrix(self, transformation: Any, height: int, width: int) -> Any:
        x, y = jnp.moveaxis(jnp.asarray(transformation["shear_factor"], "float32"), -1, 0)
        none, one = jnp.zeros_like(x), jnp.ones_like(x)
        return _matrix(one, x, none, y, one, none)

    def _moved(self, boxes: Any, transformation: Any, height: int, width: int) -> Any:
        factors = jnp.asarray(transformation["shear_factor"], "float32")[:, None]
        x, y = factors[..., :1], factors[..., 1:]
        left, top, right, bottom = split(boxes / jnp.array([width, height] * 2))
        left, right = (
            jnp.where(x < 0, left - x * top, left - x * bottom),
            jnp.where(x < 0, right - x * bottom, right - x * top),
        )
        top, bottom = (
            jnp.where(y > 0, top - y * right, top - y * left),
            jnp.where(y > 0, bottom - y * left, bottom - y * right),
        )
        return join(left, top, right, bottom) * jnp.array([width, height] * 2)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments; a range of both signs as the one number it came from.

        Keras 3.15 writes such a range as two numbers, which its own constructor refuses.
        """
        config = super().get_config()
        for name in ("x_factor", "y_factor"):
            low, high = getattr(self, name)
            if low == -high:
                config[name] = high
        return config


def _zooms(name: str, value: Any) -> Range:
    low, high = factor_range("RandomZoom", name, value, (-1, 1), above_lowest=True)
    return 1.0 + low, 1.0 + high


def _shears(name: str, value: Any) -> Range:
    # Keras's configs hold (-f, f) for f.
    if isinstance(value, (list, tuple)) and len(value) == 2 and value[0] == -value[1]:
        value = value[1]
    low, high = factor_range("RandomShear", name, value, (0, 1))
    return (low, high) if isinstance(value, (list, tuple)) else (-high, high)


def _matrix(*numbers: jax.Array) -> jax.Array:
    """Put six numbers of each image, and two of 0, side by side."""
    none = jnp.zeros_like(numbers[0])
    return jnp.stack([*numbers, none, none], axis=-1)
