"""Convolution on a CPU as matrix products and sums, which XLA compiles well there.

Milliseconds for one minibatch, both gradients, inside a scan on 2 Zen 5 cores, 3 x 3 kernels:

| input                       | filters     | XLA's own | here |
|-----------------------------|-------------|-----------|------|
| (64, 13, 13, 32)            | 64          |       233 |  8.4 |
| (64, 34, 34, 32)            | 32          |      2112 |   52 |
| (64, 18, 18, 64)            | 64          |      3718 |   36 |
| (32, 16, 16, 64), 32 groups | 64          |        43 |   11 |
| (32, 32, 32, 32)            | a channel 1 |       867 |   18 |
| (32, 14, 14, 32) transposed | 32          |       241 |  8.7 |
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator

import jax
import jax.numpy as jnp
from jax import lax

from kerata.base.placement import current_placement
from kerata.kernels.shapes import Pads, output_size, span

# A block of images whose columns just fit a core's second-level cache (1 MiB) and the rest of it.
# Measured from 0.3 to 4.8 MB and whole: 1.2 is best or near it for 8 shapes of 9 (strides of 2
# would rather stay whole: 21 ms against 26).
_BLOCK_BYTES = 1_200_000
# Below this nothing leaves the third-level cache, and a loop over blocks costs more than it saves.
_WHOLE_BYTES = 4_000_000
# Up to this number of groups one product each is twice as fast as one batched product.
_SEPARATE_GROUPS = 32

Sizes = tuple[int, ...]


def columns_convolution(
    x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Pads, dilation: Sizes, groups: int = 1
) -> jax.Array:
    """Lay the inputs of each output place side by side, then multiply by one matrix (im2col).

    Arguments:
        x: ``(batch, *spatial, channels)``.
        kernel: ``(*kernel_size, channels / groups, filters)``.
        pads: before and after each spatial axis; negative amounts crop.

    The columns are ``prod(kernel_size)`` times as large as the input. Where that is too much for
    the caches, blocks of images go one after the other, and the gradient lays their columns out
    again rather than fetch them from memory: 4.6 seconds an epoch against 5.2 for the MNIST network
    of benchmarks/kernels.py, and far less memory.
    """
    x = _pad(x, pads)
    if 1 < groups <= _SEPARATE_GROUPS:
        no_pads = tuple((0, 0) for _ in pads)
        parts = zip(jnp.split(x, groups, -1), jnp.split(kernel, groups, -1), strict=True)
        outputs = [columns_convolution(p, k, strides, no_pads, dilation) for p, k in parts]
        return jnp.concatenate(outputs, -1)
    convolve = functools.partial(_in_blocks, strides=strides, dilation=dilation, groups=groups)
    return current_placement().rowwise(convolve, x, kernel)


def _in_blocks(
    x: jax.Array, kernel: jax.Array, strides: Sizes, dilation: Sizes, groups: int
) -> jax.Array:
    convolve = functools.partial(
        _by_columns, kernel=kernel, strides=strides, dilation=dilation, groups=groups
    )
    batch, block = x.shape[0], _images_per_block(x, kernel, strides, dilation)
    if block >= batch:
        return convolve(x)
    whole = batch - batch % block
    blocks = x[:whole].reshape(-1, block, *x.shape[1:])
    out = lax.map(jax.checkpoint(convolve), blocks)
    out = out.reshape(whole, *out.shape[2:])
    return out if whole == batch else jnp.concatenate([out, convolve(x[whole:])])


def shifted_products(
    x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Pads, dilation: Sizes
) -> jax.Array:
    """Convolve each channel alone: a sum of shifted inputs, each times one number a channel.

    Arguments:
        x: ``(batch, *spatial, channels)``.
        kernel: ``(*kernel_size, 1, channels * multiplier)``.
    """
    *sizes, _, filters = kernel.shape
    x = jnp.repeat(_pad(x, pads), filters // x.shape[-1], -1)
    weights = kernel.reshape(-1, filters)
    seen = _seen_by_taps(x, tuple(sizes), strides, dilation)
    return functools.reduce(jnp.add, [s * w for s, w in zip(seen, weights, strict=True)])


def transposed_columns(
    x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Pads, dilation: Sizes
) -> jax.Array:
    """Transpose ``columns_convolution``; adding shifted products up instead is 3 to 8 times slower.

    Arguments:
        x: ``(batch, *spatial, channels)``.
        kernel: ``(*kernel_size, filters, channels)``.
        pads: of the stretched input, as ``shapes.transposed_pads`` gives them.
    """
    spans = [span(k, d) for k, d in zip(kernel.shape, dilation, strict=False)]
    spatial = [
        (n - 1) * s + before + after - w + 2
        for n, s, w, (before, after) in zip(x.shape[1:-1], strides, spans, pads, strict=True)
    ]
    forward = tuple((w - 1 - b, w - 1 - a) for w, (b, a) in zip(spans, pads, strict=True))
    output = jax.ShapeDtypeStruct((x.shape[0], *spatial, kernel.shape[-2]), x.dtype)
    (out,) = jax.linear_transpose(
        lambda y: columns_convolution(y, kernel, strides, forward, dilation), output
    )(x)
    return out


def _by_columns(
    x: jax.Array, kernel: jax.Array, strides: Sizes, dilation: Sizes, groups: int
) -> jax.Array:
    *sizes, fan_in, filters = kernel.shape
    seen = list(_seen_by_taps(x, tuple(sizes), strides, dilation))
    if groups == 1:
        columns = jnp.concatenate(seen, -1)
        # Flat matrices: with all axes kept, XLA's gradient is slower, a quarter of the whole step.
        out = columns.reshape(-1, columns.shape[-1]) @ kernel.reshape(-1, filters)
        return out.reshape(*columns.shape[:-1], filters)
    columns = jnp.concatenate([s.reshape(*s.shape[:-1], groups, fan_in) for s in seen], -1)
    weights = kernel.reshape(-1, groups, filters // groups)
    out = jnp.einsum("...gk,kgf->...gf", columns, weights)
    return out.reshape(*out.shape[:-2], filters)


def _seen_by_taps(
    x: jax.Array, sizes: Sizes, strides: Sizes, dilation: Sizes
) -> Iterator[jax.Array]:
    """Give for each tap of a kernel the input that it meets at every output place."""
    outs = _output_sizes(x, sizes, strides, dilation)
    for tap in itertools.product(*map(range, sizes)):
        first = [i * d for i, d in zip(tap, dilation, strict=True)]
        last = [f + (n - 1) * s for f, n, s in zip(first, outs, strides, strict=True)]
        stops = [x.shape[0], *(n + 1 for n in last), x.shape[-1]]
        yield lax.slice(x, [0, *first, 0], stops, [1, *strides, 1])


def _output_sizes(x: jax.Array, sizes: Sizes, strides: Sizes, dilation: Sizes) -> list[int]:
    axes = zip(x.shape[1:-1], sizes, strides, dilation, strict=True)
    return [output_size(n, span(k, d), s, "valid") or 0 for n, k, s, d in axes]


def _images_per_block(x: jax.Array, kernel: jax.Array, strides: Sizes, dilation: Sizes) -> int:
    sizes = kernel.shape[:-2]
    places = math.prod(_output_sizes(x, sizes, strides, dilation))
    columns = places * math.prod(sizes) * x.shape[-1] * x.dtype.itemsize
    batch = x.shape[0]
    if batch * columns <= _WHOLE_BYTES:
        return batch
    most = max(1, _BLOCK_BYTES // columns)
    # A number that divides the batch, unless that makes the blocks much too small.
    return next((n for n in range(most, most // 2, -1) if batch % n == 0), most)


def _pad(x: jax.Array, pads: Pads) -> jax.Array:
    if not any(itertools.chain(*pads)):
        return x
    amounts = [(0, 0, 0), *((before, after, 0) for before, after in pads), (0, 0, 0)]
    return lax.pad(x, jnp.zeros((), x.dtype), amounts)
