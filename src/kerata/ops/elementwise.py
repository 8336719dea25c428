"""Functions of ``ops`` that work element by element."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, jax_op, op

__all__ = [
    "abs",
    "absolute",
    "add",
    "angle",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "cbrt",
    "ceil",
    "clip",
    "conj",
    "conjugate",
    "cos",
    "cosh",
    "deg2rad",
    "divide",
    "divide_no_nan",
    "equal",
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gcd",
    "greater",
    "greater_equal",
    "heaviside",
    "hypot",
    "i0",
    "imag",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "lcm",
    "ldexp",
    "left_shift",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "nan_to_num",
    "negative",
    "nextafter",
    "not_equal",
    "polar",
    "power",
    "rad2deg",
    "real",
    "reciprocal",
    "right_shift",
    "round",
    "rsqrt",
    "sign",
    "signbit",
    "sin",
    "sinc",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "true_divide",
    "trunc",
]

# --- arithmetic -----------------------------------------------------------------------

add = jax_op("add", jnp.add, "x1, x2", "Add: ``x1 + x2``.")
subtract = jax_op("subtract", jnp.subtract, "x1, x2", "Subtract: ``x1 - x2``.")
multiply = jax_op("multiply", jnp.multiply, "x1, x2", "Multiply: ``x1 * x2``.")
divide = jax_op("divide", jnp.divide, "x1, x2", "Divide: ``x1 / x2``, always a float.")
true_divide = jax_op("true_divide", jnp.divide, "x1, x2", "Divide: ``x1 / x2``, always a float.")
floor_divide = jax_op("floor_divide", jnp.floor_divide, "x1, x2", "Divide and round down.")
mod = jax_op("mod", jnp.mod, "x1, x2", "Remainder, with the sign of x2.")
fmod = jax_op("fmod", jnp.fmod, "x1, x2", "Remainder, with the sign of x1.")
power = jax_op("power", jnp.power, "x1, x2", "Raise x1 to the power x2.")
negative = jax_op("negative", jnp.negative, "x", "Change the sign.")
absolute = jax_op("absolute", jnp.absolute, "x", "Absolute value.")
abs = jax_op("abs", jnp.absolute, "x", "Absolute value.")
fabs = jax_op("fabs", jnp.fabs, "x", "Absolute value, always a float.")
sign = jax_op("sign", jnp.sign, "x", "Sign: -1, 0 or 1.")
signbit = jax_op("signbit", jnp.signbit, "x", "Whether the sign bit is set.")
reciprocal = jax_op("reciprocal", jnp.reciprocal, "x", "One divided by x.")
square = jax_op("square", jnp.square, "x", "Square.")
sqrt = jax_op("sqrt", jnp.sqrt, "x", "Square root.")
rsqrt = jax_op("rsqrt", jax.lax.rsqrt, "x", "One divided by the square root.")
cbrt = jax_op("cbrt", jnp.cbrt, "x", "Cube root.")
hypot = jax_op("hypot", jnp.hypot, "x1, x2", "Length of the vector (x1, x2).")
maximum = jax_op("maximum", jnp.maximum, "x1, x2", "Larger of two; NaN if either is.")
minimum = jax_op("minimum", jnp.minimum, "x1, x2", "Smaller of two; NaN if either is.")
fmax = jax_op("fmax", jnp.fmax, "x1, x2", "Larger of two, skipping NaN.")
fmin = jax_op("fmin", jnp.fmin, "x1, x2", "Smaller of two, skipping NaN.")
clip = jax_op("clip", jnp.clip, "x, x_min, x_max", "Cut values off at two bounds.")
gcd = jax_op("gcd", jnp.gcd, "x1, x2", "Greatest common divisor.")
lcm = jax_op("lcm", jnp.lcm, "x1, x2", "Least common multiple.")
ldexp = jax_op("ldexp", jnp.ldexp, "x1, x2", "x1 times 2 to the power x2.")
nextafter = jax_op("nextafter", jnp.nextafter, "x1, x2", "Next float after x1 towards x2.")
heaviside = jax_op("heaviside", jnp.heaviside, "x1, x2", "0 below zero, 1 above, x2 at zero.")


@op
def divide_no_nan(x1: Any, x2: Any) -> jax.Array:
    """Divide, with 0 where the divisor is 0."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    is_zero = x2 == 0
    return jnp.where(is_zero, 0, x1 / jnp.where(is_zero, 1, x2))


