"""Brightness, contrast and colours changed at random."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import fraction
from kerata.base.dtypes import epsilon
from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer, by_image, uniform
from kerata.layers.preprocessing.images.factors import check_value_range, factor_range
from kerata.layers.preprocessing.images.pixels import to_range


class ColorLayer(RandomImageLayer):
    """Base of the layers that change the values of pixels by a random number for each image.

    Labels, boxes and masks stay.

    Arguments:
        factor: the range that the number is drawn from.
        value_range: least and greatest value of pixels.
        data_format: as for every image layer.
        seed: of the random numbers.
        **kwargs: bounding_box_format, name and so on.
    """

    _bounds: ClassVar[tuple[float, float]] = (-1, 1)

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        owner = type(self).__name__
        self.factor = factor_range(owner, "factor", factor, self._bounds)
        self.value_range = check_value_range(owner, value_range)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        return {"factor": uniform(key, (frame.batch,), *self.factor)}

    def _clipped(self, images: Any) -> Any:
        return jnp.clip(images, *self.value_range)


class RandomBrightness(ColorLayer):
    """In training makes each image brighter or darker by a random part of the value range.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape in training.

    Arguments:
        factor: float from -1 to 1: between minus and plus this part of the value range is added;
            or two floats, from and to.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default; results are
            clipped to it.
        seed: int, or None (the default) for the global generator.
        **kwargs: data_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images.

    >>> import numpy as np
    >>> RandomBrightness((0.2, 0.2))(np.zeros((1, 1, 1)), training=True).ravel().tolist()
    [51.0]
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(factor=factor, value_range=value_range, seed=seed, **kwargs)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        low, high = self.value_range
        return {"rgb_delta": uniform(key, (frame.batch, 1, 1, 1), *self.factor) * (high - low)}

    def _change(self, images: Any, transformation: Any) -> Any:
        return self._clipped(images + jnp.asarray(transformation["rgb_delta"], images.dtype))


class RandomContrast(ColorLayer):
    """In training moves each image's values away from their mean, or towards it.

    ``(x - mean) * number + mean``, for each channel. Input ``(batch, height, width, channels)`` or
    one image of any number type; output floats of the same shape in training.

    Arguments:
        factor: float from 0 to 1: the number lies between 1 and ``1 + factor``; or two floats, for
            ``1 - first`` to ``1 + second``.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default; results are
            clipped to it.
        seed: int, or None (the default) for the global generator.
        **kwargs: data_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images.

    >>> import numpy as np
    >>> RandomContrast(0.5)(np.ones((1, 4, 4, 3)), training=True).shape
    (1, 4, 4, 3)
    """

    _bounds: ClassVar[tuple[float, float]] = (0, 1)

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(factor=factor, value_range=value_range, seed=seed, **kwargs)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        less, more = self.factor
        return {"contrast_factor": uniform(key, (frame.batch, 1, 1, 1), 1.0 - less, 1.0 + more)}

    def _change(self, images: Any, transformation: Any) -> Any:
        axes = (self._height_axis, self._height_axis + 1)
        mean = jnp.mean(images, axis=axes, keepdims=True)
        number = jnp.asarray(transformation["contrast_factor"], images.dtype)
        return self._clipped((images - mean) * number + mean)


class RandomColorDegeneration(ColorLayer):
    """In training takes a random part of each image's colour away.

    Input ``(batch, height, width, 3)`` or one image of any number type; output floats of the same
    shape in training.

    Arguments:
        factor: float from -1 to 1, part of the way to grey: between minus and plus this; or two
            floats, from and to.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default; results are
            clipped to it.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images of 3
            channels.

    >>> import numpy as np
    >>> grey = RandomColorDegeneration((1, 1))
    >>> grey(np.array([[[100.0, 0.0, 0.0]]]), training=True).round(2).ravel().tolist()
    [29.889999389648438, 29.889999389648438, 29.889999389648438]
    """

    _channels = (3,)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        return {"factor": uniform(key, (frame.batch, 1, 1, 1), *self.factor)}

    def _change(self, images: Any, transformation: Any) -> Any:
        gray = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        part = jnp.asarray(transformation["factor"], images.dtype)
        return self._clipped(images + part * (gray - images))


