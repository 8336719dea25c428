"""``tf.math``, and what of it stands in ``tf`` too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import jax.scipy.special as special
import numpy as np

from kerata import ops
from kerata.compat.tensorflow.exporting import (
    binary,
    exported,
    from_table,
    integers,
    pair,
    reduction,
    unary,
    value,
)
from kerata.data.spec import numpy_type


class TopK(NamedTuple):
    """What ``top_k`` gives."""

    values: Any
    indices: Any


def _rounded(x: Any) -> Any:
    return ops.round(x)


def _float_mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    made = ops.mean(x, axis=axis, keepdims=keepdims)
    # TensorFlow's mean of integers is an integer.
    return ops.cast(made, x.dtype) if "int" in str(x.dtype) else made


_UNARY: dict[str, Any] = {
    **{n: n for n in ("abs", "square", "sqrt", "exp", "log", "log1p", "expm1", "sign", "floor")},
    **{n: n for n in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "ceil", "rsqrt", "sigmoid")},
    **{n: n for n in ("negative", "reciprocal", "softplus", "softsign", "erf", "erfinv")},
    **{n: n for n in ("real", "imag", "angle", "logical_not", "conj")},
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "round": _rounded,
    "rint": _rounded,
    "is_nan": "isnan",
    "is_inf": "isinf",
    "is_finite": "isfinite",
    "lgamma": special.gammaln,
    "digamma": special.digamma,
    "erfc": special.erfc,
    "log_sigmoid": "log_sigmoid",
}
_BINARY: dict[str, Any] = {
    **{n: n for n in ("add", "subtract", "multiply", "maximum", "minimum", "equal", "not_equal")},
    **{n: n for n in ("greater", "greater_equal", "less", "less_equal", "logical_and")},
    **{n: n for n in ("logical_or", "logical_xor")},
    "divide": "true_divide",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "floormod": "mod",
    "pow": "power",
    "atan2": "arctan2",
    "squared_difference": lambda x, y: ops.square(ops.subtract(x, y)),
    "divide_no_nan": lambda x, y: ops.where(
        ops.equal(y, 0), ops.zeros_like(x * y), ops.true_divide(x, ops.where(ops.equal(y, 0), 1, y))
    ),
    "multiply_no_nan": lambda x, y: ops.where(ops.equal(y, 0), ops.zeros_like(x * y), x * y),
    "xlogy": special.xlogy,
}
_REDUCTIONS: dict[str, Any] = {
    "reduce_sum": "sum",
    "reduce_mean": _float_mean,
    "reduce_max": "max",
    "reduce_min": "min",
    "reduce_prod": "prod",
    "reduce_any": "any",
    "reduce_all": "all",
    "reduce_std": "std",
    "reduce_variance": "var",
    "reduce_logsumexp": "logsumexp",
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **from_table(unary, _UNARY),
    **from_table(binary, _BINARY),
    **from_table(reduction, _REDUCTIONS),
}


def _extra(function: Callable[..., Any]) -> Callable[..., Any]:
    made = exported(function)
    FUNCTIONS[function.__name__] = made
    return made


@_extra
def argmax(input: Any, axis: Any = None, output_type: Any = "int64") -> Any:
    """``tf.argmax``: place of the largest value, along the first axis by default."""
    return ops.argmax(value(input), axis=integers(axis) or 0)


@_extra
def argmin(input: Any, axis: Any = None, output_type: Any = "int64") -> Any:
    """``tf.argmin``: place of the smallest value, along the first axis by default."""
    return ops.argmin(value(input), axis=integers(axis) or 0)


@_extra
def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False) -> Any:
    """``tf.cumsum``: sums of the first values."""
    return _cumulated(value(x), integers(axis), exclusive, reverse, jnp.cumsum, 0)


@_extra
def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False) -> Any:
    """``tf.math.cumprod``: products of the first values."""
    return _cumulated(value(x), integers(axis), exclusive, reverse, jnp.cumprod, 1)


def _cumulated(
    x: Any, axis: int, exclusive: bool, reverse: bool, function: Callable[..., Any], first: int
) -> Any:
    x = jnp.flip(x, axis) if reverse else x
    made = function(x, axis=axis)
    if exclusive:
        start = jnp.full_like(jnp.take(made, jnp.array([0]), axis=axis), first)
        rest = jax.lax.slice_in_dim(made, 0, made.shape[axis] - 1, axis=axis)
        made = jnp.concatenate([start, rest], axis=axis)
    return jnp.flip(made, axis) if reverse else made


@_extra
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
) -> Any:
    """``tf.matmul``: product of matrices."""
    a, b = value(a), value(b)
    if transpose_a or adjoint_a:
        a = ops.swapaxes(ops.conj(a) if adjoint_a else a, -1, -2)
    if transpose_b or adjoint_b:
        b = ops.swapaxes(ops.conj(b) if adjoint_b else b, -1, -2)
    if min(len(a.shape), len(b.shape)) < 2:
        raise ValueError(
            f"tf.matmul takes matrices, got shapes {tuple(a.shape)} and {tuple(b.shape)}; use "
            "tf.tensordot or tf.linalg.matvec for vectors."
        )
    return ops.matmul(a, b)


@_extra
def tensordot(a: Any, b: Any, axes: Any) -> Any:
    """``tf.tensordot``: sum of products over axes."""
    plain = axes if isinstance(axes, int) else [integers(axis) for axis in axes]
    return ops.tensordot(value(a), value(b), axes=plain)


@_extra
def add_n(inputs: Any) -> Any:
    """``tf.add_n``: sum of several tensors."""
    first, *others = map(value, inputs)
    for other in others:
        first = ops.add(first, other)
    return first


@_extra
def accumulate_n(inputs: Any) -> Any:
    """``tf.math.accumulate_n``: sum of several tensors."""
    first, *others = map(value, inputs)
    for other in others:
        first = ops.add(first, other)
    return first


@_extra
def top_k(input: Any, k: Any = 1, sorted: bool = True) -> Any:
    """``tf.math.top_k``: the largest values of the last axis and their places."""
    return TopK(*ops.top_k(value(input), integers(k), sorted=sorted))


@_extra
def in_top_k(targets: Any, predictions: Any, k: Any) -> Any:
    """``tf.math.in_top_k``: whether the target is among the largest values."""
    return ops.in_top_k(value(targets), value(predictions), integers(k))


@_extra
def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    """``tf.math.l2_normalize``: vectors of length 1."""
    x = value(x)
    total = ops.sum(ops.square(x), axis=integers(axis), keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(total, epsilon)))


@_extra
def reduce_euclidean_norm(input_tensor: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """``tf.math.reduce_euclidean_norm``: root of the sum of squares."""
    x = value(input_tensor)
    return ops.sqrt(ops.sum(ops.square(x), axis=integers(axis), keepdims=keepdims))


@_extra
def count_nonzero(
    input: Any, axis: Any = None, keepdims: bool = False, dtype: Any = "int64"
) -> Any:
    """``tf.math.count_nonzero``: number of values that are not 0."""
    there = ops.cast(ops.not_equal(value(input), 0), "int32")
    return ops.sum(there, axis=integers(axis), keepdims=keepdims)


@_extra
def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = "int32",
) -> Any:
    """``tf.math.bincount``: how often each integer comes."""
    values = np.asarray(value(arr)).reshape(-1)
    length = max(int(values.max(initial=-1)) + 1, integers(minlength) or 0)
    counted = np.bincount(values, None if weights is None else np.asarray(weights), length)
    counted = counted if maxlength is None else counted[: integers(maxlength)]
    return jnp.asarray(counted.astype(numpy_type(dtype)))


@_extra
def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    weights: Any = None,
    dtype: Any = "int32",
) -> Any:
    """``tf.math.confusion_matrix``: how often each class was taken for each."""
    true, guessed = (np.asarray(value(x)).reshape(-1).astype(int) for x in (labels, predictions))
    n = integers(num_classes) or int(max(true.max(initial=-1), guessed.max(initial=-1))) + 1
    table = np.zeros((n, n), numpy_type(dtype))
    np.add.at(table, (true, guessed), 1 if weights is None else np.asarray(weights))
    return jnp.asarray(table)


@_extra
def segment_sum(data: Any, segment_ids: Any) -> Any:
    """``tf.math.segment_sum``: sums of rows that belong together."""
    ids = np.asarray(value(segment_ids))
    return ops.segment_sum(value(data), ids, num_segments=int(ids.max()) + 1)


@_extra
def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any) -> Any:
    """``tf.math.unsorted_segment_sum``: sums of rows that belong together."""
    return ops.segment_sum(value(data), value(segment_ids), num_segments=integers(num_segments))


@_extra
def polyval(coeffs: Any, x: Any) -> Any:
    """``tf.math.polyval``: a polynomial, the coefficient of the highest power first."""
    x = value(x)
    total = ops.zeros_like(x)
    for coefficient in coeffs:
        total = total * x + value(coefficient)
    return total


@_extra
def scalar_mul(scalar: Any, x: Any) -> Any:
    """``tf.math.scalar_mul``: a tensor times a number."""
    return ops.multiply(*pair(scalar, x))


# What stands in ``tf`` itself too.
IN_TF = (
    *(
        "abs",
        "square",
        "sqrt",
        "exp",
        "sign",
        "floor",
        "round",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
    ),
    *("tanh", "sigmoid", "negative", "asin", "acos", "atan", "asinh", "acosh", "atanh", "atan2"),
    *("logical_not", "logical_and", "logical_or", "add", "subtract", "multiply", "divide"),
    *("truediv", "pow", "maximum", "minimum", "equal", "not_equal", "greater", "greater_equal"),
    *("less", "less_equal", "reduce_sum", "reduce_mean", "reduce_max", "reduce_min"),
    *("reduce_prod", "reduce_any", "reduce_all", "reduce_logsumexp", "argmax", "argmin", "cumsum"),
    *("add_n", "matmul", "tensordot"),
)
