"""Values of pixels spread over the whole range: by their ends, by ranks, tile by tile."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import int_tuple, number, positive_int
from kerata.layers.preprocessing.images.base import ImageLayer
from kerata.layers.preprocessing.images.factors import check_value_range
from kerata.layers.preprocessing.images.pixels import to_range


class AutoContrast(ImageLayer):
    """Stretches the values of each channel of an image over the whole range, always.

    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape. A channel of one value stays.

    Arguments:
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        **kwargs: data_format, name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: no value_range; inputs that are no images.

    >>> import numpy as np
    >>> AutoContrast()(np.array([[[1.0], [2.0]]])).ravel().tolist()
    [0.0, 255.0]
    """

    _casts = "always"
    _always = True

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value_range = check_value_range("AutoContrast", value_range)

    def _change(self, images: Any, transformation: Any) -> Any:
        values = to_range(images, self.value_range, (0, 255), images.dtype)
        axes = (self._height_axis, self._height_axis + 1)
        low, high = (f(values, axis=axes, keepdims=True) for f in (jnp.min, jnp.max))
        scale = 255.0 / (high - low)
        values = jnp.clip(values * scale - low * scale, 0, 255)
        values = to_range(values, (0, 255), self.value_range, images.dtype)
        return jnp.where(jnp.isnan(values), images, values)


class Equalization(ImageLayer):
    """In training gives each channel values that are equally frequent, over the whole batch.

    As in Keras, the frequencies of a channel are counted over all images of a batch together.
    Input ``(batch, height, width, channels)`` or one image of any number type; output floats of
    the same shape in training.

    Arguments:
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        bins: int, number of classes of values that are counted, 256 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: no value_range, bins that are no positive integer; inputs that are no images.

    >>> import numpy as np
    >>> Equalization()(np.array([[[1.0], [2.0], [9.0]]]), training=True).ravel().tolist()
    [0.0, 128.0, 255.0]
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        bins: int = 256,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.bins = positive_int("Equalization", "bins", bins)
        self.value_range = check_value_range("Equalization", value_range)

    def _change(self, images: Any, transformation: Any) -> Any:
        values = self._channels_last(images)
        low, high = self.value_range
        values = values * (255 / (high - low)) - low * (255 / (high - low))
        flat = values.reshape(-1, values.shape[-1])
        even = jnp.stack([self._equalized(flat[:, i]) for i in range(flat.shape[-1])], axis=-1)
        even = even.reshape(values.shape) * ((high - low) / 255) + low
        return self._channels_back(even).astype(images.dtype)

    def _equalized(self, values: Any) -> Any:
        most = self.bins - 1
        classes = jnp.clip((values.astype("float32") * most / 255).astype("int32"), 0, most)
        counts = jnp.zeros(self.bins, "int32").at[classes].add(1)
        up_to = jnp.cumsum(counts)
        first = up_to[jnp.argmax(up_to > 0)]
        above = up_to[-1] - first
        # Products of counts and 255 leave the range of 32-bit integers.
        table = (up_to - first).astype("float32") * 255 / jnp.maximum(above, 1)
        table = jnp.clip(jnp.round(table), 0, 255)
        found = table[jnp.clip(values / 255.0 * most, 0, most).astype("int32")]
        return jnp.where(jnp.count_nonzero(counts) <= 1, values, found)


