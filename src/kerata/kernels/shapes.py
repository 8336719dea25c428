"""Sizes of windows: how much padding a convolution or pooling needs, and the shape it gives.

Formulas are Keras 3.15's. A None stands for a size that is not known yet and stays None.
"""

from __future__ import annotations

from collections.abc import Sequence

Sizes = int | Sequence[int]
Shape = Sequence[int | None]
Pads = tuple[tuple[int, int], ...]


def per_axis(value: Sizes, rank: int, name: str) -> tuple[int, ...]:
    """Repeat a single number for each of ``rank`` spatial axes, or check a sequence's length.

    >>> per_axis(3, 2, "strides"), per_axis([1, 2], 2, "strides")
    ((3, 3), (1, 2))

    Raises:
        ValueError: if a sequence has not one number for each axis.
    """
    sizes = (value,) * rank if isinstance(value, int) else tuple(int(v) for v in value)
    if len(sizes) != rank:
        raise ValueError(
            f"{name} must be one number, or one for each of {rank} spatial axes, got {value!r}."
        )
    return sizes


def span(size: int, dilation: int) -> int:
    """Give the number of input elements from a window's first to its last tap."""
    return (size - 1) * dilation + 1


def check_padding(padding: str, rank: int, *, causal: bool = False) -> str:
    """Fold a padding name to lower case and check it; ``'causal'`` only where it exists.

    Raises:
        ValueError: for an unknown name, or ``'causal'`` with more than one spatial axis.
    """
    folded = padding.lower() if isinstance(padding, str) else padding
    known = ("valid", "same", "causal") if causal and rank == 1 else ("valid", "same")
    if folded not in known:
        expected = " or ".join(repr(name) for name in known)
        raise ValueError(f"padding must be {expected} for {rank} spatial axes, got {padding!r}.")
    return folded


def check_kernel(x: Sequence[int], kernel: Sequence[int], taken: int, data_format: str) -> None:
    """Check that a kernel goes with an input: number of axes, and channels that it takes.

    Raises:
        ValueError: if it doesn't.
    """
    channels = x[-1] if data_format == "channels_last" else x[1]
    if len(kernel) != len(x) or channels != taken:
        raise ValueError(
            f"A kernel of shape {tuple(kernel)}, for {len(kernel) - 2} spatial axes and {taken} "
            f"channels, doesn't go with {data_format} input of shape {tuple(x)}, which has "
            f"{len(x) - 2} and {channels}."
        )


def output_size(size: int | None, window: int, stride: int, padding: str) -> int | None:
    """Give the number of places for a window of that span; 0 or less if it fits nowhere.

    >>> output_size(7, 3, 2, "valid"), output_size(7, 3, 2, "same"), output_size(2, 5, 1, "valid")
    (3, 4, -2)
    """
    if size is None:
        return None
    return (size - window) // stride + 1 if padding == "valid" else -(-size // stride)


def pad_amounts(size: int, window: int, stride: int, padding: str) -> tuple[int, int]:
    """Give the padding before and after an axis; an odd one out goes after.

    >>> pad_amounts(6, 3, 2, "same"), pad_amounts(6, 3, 1, "causal"), pad_amounts(6, 3, 1, "valid")
    ((0, 1), (2, 0), (0, 0))
    """
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return window - 1, 0
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def conv_output_shape(
    input_shape: Shape,
    filters: int,
    kernel_size: Sizes,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation: Sizes = 1,
    data_format: str = "channels_last",
) -> tuple[int | None, ...]:
    """Shape of a convolution's output, from its input's.

    Arguments:
        input_shape: ``(batch, *spatial, channels)``, or ``(batch, channels, *spatial)`` with
            ``data_format='channels_first'``; None for unknown sizes.
        filters: number of output channels.
        kernel_size, strides, dilation: one number, or one for each spatial axis.
        padding: ``'valid'``, ``'same'``, or with one spatial axis ``'causal'``.

    A size of 0 or less says that the kernel does not fit into the input.

    >>> conv_output_shape((None, 28, 28, 1), 32, 3, strides=(1, 2))
    (None, 26, 13, 32)
    >>> conv_output_shape((None, 2, 3), 4, 5)
    (None, -2, 4)
    """
    rank = len(input_shape) - 2
    padding = check_padding(padding, rank, causal=True)
    spans = map(
        span, per_axis(kernel_size, rank, "kernel_size"), per_axis(dilation, rank, "dilation")
    )
    steps = per_axis(strides, rank, "strides")
    sizes = _spatial(input_shape, data_format)
    spatial = [output_size(n, w, s, padding) for n, w, s in zip(sizes, spans, steps, strict=True)]
    return _with_channels(input_shape[0], spatial, filters, data_format)


