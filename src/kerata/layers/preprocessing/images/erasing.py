"""Rectangles of images replaced by noise or a colour."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer, by_image, uniform
from kerata.layers.preprocessing.images.factors import check_value_range, factor_range
from kerata.layers.preprocessing.images.rectangles import inside, spans


class RandomErasing(RandomImageLayer):
    """In training replaces a random rectangle of some images by noise, or by a colour.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape.

    Arguments:
        factor: float from 0 to 1, or two: the range that the chance of a change is drawn from, for
            each image; one number stands for 0 up to it. 1.0 by default.
        scale: float from 0 to 1, or two: the range of the rectangles' areas as parts of the image;
            ``(0.02, 0.33)`` by default.
        fill_value: float, or three for the channels; None (default) for normal noise. Clipped to
            the value range.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor or scale beyond its bounds, a fill_value that is neither a number nor
            three, no value_range; inputs that are no images.

    Source: Zhong et al. 2020, Random erasing data augmentation.

    >>> import numpy as np
    >>> whole = RandomErasing((1, 1), scale=(1, 1), fill_value=7)
    >>> whole(np.zeros((1, 1, 2, 1)), training=True).ravel().tolist()
    [7.0, 7.0]
    """

    _casts = "always"

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomErasing", "factor", factor, (0, 1))
        self.scale = factor_range("RandomErasing", "scale", scale, (0, 1))
        several = isinstance(fill_value, (list, tuple))
        numbers = fill_value if several else [fill_value]
        if fill_value is not None and not (
            len(numbers) == (3 if several else 1)
            and all(isinstance(n, (int, float, np.number)) for n in numbers)
        ):
            raise ValueError(
                "RandomErasing: fill_value must be a number, three numbers or None, got "
                f"fill_value={fill_value!r}."
            )
        self.fill_value = fill_value
        self.value_range = tuple(check_value_range("RandomErasing", value_range))

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_area, of_x, of_y, of_chance, of_noise = jax.random.split(key, 5)
        sides = jnp.sqrt(uniform(of_area, (2, frame.batch), *self.scale))
        x, y = spans(of_x, sides[0], frame.width), spans(of_y, sides[1], frame.height)
        return {
            "apply_erasing": self._happens(of_chance, frame, self.factor),
            "batch_masks": inside(frame, x, y, self._channel_axis),
            "fill_value": self._filling(of_noise, frame),
        }

    def _filling(self, key: jax.Array, frame: Frame) -> jax.Array:
        if self.fill_value is None:
            shape = (1, *frame.shape) if frame.single else frame.shape
            filling = jax.random.normal(key, shape) * self.value_range[1]
        elif isinstance(self.fill_value, (list, tuple)):
            if frame.channels != 3:
                raise ValueError(
                    f"Layer {self.name!r} (RandomErasing): fill_value={self.fill_value!r} is for 3 "
                    f"channels, got images of shape {frame.shape}."
                )
            filling = self._channels_back(jnp.asarray(self.fill_value, "float32")[None, None, None])
        else:
            filling = jnp.asarray(self.fill_value, "float32")
        return jnp.clip(filling, *self.value_range)

    def _change(self, images: Any, transformation: Any) -> Any:
        erased = transformation["batch_masks"] & by_image(transformation["apply_erasing"])
        return jnp.where(erased, jnp.asarray(transformation["fill_value"], images.dtype), images)
