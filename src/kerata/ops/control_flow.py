"""Functions of ``ops`` for control flow: branches, loops, functions applied to each entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "associative_scan",
    "cond",
    "fori_loop",
    "map",
    "scan",
    "switch",
    "vectorize",
    "vectorized_map",
    "while_loop",
]


@op
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Call one of two functions; inside compiled code only the one that is needed runs.

    Arguments:
        pred: a single bool or number; an array of another shape raises a TypeError.
        true_fn, false_fn: functions without arguments; results that differ in shape or dtype
            raise a TypeError.

    >>> int(cond(jnp.array(3) > 2, lambda: 1, lambda: 0))
    1
    """
    return jax.lax.cond(as_tensor(pred), true_fn, false_fn)


@op
def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """Call the function at a position of a list, with the operands as arguments.

    Arguments:
        index: a single integer; held within the list's bounds.
        branches: functions whose results have the same shapes and dtypes, else a TypeError; an
            empty list raises a ValueError.
        operands: arrays for the function.

    >>> int(switch(1, [lambda x: x + 1, lambda x: x * 10], 7))
    70
    """
    return jax.lax.switch(as_tensor(index), branches, *operands)


@op
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Repeat ``body`` while ``cond`` holds, inside compiled code too.

    Arguments:
        cond: from the loop's values to a single bool.
        body: from the loop's values to their next ones, same shapes and dtypes, else a
            TypeError.
        loop_vars: first values: one array, or a list or tuple given as separate arguments.
        maximum_iterations: stop after this many at the latest; None (default) for no bound.

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
    """Compute ``value = body_fun(i, value)`` for i from lower up to, not including, upper.

    Arguments:
        lower, upper: single integers.
        body_fun: from an int32 and the value to the next value, same shape and dtype, else a
            TypeError.
        init_val: first value, an array or nested arrays.

    >>> int(fori_loop(1, 5, lambda i, total: total + i, 0))
    10
    """
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
        f: takes carry and one x; gives the next carry (same shape and dtype) and one y.
        init: first carry, an array or nested arrays.
        xs: array ``(n, ...)``, or nested arrays with the same first axis.
        length: number of steps, if there are no xs.
        reverse: go from the end to the beginning, False by default.
        unroll: how many steps of f make up one step of the compiled loop, 1 by default.

    Returns:
        The last carry and all ys, stacked along a new first axis.

    Raises:
        ValueError: neither xs nor length.
        TypeError: a carry that changes its shape or dtype.

    >>> total, before = scan(lambda total, x: (total + x, total), 0, jnp.array([1, 2, 3]))
    >>> int(total), before.tolist()
    (6, [0, 1, 3])
    """
    return jax.lax.scan(f, init, xs, length=length, reverse=reverse, unroll=unroll)


@op
def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """Running results of an associative function along an axis, computed in parallel.

    Arguments:
        f: takes two arrays (or nested arrays) of slices, gives one of the same shape; anything
            that can't be called raises a TypeError.
        elems: array or nested arrays whose axis has one length, else a ValueError; shape and
            dtype are kept.
        reverse: go from the end to the beginning, False by default.
        axis: axis to go along, the first by default.

    >>> associative_scan(jnp.maximum, jnp.array([1, 3, 2]))
    Array([1, 3, 3], dtype=int32)
    """
    return jax.lax.associative_scan(f, elems, reverse, axis)


@op
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Apply a function to each entry of the first axis, one after the other.

    Arguments:
        f: from an array ``(...)`` to an array or nested arrays.
        xs: array ``(n, ...)`` or nested arrays with the same first axis; single numbers raise a
            ValueError. Results are stacked along a first axis of n.

    >>> map(lambda row: row.sum(), jnp.ones((2, 3)))
    Array([3., 3.], dtype=float32)
    """
    return jax.lax.map(f, xs)


@op
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """Apply a function to each entry of the first axis, all at once.

    Arguments:
        function: from an array ``(...)`` to an array or nested arrays; it can't branch on
            values.
        elements: array ``(n, ...)`` or nested arrays with the same first axis; single numbers
            raise a ValueError. Results are stacked along a first axis of n.

    >>> vectorized_map(lambda row: row.sum(), jnp.ones((2, 3)))
    Array([3., 3.], dtype=float32)
    """
    return jax.vmap(function)(elements)


def vectorize(
    pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None
) -> Callable[..., Any]:
    """Turn a function of single values into one of arrays, whose shapes broadcast.

    Arguments:
        pyfunc: function that JAX can follow.
        excluded: positions or names of arguments that are handed on whole, none by default.
        signature: axes of what pyfunc takes and gives, ``"(n),(n)->()"``; single values by
            default. Arguments that don't fit raise a ValueError.

    >>> vectorize(lambda row: row.sum(), signature="(n)->()")(jnp.ones((2, 3)))
    Array([3., 3.], dtype=float32)
    """
    return jnp.vectorize(pyfunc, excluded=excluded or set(), signature=signature)