def pool_output_shape(
    input_shape: Shape,
    pool_size: Sizes,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str = "channels_last",
) -> tuple[int | None, ...]:
    """Shape of a pooling's output, from its input's.

    Arguments:
        input_shape: as in ``conv_output_shape``.
        pool_size, strides: one number, or one for each spatial axis; strides are the pool size
            if left out.
        padding: ``'valid'`` or ``'same'``.

    >>> pool_output_shape((None, 13, 13, 32), 2), pool_output_shape((None, 5, 8), 2, padding="same")
    ((None, 6, 6, 32), (None, 3, 8))
    """
    rank = len(input_shape) - 2
    padding = check_padding(padding, rank)
    windows = per_axis(pool_size, rank, "pool_size")
    steps = windows if strides is None else per_axis(strides, rank, "strides")
    sizes = _spatial(input_shape, data_format)
    spatial = [output_size(n, w, s, padding) for n, w, s in zip(sizes, windows, steps, strict=True)]
    channels = input_shape[-1] if data_format == "channels_last" else input_shape[1]
    return _with_channels(input_shape[0], spatial, channels, data_format)


def conv_transpose_output_shape(
    input_shape: Shape,
    filters: int,
    kernel_size: Sizes,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    dilation: Sizes = 1,
    data_format: str = "channels_last",
) -> tuple[int | None, ...]:
    """Shape of a transposed convolution's output, from its input's.

    Arguments:
        input_shape, filters, kernel_size, strides, dilation: as in ``conv_output_shape``.
        padding: ``'valid'`` or ``'same'``.
        output_padding: elements added after each axis's regular size. Left out, ``'same'`` gives
            exactly ``input * stride``, ``'valid'`` at least that.

    >>> conv_transpose_output_shape((None, 7, 7, 64), 32, 3, strides=2, padding="same")
    (None, 14, 14, 32)
    >>> conv_transpose_output_shape((None, 7, 7, 64), 32, 3, strides=2)
    (None, 15, 15, 32)
    """
    rank = len(input_shape) - 2
    padding = check_padding(padding, rank)
    spans = map(
        span, per_axis(kernel_size, rank, "kernel_size"), per_axis(dilation, rank, "dilation")
    )
    steps = per_axis(strides, rank, "strides")
    extras = output_paddings(output_padding, rank)
    sizes = _spatial(input_shape, data_format)
    spatial = [
        transposed_size(n, w, s, padding, extra)
        for n, w, s, extra in zip(sizes, spans, steps, extras, strict=True)
    ]
    return _with_channels(input_shape[0], spatial, filters, data_format)


def output_paddings(output_padding: Sizes | None, rank: int) -> tuple[int | None, ...]:
    """Give the output padding of each axis, None where Keras's own choice holds."""
    if output_padding is None:
        return (None,) * rank
    return per_axis(output_padding, rank, "output_padding")


def transposed_size(
    size: int | None, window: int, stride: int, padding: str, extra: int | None
) -> int | None:
    """Give the size of one axis after a transposed convolution."""
    if size is None:
        return None
    if padding == "valid":
        spare = max(stride - window, 0) if extra is None else extra
        return (size - 1) * stride + window + spare
    return size * stride if extra is None else (size - 1) * stride + window % 2 + extra


def transposed_pads(window: int, stride: int, padding: str, extra: int | None) -> tuple[int, int]:
    """Give the padding of the stretched input before and after an axis, as in Keras 3.15 on JAX.

    The stretched input has ``stride - 1`` zeros between its elements; a stride-1 convolution with
    the flipped kernel over it, so padded, is the transposed convolution.

    >>> transposed_pads(3, 2, "same", None), transposed_pads(3, 2, "valid", None)
    ((2, 1), (2, 2))
    """
    if padding == "valid":
        spare = max(stride - window, 0) if extra is None else extra
        return window - 1, window - 1 + spare
    total = stride + window - 2 if extra is None else window + window % 2 - 2 + extra
    before = min(total - total // 2, window - 1)
    return before, total - before


def _spatial(shape: Shape, data_format: str) -> tuple[int | None, ...]:
    return tuple(shape[1:-1] if data_format == "channels_last" else shape[2:])


def _with_channels(
    batch: int | None, spatial: Sequence[int | None], channels: int | None, data_format: str
) -> tuple[int | None, ...]:
    if data_format == "channels_last":
        return (batch, *spatial, channels)
    return (batch, channels, *spatial)
