"""Functions of ``ops`` that lay out the windows of images, and put them together again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.kernels.shapes import Sizes, per_axis, span
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "fold",
    "unfold",
]


@op
def unfold(
    x: Any, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> jax.Array:
    """Lay out the windows of images as columns; the dtype is kept.

    Arguments:
        x: images with channels first, shape ``(batch, channels, height, width)``.
        kernel_size: height and width of a window, or one int for both.
        dilation: distance of the values in a window, 1 by default.
        padding: zeros put around the images first, 0 by default.
        stride: steps of the window, 1 by default.

    Returns:
        Shape ``(batch, channels * window height * window width, windows)``.

    Raises:
        ValueError: another number of axes, or a window that fits nowhere.

    >>> unfold([[[[1.0, 2.0], [3.0, 4.0]]]], (1, 2))
    Array([[[1., 3.],
            [2., 4.]]], dtype=float32)
    """
    x = as_tensor(x)
    if x.ndim != 4:
        raise ValueError(
            "unfold takes images of shape (batch, channels, height, width), got shape "
            f"{shape_text(x.shape)}."
        )
    size, gaps, edges, steps = _pairs(kernel_size, dilation, padding, stride)
    x = jnp.pad(x, ((0, 0), (0, 0), *((p, p) for p in edges)))
    columns = [x[:, :, *place] for place in window_places(x.shape[2:], size, gaps, steps)]
    batch, channels, *counts = columns[0].shape
    stacked = jnp.stack(columns, axis=2)
    return stacked.reshape(batch, channels * len(columns), counts[0] * counts[1])


@op
def fold(
    x: Any,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> jax.Array:
    """Add windows, laid out as by ``unfold``, into images; the dtype is kept.

    Arguments:
        x: shape ``(batch, channels * window height * window width, windows)``.
        output_size: height and width of the images, or one int for both.
        kernel_size: height and width of a window.
        dilation: distance of the values in a window, 1 by default.
        padding: zeros that were put around the images, 0 by default.
        stride: steps of the window, 1 by default.

    Returns:
        Shape ``(batch, channels, height, width)``. Values of windows that overlap are added up.

    Raises:
        ValueError: another number of axes, rows or windows than these sizes give.

    >>> fold([[[1.0, 3.0], [2.0, 4.0]]], (2, 2), (1, 2))
    Array([[[[1., 2.],
             [3., 4.]]]], dtype=float32)
    """
    x = as_tensor(x)
    size, gaps, edges, steps = _pairs(kernel_size, dilation, padding, stride)
    shape = per_axis(output_size, 2, "output_size")
    padded = [n + 2 * p for n, p in zip(shape, edges, strict=True)]
    places = list(window_places(padded, size, gaps, steps))
    counts = [len(range(*part.indices(n))) for part, n in zip(places[0], padded, strict=True)]
    wanted = counts[0] * counts[1]
    if x.ndim != 3 or x.shape[1] % len(places) or x.shape[2] != wanted:
        raise ValueError(
            f"fold takes shape (batch, channels * {len(places)}, {wanted}) for images of "
            f"{shape} with windows of {size}, got shape {shape_text(x.shape)}."
        )
    batch, rows, _ = x.shape
    windows = x.reshape(batch, rows // len(places), len(places), *counts)
    out = jnp.zeros((batch, rows // len(places), *padded), x.dtype)
    for i, place in enumerate(places):
        out = out.at[:, :, *place].add(windows[:, :, i])
    inner = (slice(p, n - p) for p, n in zip(edges, padded, strict=True))
    return out[:, :, *inner]


def window_places(
    lengths: Sequence[int], size: Sequence[int], gaps: Sequence[int], steps: Sequence[int]
) -> Iterator[tuple[slice, ...]]:
    """Give for each place in a window the slices of the axes that all windows have there.

    Arguments:
        lengths: of the axes.
        size, gaps, steps: window size, distance of its values and steps, for each axis.

    Raises:
        ValueError: a window that fits nowhere.

    >>> list(window_places([5], [2], [1], [2]))
    [(slice(0, 3, 2),), (slice(1, 4, 2),)]
    """
    spans = [span(k, d) for k, d in zip(size, gaps, strict=True)]
    if any(n < w for n, w in zip(lengths, spans, strict=True)):
        raise ValueError(
            f"A window of size {tuple(size)} with dilation {tuple(gaps)} fits nowhere into axes "
            f"of length {tuple(lengths)}."
        )
    last = [(n - w) // s * s for n, w, s in zip(lengths, spans, steps, strict=True)]
    for taps in itertools.product(*map(range, size)):
        starts = [t * d for t, d in zip(taps, gaps, strict=True)]
        yield tuple(slice(a, a + b + 1, s) for a, b, s in zip(starts, last, steps, strict=True))


def _pairs(*values: Sizes) -> list[tuple[int, ...]]:
    names = ("kernel_size", "dilation", "padding", "stride")
    return [per_axis(value, 2, name) for value, name in zip(values, names, strict=True)]
