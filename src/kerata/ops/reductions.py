"""Functions of ``ops`` along axes: sums, extremes, statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.ops.symbolic_call import as_tensor, jax_op, op

__all__ = [
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "average",
    "logsumexp",
    "max",
    "mean",
    "median",
    "min",
    "percentile",
    "prod",
    "ptp",
    "quantile",
    "std",
    "sum",
    "trapezoid",
    "var",
]

OVER_AXES = "x, axis=None, keepdims=False"


def shares_within(name: str, function: Callable[..., Any], top: float) -> Callable[..., Any]:
    """Refuse shares outside of 0 to ``top``, which the function would cut off in silence."""

    def checked(x: Any, q: Any, **options: Any) -> Any:
        if not isinstance(q, jax.core.Tracer):
            wrong = [v for v in np.ravel(q).tolist() if not 0 <= v <= top]
            if wrong:
                raise ValueError(f"{name}: q must lie between 0 and {top}, got {wrong[0]}.")
        return function(x, q, **options)

    return checked


sum = jax_op(
    "sum",
    jnp.sum,
    OVER_AXES,
    """Sum over axes; small integers and bools are added up in int32, floats keep their dtype.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> sum([[1, 2], [3, 4]], axis=0)
    Array([4, 6], dtype=int32)
    """,
)
prod = jax_op(
    "prod",
    jnp.prod,
    OVER_AXES + ", dtype=None",
    """Product over axes; small integers and bools are multiplied in int32.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.
        dtype: type of the result, by default x's own or int32.

    >>> prod([[1, 2], [3, 4]], axis=1)
    Array([ 2, 12], dtype=int32)
    """,
)
mean = jax_op(
    "mean",
    jnp.mean,
    OVER_AXES,
    """Mean over axes, a float.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> mean([[1, 2], [3, 4]], axis=1)
    Array([1.5, 3.5], dtype=float32)
    """,
)
var = jax_op(
    "var",
    jnp.var,
    OVER_AXES,
    """Variance over axes, a float: the mean square of the differences from the mean (not n - 1).

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> var([1.0, 3.0])
    Array(1., dtype=float32)
    """,
)
std = jax_op(
    "std",
    jnp.std,
    OVER_AXES,
    """Standard deviation over axes, a float: the root of ``var`` (divided by n, not n - 1).

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> std([1.0, 3.0])
    Array(1., dtype=float32)
    """,
)
max = jax_op(
    "max",
    jnp.max,
    OVER_AXES + ", initial=None",
    """Largest value over axes, in x's dtype; NaN wins.

    Arguments:
        x: array of real numbers, any shape; without values and ``initial`` a ValueError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.
        initial: the result is at least this; None for no such bound.

    >>> max([[1, 5], [3, 4]], axis=1)
    Array([5, 4], dtype=int32)
    """,
)
min = jax_op(
    "min",
    jnp.min,
    OVER_AXES + ", initial=None",
    """Smallest value over axes, in x's dtype; NaN wins.

    Arguments:
        x: array of real numbers, any shape; without values and ``initial`` a ValueError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.
        initial: the result is at most this; None for no such bound.

    >>> min([[1, 5], [3, 4]], axis=1)
    Array([1, 3], dtype=int32)
    """,
)
amax = jax_op(
    "amax",
    jnp.max,
    OVER_AXES,
    """Largest value over axes, as ``max``, in x's dtype.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> amax([[1, 5], [3, 4]], axis=0)
    Array([3, 5], dtype=int32)
    """,
)
amin = jax_op(
    "amin",
    jnp.min,
    OVER_AXES,
    """Smallest value over axes, as ``min``, in x's dtype.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> amin([[1, 5], [3, 4]], axis=0)
    Array([1, 4], dtype=int32)
    """,
)
ptp = jax_op(
    "ptp",
    jnp.ptp,
    OVER_AXES,
    """Largest minus smallest value over axes ("peak to peak"), in x's dtype.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> ptp([[1, 5], [3, 4]], axis=1)
    Array([4, 1], dtype=int32)
    """,
)
median = jax_op(
    "median",
    jnp.median,
    OVER_AXES,
    """Median over axes, a float; the mean of the middle two if their number is even.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> median([1, 9, 3, 4])
    Array(3.5, dtype=float32)
    """,
)
any = jax_op(
    "any",
    jnp.any,
    OVER_AXES,
    """Whether any value over the axes is true (or not 0), as bool; False without values.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> any([[True, False], [False, False]], axis=1)
    Array([ True, False], dtype=bool)
    """,
)
all = jax_op(
    "all",
    jnp.all,
    OVER_AXES,
    """Whether all values over the axes are true (or not 0), as bool; True without values.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> all([[True, True], [True, False]], axis=1)
    Array([ True, False], dtype=bool)
    """,
)
argmax = jax_op(
    "argmax",
    jnp.argmax,
    OVER_AXES,
    """Position of the first largest value along an axis, as int32; NaN wins.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis to reduce; by default x is flattened. One that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> argmax([[1, 9], [3, 2]], axis=1)
    Array([1, 0], dtype=int32)
    """,
)
argmin = jax_op(
    "argmin",
    jnp.argmin,
    OVER_AXES,
    """Position of the first smallest value along an axis, as int32; NaN wins.

    Arguments:
        x: array of real numbers, any shape; without values a ValueError.
        axis: axis to reduce; by default x is flattened. One that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> argmin([[1, 9], [3, 2]], axis=1)
    Array([0, 1], dtype=int32)
    """,
)
logsumexp = jax_op(
    "logsumexp",
    jax.nn.logsumexp,
    OVER_AXES,
    """Logarithm of the sum of exponentials over axes, a float, without overflow.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> logsumexp([1000.0, 1000.0]).round(2)
    Array(1000.69, dtype=float32)
    """,
)
allclose = jax_op(
    "allclose",
    jnp.allclose,
    "x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False",
    """Whether all values fulfil ``abs(x1 - x2) <= atol + rtol * abs(x2)``: a single bool.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.
        rtol, atol: tolerance as a share of x2 and as a number, 1e-5 and 1e-8 by default.
        equal_nan: whether two NaN are close, False by default.

    >>> allclose([1.0, 2.0], [1.000001, 2.0])
    Array(True, dtype=bool)
    """,
)
quantile = jax_op(
    "quantile",
    shares_within("quantile", jnp.quantile, 1),
    "x, q, axis=None, method='linear', keepdims=False",
    """Quantiles over axes, a float: the value below which a share q of the values lies.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        q: share or vector of shares from 0 to 1, else a ValueError (traced ones are cut off).
            Its shape comes first in the result.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        method: between two values ``'linear'`` (default), ``'lower'``, ``'higher'``,
            ``'midpoint'`` or ``'nearest'``; others raise a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> quantile([1.0, 2.0, 3.0], [0.0, 0.25])
    Array([1. , 1.5], dtype=float32)
    """,
)
percentile = jax_op(
    "percentile",
    shares_within("percentile", jnp.percentile, 100),
    "x, q, axis=None, method='linear', keepdims=False",
    """Percentiles over axes, a float: ``quantile`` with q in percent.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        q: number or vector of numbers from 0 to 100, else a ValueError (traced ones are cut
            off). Its shape comes first in the result.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.
        method: between two values ``'linear'`` (default), ``'lower'``, ``'higher'``,
            ``'midpoint'`` or ``'nearest'``; others raise a ValueError.
        keepdims: keep reduced axes with length 1, False by default.

    >>> percentile([1.0, 2.0, 3.0], 25)
    Array(1.5, dtype=float32)
    """,
)


@op
def average(x: Any, axis: Any = None, weights: Any = None) -> jax.Array:
    """Weighted mean over an axis, a float.

    Arguments:
        x: array of numbers, any shape.
        axis: axis or axes to reduce, all by default.
        weights: shape of x, or a vector as long as the axis (then given); None weighs all the
            same. Other shapes raise a ValueError; weights that sum to 0 give NaN.

    >>> average([1.0, 3.0], weights=[3.0, 1.0])
    Array(1.5, dtype=float32)
    """
    return jnp.average(
        as_tensor(x), axis=axis, weights=None if weights is None else as_tensor(weights)
    )


@op
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> jax.Array:
    """Integrate along an axis by the trapezoidal rule, a float.

    Arguments:
        y: heights, array of numbers, any shape.
        x: places of the heights, as long as the axis, else a TypeError; ``dx`` apart by
            default.
        dx: distance, 1.0 by default.
        axis: axis to go along, the last by default.

    >>> trapezoid([1.0, 2.0, 3.0])
    Array(4., dtype=float32)
    """
    return jnp.trapezoid(as_tensor(y), None if x is None else as_tensor(x), dx=dx, axis=axis)
