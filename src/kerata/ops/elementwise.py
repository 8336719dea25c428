"""Functions of ``ops`` element by element: arithmetic."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, floats_only, jax_op, op

__all__ = [
    "abs",
    "absolute",
    "add",
    "cbrt",
    "divide",
    "divide_no_nan",
    "fabs",
    "floor_divide",
    "fmod",
    "gcd",
    "hypot",
    "lcm",
    "ldexp",
    "mod",
    "multiply",
    "negative",
    "power",
    "reciprocal",
    "rsqrt",
    "sqrt",
    "square",
    "subtract",
    "true_divide",
]

add = jax_op(
    "add",
    jnp.add,
    "x1, x2",
    """Add: ``x1 + x2``, in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> add([1, 2], [0.5, 1.0])
    Array([1.5, 3. ], dtype=float32)
    """,
)
subtract = jax_op(
    "subtract",
    jnp.subtract,
    "x1, x2",
    """Subtract: ``x1 - x2``, in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast; else, and for two bools, a TypeError.

    >>> subtract([1, 2], [3, 1])
    Array([-2,  1], dtype=int32)
    """,
)
multiply = jax_op(
    "multiply",
    jnp.multiply,
    "x1, x2",
    """Multiply: ``x1 * x2``, in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> multiply([[1], [2]], [3, 4])
    Array([[3, 4],
           [6, 8]], dtype=int32)
    """,
)
divide = jax_op(
    "divide",
    jnp.divide,
    "x1, x2",
    """Divide: ``x1 / x2``, a float even for integers; infinite or NaN where x2 is 0.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> divide([1, 2], [4, 0])
    Array([0.25,  inf], dtype=float32)
    """,
)
true_divide = jax_op(
    "true_divide",
    jnp.divide,
    "x1, x2",
    """Divide as ``divide`` does: ``x1 / x2``, a float even for integers.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> true_divide([1, 2], 4)
    Array([0.25, 0.5 ], dtype=float32)
    """,
)
floor_divide = jax_op(
    "floor_divide",
    jnp.floor_divide,
    "x1, x2",
    """Divide and round down, ``x1 // x2``, in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError. Integers have no
            defined result where x2 is 0.

    >>> floor_divide([7, -7], 2)
    Array([ 3, -4], dtype=int32)
    """,
)
mod = jax_op(
    "mod",
    jnp.mod,
    "x1, x2",
    """Remainder of the division rounded down, ``x1 % x2``: it has the sign of x2.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError. The promoted dtype
            comes out.

    >>> mod([7, -7], 3)
    Array([1, 2], dtype=int32)
    """,
)
fmod = jax_op(
    "fmod",
    jnp.fmod,
    "x1, x2",
    """Remainder of the division rounded towards zero: it has the sign of x1.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError. The promoted dtype
            comes out.

    >>> fmod([7, -7], 3)
    Array([ 1, -1], dtype=int32)
    """,
)
power = jax_op(
    "power",
    jnp.power,
    "x1, x2",
    """Raise x1 to the power x2, in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast. Else, and for integers raised to a
            negative number, a TypeError.

    >>> power([2, 3], 2)
    Array([4, 9], dtype=int32)
    """,
)
negative = jax_op(
    "negative",
    jnp.negative,
    "x",
    """Change the sign: ``-x``.

    Arguments:
        x: array of numbers, any shape; shape and dtype are kept. Bools raise a TypeError.

    >>> negative([1.0, -2.0])
    Array([-1.,  2.], dtype=float32)
    """,
)
absolute = jax_op(
    "absolute",
    jnp.absolute,
    "x",
    """Absolute value; of complex numbers the length, which is a float.

    Arguments:
        x: array of numbers, any shape, which is kept; real dtypes are kept too. Text raises a
            TypeError.

    >>> absolute([-1.5, 2.0])
    Array([1.5, 2. ], dtype=float32)
    """,
)
abs = jax_op(
    "abs",
    jnp.absolute,
    "x",
    """Absolute value, the same function as ``absolute``.

    Arguments:
        x: array of numbers, any shape, which is kept; real dtypes are kept too. Text raises a
            TypeError.

    >>> abs([-3, 2])
    Array([3, 2], dtype=int32)
    """,
)
fabs = jax_op(
    "fabs",
    jnp.fabs,
    "x",
    """Absolute value, always a float.

    Arguments:
        x: array of real numbers, any shape; integers become floats, complex numbers raise a
            TypeError.

    >>> fabs([-3, 2])
    Array([3., 2.], dtype=float32)
    """,
)
reciprocal = jax_op(
    "reciprocal",
    jnp.reciprocal,
    "x",
    """One divided by x; infinite where x is 0.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> reciprocal([2, 4])
    Array([0.5 , 0.25], dtype=float32)
    """,
)
square = jax_op(
    "square",
    jnp.square,
    "x",
    """Square: ``x * x``.

    Arguments:
        x: array of numbers, any shape; the dtype is kept, bools become integers. Text raises a
            TypeError.

    >>> square([-3, 2])
    Array([9, 4], dtype=int32)
    """,
)
sqrt = jax_op(
    "sqrt",
    jnp.sqrt,
    "x",
    """Square root; NaN for negative numbers.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> sqrt([4, 9])
    Array([2., 3.], dtype=float32)
    """,
)
rsqrt = jax_op(
    "rsqrt",
    lambda x: jax.lax.rsqrt(floats_only("rsqrt", x)),
    "x",
    """One divided by the square root; NaN for negative numbers.

    Arguments:
        x: array of floats, any shape; shape and dtype are kept, integers raise a TypeError.

    >>> rsqrt([4.0, 16.0])
    Array([0.5 , 0.25], dtype=float32)
    """,
)
cbrt = jax_op(
    "cbrt",
    jnp.cbrt,
    "x",
    """Cube root, of negative numbers too.

    Arguments:
        x: array of real numbers, any shape; integers become floats, complex numbers raise a
            TypeError.

    >>> cbrt([8.0, -27.0])
    Array([ 2., -3.], dtype=float32)
    """,
)
hypot = jax_op(
    "hypot",
    jnp.hypot,
    "x1, x2",
    """Length of the vector (x1, x2): ``sqrt(x1**2 + x2**2)``, a float, without overflow.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> hypot([3.0], [4.0])
    Array([5.], dtype=float32)
    """,
)
gcd = jax_op(
    "gcd",
    jnp.gcd,
    "x1, x2",
    """Greatest common divisor, in the promoted integer dtype.

    Arguments:
        x1, x2: arrays of integers whose shapes broadcast; floats raise a ValueError.

    >>> gcd([12, 7], 8)
    Array([4, 1], dtype=int32)
    """,
)
lcm = jax_op(
    "lcm",
    jnp.lcm,
    "x1, x2",
    """Least common multiple, in the promoted integer dtype.

    Arguments:
        x1, x2: arrays of integers whose shapes broadcast; floats raise a ValueError.

    >>> lcm([4, 6], 10)
    Array([20, 30], dtype=int32)
    """,
)
ldexp = jax_op(
    "ldexp",
    jnp.ldexp,
    "x1, x2",
    """Multiply x1 by 2 to the power x2.

    Arguments:
        x1: array of numbers, any shape; integers become floats.
        x2: array of integers that broadcasts with x1; floats raise a ValueError.

    >>> ldexp([1.5, 2.0], [2, 3])
    Array([ 6., 16.], dtype=float32)
    """,
)


@op
def divide_no_nan(x1: Any, x2: Any) -> jax.Array:
    """Divide ``x1 / x2``, a float, with 0 where x2 is 0.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> divide_no_nan([1.0, 2.0], [4.0, 0.0])
    Array([0.25, 0.  ], dtype=float32)
    """
    x1, x2 = as_tensor(x1), as_tensor(x2)
    is_zero = x2 == 0
    return jnp.where(is_zero, 0, x1 / jnp.where(is_zero, 1, x2))
