"""Functions of ``ops`` element by element: exponentials, logarithms, error functions."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_arrays, jax_op

__all__ = [
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "exp2",
    "expm1",
    "i0",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
]

exp = jax_op(
    "exp",
    jnp.exp,
    "x",
    """Exponential function, e to the power x.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> exp([0.0, 1.0]).round(3)
    Array([1.       , 2.7180002], dtype=float32)
    """,
)
exp2 = jax_op(
    "exp2",
    jnp.exp2,
    "x",
    """2 to the power x.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> exp2([3, -1])
    Array([8. , 0.5], dtype=float32)
    """,
)
expm1 = jax_op(
    "expm1",
    jnp.expm1,
    "x",
    """``exp(x) - 1``, exact for x near zero too.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> expm1([0.0, 1.0]).round(3)
    Array([0.   , 1.718], dtype=float32)
    """,
)
log = jax_op(
    "log",
    jnp.log,
    "x",
    """Natural logarithm; minus infinity at 0, NaN below.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> log([1, 0])
    Array([  0., -inf], dtype=float32)
    """,
)
log10 = jax_op(
    "log10",
    jnp.log10,
    "x",
    """Logarithm to base 10; minus infinity at 0, NaN below.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> log10([1.0, 100.0]).round(3)
    Array([0., 2.], dtype=float32)
    """,
)
log1p = jax_op(
    "log1p",
    jnp.log1p,
    "x",
    """``log(1 + x)``, exact for x near zero too; NaN below -1.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> log1p([0.0, 1.0]).round(3)
    Array([0.   , 0.693], dtype=float32)
    """,
)
log2 = jax_op(
    "log2",
    jnp.log2,
    "x",
    """Logarithm to base 2; minus infinity at 0, NaN below.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> log2([1.0, 8.0])
    Array([0., 3.], dtype=float32)
    """,
)
logaddexp = jax_op(
    "logaddexp",
    as_arrays(jnp.logaddexp),
    "x1, x2",
    """``log(exp(x1) + exp(x2))``, a float, without overflow.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> logaddexp([0.0, 1000.0], [0.0, 1000.0]).round(3)
    Array([6.93000019e-01, 1.00069305e+03], dtype=float32)
    """,
)
logaddexp2 = jax_op(
    "logaddexp2",
    as_arrays(jnp.logaddexp2),
    "x1, x2",
    """``log2(2**x1 + 2**x2)``, a float, without overflow.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> logaddexp2([0.0, 1000.0], [0.0, 1000.0])
    Array([1.000e+00, 1.001e+03], dtype=float32)
    """,
)
erf = jax_op(
    "erf",
    jax.scipy.special.erf,
    "x",
    """Error function: the integral of ``2 / sqrt(pi) * exp(-t**2)`` from 0 to x.

    Arguments:
        x: array of real numbers, any shape; integers become floats, complex numbers raise a
            TypeError.

    >>> erf([0.0, 1.0]).round(3)
    Array([0.        , 0.84300005], dtype=float32)
    """,
)
erfc = jax_op(
    "erfc",
    jax.scipy.special.erfc,
    "x",
    """One minus the error function, exact for large x too.

    Arguments:
        x: array of real numbers, any shape; integers become floats, complex numbers raise a
            TypeError.

    >>> erfc([0.0, 1.0]).round(3)
    Array([1.   , 0.157], dtype=float32)
    """,
)
erfinv = jax_op(
    "erfinv",
    jax.scipy.special.erfinv,
    "x",
    """Inverse of the error function; NaN outside of -1 to 1.

    Arguments:
        x: array of real numbers, any shape; integers become floats, complex numbers raise a
            TypeError.

    >>> erfinv([0.0, 1.0])
    Array([ 0., inf], dtype=float32)
    """,
)
i0 = jax_op(
    "i0",
    jnp.i0,
    "x",
    """Modified Bessel function of the first kind and order 0.

    Arguments:
        x: array of real numbers, any shape; integers become floats, complex numbers raise a
            ValueError.

    >>> i0([0.0, 1.0]).round(3)
    Array([1.   , 1.266], dtype=float32)
    """,
)
