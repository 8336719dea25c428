"""Images inverted, reduced to few values, solarized, sharpened, blurred."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import is_integer
from kerata.layers.preprocessing.images.base import Frame, RandomImageLayer, by_image, uniform
from kerata.layers.preprocessing.images.color import ColorLayer
from kerata.layers.preprocessing.images.factors import Range, check_value_range, factor_range
from kerata.layers.preprocessing.images.pixels import to_range


class RandomInvert(ColorLayer):
    """In training turns some images into negatives: the greatest value minus each.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape in training.

    Arguments:
        factor: float from 0 to 1, or two: the range that the chance of a change is drawn from, for
            each image; one number stands for 0 up to it. 1.0 by default.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        seed: int, or None (the default) for the global generator.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images.

    >>> import numpy as np
    >>> RandomInvert((1, 1))(np.full((1, 1, 1), 55.0), training=True).ravel().tolist()
    [200.0]
    """

    _bounds: ClassVar[Range] = (0, 1)

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            factor=factor, value_range=value_range, seed=seed, data_format=data_format, **kwargs
        )

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        return {"apply_inversion": self._happens(key, frame, self.factor)}

    def _change(self, images: Any, transformation: Any) -> Any:
        negative = self.value_range[1] - images
        return jnp.where(by_image(transformation["apply_inversion"]), negative, images)


class RandomPosterization(ColorLayer):
    """In training keeps only the first bits of the values of each image.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape in training.

    Arguments:
        factor: int from 1 to 8: between 1 and ``factor - 1`` bits stay; or two ints, from and to
            (exclusive, unless both are the same).
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images.

    >>> import numpy as np
    >>> RandomPosterization((1, 1))(np.array([[[100.0, 200.0]]]), training=True).ravel().tolist()
    [0.0, 128.0]
    """

    _bounds: ClassVar[Range] = (1, 8)

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            factor=factor, value_range=value_range, data_format=data_format, seed=seed, **kwargs
        )
        if not all(is_integer(bits) for bits in self.factor):
            raise ValueError(
                f"RandomPosterization: factor must be an integer or two, a number of bits from 1 "
                f"to 8, got factor={factor!r}."
            )

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        low, high = (int(bits) for bits in self.factor)
        bits = jax.random.randint(key, (frame.batch,), low, max(high, low + 1))
        return {"shift_factor": (8 - bits).astype("uint8")}

    def _change(self, images: Any, transformation: Any) -> Any:
        lost = by_image(transformation["shift_factor"], "uint8")
        values = to_range(images, self.value_range, (0, 255), images.dtype).astype("uint8")
        values = ((values >> lost) << lost).astype(images.dtype)
        return to_range(values, (0, 255), self.value_range, images.dtype)


class Solarization(RandomImageLayer):
    """In training inverts the values of each image that reach a random threshold.

    A random number is added first. Input ``(batch, height, width, channels)`` or one image of any
    number type; output floats of the same shape.

    Arguments:
        addition_factor: float from 0 to 1, or two: the range of what is added, as a part of 255,
            whatever the value range is; one number stands for 0 up to it. 0.0 by default.
        threshold_factor: the same for the threshold: values from it on are inverted. 0.0 by
            default: all are.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        seed: int, or None (the default) for the global generator.
        **kwargs: data_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images.

    >>> import numpy as np
    >>> Solarization()(np.full((1, 1, 1), 55.0), training=True).ravel().tolist()
    [200.0]
    """

    _casts = "always"

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.addition_factor, self.threshold_factor = (
            factor_range("Solarization", name, value, (0, 1), both_signs=False)
            for name, value in (
                ("addition_factor", addition_factor),
                ("threshold_factor", threshold_factor),
            )
        )
        self.value_range = check_value_range("Solarization", value_range)

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        drawn = {}
        for name, k, (low, high) in zip(
            ("additions", "thresholds"),
            jax.random.split(key),
            (self.addition_factor, self.threshold_factor),
            strict=True,
        ):
            drawn[name] = uniform(k, (frame.batch, 1, 1, 1), low, high * 255.0)
        return drawn

    def _change(self, images: Any, transformation: Any) -> Any:
        if transformation is None:
            return images
        added, threshold = (
            jnp.asarray(transformation[name], images.dtype) for name in ("additions", "thresholds")
        )
        values = to_range(images, self.value_range, (0, 255), images.dtype)
        values = jnp.clip(values + added, 0, 255)
        values = jnp.where(values < threshold, values, 255 - values)
        return to_range(values, (0, 255), self.value_range, images.dtype)


class RandomSharpness(ColorLayer):
    """In training makes each image sharper, or smoother.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape.

    Arguments:
        factor: float from 0 to 1, or two: the range of the strength; 0 gives the mean of each
            pixel and its neighbours, 0.5 the image as it is, 1 twice the difference. One number
            stands for 0 up to it.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default; results are
            clipped to it.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor beyond its bounds, no value_range; inputs that are no images.

    >>> import numpy as np
    >>> RandomSharpness(0.5)(np.ones((1, 4, 4, 3)), training=True).shape
    (1, 4, 4, 3)
    """

    _casts = "always"
    _bounds: ClassVar[Range] = (0, 1)

    def _change(self, images: Any, transformation: Any) -> Any:
        strength = by_image(transformation["factor"], images.dtype) * 2
        rows = self._height_axis % images.ndim
        # Each neighbour counts 1/13 and the pixel itself 5/13: a sum of 3 by 3, and 4/13 more.
        total = _neighbours(_neighbours(images, rows), rows + 1)
        smooth = (total + 4 * images) / 13
        return self._clipped(images + (1 - strength) * (smooth - images))


class RandomGaussianBlur(RandomImageLayer):
    """In training blurs some images by a bell curve.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape.

    Arguments:
        factor: float from 0 to 1, or two: the range that the chance of a change is drawn from, for
            each image; one number stands for 0 up to it. 1.0 by default.
        kernel_size: odd int, pixels across the curve, or two; 3 by default.
        sigma: float from 0 to 1, or two: the range that the curve's standard deviations in pixels
            are drawn from, once for a batch; one number stands for 0 up to it. 1.0 by default.
        value_range: least and greatest value of pixels, ``(0, 255)`` by default; results are
            clipped to it.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: a factor or sigma beyond its bounds, an even kernel_size, no value_range;
            inputs that are no images.

    >>> import numpy as np
    >>> RandomGaussianBlur()(np.ones((1, 4, 4, 3)), training=True).shape
    (1, 4, 4, 3)
    """

    _casts = "always"

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        owner = "RandomGaussianBlur"
        self.factor = factor_range(owner, "factor", factor, (0, 1))
        sizes = tuple(kernel_size) if isinstance(kernel_size, (list, tuple)) else (kernel_size,) * 2
        if len(sizes) != 2 or not all(is_integer(n) and n > 0 and n % 2 for n in sizes):
            raise ValueError(
                f"{owner}: kernel_size must be a positive odd integer or two, got "
                f"kernel_size={kernel_size!r}."
            )
        self.kernel_size = sizes
        self.sigma = factor_range(owner, "sigma", sigma, (0, 1))
        self.value_range = tuple(check_value_range(owner, value_range))

    def _draw(self, key: jax.Array, frame: Frame) -> Any:
        of_chance, of_width = jax.random.split(key)
        return {
            "should_apply_blur": self._happens(of_chance, frame, self.factor),
            "blur_factor": uniform(of_width, (2,), *self.sigma) + 1e-6,
        }

    def _change(self, images: Any, transformation: Any) -> Any:
        if transformation is None:
            return images
        blurred = ops.image.gaussian_blur(
            images, self.kernel_size, tuple(transformation["blur_factor"]), self.data_format
        )
        chosen = jnp.where(by_image(transformation["should_apply_blur"]), blurred, images)
        return jnp.clip(chosen, *self.value_range)


def _neighbours(x: Any, axis: int) -> Any:
    """Sum each value and those beside it along an axis; zeros lie around."""
    edges = [(0, 0)] * x.ndim
    edges[axis] = (1, 1)
    wide, n = jnp.pad(x, edges), x.shape[axis]
    return sum(jax.lax.slice_in_dim(wide, i, i + n, axis=axis) for i in range(3))