class RandomGrayscale(RandomImageLayer):
    """In training makes some images grey; they keep three channels.

    Input ``(batch, height, width, channels)`` or one image, with 3 channels or 1; shape and dtype
    stay.

    Arguments:
        factor: float from 0 to 1, the chance that an image becomes grey; 0.5 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor that is not from 0 to 1; inputs that are no images of 3 channels or 1.
        TypeError: a factor that is no number.

    >>> import numpy as np
    >>> grey = RandomGrayscale(1.0)
    >>> grey(np.array([[[100, 0, 0]]], dtype="uint8"), training=True).ravel().tolist()
    [29, 29, 29]
    """

    _casts = "never"
    _channels = (1, 3)

    def __init__(
        self,
        factor: float = 0.5,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        self.factor = fraction("RandomGrayscale", "factor", factor)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        return uniform(key, (frame.batch, 1, 1, 1)) < self.factor

    def _change(self, images: Any, transformation: Any) -> Any:
        gray = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        return jnp.where(transformation, gray, images)


class RandomHue(ColorLayer):
    """In training turns the hue of each image by a random angle.

    Input ``(batch, height, width, 3)`` or one image of any number type; output floats of the same
    shape in training.

    Arguments:
        factor: float from 0 to 1, share of half a turn, in both directions: between 0 and this; or
            two floats, from and to.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images of 3
            channels.

    >>> import numpy as np
    >>> turned = RandomHue((1, 1))
    >>> turned(np.array([[[100.0, 0.0, 0.0]]]), training=True).round().ravel().tolist()
    [0.0, 100.0, 100.0]
    """

    _bounds: ClassVar[tuple[float, float]] = (0, 1)
    _channels = (3,)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_sign, of_size = jax.random.split(key)
        sign = jnp.where(uniform(of_sign, (frame.batch,)) > 0.5, -1.0, 1.0)
        return {"factor": sign * uniform(of_size, (frame.batch,), *self.factor) * 0.5}

    def _change(self, images: Any, transformation: Any) -> Any:
        shares = to_range(images, self.value_range, (0, 1))
        hsv = self._channels_last(ops.image.rgb_to_hsv(shares, data_format=self.data_format))
        hue = hsv[..., 0] + by_image(transformation["factor"], images.dtype)[..., 0]
        hue = jnp.where(hue > 1, hue - 1, hue)
        hue = jnp.where(hue < 0, hue + 1, hue)
        hsv = self._channels_back(hsv.at[..., 0].set(hue))
        shares = jnp.clip(ops.image.hsv_to_rgb(hsv, data_format=self.data_format), 0, 1)
        return to_range(shares, (0, 1), self.value_range).astype(images.dtype)


class RandomSaturation(ColorLayer):
    """In training makes the colours of each image stronger or weaker.

    The saturation is multiplied by ``number / (1 - number)``: 0 makes an image grey, 0.5 leaves it
    as it is. Input ``(batch, height, width, 3)`` or one image of any number type; output floats of
    the same shape in training.

    Arguments:
        factor: float from -1 to 1: the number lies between minus and plus this; or two floats,
            from and to.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default; as in Keras the
            saturation is clipped to it, so that strong colours may leave it.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images of 3
            channels.

    >>> import numpy as np
    >>> grey = RandomSaturation((0, 0))
    >>> grey(np.array([[[100.0, 50.0, 0.0]]]), training=True).ravel().tolist()
    [100.0, 100.0, 100.0]
    """

    _channels = (3,)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        number = uniform(key, (frame.batch,), *self.factor)
        return {"factor": number / (1 - number + epsilon())}

    def _change(self, images: Any, transformation: Any) -> Any:
        hsv = self._channels_last(ops.image.rgb_to_hsv(images, data_format=self.data_format))
        factor = by_image(transformation["factor"], images.dtype)[..., 0]
        hsv = hsv.at[..., 1].set(self._clipped(hsv[..., 1] * factor))
        return ops.image.hsv_to_rgb(self._channels_back(hsv), data_format=self.data_format)
