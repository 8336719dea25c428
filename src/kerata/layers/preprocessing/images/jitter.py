"""Brightness, contrast, saturation and hue changed at random, one after the other."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.randomness import draw_key
from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer
from kerata.layers.preprocessing.images.color import (
    RandomBrightness,
    RandomContrast,
    RandomHue,
    RandomSaturation,
)
from kerata.layers.preprocessing.images.factors import check_value_range

_PARTS = {
    "brightness": RandomBrightness,
    "contrast": RandomContrast,
    "saturation": RandomSaturation,
    "hue": RandomHue,
}


class RandomColorJitter(RandomImageLayer):
    """In training changes brightness, contrast, saturation and hue of each image at random.

    Input ``(batch, height, width, 3)`` or one image of any number type; output floats of the same
    shape in training.

    Arguments:
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        brightness_factor, contrast_factor, saturation_factor, hue_factor: as for the layers
            ``RandomBrightness``, ``RandomContrast``, ``RandomSaturation`` and ``RandomHue``; None
            (default) leaves that out.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images of 3
            channels, for saturation and hue.

    >>> import numpy as np
    >>> RandomColorJitter(brightness_factor=0.1)(np.ones((1, 4, 4, 3)), training=True).shape
    (1, 4, 4, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = tuple(check_value_range("RandomColorJitter", value_range))
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        for name, cls in _PARTS.items():
            factor, part = getattr(self, f"{name}_factor"), None
            if factor is not None:
                part = cls(
                    factor,
                    value_range=self.value_range,
                    data_format=self.data_format,
                    dtype=self.dtype_policy,
                )
            setattr(self, f"random_{name}", part)

    def _parts(self) -> dict[str, RandomImageLayer]:
        found = {f"random_{name}": getattr(self, f"random_{name}") for name in _PARTS}
        return {name: part for name, part in found.items() if part is not None}

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        keys = jax.random.split(key, len(_PARTS))
        return {
            name: part._draw(k, frame)
            for k, (name, part) in zip(keys, self._parts().items(), strict=False)
        }

    def _change(self, images: Any, transformation: Any) -> Any:
        if transformation is None:
            transformation = self._draw(draw_key(self.generator), self._frame(images))
        for name, part in self._parts().items():
            images = part.transform_images(images, transformation[name])
        return images
