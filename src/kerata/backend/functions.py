"""The functions of Keras's old ``K`` whose form differs from the one in ``ops``."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata import ops, random
from kerata.base.dtypes import dtype_name, is_float_dtype
from kerata.base.naming import reset_names
from kerata.base.symbolic import is_symbolic
from kerata.base.variable import Variable


def clear_session(free_memory: bool = True) -> None:
    """Start automatic layer names again, and free memory that nothing uses any more.

    Arguments:
        free_memory: whether to run Python's garbage collector.
    """
    reset_names()
    if free_memory:
        gc.collect()


# --- what a tensor is -----------------------------------------------------------------


def int_shape(x: Any) -> tuple[int | None, ...]:
    """Give the shape, with None for unknown lengths."""
    return ops.shape(x)


def count_params(x: Any) -> int:
    """Count the values."""
    return math.prod(n for n in ops.shape(x) if n is not None)


def is_keras_tensor(x: Any) -> bool:
    """Say whether x is a symbolic tensor."""
    return is_symbolic(x)


def is_int_dtype(dtype: Any) -> bool:
    """Say whether a type is one of whole numbers."""
    return "int" in dtype_name(dtype)


def result_type(*dtypes: Any) -> str:
    """Give the type that values of these types have together.

    >>> result_type("int32", "bfloat16")
    'bfloat16'
    """
    names = [dtype_name(d) for d in dtypes]
    return dtype_name(jnp.result_type(*(jnp.dtype(n) for n in names)))


# --- making and reading variables -----------------------------------------------------


def variable(value: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """Make a variable with a first value."""
    return Variable(value, dtype=dtype_name(dtype), name=name)


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str | None = None
) -> jax.Array:
    """Make an array from numbers; one number fills a shape."""
    array = ops.cast(value, dtype_name(dtype))
    return array if shape is None else jnp.broadcast_to(array, tuple(shape))


def get_value(x: Any) -> np.ndarray:
    """Give the values as a NumPy array."""
    return ops.convert_to_numpy(x)


def set_value(x: Variable, value: Any) -> None:
    """Change a variable."""
    x.assign(value)


def update(x: Variable, new_x: Any) -> None:
    """Change a variable."""
    x.assign(new_x)


def update_add(x: Variable, increment: Any) -> None:
    """Add to a variable."""
    x.assign_add(increment)


def update_sub(x: Variable, decrement: Any) -> None:
    """Subtract from a variable."""
    x.assign_sub(decrement)


def cast_to_floatx(x: Any) -> Any:
    """Change the type to ``floatx()``; NumPy arrays stay NumPy arrays."""
    return x.astype(dtype_name(None)) if isinstance(x, np.ndarray) else ops.cast(x, None)


# --- shapes ---------------------------------------------------------------------------


def flatten(x: Any) -> Any:
    """All values in a row."""
    return ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """All values of each entry of the first axis in a row."""
    width = math.prod(n for n in ops.shape(x)[1:] if n is not None)
    return ops.reshape(x, (-1, width))


def concatenate(tensors: Any, axis: int = -1) -> Any:
    """Join tensors, along the last axis by default."""
    return ops.concatenate(tensors, axis=axis)


def expand_dims(x: Any, axis: int = -1) -> Any:
    """Add an axis, the last by default."""
    return ops.expand_dims(x, axis)


def permute_dimensions(x: Any, pattern: Any) -> Any:
    """Reorder axes."""
    return ops.transpose(x, tuple(pattern))


def repeat(x: Any, n: int) -> Any:
    """Repeat rows: shape ``(batch, width)`` becomes ``(batch, n, width)``."""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Repeat each value along an axis."""
    return ops.repeat(x, rep, axis=axis)


def reverse(x: Any, axes: Any) -> Any:
    """Reverse the order along axes."""
    return ops.flip(x, axes)


def gather(reference: Any, indices: Any) -> Any:
    """Pick entries of the first axis."""
    return ops.take(reference, indices, axis=0)


def squeeze(x: Any, axis: Any) -> Any:
    """Drop an axis of length 1."""
    return ops.squeeze(x, axis=axis)


# --- arithmetic -----------------------------------------------------------------------


