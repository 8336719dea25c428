"""Functions of ``ops`` for Fourier transforms and pairs of real and imaginary part."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "fft",
    "fft2",
    "ifft2",
    "irfft",
    "rfft",
    "view_as_complex",
    "view_as_real",
]


@op
def fft(x: Any) -> tuple[jax.Array, jax.Array]:
    """Fourier transform along the last axis, as a pair (real part, imaginary part).

    Arguments:
        x: pair of arrays (real part, imaginary part) of floats, shape ``(..., n)``; anything
            else, integers too, raises a ValueError.

    >>> fft(([1.0, 0.0], [0.0, 0.0]))
    (Array([1., 1.], dtype=float32), Array([0., 0.], dtype=float32))
    """
    return _pair(jnp.fft.fft(complex_of(x)))


@op
def fft2(x: Any) -> tuple[jax.Array, jax.Array]:
    """Fourier transform along the last two axes, as a pair (real part, imaginary part).

    Arguments:
        x: pair of arrays (real part, imaginary part) of floats, shape ``(..., n, m)``; anything
            else, integers too, raises a ValueError.

    >>> fft2(([[1.0, 2.0]], [[0.0, 0.0]]))
    (Array([[ 3., -1.]], dtype=float32), Array([[0., 0.]], dtype=float32))
    """
    return _pair(jnp.fft.fft2(complex_of(x)))


@op
def ifft2(x: Any) -> tuple[jax.Array, jax.Array]:
    """Inverse of ``fft2``, as a pair (real part, imaginary part).

    Arguments:
        x: pair of arrays (real part, imaginary part) of floats, shape ``(..., n, m)``; anything
            else, integers too, raises a ValueError.

    >>> ifft2(([[3.0, -1.0]], [[0.0, 0.0]]))[0]
    Array([[1., 2.]], dtype=float32)
    """
    return _pair(jnp.fft.ifft2(complex_of(x)))


@op
def rfft(x: Any, fft_length: int | None = None) -> tuple[jax.Array, jax.Array]:
    """Fourier transform of real values along the last axis, as a pair (real, imaginary part).

    Arguments:
        x: array of real numbers, shape ``(..., n)``; complex ones raise a ValueError. The
            result has shape ``(..., n // 2 + 1)``: the other half follows from it.
        fft_length: cut or fill up with zeros to this n first; by default x's own.

    >>> rfft([1.0, 2.0, 3.0, 4.0])
    (Array([10., -2., -2.], dtype=float32), Array([0., 2., 0.], dtype=float32))
    """
    return _pair(jnp.fft.rfft(as_tensor(x), n=fft_length))


@op
def irfft(x: Any, fft_length: int | None = None) -> jax.Array:
    """Inverse of ``rfft``: real values along the last axis.

    Arguments:
        x: pair of arrays (real part, imaginary part) of floats, shape ``(..., n // 2 + 1)``;
            anything else, integers too, raises a ValueError.
        fft_length: n, length of the result; by default the even one that fits.

    >>> irfft(([10.0, -2.0, -2.0], [0.0, 2.0, 0.0]))
    Array([1., 2., 3., 4.], dtype=float32)
    """
    return jnp.fft.irfft(complex_of(x), n=fft_length)


@op
def view_as_complex(x: Any) -> jax.Array:
    """Join a last axis of two, real and imaginary part, into complex numbers.

    Arguments:
        x: array of real numbers, shape ``(..., 2)``, others raise a ValueError; complex64 comes
            out.

    >>> view_as_complex([[1.0, 2.0]])
    Array([1.+2.j], dtype=complex64)
    """
    x = as_tensor(x)
    if x.ndim == 0 or x.shape[-1] != 2:
        raise ValueError(
            "view_as_complex takes a last axis of two, real and imaginary part, got shape "
            f"{shape_text(x.shape)}."
        )
    x = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    return jax.lax.complex(x[..., 0], x[..., 1])


@op
def view_as_real(x: Any) -> jax.Array:
    """Split complex numbers into a last axis of real and imaginary part, floats ``(..., 2)``.

    Arguments:
        x: array of numbers, any shape; real ones get an imaginary part of 0, text raises a
            TypeError.

    >>> view_as_real([1 + 2j])
    Array([[1., 2.]], dtype=float32)
    """
    x = as_tensor(x)
    return jnp.stack([jnp.real(x), jnp.imag(x)], axis=-1)


def _pair(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return jnp.real(x), jnp.imag(x)


def complex_of(pair: Any) -> jax.Array:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ValueError("Complex input is given as a pair of arrays (real part, imaginary part).")
    real, imaginary = map(as_tensor, pair)
    for part in (real, imaginary):
        if not jnp.issubdtype(part.dtype, jnp.floating):
            raise ValueError(
                f"Real and imaginary part must be floats, got values of {part.dtype.name}: cast "
                "them with ops.cast(x, 'float32')."
            )
    return jax.lax.complex(real, imaginary)