# --- rounding -------------------------------------------------------------------------

floor = jax_op("floor", lambda x: jnp.floor(_float(x)), "x", "Round down, to a float.")
ceil = jax_op("ceil", lambda x: jnp.ceil(_float(x)), "x", "Round up, to a float.")
trunc = jax_op("trunc", jnp.trunc, "x", "Round towards zero.")
round = jax_op("round", jnp.round, "x, decimals=0", "Round to so many decimals; halves to even.")

# --- exponentials and logarithms ------------------------------------------------------

exp = jax_op("exp", jnp.exp, "x", "Exponential.")
exp2 = jax_op("exp2", jnp.exp2, "x", "2 to the power x.")
expm1 = jax_op("expm1", jnp.expm1, "x", "``exp(x) - 1``, exact near zero.")
log = jax_op("log", jnp.log, "x", "Natural logarithm.")
log10 = jax_op("log10", jnp.log10, "x", "Logarithm to base 10.")
log1p = jax_op("log1p", jnp.log1p, "x", "``log(1 + x)``, exact near zero.")
log2 = jax_op("log2", jnp.log2, "x", "Logarithm to base 2.")
logaddexp = jax_op(
    "logaddexp", jnp.logaddexp, "x1, x2", "``log(exp(x1) + exp(x2))`` without overflow."
)
logaddexp2 = jax_op("logaddexp2", jnp.logaddexp2, "x1, x2", "``log2(2**x1 + 2**x2)``.")
erf = jax_op("erf", jax.scipy.special.erf, "x", "Error function.")
erfc = jax_op("erfc", jax.scipy.special.erfc, "x", "One minus the error function.")
erfinv = jax_op("erfinv", jax.scipy.special.erfinv, "x", "Inverse of the error function.")
i0 = jax_op("i0", jnp.i0, "x", "Modified Bessel function of order 0.")

# --- angles ---------------------------------------------------------------------------

sin = jax_op("sin", jnp.sin, "x", "Sine.")
cos = jax_op("cos", jnp.cos, "x", "Cosine.")
tan = jax_op("tan", jnp.tan, "x", "Tangent.")
arcsin = jax_op("arcsin", jnp.arcsin, "x", "Inverse sine.")
arccos = jax_op("arccos", jnp.arccos, "x", "Inverse cosine.")
arctan = jax_op("arctan", jnp.arctan, "x", "Inverse tangent.")
arctan2 = jax_op("arctan2", jnp.arctan2, "x1, x2", "Angle of the point (x2, x1).")
sinh = jax_op("sinh", jnp.sinh, "x", "Hyperbolic sine.")
cosh = jax_op("cosh", jnp.cosh, "x", "Hyperbolic cosine.")
arcsinh = jax_op("arcsinh", jnp.arcsinh, "x", "Inverse hyperbolic sine.")
arccosh = jax_op("arccosh", jnp.arccosh, "x", "Inverse hyperbolic cosine.")
arctanh = jax_op("arctanh", jnp.arctanh, "x", "Inverse hyperbolic tangent.")
sinc = jax_op("sinc", jnp.sinc, "x", "``sin(pi x) / (pi x)``.")
deg2rad = jax_op("deg2rad", jnp.deg2rad, "x", "Degrees to radians.")
rad2deg = jax_op("rad2deg", jnp.rad2deg, "x", "Radians to degrees.")

# --- complex numbers ------------------------------------------------------------------

