"""XLA's own convolution: the fast path of GPUs and TPUs, and what the others are checked with."""

from __future__ import annotations

import jax
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
