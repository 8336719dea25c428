"""Functions of ``ops`` for Fourier transforms of short pieces of signals."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.ops.fourier import complex_of
from kerata.ops.math import extract_sequences
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "istft",
    "stft",
]


@op
def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> tuple[jax.Array, jax.Array]:
    """Fourier transform of each short piece of signals, as a pair (real, imaginary part).

    Arguments:
        x: signals, float32, shape ``(..., samples)``.
        sequence_length: samples in a piece.
        sequence_stride: samples from the start of one piece to that of the next.
        fft_length: samples of the transform, at least ``sequence_length``; a shorter piece stands
            in the middle of zeros.
        window: factors of the samples of a piece: ``'hann'`` (default), ``'hamming'``, a vector of
            ``sequence_length`` numbers, or None for 1.
        center: put ``fft_length // 2`` reflected samples before and after the signals, so that
            pieces lie around their places (True).

    Returns:
        Two arrays of shape ``(..., pieces, fft_length // 2 + 1)``.

    Raises:
        TypeError: signals that are not float32 or float64.
        ValueError: a transform shorter than the pieces, an unknown or wrongly long window.

    Source: Allen and Rabiner 1977.

    >>> stft(jnp.ones(8), 4, 2, 4, window=None, center=False)[0]
    Array([[4., 0., 0.],
           [4., 0., 0.],
           [4., 0., 0.]], dtype=float32)
    """
    x = as_tensor(x)
    if x.dtype not in (jnp.float32, jnp.float64):
        raise TypeError(
            f"stft takes float32 or float64, got x of {x.dtype.name}: cast it with ops.cast."
        )
    factors = _window("stft", window, sequence_length, fft_length, x.dtype)
    if center:
        edge = (fft_length // 2, fft_length // 2)
        x = jnp.pad(x, [*[(0, 0)] * (x.ndim - 1), edge], mode="reflect")
    found = jnp.fft.rfft(extract_sequences(x, fft_length, sequence_stride) * factors)
    return jnp.real(found), jnp.imag(found)


@op
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> jax.Array:
    """Signals whose ``stft`` with the same arguments is x.

    Where the pieces lie over each other they are averaged, weighted by the window.

    Arguments:
        x: pair of float arrays (real part, imaginary part), shape
            ``(..., pieces, fft_length // 2 + 1)``.
        sequence_length: samples in a piece.
        sequence_stride: samples from the start of one piece to that of the next.
        fft_length: samples of the transform, at least ``sequence_length``.
        length: samples of the result; by default as many as the pieces give.
        window: ``'hann'`` (default), ``'hamming'``, a vector of ``sequence_length`` numbers, or
            None for 1; the result is then ``fft_length / sequence_stride`` times the signal, as
            in Keras 3.15 on JAX.
        center: leave ``fft_length // 2`` samples out at both ends (True).

    Returns:
        Floats of shape ``(..., samples)``.

    Raises:
        ValueError: no pair, fewer than two axes, a transform shorter than the pieces, an unknown
            or wrongly long window.

    Source: Allen and Rabiner 1977.

    >>> signal = jnp.arange(8.0)
    >>> bool(jnp.allclose(istft(stft(signal, 4, 2, 4), 4, 2, 4), signal, atol=1e-5))
    True
    """
    import jax.scipy.signal  # takes a while to import, and few programs need it

    pieces = complex_of(x)
    if pieces.ndim < 2:
        raise ValueError(
            "istft takes arrays of shape (..., pieces, fft_length // 2 + 1), got shape "
            f"{shape_text(pieces.shape)}."
        )
    real = jnp.real(pieces).dtype
    factors = _window("istft", window, sequence_length, fft_length, real)
    signal = jax.scipy.signal.istft(
        pieces,
        window=factors,  # type: ignore[arg-type]  # JAX takes the factors too
        nperseg=fft_length,
        noverlap=fft_length - sequence_stride,
        nfft=fft_length,
        boundary=False,
        time_axis=-2,
        freq_axis=-1,
    )[1]
    signal = signal / (sequence_stride if window is None else factors.sum())
    start = fft_length // 2 if center else 0
    if length is not None:
        return signal[..., start : start + length]
    return signal[..., start : signal.shape[-1] - start]


def _window(name: str, window: Any, size: int, fft_length: int, dtype: Any) -> jax.Array:
    """Give the factors of a piece, zeros around them up to the transform's length."""
    if fft_length < size:
        raise ValueError(
            f"{name}: fft_length={fft_length} is shorter than the pieces of sequence_length="
            f"{size}; it must be at least as long."
        )
    if window is None:
        return jnp.ones(fft_length, dtype)
    if isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ValueError(
                f"{name}: unknown window {window!r}; expected 'hann', 'hamming', a vector or None."
            )
        # The periodic window: as a symmetric one of a sample more, without the last.
        height = 0.5 if window == "hann" else 0.54
        angles = 2 * jnp.pi * jnp.arange(size) / size
        factors = height - (1 - height) * jnp.cos(angles)
    else:
        factors = as_tensor(window)
    if factors.shape != (size,):
        raise ValueError(
            f"{name}: window must have shape ({size},), one factor for each of sequence_length "
            f"samples, got shape {shape_text(factors.shape)}."
        )
    before = (fft_length - size) // 2
    return jnp.pad(factors.astype(dtype), (before, fft_length - size - before))