class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Gives values that are equally frequent, tile by tile and with a limit to contrast, always.

    Each pixel's new value is interpolated between those that the four nearest tiles give it.
    Input ``(batch, height, width, channels)`` or one image; shape and dtype stay.

    Arguments:
        value_range: least and greatest value of pixels, ``(0, 255)`` by default.
        clip_limit: float, how many times the mean count a class of values may have; what is above
            is shared out over all classes. 4.0 by default; 0 for no limit.
        tile_grid_size: two ints, rows and columns of tiles, ``(8, 8)`` by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: no value_range, tiles that are no positive integers; inputs that are no images.
        TypeError: a limit that is no number.

    Source: Zuiderveld 1994, Contrast limited adaptive histogram equalization.

    >>> import numpy as np
    >>> clahe = ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))
    >>> clahe(np.ones((1, 4, 4, 3))).shape
    (1, 4, 4, 3)
    """

    _casts = "never"
    _always = True

    def __init__(
        self,
        value_range: Any = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Any = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        owner = "ContrastLimitedAdaptiveHistogramEqualization"
        self.value_range = tuple(check_value_range(owner, value_range))
        self.clip_limit = number(owner, "clip_limit", clip_limit)
        self.tile_grid_size = int_tuple(owner, "tile_grid_size", tile_grid_size, 2)

    def _change(self, images: Any, transformation: Any) -> Any:
        values = self._channels_last(images)
        values = self._adapted(to_range(values, self.value_range, (0, 255)).astype("float32"))
        values = to_range(values, (0, 255), self.value_range)
        return self._channels_back(values).astype(images.dtype)

    def _adapted(self, values: Any) -> Any:
        batch, height, width, channels = values.shape
        rows, columns = self.tile_grid_size
        high, wide = -(-height // rows), -(-width // columns)
        edges = ((0, 0), (0, high * rows - height), (0, wide * columns - width), (0, 0))
        whole = jnp.pad(values, edges, mode="symmetric")
        pixels = jnp.clip(whole, 0, 255).astype("int32")
        table = self._tables(pixels, high, wide)
        # A tile more on each side, so that every pixel lies between four.
        table = jnp.pad(table, ((0, 0), (1, 1), (1, 1), (0, 0), (0, 0)), mode="edge")
        flat = table.reshape(-1)
        up, down, part_y = _between(whole.shape[1], high)
        left, right, part_x = _between(whole.shape[2], wide)
        image = jnp.arange(batch)[:, None, None, None] * (rows + 2)
        channel = jnp.arange(channels)

        def found(row: jax.Array, column: jax.Array) -> jax.Array:
            tile = (image + row[:, None, None]) * (columns + 2) + column[:, None]
            return flat[(tile * channels + channel) * 256 + pixels]

        part_x, part_y = part_x[:, None], part_y[:, None, None]
        above = found(up, left) * (1 - part_x) + found(up, right) * part_x
        below = found(down, left) * (1 - part_x) + found(down, right) * part_x
        return (above * (1 - part_y) + below * part_y)[:, :height, :width]

    def _tables(self, pixels: Any, high: int, wide: int) -> Any:
        """Give the new value of each old one, ``(batch, rows, columns, channels, 256)``."""
        rows, columns = self.tile_grid_size
        batch, channels = pixels.shape[0], pixels.shape[-1]
        tiles = pixels.reshape(batch, rows, high, columns, wide, channels)
        tiles = tiles.transpose(0, 1, 3, 5, 2, 4).reshape(-1, high * wide)
        # No len(): the number of rows may be unknown where a model is exported.
        each = jnp.arange(tiles.shape[0])[:, None]
        counts = jnp.zeros((tiles.shape[0], 256), "float32").at[each, tiles].add(1)
        if self.clip_limit > 0:
            limited = jnp.clip(counts, 0, self.clip_limit * (high * wide) / 256)
            counts = limited + jnp.sum(counts - limited, axis=-1, keepdims=True) / 256
        up_to = jnp.cumsum(counts, axis=-1)
        least = jnp.min(up_to, axis=-1, keepdims=True)
        above = high * wide - least
        table = (up_to - least) * 255 / jnp.where(above == 0, 1, above)
        return jnp.clip(table, 0, 255).reshape(batch, rows, columns, channels, 256)


def _between(length: int, size: int) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Give the tiles before and after each pixel along an axis, and how near the latter is."""
    place = (jnp.arange(length, dtype="float32") - size / 2) / size + 1
    before = jnp.floor(place)
    last = length // size + 1
    first = jnp.clip(before, 0, last).astype("int32")
    return first, jnp.clip(before + 1, 0, last).astype("int32"), place - before