real = jax_op("real", jnp.real, "x", "Real part.")
imag = jax_op("imag", jnp.imag, "x", "Imaginary part.")
angle = jax_op("angle", lambda x: jnp.angle(_float(x)), "x", "Angle of a complex number.")
conj = jax_op("conj", jnp.conjugate, "x", "Complex conjugate.")
conjugate = jax_op("conjugate", jnp.conjugate, "x", "Complex conjugate.")


@op
def polar(abs_: Any, angle: Any) -> jax.Array:
    """Complex numbers from absolute values and angles."""
    abs_, angle = as_tensor(abs_), as_tensor(angle)
    return jax.lax.complex(abs_ * jnp.cos(angle), abs_ * jnp.sin(angle))


# --- comparisons and logic ------------------------------------------------------------

equal = jax_op("equal", jnp.equal, "x1, x2", "Whether ``x1 == x2``.")
not_equal = jax_op("not_equal", jnp.not_equal, "x1, x2", "Whether ``x1 != x2``.")
less = jax_op("less", jnp.less, "x1, x2", "Whether ``x1 < x2``.")
less_equal = jax_op("less_equal", jnp.less_equal, "x1, x2", "Whether ``x1 <= x2``.")
greater = jax_op("greater", jnp.greater, "x1, x2", "Whether ``x1 > x2``.")
greater_equal = jax_op("greater_equal", jnp.greater_equal, "x1, x2", "Whether ``x1 >= x2``.")
isclose = jax_op(
    "isclose",
    jnp.isclose,
    "x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False",
    "Whether values are equal up to a tolerance.",
)
isnan = jax_op("isnan", jnp.isnan, "x", "Whether a value is NaN.")
isfinite = jax_op("isfinite", jnp.isfinite, "x", "Whether a value is neither NaN nor infinite.")
isinf = jax_op("isinf", jnp.isinf, "x", "Whether a value is infinite.")
isposinf = jax_op("isposinf", jnp.isposinf, "x", "Whether a value is plus infinity.")
isneginf = jax_op("isneginf", jnp.isneginf, "x", "Whether a value is minus infinity.")
isreal = jax_op("isreal", jnp.isreal, "x", "Whether a value has no imaginary part.")
isin = jax_op(
    "isin", jnp.isin, "x1, x2, assume_unique=False, invert=False", "Whether values are in x2."
)
logical_and = jax_op("logical_and", jnp.logical_and, "x1, x2", "Whether both are true.")
logical_or = jax_op("logical_or", jnp.logical_or, "x1, x2", "Whether one or both are true.")
logical_xor = jax_op("logical_xor", jnp.logical_xor, "x1, x2", "Whether just one is true.")
logical_not = jax_op("logical_not", jnp.logical_not, "x", "Whether a value is false.")
bitwise_and = jax_op("bitwise_and", jnp.bitwise_and, "x, y", "Bits set in both.")
bitwise_or = jax_op("bitwise_or", jnp.bitwise_or, "x, y", "Bits set in either.")
bitwise_xor = jax_op("bitwise_xor", jnp.bitwise_xor, "x, y", "Bits set in just one.")
bitwise_not = jax_op("bitwise_not", jnp.invert, "x", "Every bit turned over.")
bitwise_invert = jax_op("bitwise_invert", jnp.invert, "x", "Every bit turned over.")
bitwise_left_shift = jax_op("bitwise_left_shift", jnp.left_shift, "x, y", "Bits moved left.")
bitwise_right_shift = jax_op("bitwise_right_shift", jnp.right_shift, "x, y", "Bits moved right.")
left_shift = jax_op("left_shift", jnp.left_shift, "x, y", "Bits moved left.")
right_shift = jax_op("right_shift", jnp.right_shift, "x, y", "Bits moved right.")
nan_to_num = jax_op(
    "nan_to_num",
    jnp.nan_to_num,
    "x, nan=0.0, posinf=None, neginf=None",
    "Replace NaN and infinities; by default by 0 and the largest numbers.",
)


def _float(x: Any) -> Any:
    """Turn integers into floats, as Keras does where NumPy would keep them."""
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.float32)
