"""Rounding in training to what small integers could say."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.symbolic import KerasTensor, Operation, any_symbolic
from kerata.ops import convert_to_tensor


class FakeQuantWithMinMaxVars(Operation):
    """``fake_quant_with_min_max_vars`` in a graph."""

    def __init__(self, num_bits: int = 8, narrow_range: bool = False, axis: int | None = None):
        super().__init__()
        self.num_bits, self.narrow_range, self.axis = num_bits, narrow_range, axis

    def call(self, inputs: Any, min_vals: Any, max_vals: Any) -> Any:
        """Round."""
        return fake_quant_with_min_max_vars(
            inputs, min_vals, max_vals, self.num_bits, self.narrow_range, self.axis
        )

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the inputs' shape and type."""
        return KerasTensor(args[0].shape, args[0].dtype)


def fake_quant_with_min_max_vars(
    inputs: Any,
    min_vals: Any,
    max_vals: Any,
    num_bits: int = 8,
    narrow_range: bool = False,
    axis: int | None = None,
) -> Any:
    """Round to as many levels as integers of some bits have, between two ends.

    The ends are moved a little so that 0 is a level. Gradients pass where an input lies between
    the ends; of the others they go to the end that it was cut to.

    Arguments:
        inputs: float array of any shape, or a symbolic tensor.
        min_vals, max_vals: the ends, floats or arrays ``(size of the axis,)``.
        num_bits: int, bits of the integers; 8 by default.
        narrow_range: bool, whether to leave out the lowest integer; False by default.
        axis: int, axis along which the ends differ; None (one pair for all) by default.

    >>> fake_quant_with_min_max_vars([0.2, 0.6, 9.0], 0.0, 3.0, num_bits=2).tolist()
    [0.0, 1.0, 3.0]

    Source: Jacob et al. 2018, Quantization and training of neural networks for efficient
    integer-arithmetic-only inference, section 3.
    """
    if any_symbolic((inputs, min_vals, max_vals)):
        return FakeQuantWithMinMaxVars(num_bits, narrow_range, axis)(inputs, min_vals, max_vals)
    x = convert_to_tensor(inputs)
    ends = convert_to_tensor(min_vals), convert_to_tensor(max_vals)
    shape = [1] * x.ndim
    if axis is not None:
        shape[axis] = -1
    lowest, highest = int(narrow_range), 2 ** int(num_bits) - 1

    def levels(low: jax.Array, high: jax.Array) -> tuple[jax.Array, ...]:
        wide = jnp.promote_types(low.dtype, jnp.float32)
        low, high = low.astype(wide), high.astype(wide)
        step, inverse = (high - low) / (highest - lowest), (highest - lowest) / (high - low)
        zero = jnp.round(jnp.clip(lowest - low / step, lowest, highest))
        parts = (lowest - zero) * step, (highest - zero) * step, step, inverse
        return tuple(part.reshape(shape) if part.ndim else part for part in parts)

    @jax.custom_vjp
    def rounded(x: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
        least, most, step, inverse = levels(low, high)
        zero = jnp.floor(-least * inverse + 0.5)
        inside = jnp.clip(x.astype(least.dtype), least, most) - least
        return (jnp.floor(inside * inverse - zero + 0.5) * step).astype(x.dtype)

    def forward(x: jax.Array, low: jax.Array, high: jax.Array) -> tuple[Any, Any]:
        return rounded(x, low, high), (x, low, high)

    def backward(kept: Any, upstream: jax.Array) -> tuple[jax.Array, ...]:
        x, low, high = kept
        least, most, _, _ = levels(low, high)

        def of_end(chosen: jax.Array, end: jax.Array) -> jax.Array:
            others = tuple(i for i in range(x.ndim) if axis is None or i != axis % x.ndim)
            return jnp.where(chosen, upstream, 0.0).sum(others).reshape(end.shape).astype(end.dtype)

        passed = jnp.where((x >= least) & (x <= most), upstream, 0.0)
        return passed.astype(x.dtype), of_end(x <= least, low), of_end(x >= most, high)

    rounded.defvjp(forward, backward)
    return rounded(x, *ends)
