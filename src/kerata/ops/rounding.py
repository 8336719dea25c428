"""Functions of ``ops`` element by element: rounding, bounds and signs."""

from __future__ import annotations

import jax.numpy as jnp

from kerata.ops.symbolic_call import as_float, jax_op

__all__ = [
    "ceil",
    "clip",
    "floor",
    "fmax",
    "fmin",
    "heaviside",
    "maximum",
    "minimum",
    "nextafter",
    "round",
    "sign",
    "signbit",
    "trunc",
]

sign = jax_op(
    "sign",
    jnp.sign,
    "x",
    """Sign of each value: -1, 0 or 1; NaN stays NaN.

    Arguments:
        x: array of numbers, any shape; shape and dtype are kept. Bools raise a TypeError.

    >>> sign([-2.0, 0.0, 5.0])
    Array([-1.,  0.,  1.], dtype=float32)
    """,
)
signbit = jax_op(
    "signbit",
    jnp.signbit,
    "x",
    """Whether the sign bit is set, as bool; that tells -0.0 from 0.0.

    Arguments:
        x: array of real numbers, any shape, which the result has too; complex numbers raise an
            error (TypeError or ValueError).

    >>> signbit([-0.0, 0.0, -2.0])
    Array([ True, False,  True], dtype=bool)
    """,
)
maximum = jax_op(
    "maximum",
    jnp.maximum,
    "x1, x2",
    """Larger of two values, NaN if either is NaN; in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> maximum([1.0, float("nan")], 2.0)
    Array([ 2., nan], dtype=float32)
    """,
)
minimum = jax_op(
    "minimum",
    jnp.minimum,
    "x1, x2",
    """Smaller of two values, NaN if either is NaN; in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> minimum([1.0, float("nan")], 2.0)
    Array([ 1., nan], dtype=float32)
    """,
)
fmax = jax_op(
    "fmax",
    jnp.fmax,
    "x1, x2",
    """Larger of two values, NaN only if both are NaN; in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> fmax([1.0, float("nan")], 2.0)
    Array([2., 2.], dtype=float32)
    """,
)
fmin = jax_op(
    "fmin",
    jnp.fmin,
    "x1, x2",
    """Smaller of two values, NaN only if both are NaN; in the promoted dtype.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> fmin([1.0, float("nan")], 2.0)
    Array([1., 2.], dtype=float32)
    """,
)
clip = jax_op(
    "clip",
    jnp.clip,
    "x, x_min, x_max",
    """Cut values off at two bounds; where the bounds cross, the upper one wins.

    Arguments:
        x: array of numbers, any shape.
        x_min, x_max: numbers or arrays that broadcast with x, else a TypeError. The promoted
            dtype comes out.

    >>> clip([-1.0, 0.5, 3.0], 0.0, 1.0)
    Array([0. , 0.5, 1. ], dtype=float32)
    """,
)
nextafter = jax_op(
    "nextafter",
    jnp.nextafter,
    "x1, x2",
    """Next float that can be represented after x1 in the direction of x2.

    Arguments:
        x1, x2: arrays of floats whose shapes broadcast, else a TypeError; integers become
            floats.

    >>> float(nextafter(1.0, 2.0)) - 1.0
    1.1920928955078125e-07
    """,
)
heaviside = jax_op(
    "heaviside",
    jnp.heaviside,
    "x1, x2",
    """Step function, a float: 0 where x1 is below zero, 1 above, x2 at zero.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> heaviside([-2.0, 0.0, 3.0], 0.5)
    Array([0. , 0.5, 1. ], dtype=float32)
    """,
)


# --- to whole numbers -----------------------------------------------------------------

floor = jax_op(
    "floor",
    lambda x: jnp.floor(as_float(x)),
    "x",
    """Round down to whole numbers, which are floats.

    Arguments:
        x: array of real numbers, any shape; integers become floats, complex numbers raise a
            TypeError.

    >>> floor([1.7, -1.2])
    Array([ 1., -2.], dtype=float32)
    """,
)
ceil = jax_op(
    "ceil",
    lambda x: jnp.ceil(as_float(x)),
    "x",
    """Round up to whole numbers, which are floats.

    Arguments:
        x: array of real numbers, any shape; integers become floats, complex numbers raise a
            TypeError.

    >>> ceil([1.2, -1.7])
    Array([ 2., -1.], dtype=float32)
    """,
)
trunc = jax_op(
    "trunc",
    jnp.trunc,
    "x",
    """Round towards zero.

    Arguments:
        x: array of numbers, any shape; shape and dtype are kept. Text raises a TypeError.

    >>> trunc([1.7, -1.7])
    Array([ 1., -1.], dtype=float32)
    """,
)
round = jax_op(
    "round",
    jnp.round,
    "x, decimals=0",
    """Round to a number of decimals; halves go to the even neighbour.

    Arguments:
        x: array of numbers, any shape; shape and dtype are kept. Bools raise a ValueError.
        decimals: digits after the point, 0 by default; negative rounds to tens, hundreds, ...

    >>> round([0.5, 1.5, 2.26])
    Array([0., 2., 2.], dtype=float32)
    """,
)
