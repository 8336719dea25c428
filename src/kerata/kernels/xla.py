"""XLA's own convolution: the fast path of GPUs and TPUs, and what the others are checked with."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from kerata.kernels.shapes import Pads


def xla_convolution(
    x: jax.Array,
    kernel: jax.Array,
    strides: tuple[int, ...],
    pads: Pads,
    dilation: tuple[int, ...],
    groups: int,
    data_format: str,
    stretch: tuple[int, ...] | None = None,
) -> jax.Array:
    """Convolve by ``lax.conv_general_dilated``; ``stretch`` puts zeros between input elements."""
    axes = "DHW"[-len(strides) :]
    if not all(isinstance(amount, int) for pad in pads for amount in pad):
        # Amounts that depend on unknown sizes: padding can do what convolution can't.
        spatial = 1 if data_format == "channels_last" else 2
        amounts = [(0, 0, 0)] * x.ndim
        amounts[spatial : spatial + len(pads)] = [(low, high, 0) for low, high in pads]
        x, pads = lax.pad(x, jnp.zeros((), x.dtype), amounts), ((0, 0),) * len(pads)
    images = f"N{axes}C" if data_format == "channels_last" else f"NC{axes}"
    return lax.conv_general_dilated(
        x,
        kernel,
        strides,
        pads,
        lhs_dilation=stretch,
        rhs_dilation=dilation,
        dimension_numbers=(images, f"{axes}IO", images),
        feature_group_count=groups,
    )