def pow(x: Any, a: Any) -> Any:
    """Raise to a power."""
    return ops.power(x, a)


def argmax(x: Any, axis: int = -1) -> Any:
    """Position of the largest value, along the last axis by default."""
    return ops.argmax(x, axis=axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """Position of the smallest value, along the last axis by default."""
    return ops.argmin(x, axis=axis)


def cumsum(x: Any, axis: int = 0) -> Any:
    """Running sum, along the first axis by default."""
    return ops.cumsum(x, axis=axis)


def cumprod(x: Any, axis: int = 0) -> Any:
    """Running product, along the first axis by default."""
    return ops.cumprod(x, axis=axis)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    """Divide by the Euclidean norm along an axis, or of all values."""
    axes = tuple(range(ops.ndim(x))) if axis is None else axis
    return ops.normalize(x, axis=axes)


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """Multiply entry by entry of the first axis, summing over one axis of each.

    Arguments:
        x, y: at least two axes each.
        axes: the axis of x and the axis of y that are summed over; by default the last of x
            and the second last (or only one) of y.
    """
    rank_x, rank_y = ops.ndim(x), ops.ndim(y)
    if axes is None:
        axes = (rank_x - 1, rank_y - 2 if rank_y > 2 else rank_y - 1)
    first, second = (axes, axes) if isinstance(axes, int) else axes
    names_x = ["b", *"ijklm"[: rank_x - 1]]
    names_y = ["b", *"pqrst"[: rank_y - 1]]
    names_x[first] = names_y[second] = "z"
    out = "".join(n for n in names_x + names_y[1:] if n != "z")
    result = ops.einsum(f"{''.join(names_x)},{''.join(names_y)}->{out}", x, y)
    return ops.expand_dims(result, 1) if ops.ndim(result) == 1 else result


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """Add one number for each channel."""
    if data_format == "channels_first" and ops.ndim(x) > 2:
        bias = ops.reshape(bias, (-1,) + (1,) * (ops.ndim(x) - 2))
    return ops.add(x, bias)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """Take one of two values, given themselves or as functions without arguments."""
    if callable(then_expression) and callable(else_expression):
        return ops.cond(condition, then_expression, else_expression)
    return ops.where(condition, then_expression, else_expression)


def map_fn(fn: Callable[[Any], Any], elems: Any) -> Any:
    """Apply a function to each entry of the first axis."""
    return ops.map(fn, elems)


def hard_sigmoid(x: Any) -> Any:
    """Straight-line sigmoid of old Keras: ``0.2 * x + 0.5`` between 0 and 1."""
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


# --- chance ---------------------------------------------------------------------------


def dropout(x: Any, level: Any, noise_shape: Any = None, seed: Any = None) -> Any:
    """Set a share of the values to zero and scale the rest up."""
    return random.dropout(x, level, noise_shape, seed)


def random_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> jax.Array:
    """Draw from a normal distribution."""
    return random.normal(shape, mean, stddev, dtype, seed)


def random_uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> jax.Array:
    """Draw evenly between two bounds."""
    return random.uniform(shape, minval, maxval, dtype, seed)


def random_bernoulli(shape: Any, p: Any = 0.0, dtype: Any = None, seed: Any = None) -> jax.Array:
    """Draw 1 with probability p, else 0."""
    return ops.cast(random.uniform(shape, seed=seed) < p, dtype)


__all__ = [
    "argmax",
    "argmin",
    "batch_dot",
    "batch_flatten",
    "bias_add",
    "cast_to_floatx",
    "clear_session",
    "concatenate",
    "constant",
    "count_params",
    "cumprod",
    "cumsum",
    "dropout",
    "expand_dims",
    "flatten",
    "gather",
    "get_value",
    "hard_sigmoid",
    "int_shape",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "l2_normalize",
    "map_fn",
    "permute_dimensions",
    "pow",
    "random_bernoulli",
    "random_normal",
    "random_uniform",
    "repeat",
    "repeat_elements",
    "result_type",
    "reverse",
    "set_value",
    "squeeze",
    "switch",
    "update",
    "update_add",
    "update_sub",
    "variable",
]
