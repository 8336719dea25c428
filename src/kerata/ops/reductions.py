"""Functions of ``ops`` along axes: sums, extremes, statistics, running totals, sorting."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, jax_op, op

__all__ = [
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "average",
    "bincount",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "diff",
    "digitize",
    "histogram",
    "logsumexp",
    "max",
    "mean",
    "median",
    "min",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
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
    "percentile",
    "prod",
    "ptp",
    "quantile",
    "searchsorted",
    "sort",
    "std",
    "sum",
    "trapezoid",
    "unique",
    "var",
]

_OVER = "x, axis=None, keepdims=False"

sum = jax_op("sum", jnp.sum, _OVER, "Sum over axes.")
prod = jax_op("prod", jnp.prod, _OVER + ", dtype=None", "Product over axes.")
mean = jax_op("mean", jnp.mean, _OVER, "Mean over axes.")
var = jax_op("var", jnp.var, _OVER, "Variance over axes (divided by n).")
std = jax_op("std", jnp.std, _OVER, "Standard deviation over axes (divided by n).")
max = jax_op("max", jnp.max, _OVER + ", initial=None", "Largest value over axes.")
min = jax_op("min", jnp.min, _OVER + ", initial=None", "Smallest value over axes.")
amax = jax_op("amax", jnp.max, _OVER, "Largest value over axes.")
amin = jax_op("amin", jnp.min, _OVER, "Smallest value over axes.")
ptp = jax_op("ptp", jnp.ptp, _OVER, "Largest minus smallest value over axes.")
median = jax_op("median", jnp.median, _OVER, "Median over axes.")
any = jax_op("any", jnp.any, _OVER, "Whether any value over the axes is true.")
all = jax_op("all", jnp.all, _OVER, "Whether all values over the axes are true.")
argmax = jax_op("argmax", jnp.argmax, _OVER, "Position of the (first) largest value.")
argmin = jax_op("argmin", jnp.argmin, _OVER, "Position of the (first) smallest value.")
logsumexp = jax_op(
    "logsumexp", jax.nn.logsumexp, _OVER, "Logarithm of the sum of exponentials, no overflow."
)
allclose = jax_op(
    "allclose",
    jnp.allclose,
    "x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False",
    "Whether all values are equal up to a tolerance.",
)
quantile = jax_op(
    "quantile",
    jnp.quantile,
    "x, q, axis=None, method='linear', keepdims=False",
    "Quantiles q, between 0 and 1.",
)
percentile = jax_op(
    "percentile",
    jnp.percentile,
    "x, q, axis=None, method='linear', keepdims=False",
    "Percentiles q, between 0 and 100.",
)

# --- the same, skipping NaN -----------------------------------------------------------

nansum = jax_op("nansum", jnp.nansum, _OVER, "Sum over axes, skipping NaN.")
nanprod = jax_op("nanprod", jnp.nanprod, _OVER, "Product over axes, skipping NaN.")
nanmean = jax_op("nanmean", jnp.nanmean, _OVER, "Mean over axes, skipping NaN.")
nanvar = jax_op("nanvar", jnp.nanvar, _OVER, "Variance over axes, skipping NaN.")
nanstd = jax_op("nanstd", jnp.nanstd, _OVER, "Standard deviation over axes, skipping NaN.")
nanmax = jax_op("nanmax", jnp.nanmax, _OVER, "Largest value over axes, skipping NaN.")
nanmin = jax_op("nanmin", jnp.nanmin, _OVER, "Smallest value over axes, skipping NaN.")
nanmedian = jax_op("nanmedian", jnp.nanmedian, _OVER, "Median over axes, skipping NaN.")
nanargmax = jax_op("nanargmax", jnp.nanargmax, _OVER, "Position of the largest, skipping NaN.")
nanargmin = jax_op("nanargmin", jnp.nanargmin, _OVER, "Position of the smallest, skipping NaN.")
nanquantile = jax_op(
    "nanquantile",
    jnp.nanquantile,
    "x, q, axis=None, method='linear', keepdims=False",
    "Quantiles, skipping NaN.",
)
nanpercentile = jax_op(
    "nanpercentile",
    jnp.nanpercentile,
    "x, q, axis=None, method='linear', keepdims=False",
    "Percentiles, skipping NaN.",
)

# --- running totals -------------------------------------------------------------------

_ALONG = "x, axis=None, dtype=None"

cumsum = jax_op("cumsum", jnp.cumsum, _ALONG, "Running sum; of all values in a row without axis.")
cumprod = jax_op("cumprod", jnp.cumprod, _ALONG, "Running product.")
nancumsum = jax_op("nancumsum", jnp.nancumsum, _ALONG, "Running sum, skipping NaN.")
nancumprod = jax_op("nancumprod", jnp.nancumprod, _ALONG, "Running product, skipping NaN.")
diff = jax_op("diff", jnp.diff, "a, n=1, axis=-1", "Differences of neighbours, n times over.")

# --- order and counts -----------------------------------------------------------------

sort = jax_op("sort", jnp.sort, "x, axis=-1", "Sort upwards.")
argsort = jax_op("argsort", jnp.argsort, "x, axis=-1", "Positions that sort upwards.")
argpartition = jax_op(
    "argpartition", jnp.argpartition, "x, kth, axis=-1", "Positions with the kth in its place."
)
digitize = jax_op("digitize", jnp.digitize, "x, bins", "Number of the bin of each value.")
searchsorted = jax_op(
    "searchsorted",
    jnp.searchsorted,
    "sorted_sequence, values, side='left'",
    "Positions at which values fit into a sorted vector.",
)


@op
def average(x: Any, axis: Any = None, weights: Any = None) -> jax.Array:
    """Weighted mean over an axis."""
    return jnp.average(
        as_tensor(x), axis=axis, weights=None if weights is None else as_tensor(weights)
    )


@op
def count_nonzero(x: Any, axis: Any = None) -> jax.Array:
    """Count the values that are not zero."""
    return jnp.count_nonzero(as_tensor(x), axis=axis).astype("int32")


@op
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> jax.Array:
    """Count (or add up the weights of) each whole number in x; a matrix by its rows."""
    if sparse:
        raise ValueError("bincount has no sparse form; leave sparse=False.")
    x = as_tensor(x)
    weights = None if weights is None else as_tensor(weights)
    length = int(jnp.max(x, initial=-1)) + 1
    length = length if length > minlength else minlength
    if x.ndim == 1:
        return jnp.bincount(x, weights, length=length)
    if weights is None:
        return jax.vmap(lambda row: jnp.bincount(row, length=length))(x)
    return jax.vmap(lambda row, w: jnp.bincount(row, w, length=length))(x, weights)


@op
def histogram(x: Any, bins: Any = 10, range: Any = None) -> tuple[jax.Array, jax.Array]:
    """Count the values in each bin; gives counts and the bins' edges."""
    bins = bins if isinstance(bins, int) else as_tensor(bins)
    counts, edges = jnp.histogram(as_tensor(x), bins=bins, range=range)
    return counts, edges


@op
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> jax.Array:
    """Integrate by the trapezoidal rule."""
    return jnp.trapezoid(as_tensor(y), None if x is None else as_tensor(x), dx=dx, axis=axis)


@op
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """List the distinct values; inside compiled code only with ``size``."""
    return jnp.unique(
        as_tensor(x),
        return_index=return_index,
        return_inverse=return_inverse,
        return_counts=return_counts,
        axis=axis,
        equal_nan=False,
        size=size,
        fill_value=fill_value,
        sorted=sorted,
    )
