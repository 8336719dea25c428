"""Functions of ``ops.image`` that read images at other places: sizes, turns, views."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.messages import did_you_mean, shape_text
from kerata.kernels.resampling import read_images
from kerata.ops.core import saturate_cast
from kerata.ops.image_colors import image_and_channels, image_op
from kerata.ops.symbolic_call import as_float, as_tensor

__all__ = [
    "affine_transform",
    "map_coordinates",
    "perspective_transform",
    "resize",
    "scale_and_translate",
]

ORDERS = {"nearest": 0, "bilinear": 1}
FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
_RESIZE_METHODS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic")
_SCALE_METHODS = (
    *("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5"),
)


@image_op
def resize(
    images: Any,
    size: tuple[int, int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> jax.Array:
    """Give images another height and width.

    Arguments:
        images: shape ``(height, width, channels)`` or ``(batch, height, width, channels)``; the
            dtype is kept, integers are rounded.
        size: new height and width.
        interpolation: ``'bilinear'`` (default), ``'nearest'``, ``'bicubic'``, ``'lanczos3'`` or
            ``'lanczos5'``.
        antialias: smooth images that get smaller, False by default.
        crop_to_aspect_ratio, pad_to_aspect_ratio: cut off or fill up first what would distort the
            images, equally on both sides; False by default.
        fill_mode: must be ``'constant'``.
        fill_value: value to fill up with, 0.0 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        The shape of ``images`` with the new height and width.

    Raises:
        ValueError: a size that is not two positive numbers, an unknown interpolation, fill_mode or
            data_format, cutting and filling at once, other numbers of axes.

    >>> resize([[[0.0], [1.0]]], (1, 4)).ravel()
    Array([0.  , 0.25, 0.75, 1.  ], dtype=float32)
    """
    x, channels = image_and_channels("resize", images, data_format)
    one_of("resize", "interpolation", interpolation, _RESIZE_METHODS)
    one_of("resize", "fill_mode", fill_mode, ("constant",))
    if len(size) != 2 or min(size) <= 0:
        raise ValueError(f"resize: size must be two positive numbers, got size={size!r}.")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError(
            "resize: only one of crop_to_aspect_ratio and pad_to_aspect_ratio can be True."
        )
    rows = x.ndim - (3 if channels == -1 else 2)
    height, width = x.shape[rows : rows + 2]
    same_height, same_width = int(width * size[0] / size[1]), int(height * size[1] / size[0])
    whole = x
    if crop_to_aspect_ratio:
        for axis, kept in ((rows, same_height), (rows + 1, same_width)):
            kept = max(min(x.shape[axis], kept), 1)
            start = (x.shape[axis] - kept) // 2
            whole = jax.lax.slice_in_dim(whole, start, start + kept, axis=axis)
    elif pad_to_aspect_ratio:
        above = max(0, same_height - height) // 2
        beside = 0 if above else max(0, same_width - width) // 2
        edges = [(0, 0)] * x.ndim
        edges[rows : rows + 2] = [(above, above), (beside, beside)]
        whole = jnp.pad(x, edges, constant_values=fill_value)
    shape = list(x.shape)
    shape[rows : rows + 2] = size
    out = jax.image.resize(whole, shape, method=interpolation, antialias=antialias)
    if out.dtype == x.dtype:
        return out
    out = jnp.round(out) if jnp.issubdtype(x.dtype, jnp.integer) else out
    return saturate_cast(out, x.dtype)


@image_op
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> jax.Array:
    """Turn, shear, stretch and move images: each place reads from another one.

    Arguments:
        images: shape ``(height, width, channels)`` or ``(batch, height, width, channels)``; shape
            and dtype are kept.
        transform: floats ``(a0, a1, a2, b0, b1, b2, 0, 0)``, shape ``(8,)`` or one for each image,
            ``(batch, 8)``: the place (x, y), in columns and rows, reads from
            ``(a0 x + a1 y + a2, b0 x + b1 y + b2)``.
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        fill_mode: what lies outside: ``'constant'`` (``fill_value``, default), ``'nearest'``,
            ``'wrap'``, ``'mirror'`` or ``'reflect'``.
        fill_value: 0 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Raises:
        ValueError: last two numbers that are not 0 (traced ones are taken for 0), other shapes, an
            unknown interpolation, fill_mode or data_format.

    >>> affine_transform([[[1.0], [2.0]]], [1, 0, 1, 0, 1, 0, 0, 0]).ravel()
    Array([2., 0.], dtype=float32)
    """
    x, channels = image_and_channels("affine_transform", images, data_format)
    one_of("affine_transform", "interpolation", interpolation, tuple(ORDERS))
    one_of("affine_transform", "fill_mode", fill_mode, FILL_MODES)
    numbers = as_float(as_tensor(transform))
    if numbers.ndim not in (1, 2) or numbers.shape[-1] != 8:
        raise ValueError(
            "affine_transform takes a transform of shape (8,) or (batch, 8), got shape "
            f"{shape_text(numbers.shape)}."
        )
    # NumPy looks at known numbers even while something around them is traced.
    if not isinstance(numbers, jax.core.Tracer) and np.asarray(numbers)[..., 6:].any():
        raise ValueError(
            "affine_transform: the last two numbers of transform must be 0; use "
            "perspective_transform for a view in perspective."
        )

    def places(m: jax.Array, rows: jax.Array, columns: jax.Array) -> tuple[jax.Array, jax.Array]:
        # XLA computes a product once, but sums again for each number that is read.
        grid = jnp.stack([columns, rows, jnp.ones_like(rows)]).astype(m.dtype)
        matrix = m[:, :6].reshape(-1, 2, 3)
        found = jnp.einsum("bij,jn->bin", matrix, grid.reshape(3, -1), precision="highest")
        found = found.reshape(-1, 2, *rows.shape)
        return found[:, 1], found[:, 0]

    order = ORDERS[interpolation]
    return read_elsewhere(x, channels, numbers, 1, places, order, fill_mode, fill_value)


@image_op
def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> jax.Array:
    """Look at images from another side: four points go to four others.

    Arguments:
        images: shape ``(height, width, channels)`` or ``(batch, height, width, channels)``; shape
            and dtype are kept.
        start_points, end_points: four points (x, y), in columns and rows, shape ``(4, 2)`` or for
            each image ``(batch, 4, 2)``.
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        fill_value: stands for what lies outside, 0 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Raises:
        ValueError: other shapes, an unknown interpolation or data_format.

    Source: Hartley and Zisserman 2004, Multiple View Geometry (homography of four points).

    >>> corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    >>> moved = [[1.0, 0.0], [2.0, 0.0], [1.0, 1.0], [2.0, 1.0]]
    >>> perspective_transform([[[5.0], [6.0]], [[7.0], [8.0]]], corners, moved)[..., 0].astype(int)
    Array([[0, 5],
           [0, 7]], dtype=int32)
    """
    x, channels = image_and_channels("perspective_transform", images, data_format)
    one_of("perspective_transform", "interpolation", interpolation, tuple(ORDERS))
    start = as_tensor(start_points).astype("float32")
    end = as_tensor(end_points).astype("float32")
    if start.shape != end.shape or start.ndim not in (2, 3) or start.shape[-2:] != (4, 2):
        raise ValueError(
            "perspective_transform takes start_points and end_points of shape (4, 2) or "
            f"(batch, 4, 2), got {shape_text(start.shape)} and {shape_text(end.shape)}."
        )
    numbers = homography(start, end)

    def places(m: jax.Array, rows: jax.Array, columns: jax.Array) -> tuple[jax.Array, jax.Array]:
        a, b, c, d, e, f, g, h = (m[:, i, None, None] for i in range(8))
        depth = g * columns + h * rows + 1
        return (d * columns + e * rows + f) / depth, (a * columns + b * rows + c) / depth

    order = ORDERS[interpolation]
    return read_elsewhere(x, channels, numbers, 1, places, order, "constant", fill_value)


@image_op
def map_coordinates(
    inputs: Any,
    coordinates: Any,
    order: int,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
) -> jax.Array:
    """Read an array at places between its values.

    Arguments:
        inputs: array of any shape; the dtype is kept.
        coordinates: floats, shape ``(axes of inputs, ...)``: the places along each axis.
        order: 0 for the nearest value, 1 for linear interpolation.
        fill_mode: what lies outside: ``'constant'`` (``fill_value``, default), ``'nearest'``,
            ``'wrap'``, ``'mirror'`` or ``'reflect'``.
        fill_value: 0.0 by default.

    Returns:
        The shape of ``coordinates`` without its first axis.

    Raises:
        ValueError: coordinates for another number of axes, an unknown order or fill_mode.

    >>> map_coordinates([0.0, 10.0, 20.0], [[0.5, 1.75]], order=1)
    Array([ 5. , 17.5], dtype=float32)
    """
    import jax.scipy.ndimage  # takes a while to import, and few programs need it

    x, places = as_tensor(inputs), as_tensor(coordinates)
    if places.ndim < 2 or places.shape[0] != x.ndim:
        raise ValueError(
            f"map_coordinates takes coordinates of shape ({x.ndim}, ...) for inputs of shape "
            f"{shape_text(x.shape)}, got shape {shape_text(places.shape)}."
        )
    one_of("map_coordinates", "fill_mode", fill_mode, FILL_MODES)
    if order not in (0, 1):
        raise ValueError(f"map_coordinates: order must be 0 or 1, got order={order!r}.")
    return jax.scipy.ndimage.map_coordinates(x, list(places), order, fill_mode, fill_value)


@image_op
def scale_and_translate(
    images: Any,
    output_shape: Any,
    scale: Any,
    translation: Any,
    spatial_dims: Any,
    method: str,
    antialias: bool = True,
) -> jax.Array:
    """Stretch and move images by parts of pixels; what lies outside is 0.

    Arguments:
        images: array of any shape; integers become floats.
        output_shape: shape of the result.
        scale, translation: factor and distance in the result's pixels for each of
            ``spatial_dims``; the result's value at x comes from ``(x - translation) / scale``.
        spatial_dims: axes that are stretched and moved.
        method: ``'linear'`` (also ``'bilinear'``, ``'trilinear'``), ``'cubic'`` (also
            ``'bicubic'``, ``'tricubic'``), ``'lanczos3'`` or ``'lanczos5'``.
        antialias: smooth what gets smaller (True).

    Raises:
        ValueError: an unknown method, numbers that don't fit ``spatial_dims``.

    >>> scale_and_translate([1.0, 2.0], (4,), [2.0], [0.0], (0,), "linear")
    Array([1.  , 1.25, 1.75, 2.  ], dtype=float32)
    """
    one_of("scale_and_translate", "method", method, _SCALE_METHODS)
    factors, distances = as_tensor(scale), as_tensor(translation)
    dims = tuple(spatial_dims)
    if not factors.shape == distances.shape == (len(dims),):
        raise ValueError(
            f"scale_and_translate takes scale and translation of shape ({len(dims)},), one for "
            f"each of spatial_dims={dims}, got shapes {shape_text(factors.shape)} and "
            f"{shape_text(distances.shape)}."
        )
    return jax.image.scale_and_translate(
        as_tensor(images), tuple(output_shape), dims, factors, distances, method, antialias
    )


def homography(start: jax.Array, end: jax.Array) -> jax.Array:
    """Give the eight numbers by which a view reads: four places ``end`` from ``start``.

    Arguments:
        start, end: points (x, y), float32 of shape ``(..., 4, 2)``.

    Returns:
        Shape ``(..., 8)``.
    """
    one, none = jnp.ones_like(end[..., 0]), jnp.zeros_like(end[..., 0])
    columns, rows = end[..., 0], end[..., 1]
    equations = jnp.concatenate(
        [
            jnp.stack([*place, -read * columns, -read * rows], axis=-1)
            for place, read in (
                ((columns, rows, one, none, none, none), start[..., 0]),
                ((none, none, none, columns, rows, one), start[..., 1]),
            )
        ],
        axis=-2,
    )
    reads = jnp.concatenate([start[..., 0], start[..., 1]], axis=-1)
    return jnp.linalg.solve(equations, reads[..., None])[..., 0]


def read_elsewhere(
    x: jax.Array,
    channels: int,
    numbers: jax.Array,
    rank: int,
    places: Any,
    order: int,
    fill_mode: str,
    fill_value: float,
) -> jax.Array:
    """Read one image or a batch at the rows and columns that ``places`` gives.

    Arguments:
        x, channels: images, and the axis of their channels from the end.
        numbers: what ``places`` needs, for all images or each (then with an axis more).
        rank: number of axes of ``numbers`` for one image.
        places: takes the numbers of all images, rows and columns.
        order, fill_mode, fill_value: see ``map_coordinates``.
    """
    single = x.ndim == 3
    images = jnp.moveaxis(x[None] if single else x, channels, -1)
    each = numbers if numbers.ndim > rank else numbers[None]
    if len(each) not in (1, len(images)):
        raise ValueError(
            f"Transforms for {len(each)} images don't go with a batch of {len(images)}."
        )
    rows, columns = jnp.meshgrid(*map(jnp.arange, images.shape[1:3]), indexing="ij")
    rows, columns = places(each, rows, columns)
    found = read_images(images, rows, columns, order, fill_mode, fill_value)
    out = jnp.moveaxis(found, -1, channels)
    return out[0] if single else out


def one_of(name: str, argument: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name}: unknown {argument} {value!r}. {did_you_mean(value, known)}")
