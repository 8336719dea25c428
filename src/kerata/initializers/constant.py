"""Initializers without chance: constants, identity matrices, Fourier kernels."""

from __future__ import annotations

from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.device_arrays import device_array
from kerata.base.dtypes import dtype_name
from kerata.base.registry import deserialize
from kerata.initializers.base import Initializer


class Zeros(Initializer):
    """All zeros.

    >>> Zeros()((2,))
    Array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        """Give an array of zeros."""
        return to_jax(np.zeros(shape), dtype)


class Ones(Initializer):
    """All ones.

    >>> Ones()((2,))
    Array([1., 1.], dtype=float32)
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        """Give an array of ones."""
        return to_jax(np.ones(shape), dtype)


class Constant(Initializer):
    """The same value everywhere.

    Arguments:
        value: number, or array that broadcasts to the shape asked for.

    >>> Constant(3)((2,))
    Array([3., 3.], dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        """Give an array filled with the value."""
        if isinstance(self.value, jax.core.Tracer):
            return jnp.broadcast_to(self.value.astype(dtype_name(dtype)), shape)
        return to_jax(np.broadcast_to(np.asarray(self.value), shape), dtype)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build an initializer from ``get_config``; the value may be a stored array."""
        return cls(deserialize(config["value"]))


class Identity(Initializer):
    """A matrix with ``gain`` on the diagonal and zeros elsewhere.

    Arguments:
        gain: value on the diagonal.

    Raises:
        ValueError: when called with a shape that isn't that of a matrix.

    >>> Identity(2.0)((2, 2))
    Array([[2., 0.],
           [0., 2.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        """Give the matrix."""
        if len(shape) != 2:
            raise ValueError(
                f"The Identity initializer makes matrices; got the shape {tuple(shape)} "
                f"with {len(shape)} axes instead of 2."
            )
        return to_jax(self.gain * np.eye(*shape), dtype)


class STFT(Initializer):
    """Cosines or sines of a short-time Fourier transform, as kernel of a Conv1D layer.

    Arguments:
        side: ``'real'`` for the cosines, ``'imag'`` for the (negative) sines.
        window: name of a window in ``scipy.signal.windows``, its values, or None.
        scaling: ``'density'`` divides by the window's Euclidean norm, ``'spectrum'`` by the
            sum of its absolute values, None by nothing.
        periodic: whether the window is periodic rather than symmetric, in SciPy's terms.

    Raises:
        ValueError: unknown ``side`` or ``scaling``; a window of another length.

    >>> STFT("real", window=None)((2, 1, 2))
    Array([[[ 1.,  1.]],
    <BLANKLINE>
           [[ 1., -1.]]], dtype=float32)
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ) -> None:
        if side not in ("real", "imag"):
            raise ValueError(f"STFT's side must be 'real' or 'imag', got side={side!r}.")
        if scaling not in ("density", "spectrum", None):
            raise ValueError(
                f"STFT's scaling must be 'density', 'spectrum' or None, got scaling={scaling!r}."
            )
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        """Give the kernel, shape ``(frame length, 1, bins)``."""
        length, _, bins = shape
        time = np.arange(length)[:, None, None]
        frequency = np.arange(bins)[None, None, :] / (2 * (bins - 1))
        angle = -2 * np.pi * time * frequency
        kernel = np.cos(angle) if self.side == "real" else np.sin(angle)
        if self.window is not None:
            window = self._window(length)
            if self.scaling == "density":
                window = window / np.sqrt(np.sum(window**2))
            elif self.scaling == "spectrum":
                window = window / np.sum(np.abs(window))
            kernel = kernel * window[:, None, None]
        return to_jax(kernel, dtype)

    def _window(self, length: int) -> np.ndarray:
        if isinstance(self.window, str):
            from scipy.signal import get_window

            # Keras hands `periodic` to SciPy's `fftbins`, which means the same.
            return get_window(self.window, length, fftbins=self.periodic)
        window = np.asarray(self.window)
        if window.shape != (length,):
            raise ValueError(
                f"STFT's window must have the frame's length, shape ({length},), "
                f"got shape {window.shape}."
            )
        return window


def to_jax(values: Any, dtype: Any) -> jax.Array:
    """Put NumPy values on the device with the type asked for."""
    return device_array(np.asarray(values), dtype_name(dtype))
