"""From one loss per sample to one number: weights, masks and the kind of mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.device_arrays import device_array
from kerata.base.messages import shape_text
from kerata.losses.ranks import as_numbers, match_ranks

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def check_reduction(reduction: str | None) -> str | None:
    """Check a ``reduction`` argument and give it back.

    Raises:
        ValueError: an unknown reduction.
    """
    if reduction not in REDUCTIONS:
        known = ", ".join(map(repr, REDUCTIONS))
        raise ValueError(f"Unknown reduction {reduction!r}; expected one of {known}.")
    return reduction


def divide_no_nan(x1: Any, x2: Any) -> jax.Array:
    """Divide, giving 0 where the divisor is 0 (in value and gradient)."""
    zero = x2 == 0
    return jnp.where(zero, 0, x1 / jnp.where(zero, 1, x2))


def apply_mask(sample_weight: Any, mask: Any, dtype: Any, reduction: str | None) -> Any:
    """Merge a mask into sample weights.

    For a mean, valid entries weigh total / valid, so that the mean runs over valid entries only.
    """
    if mask is None:
        return sample_weight
    weight = jnp.asarray(mask, dtype=dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        total = jnp.asarray(math.prod(weight.shape), dtype)
        share = divide_no_nan(total, jnp.sum(weight))
        weight = jnp.where(weight != 0, share, jnp.zeros((), dtype))
    if sample_weight is None:
        return weight
    weight, sample_weight = match_ranks(
        weight, as_numbers("A mask", "sample_weight", sample_weight, dtype)
    )
    check_weights(weight.shape, sample_weight.shape, leading=False)
    return sample_weight * weight


def check_weights(weights: Sequence[int], values: Sequence[int], leading: bool = True) -> None:
    """Refuse weights of a shape that does not go with what they weigh.

    Arguments:
        weights: shape of the weights; lengths of 1 are repeated.
        values: shape of what is weighed.
        leading: whether the weights go with the first axes, instead of the last ones.

    Raises:
        ValueError: naming both shapes.

    >>> check_weights((3,), (2, 4))
    Traceback (most recent call last):
    ...
    ValueError: sample_weight of shape (3,) does not go with values of shape (2, 4): give one ...
    """
    shape = (*weights, *(1,) * (len(values) - len(weights))) if leading else tuple(weights)
    try:
        fits = np.broadcast_shapes(shape, values) == tuple(values) or not leading
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"sample_weight of shape {shape_text(weights)} does not go with values of shape "
            f"{shape_text(values)}: give one weight for each sample, or for each value."
        )


def reduce_weighted_values(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: Any = None,
) -> jax.Array:
    """Reduce losses to a number as Keras 3.15 does.

    Arguments:
        values: losses, shape ``(batch, ...)``.
        sample_weight: a weight for each loss or sample, shape ``(batch,)`` or like ``values``.
        mask: True where a loss counts.
        reduction: 'sum_over_batch_size' or 'mean' (weighted sum over the number of losses),
            'mean_with_sample_weight' (over the sum of weights), 'sum', or 'none' / None.
        dtype: type to compute in; ``values``'s own by default.

    Raises:
        ValueError: an unknown reduction; weights whose shape does not go with the losses.

    >>> float(reduce_weighted_values([1.0, 3.0], sample_weight=[1.0, 0.0]))
    0.5
    """
    check_reduction(reduction)
    values = device_array(values, dtype)
    weight = apply_mask(sample_weight, mask, values.dtype, reduction)
    if weight is not None:
        weight = as_numbers("A loss", "sample_weight", weight, values.dtype)
        values, weight = match_ranks(values, weight)
        check_weights(weight.shape, values.shape, leading=False)
        values = values * weight
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        return divide_no_nan(total, jnp.sum(weight))
    return divide_no_nan(total, jnp.asarray(math.prod(values.shape), total.dtype))
