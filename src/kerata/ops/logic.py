"""Functions of ``ops`` element by element: comparisons, logic, bits, NaN and infinities."""

from __future__ import annotations

import jax.numpy as jnp

from kerata.ops.symbolic_call import jax_op

__all__ = [
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "equal",
    "greater",
    "greater_equal",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "left_shift",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "nan_to_num",
    "not_equal",
    "right_shift",
]

equal = jax_op(
    "equal",
    jnp.equal,
    "x1, x2",
    """Whether ``x1 == x2``, as bool; NaN equals nothing.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> equal([1, 2], [1, 3])
    Array([ True, False], dtype=bool)
    """,
)
not_equal = jax_op(
    "not_equal",
    jnp.not_equal,
    "x1, x2",
    """Whether ``x1 != x2``, as bool; NaN differs from everything.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> not_equal([1, 2], [1, 3])
    Array([False,  True], dtype=bool)
    """,
)
less = jax_op(
    "less",
    jnp.less,
    "x1, x2",
    """Whether ``x1 < x2``, as bool.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> less([1, 2, 3], 2)
    Array([ True, False, False], dtype=bool)
    """,
)
less_equal = jax_op(
    "less_equal",
    jnp.less_equal,
    "x1, x2",
    """Whether ``x1 <= x2``, as bool.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> less_equal([1, 2, 3], 2)
    Array([ True,  True, False], dtype=bool)
    """,
)
greater = jax_op(
    "greater",
    jnp.greater,
    "x1, x2",
    """Whether ``x1 > x2``, as bool.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> greater([1, 2, 3], 2)
    Array([False, False,  True], dtype=bool)
    """,
)
greater_equal = jax_op(
    "greater_equal",
    jnp.greater_equal,
    "x1, x2",
    """Whether ``x1 >= x2``, as bool.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> greater_equal([1, 2, 3], 2)
    Array([False,  True,  True], dtype=bool)
    """,
)
isclose = jax_op(
    "isclose",
    jnp.isclose,
    "x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False",
    """Whether ``abs(x1 - x2) <= atol + rtol * abs(x2)``, as bool.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.
        rtol, atol: tolerance as a share of x2 and as a number, 1e-5 and 1e-8 by default.
        equal_nan: whether two NaN are close, False by default.

    >>> isclose([1.0, 2.0], [1.000001, 2.1])
    Array([ True, False], dtype=bool)
    """,
)
isnan = jax_op(
    "isnan",
    jnp.isnan,
    "x",
    """Whether a value is NaN, as bool.

    Arguments:
        x: array of numbers, any shape, which the result has too. Text raises a TypeError.

    >>> isnan([1.0, float("nan")])
    Array([False,  True], dtype=bool)
    """,
)
isfinite = jax_op(
    "isfinite",
    jnp.isfinite,
    "x",
    """Whether a value is neither NaN nor infinite, as bool.

    Arguments:
        x: array of numbers, any shape, which the result has too. Text raises a TypeError.

    >>> isfinite([1.0, float("inf"), float("nan")])
    Array([ True, False, False], dtype=bool)
    """,
)
isinf = jax_op(
    "isinf",
    jnp.isinf,
    "x",
    """Whether a value is plus or minus infinity, as bool.

    Arguments:
        x: array of numbers, any shape, which the result has too. Text raises a TypeError.

    >>> isinf([1.0, float("-inf")])
    Array([False,  True], dtype=bool)
    """,
)
isposinf = jax_op(
    "isposinf",
    jnp.isposinf,
    "x",
    """Whether a value is plus infinity, as bool.

    Arguments:
        x: array of real numbers, any shape, which the result has too; complex numbers raise a
            ValueError.

    >>> isposinf([float("inf"), float("-inf")])
    Array([ True, False], dtype=bool)
    """,
)
isneginf = jax_op(
    "isneginf",
    jnp.isneginf,
    "x",
    """Whether a value is minus infinity, as bool.

    Arguments:
        x: array of real numbers, any shape, which the result has too; complex numbers raise a
            ValueError.

    >>> isneginf([float("inf"), float("-inf")])
    Array([False,  True], dtype=bool)
    """,
)
isreal = jax_op(
    "isreal",
    jnp.isreal,
    "x",
    """Whether a value has no imaginary part, as bool.

    Arguments:
        x: array of numbers, any shape, which the result has too. Text raises a TypeError.

    >>> isreal([1 + 0j, 1j])
    Array([ True, False], dtype=bool)
    """,
)
isin = jax_op(
    "isin",
    jnp.isin,
    "x1, x2, assume_unique=False, invert=False",
    """Whether each value of x1 is somewhere in x2, as bool in the shape of x1.

    Arguments:
        x1, x2: arrays of numbers, any shapes; text raises a TypeError.
        assume_unique: promise that both hold no value twice (False); only speed depends on it.
        invert: say where values are not in x2 instead, False by default.

    >>> isin([1, 2, 3], [2, 5])
    Array([False,  True, False], dtype=bool)
    """,
)
logical_and = jax_op(
    "logical_and",
    jnp.logical_and,
    "x1, x2",
    """Whether both are true, as bool; numbers other than 0 are true.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> logical_and([True, True], [True, False])
    Array([ True, False], dtype=bool)
    """,
)
logical_or = jax_op(
    "logical_or",
    jnp.logical_or,
    "x1, x2",
    """Whether at least one is true, as bool; numbers other than 0 are true.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> logical_or([True, False], [False, False])
    Array([ True, False], dtype=bool)
    """,
)
logical_xor = jax_op(
    "logical_xor",
    jnp.logical_xor,
    "x1, x2",
    """Whether exactly one is true, as bool; numbers other than 0 are true.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> logical_xor([True, True], [True, False])
    Array([False,  True], dtype=bool)
    """,
)
logical_not = jax_op(
    "logical_not",
    jnp.logical_not,
    "x",
    """Whether a value is false (or 0), as bool.

    Arguments:
        x: array of numbers, any shape, which the result has too. Text raises a TypeError.

    >>> logical_not([True, False])
    Array([False,  True], dtype=bool)
    """,
)
bitwise_and = jax_op(
    "bitwise_and",
    jnp.bitwise_and,
    "x, y",
    """Bits that are set in both, in the promoted dtype.

    Arguments:
        x, y: arrays of integers or bools whose shapes broadcast; floats raise a TypeError.

    >>> bitwise_and([6, 5], 3)
    Array([2, 1], dtype=int32)
    """,
)
bitwise_or = jax_op(
    "bitwise_or",
    jnp.bitwise_or,
    "x, y",
    """Bits that are set in at least one, in the promoted dtype.

    Arguments:
        x, y: arrays of integers or bools whose shapes broadcast; floats raise a TypeError.

    >>> bitwise_or([6, 5], 3)
    Array([7, 7], dtype=int32)
    """,
)
bitwise_xor = jax_op(
    "bitwise_xor",
    jnp.bitwise_xor,
    "x, y",
    """Bits that are set in exactly one, in the promoted dtype.

    Arguments:
        x, y: arrays of integers or bools whose shapes broadcast; floats raise a TypeError.

    >>> bitwise_xor([6, 5], 3)
    Array([5, 6], dtype=int32)
    """,
)
bitwise_not = jax_op(
    "bitwise_not",
    jnp.invert,
    "x",
    """Turn every bit over; ``-x - 1`` for signed integers.

    Arguments:
        x: array of integers or bools, any shape; the dtype is kept, floats raise a TypeError.

    >>> bitwise_not([0, 5])
    Array([-1, -6], dtype=int32)
    """,
)
bitwise_invert = jax_op(
    "bitwise_invert",
    jnp.invert,
    "x",
    """Turn every bit over, the same function as ``bitwise_not``.

    Arguments:
        x: array of integers or bools, any shape; the dtype is kept, floats raise a TypeError.

    >>> bitwise_invert([0, 5])
    Array([-1, -6], dtype=int32)
    """,
)
bitwise_left_shift = jax_op(
    "bitwise_left_shift",
    jnp.left_shift,
    "x, y",
    """Move the bits of x to the left by y places: ``x * 2**y``.

    Arguments:
        x, y: arrays of integers whose shapes broadcast; bools become integers, floats raise a
            TypeError.

    >>> bitwise_left_shift([1, 3], 2)
    Array([ 4, 12], dtype=int32)
    """,
)
bitwise_right_shift = jax_op(
    "bitwise_right_shift",
    jnp.right_shift,
    "x, y",
    """Move the bits of x to the right by y places: ``x // 2**y``.

    Arguments:
        x, y: arrays of integers whose shapes broadcast; bools become integers, floats raise a
            TypeError.

    >>> bitwise_right_shift([8, -8], 2)
    Array([ 2, -2], dtype=int32)
    """,
)
left_shift = jax_op(
    "left_shift",
    jnp.left_shift,
    "x, y",
    """Move the bits of x to the left by y places, the same as ``bitwise_left_shift``.

    Arguments:
        x, y: arrays of integers whose shapes broadcast; bools become integers, floats raise a
            TypeError.

    >>> left_shift([1, 3], 2)
    Array([ 4, 12], dtype=int32)
    """,
)
right_shift = jax_op(
    "right_shift",
    jnp.right_shift,
    "x, y",
    """Move the bits of x to the right by y places, the same as ``bitwise_right_shift``.

    Arguments:
        x, y: arrays of integers whose shapes broadcast; bools become integers, floats raise a
            TypeError.

    >>> right_shift([8, -8], 2)
    Array([ 2, -2], dtype=int32)
    """,
)
nan_to_num = jax_op(
    "nan_to_num",
    jnp.nan_to_num,
    "x, nan=0.0, posinf=None, neginf=None",
    """Replace NaN and infinities by numbers.

    Arguments:
        x: array of numbers, any shape; shape and dtype are kept. Text raises a TypeError.
        nan: in the place of NaN, 0.0 by default.
        posinf, neginf: in the place of infinities; by default the largest and the lowest number
            of the dtype.

    >>> nan_to_num([float("nan"), float("inf")], posinf=9.0)
    Array([0., 9.], dtype=float32)
    """,
)
