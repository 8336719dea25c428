"""Functions of ``ops`` for segments, the largest k, distances and Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "cdist",
    "extract_sequences",
    "fft",
    "fft2",
    "ifft2",
    "in_top_k",
    "irfft",
    "logdet",
    "rfft",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "top_k",
    "view_as_complex",
    "view_as_real",
]


def _segment_op(name: str, function: Callable[..., Any], what: str) -> Callable[..., Any]:
    def call(
        data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
    ) -> jax.Array:
        if num_segments is None:
            raise ValueError(
                f"{name} needs num_segments: the result's length must be known beforehand."
            )
        return function(
            as_tensor(data), as_tensor(segment_ids), num_segments, indices_are_sorted=sorted
        )

    call.__name__ = call.__qualname__ = name
    call.__module__ = "kerata.ops"
    call.__doc__ = f"{what} of the rows of ``data`` that have the same segment id."
    return op(call)


segment_sum = _segment_op("segment_sum", jax.ops.segment_sum, "Sum")
segment_prod = _segment_op("segment_prod", jax.ops.segment_prod, "Product")
segment_max = _segment_op("segment_max", jax.ops.segment_max, "Largest value")
segment_min = _segment_op("segment_min", jax.ops.segment_min, "Smallest value")


@op
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[jax.Array, jax.Array]:
    """Give the k largest values along the last axis and their positions, largest first.

    >>> top_k([3, 9, 5], 2)
    (Array([9, 5], dtype=int32), Array([1, 2], dtype=int32))
    """
    values, positions = jax.lax.top_k(as_tensor(x), k)
    return values, positions


@op
def in_top_k(targets: Any, predictions: Any, k: int) -> jax.Array:
    """Say whether the target class is among the k classes with the largest scores.

    Arguments:
        targets: class numbers, shape ``(batch,)``.
        predictions: scores, shape ``(batch, classes)``.
        k: how many; a class that ties with the kth counts as in.

    >>> in_top_k([0, 2], [[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]], k=2)
    Array([False,  True], dtype=bool)
    """
    scores = as_tensor(predictions)
    own = jnp.take_along_axis(scores, as_tensor(targets)[..., None], axis=-1)
    # NaN is no score that could win.
    own = jnp.where(jnp.isnan(own), -jnp.inf, own)
    return jnp.sum(scores > own, axis=-1) < k


@op
def cdist(x: Any, y: Any) -> jax.Array:
    """Euclidean distances between all rows of x and all rows of y.

    Raises:
        ValueError: rows of different lengths.
    """
    x, y = as_tensor(x), as_tensor(y)
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"cdist takes matrices with equally long rows, got shapes {x.shape} and {y.shape}."
        )
    return jnp.sqrt(jnp.sum((x[..., :, None, :] - y[..., None, :, :]) ** 2, axis=-1))


@op
def logdet(x: Any) -> jax.Array:
    """Logarithm of the absolute determinant."""
    return jnp.linalg.slogdet(as_tensor(x))[1]


@op
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> jax.Array:
    """Cut the last axis into windows, shape ``(..., windows, sequence_length)``."""
    x = as_tensor(x)
    starts = jnp.arange(0, x.shape[-1] - sequence_length + 1, sequence_stride)
    return x[..., starts[:, None] + jnp.arange(sequence_length)]


# --- Fourier transforms; complex numbers are pairs (real part, imaginary part) --------


@op
def fft(x: Any) -> tuple[jax.Array, jax.Array]:
    """Fourier transform along the last axis of a pair (real part, imaginary part)."""
    return _pair(jnp.fft.fft(_complex(x)))


@op
def fft2(x: Any) -> tuple[jax.Array, jax.Array]:
    """Fourier transform along the last two axes of a pair (real part, imaginary part)."""
    return _pair(jnp.fft.fft2(_complex(x)))


@op
def ifft2(x: Any) -> tuple[jax.Array, jax.Array]:
    """Inverse of ``fft2``."""
    return _pair(jnp.fft.ifft2(_complex(x)))


@op
def rfft(x: Any, fft_length: int | None = None) -> tuple[jax.Array, jax.Array]:
    """Fourier transform of real values along the last axis; the half that is not redundant."""
    return _pair(jnp.fft.rfft(as_tensor(x), n=fft_length))


@op
def irfft(x: Any, fft_length: int | None = None) -> jax.Array:
    """Inverse of ``rfft``."""
    return jnp.fft.irfft(_complex(x), n=fft_length)


@op
def view_as_complex(x: Any) -> jax.Array:
    """Join a last axis of two, real and imaginary part, into complex numbers."""
    x = as_tensor(x)
    return jax.lax.complex(x[..., 0], x[..., 1])


@op
def view_as_real(x: Any) -> jax.Array:
    """Split complex numbers into a last axis of real and imaginary part."""
    x = as_tensor(x)
    return jnp.stack([jnp.real(x), jnp.imag(x)], axis=-1)


def _pair(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return jnp.real(x), jnp.imag(x)


def _complex(pair: Any) -> jax.Array:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ValueError("Complex input is given as a pair of arrays (real part, imaginary part).")
    real, imaginary = map(as_tensor, pair)
    return jax.lax.complex(real, imaginary)
