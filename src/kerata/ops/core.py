"""Functions of ``ops`` for types and conversions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import dtype_name
from kerata.base.symbolic import is_symbolic
from kerata.ops.symbolic_call import as_tensor, op, unbox

__all__ = [
    "cast",
    "convert_to_numpy",
    "convert_to_tensor",
    "custom_gradient",
    "dtype",
    "is_tensor",
    "ndim",
    "saturate_cast",
    "shape",
    "size",
    "stop_gradient",
]


@op
def cast(x: Any, dtype: Any) -> jax.Array:
    """Change the dtype; shape and values stay, as far as the new type can hold them.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        dtype: name such as ``'float32'``; an unknown one raises a ValueError.

    >>> cast([1.7, -2.2], "int32")
    Array([ 1, -2], dtype=int32)
    """
    return as_tensor(x).astype(dtype_name(dtype))


@op
def saturate_cast(x: Any, dtype: Any) -> jax.Array:
    """Change the dtype; values that don't fit become the nearest that do.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        dtype: name such as ``'uint8'``; an unknown one raises a ValueError.

    >>> saturate_cast([-5.0, 300.0], "uint8")
    Array([  0, 255], dtype=uint8)
    """
    x, name = as_tensor(x), dtype_name(dtype)
    info: Any = jnp.finfo if "float" in name else jnp.iinfo
    low, high = (0, 1) if name == "bool" else (info(name).min, info(name).max)
    # Bounds are compared in float32 at least: 255 is no int8, and 3e38 no float16.
    wide = jnp.promote_types(x.dtype, jnp.float32)
    return jnp.clip(x.astype(wide), low, high).astype(name)


def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> Any:
    """Turn numbers, lists, NumPy arrays and variables into arrays of the same shape.

    Arguments:
        x: what to turn; symbolic tensors stay.
        dtype: type wanted; by default x's own, ``floatx()`` for Python floats.
        sparse, ragged: there are no such arrays here: None or False.

    Raises:
        ValueError: a sparse or ragged array is asked for.

    >>> convert_to_tensor([[1, 2]], dtype="float32")
    Array([[1., 2.]], dtype=float32)
    """
    if sparse or ragged:
        raise ValueError("There are no sparse or ragged arrays in ops; leave out the argument.")
    if is_symbolic(x):
        return x if dtype is None else cast(x, dtype)
    x = unbox(x)
    if dtype is None and not hasattr(x, "dtype") and np.asarray(x).dtype.kind == "f":
        dtype = dtype_name(None)
    # With a dtype jnp.asarray could share memory with a NumPy array that is changed later.
    array = jnp.asarray(x)
    return array if dtype is None else array.astype(dtype_name(dtype))


def convert_to_numpy(x: Any) -> np.ndarray:
    """Give a NumPy array with the values, of the same shape and dtype; it can be written to.

    Arguments:
        x: array, variable, list or number; a symbolic tensor has no values and raises a
            TypeError.

    >>> convert_to_numpy(jnp.ones(2)).tolist()
    [1.0, 1.0]
    """
    return np.array(unbox(x))


def is_tensor(x: Any) -> bool:
    """Say, as bool, whether x is an array of JAX; never an error.

    Arguments:
        x: anything; NumPy arrays (of any shape), lists and symbolic tensors are none.

    >>> is_tensor(jnp.ones(2)), is_tensor([1.0, 1.0])
    (True, False)
    """
    return isinstance(x, jax.Array)


def shape(x: Any) -> tuple[int | None, ...]:
    """Give the shape, a tuple of integers, with None for what a symbolic tensor leaves open.

    Arguments:
        x: array, variable, list or number; text raises a TypeError.

    >>> shape([[1, 2, 3]])
    (1, 3)
    """
    return tuple(x.shape) if hasattr(x, "shape") else as_tensor(x).shape


def ndim(x: Any) -> int:
    """Count the axes, as an int: 0 for a number, the length of the shape.

    Arguments:
        x: array, variable, list or number; text raises a TypeError.

    >>> ndim([[1, 2, 3]])
    2
    """
    return len(shape(x))


@op
def size(x: Any) -> int:
    """Count the values, as an int; a symbolic int32 for a symbolic tensor.

    Arguments:
        x: array, variable, list or number; text raises a TypeError.

    >>> size([[1, 2, 3]])
    3
    """
    return as_tensor(x).size


def dtype(x: Any) -> str:
    """Give the name of the type of the values, such as ``'float32'``.

    Arguments:
        x: array of any shape, variable, list or number; text raises a TypeError.

    >>> dtype([1.0, 2.0])
    'float32'
    """
    return dtype_name(x.dtype if hasattr(x, "dtype") else as_tensor(x).dtype)


@op
def stop_gradient(variable: Any) -> Any:
    """Give the same values, which gradients take for constants.

    Arguments:
        variable: array or variable, any shape; shape and dtype are kept. Text raises a
            TypeError.

    >>> float(jax.grad(lambda x: x * stop_gradient(x))(3.0))
    3.0
    """
    return jax.lax.stop_gradient(as_tensor(variable))


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: give a function a gradient of your own.

    Arguments:
        f: takes arrays of any shape; returns its result and a function from the result's
            gradient to a tuple of the arguments' gradients. Another number of them raises a
            TypeError.

    >>> @custom_gradient
    ... def clipped(x):
    ...     return x**2, lambda g: (jnp.clip(g * 2 * x, -1, 1),)
    >>> float(jax.grad(clipped)(3.0))
    1.0
    """
    inner = jax.custom_gradient(f)
    return lambda *args, **kwargs: inner(*unbox(args), **unbox(kwargs))
