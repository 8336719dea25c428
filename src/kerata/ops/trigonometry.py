"""Functions of ``ops`` element by element: angles and complex numbers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_arrays, as_float, as_tensor, jax_op, op

__all__ = [
    "angle",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "conj",
    "conjugate",
    "cos",
    "cosh",
    "deg2rad",
    "imag",
    "polar",
    "rad2deg",
    "real",
    "sin",
    "sinc",
    "sinh",
    "tan",
]


sin = jax_op(
    "sin",
    jnp.sin,
    "x",
    """Sine of angles in radians.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> sin([0.0, 1.5707964]).round(3)
    Array([0., 1.], dtype=float32)
    """,
)
cos = jax_op(
    "cos",
    jnp.cos,
    "x",
    """Cosine of angles in radians.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> cos([0.0, 3.1415927]).round(3)
    Array([ 1., -1.], dtype=float32)
    """,
)
tan = jax_op(
    "tan",
    jnp.tan,
    "x",
    """Tangent of angles in radians.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> tan([0.0, 0.7853982]).round(3)
    Array([0., 1.], dtype=float32)
    """,
)
arcsin = jax_op(
    "arcsin",
    jnp.arcsin,
    "x",
    """Inverse sine in radians, from -pi/2 to pi/2; NaN outside of -1 to 1.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> arcsin([0.0, 1.0]).round(3)
    Array([0.       , 1.5710001], dtype=float32)
    """,
)
arccos = jax_op(
    "arccos",
    jnp.arccos,
    "x",
    """Inverse cosine in radians, from 0 to pi; NaN outside of -1 to 1.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> arccos([1.0, -1.0]).round(3)
    Array([0.       , 3.1420002], dtype=float32)
    """,
)
arctan = jax_op(
    "arctan",
    jnp.arctan,
    "x",
    """Inverse tangent in radians, from -pi/2 to pi/2.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> arctan([0.0, 1.0]).round(3)
    Array([0.   , 0.785], dtype=float32)
    """,
)
arctan2 = jax_op(
    "arctan2",
    as_arrays(jnp.arctan2),
    "x1, x2",
    """Angle of the point with height x1 and width x2, a float from -pi to pi.

    Arguments:
        x1, x2: arrays or numbers whose shapes broadcast, else a TypeError.

    >>> arctan2([1.0, -1.0], [0.0, 0.0]).round(3)
    Array([ 1.5710001, -1.5710001], dtype=float32)
    """,
)
sinh = jax_op(
    "sinh",
    jnp.sinh,
    "x",
    """Hyperbolic sine: ``(exp(x) - exp(-x)) / 2``.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> sinh([0.0, 1.0]).round(3)
    Array([0.       , 1.1750001], dtype=float32)
    """,
)
cosh = jax_op(
    "cosh",
    jnp.cosh,
    "x",
    """Hyperbolic cosine: ``(exp(x) + exp(-x)) / 2``.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> cosh([0.0, 1.0]).round(3)
    Array([1.       , 1.5430001], dtype=float32)
    """,
)
arcsinh = jax_op(
    "arcsinh",
    jnp.arcsinh,
    "x",
    """Inverse hyperbolic sine.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> arcsinh([0.0, 1.0]).round(3)
    Array([0.        , 0.88100004], dtype=float32)
    """,
)
arccosh = jax_op(
    "arccosh",
    jnp.arccosh,
    "x",
    """Inverse hyperbolic cosine; NaN below 1.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> arccosh([1.0, 2.0]).round(3)
    Array([0.   , 1.317], dtype=float32)
    """,
)
arctanh = jax_op(
    "arctanh",
    jnp.arctanh,
    "x",
    """Inverse hyperbolic tangent; NaN outside of -1 to 1.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> arctanh([0.0, 0.5]).round(3)
    Array([0.   , 0.549], dtype=float32)
    """,
)
sinc = jax_op(
    "sinc",
    jnp.sinc,
    "x",
    """``sin(pi * x) / (pi * x)``, and 1 at zero.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> sinc([0.0, 0.5]).round(3)
    Array([1.   , 0.637], dtype=float32)
    """,
)
deg2rad = jax_op(
    "deg2rad",
    jnp.deg2rad,
    "x",
    """Turn degrees into radians: ``x * pi / 180``.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> deg2rad([0.0, 180.0]).round(3)
    Array([0.       , 3.1420002], dtype=float32)
    """,
)
rad2deg = jax_op(
    "rad2deg",
    jnp.rad2deg,
    "x",
    """Turn radians into degrees: ``x * 180 / pi``.

    Arguments:
        x: array of numbers, any shape; integers become floats, text raises a TypeError.

    >>> rad2deg([0.0, 3.1415927]).round(3)
    Array([  0.     , 180.00002], dtype=float32)
    """,
)

# --- complex numbers ------------------------------------------------------------------

real = jax_op(
    "real",
    jnp.real,
    "x",
    """Real part; real numbers stay as they are.

    Arguments:
        x: array of numbers, any shape, which the result has too. Text raises a TypeError.

    >>> real([1 + 2j, 3])
    Array([1., 3.], dtype=float32)
    """,
)
imag = jax_op(
    "imag",
    jnp.imag,
    "x",
    """Imaginary part; zeros for real numbers.

    Arguments:
        x: array of numbers, any shape, which the result has too. Text raises a TypeError.

    >>> imag([1 + 2j, 3])
    Array([2., 0.], dtype=float32)
    """,
)
angle = jax_op(
    "angle",
    lambda x: jnp.angle(as_float(x)),
    "x",
    """Angle of complex numbers in the plane, a float in radians from -pi to pi.

    Arguments:
        x: array of numbers, any shape, which the result has too. Text raises a TypeError.

    >>> angle([1j, -1]).round(3)
    Array([1.5710001, 3.1420002], dtype=float32)
    """,
)
conj = jax_op(
    "conj",
    jnp.conjugate,
    "x",
    """Complex conjugate; real numbers stay as they are.

    Arguments:
        x: array of numbers, any shape; shape and dtype are kept. Text raises a TypeError.

    >>> conj([1 + 2j])
    Array([1.-2.j], dtype=complex64)
    """,
)
conjugate = jax_op(
    "conjugate",
    jnp.conjugate,
    "x",
    """Complex conjugate, the same function as ``conj``.

    Arguments:
        x: array of numbers, any shape; shape and dtype are kept. Text raises a TypeError.

    >>> conjugate([1 + 2j])
    Array([1.-2.j], dtype=complex64)
    """,
)


@op
def polar(abs_: Any, angle: Any) -> jax.Array:
    """Make complex numbers from absolute values and angles.

    Arguments:
        abs_: absolute values, array of real numbers, any shape.
        angle: angles in radians, of a shape that broadcasts with abs_, else a TypeError.

    >>> polar([1.0, 2.0], [0.0, 0.0])
    Array([1.+0.j, 2.+0.j], dtype=complex64)
    """
    abs_, angle = as_tensor(abs_), as_tensor(angle)
    return jax.lax.complex(abs_ * jnp.cos(angle), abs_ * jnp.sin(angle))
