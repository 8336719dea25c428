"""Functions of ``ops`` along axes that skip NaN."""

from __future__ import annotations

import jax.numpy as jnp

from kerata.ops.reductions import OVER_AXES, shares_within
from kerata.ops.symbolic_call import jax_op

__all__ = [
    "nanargmax",
    "nanargmin",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
]


nansum = jax_op(
    "nansum",
    jnp.nansum,
    OVER_AXES,
    """Sum over axes that counts NaN as 0.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nansum([1.0, float("nan"), 3.0])
    Array(4., dtype=float32)
    """,
)
nanprod = jax_op(
    "nanprod",
    jnp.nanprod,
    OVER_AXES,
    """Product over axes that counts NaN as 1.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanprod([2.0, float("nan"), 3.0])
    Array(6., dtype=float32)
    """,
)
nanmean = jax_op(
    "nanmean",
    jnp.nanmean,
    OVER_AXES,
    """Mean over axes of the values that are not NaN, a float; NaN if there are none.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanmean([1.0, float("nan"), 3.0])
    Array(2., dtype=float32)
    """,
)
nanvar = jax_op(
    "nanvar",
    jnp.nanvar,
    OVER_AXES,
    """Variance over axes of the values that are not NaN, a float (divided by their number).

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanvar([1.0, float("nan"), 3.0])
    Array(1., dtype=float32)
    """,
)
nanstd = jax_op(
    "nanstd",
    jnp.nanstd,
    OVER_AXES,
    """Standard deviation over axes of the values that are not NaN: the root of ``nanvar``.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanstd([1.0, float("nan"), 3.0])
    Array(1., dtype=float32)
    """,
)
nanmax = jax_op(
    "nanmax",
    jnp.nanmax,
    OVER_AXES,
    """Largest value over axes that is not NaN; NaN if there is none.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanmax([1.0, float("nan"), 3.0])
    Array(3., dtype=float32)
    """,
)
nanmin = jax_op(
    "nanmin",
    jnp.nanmin,
    OVER_AXES,
    """Smallest value over axes that is not NaN; NaN if there is none.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanmin([1.0, float("nan"), 3.0])
    Array(1., dtype=float32)
    """,
)
nanmedian = jax_op(
    "nanmedian",
    jnp.nanmedian,
    OVER_AXES,
    """Median over axes of the values that are not NaN, a float; NaN if there are none.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanmedian([1.0, float("nan"), 3.0])
    Array(2., dtype=float32)
    """,
)
nanargmax = jax_op(
    "nanargmax",
    jnp.nanargmax,
    OVER_AXES,
    """Position of the largest value that is not NaN, as int32; -1 if there is none.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis to reduce; by default x is flattened. One that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanargmax([1.0, float("nan"), 3.0])
    Array(2, dtype=int32)
    """,
)
nanargmin = jax_op(
    "nanargmin",
    jnp.nanargmin,
    OVER_AXES,
    """Position of the smallest value that is not NaN, as int32; -1 if there is none.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis to reduce; by default x is flattened. One that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanargmin([float("nan"), 4.0, 3.0])
    Array(2, dtype=int32)
    """,
)
nanquantile = jax_op(
    "nanquantile",
    shares_within("nanquantile", jnp.nanquantile, 1),
    "x, q, axis=None, method='linear', keepdims=False",
    """Quantiles over axes of the values that are not NaN, a float.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        q: share or vector of shares from 0 to 1, else a ValueError (traced ones are cut off).
            Its shape comes first in the result.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        method: between two values ``'linear'`` (default), ``'lower'``, ``'higher'``,
            ``'midpoint'`` or ``'nearest'``; others raise a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanquantile([1.0, float("nan"), 3.0], 0.25)
    Array(1.5, dtype=float32)
    """,
)
nanpercentile = jax_op(
    "nanpercentile",
    shares_within("nanpercentile", jnp.nanpercentile, 100),
    "x, q, axis=None, method='linear', keepdims=False",
    """Percentiles over axes of the values that are not NaN, a float.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        q: number or vector of numbers from 0 to 100, else a ValueError (traced ones are cut
            off). Its shape comes first in the result.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        method: between two values ``'linear'`` (default), ``'lower'``, ``'higher'``,
            ``'midpoint'`` or ``'nearest'``; others raise a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> nanpercentile([1.0, float("nan"), 3.0], 25)
    Array(1.5, dtype=float32)
    """,
)
