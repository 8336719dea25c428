"""Functions of ``ops`` for types, conversions and control flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import dtype_name
from kerata.base.symbolic import is_symbolic
from kerata.ops.symbolic_call import as_tensor, op, unbox

__all__ = [
    "associative_scan",
    "cast",
    "cond",
    "convert_to_numpy",
    "convert_to_tensor",
    "custom_gradient",
    "dtype",
    "fori_loop",
    "is_tensor",
    "map",
    "ndim",
    "saturate_cast",
    "scan",
    "shape",
    "size",
    "stop_gradient",
    "switch",
    "vectorize",
    "vectorized_map",
    "while_loop",
]

# --- types and conversions ------------------------------------------------------------


@op
def cast(x: Any, dtype: Any) -> jax.Array:
    """Change the type of the values."""
    return as_tensor(x).astype(dtype_name(dtype))


@op
def saturate_cast(x: Any, dtype: Any) -> jax.Array:
    """Change the type; values that don't fit become the nearest that do.

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
    """Turn numbers, lists, NumPy arrays and variables into arrays.

    Arguments:
        x: what to turn; symbolic tensors stay.
        dtype: type wanted; by default x's own, ``floatx()`` for Python floats.
        sparse, ragged: there are no such arrays here: None or False.

    Raises:
        ValueError: a sparse or ragged array is asked for.
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
    """Give a NumPy array with the values; it can be written to."""
    return np.array(unbox(x))


def is_tensor(x: Any) -> bool:
    """Say whether x is an array of JAX or a symbolic tensor."""
    return isinstance(x, jax.Array) or is_symbolic(x)


def shape(x: Any) -> tuple[int | None, ...]:
    """Give the shape, with None for lengths unknown in a symbolic tensor."""
    return tuple(x.shape) if hasattr(x, "shape") else as_tensor(x).shape


def ndim(x: Any) -> int:
    """Count the axes."""
    return len(shape(x))


def size(x: Any) -> int | None:
    """Count the values; None for a symbolic tensor with an unknown length."""
    count = 1
    for length in shape(x):
        if length is None:
            return None
        count *= length
    return count


def dtype(x: Any) -> str:
    """Give the type's name, ``'float32'``."""
    return dtype_name(x.dtype if hasattr(x, "dtype") else as_tensor(x).dtype)


@op
def stop_gradient(variable: Any) -> Any:
    """Give the values, which gradients then take for constants."""
    return jax.lax.stop_gradient(as_tensor(variable))


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: give a function a gradient of your own.

    Arguments:
        f: returns its result and a function from the result's gradient to the arguments'.

    >>> @custom_gradient
    ... def clipped(x):
    ...     return x**2, lambda g: (jnp.clip(g * 2 * x, -1, 1),)
    >>> float(jax.grad(clipped)(3.0))
    1.0
    """
    inner = jax.custom_gradient(f)
    return lambda *args, **kwargs: inner(*unbox(args), **unbox(kwargs))


# --- control flow ---------------------------------------------------------------------


@op
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Call one of two functions; inside compiled code only the one that is needed runs."""
    return jax.lax.cond(as_tensor(pred), true_fn, false_fn)


@op
def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """Call the function at position ``index``, which is held within the list's bounds."""
    return jax.lax.switch(as_tensor(index), branches, *operands)


@op
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Repeat ``body`` while ``cond`` holds.

    Arguments:
        cond: from the loop's values to true or false.
        body: from the loop's values to their next ones, same shapes and types.
        loop_vars: first values: one array, or a list or tuple given as separate arguments.
        maximum_iterations: stop after so many at the latest.

    >>> [int(v) for v in while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s + i), (0, 0))]
    [4, 6]
    """
    several = isinstance(loop_vars, (list, tuple))
    first = tuple(loop_vars) if several else (loop_vars,)

    def go_on(state: Any) -> Any:
        count, values = state
        wanted = cond(*values)
        return wanted if maximum_iterations is None else wanted & (count < maximum_iterations)

    def step(state: Any) -> Any:
        count, values = state
        new = body(*values)
        return count + 1, (tuple(new) if several else (new,))

    _, values = jax.lax.while_loop(go_on, step, (0, first))
    return values if several else values[0]


@op
def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Compute ``value = body_fun(i, value)`` for i from lower up to, not including, upper."""
    return jax.lax.fori_loop(lower, upper, body_fun, init_val)


@op
def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """Carry a value along the first axis: ``carry, y = f(carry, x)``.

    Arguments:
        f: takes carry and one x; gives the next carry and one y.
        init: first carry.
        xs: array, or nested arrays with the same first axis.
        length: how often, if there are no xs.
        reverse: go from the end to the beginning.
        unroll: so many steps become one of the compiled loop.

    Returns:
        The last carry and all ys, stacked.

    >>> total, before = scan(lambda total, x: (total + x, total), 0, jnp.array([1, 2, 3]))
    >>> int(total), before.tolist()
    (6, [0, 1, 3])
    """
    return jax.lax.scan(f, init, xs, length=length, reverse=reverse, unroll=unroll)


@op
def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """Running totals under any associative function, in parallel."""
    return jax.lax.associative_scan(f, elems, reverse, axis)


@op
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Apply a function to each entry of the first axis, one after the other."""
    return jax.lax.map(f, xs)


@op
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """Apply a function to each entry of the first axis, all at once.

    >>> vectorized_map(lambda row: row.sum(), jnp.ones((2, 3)))
    Array([3., 3.], dtype=float32)
    """
    return jax.vmap(function)(elements)


def vectorize(
    pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None
) -> Callable[..., Any]:
    """Turn a function of single values into one of arrays, which broadcast."""
    return jnp.vectorize(pyfunc, excluded=excluded or set(), signature=signature)
