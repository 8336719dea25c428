"""Sound as loudness in bands of the mel scale."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata import ops
from kerata.base.arguments import positive_int
from kerata.base.messages import shape_text
from kerata.layers.layer import Layer
from kerata.layers.rows import ranks

_BREAK_HERTZ, _HIGH_Q = 700.0, 1127.0


class MelSpectrogram(Layer):
    """Turns sound into powers of bands that lie as the ear hears them, over time.

    Input ``(batch, samples)`` or ``(samples,)`` of any number type, output floats ``(batch, bands,
    windows)`` or ``(bands, windows)``. Decibels are limited by the loudest value of the whole
    batch, as in Keras.

    Arguments:
        fft_length: int, length of the Fourier transform, 2048 by default.
        sequence_stride: int, samples from window to window, 512 by default.
        sequence_length: int, samples in a window; ``fft_length`` by default.
        window: ``'hann'`` (default), ``'hamming'``, an array of that length, or None.
        sampling_rate: number of samples a second, 16000 by default.
        num_mel_bins: int, number of bands, 128 by default.
        min_freq, max_freq: bounds of the bands in hertz, 20.0 and, by default, half of the
            sampling rate.
        power_to_db: bool, give decibels; True by default.
        top_db: decibels below the loudest value from which on all is the same; 80.0 by default.
        mag_exp: exponent of the magnitudes: 2.0 (default) for powers, 1.0 for amplitudes.
        min_power: least power that is told apart, 1e-10 by default.
        ref_power: power of 0 decibels, 1.0 by default.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: windows longer than the transform, lengths that are no positive integers;
            inputs of other shapes.

    Source: O'Shaughnessy 1987, Speech communication (mel scale).

    >>> MelSpectrogram(fft_length=16, sequence_stride=8, num_mel_bins=4)(np.ones(32)).shape
    (4, 5)
    """

    _takes_one_array = True

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: float = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = "MelSpectrogram"
        self.fft_length = positive_int(owner, "fft_length", fft_length)
        self.sequence_stride = positive_int(owner, "sequence_stride", sequence_stride)
        self.sequence_length = positive_int(owner, "sequence_length", sequence_length or fft_length)
        if self.fft_length < self.sequence_length:
            raise ValueError(
                "MelSpectrogram: fft_length must be at least sequence_length, got "
                f"fft_length={fft_length} and sequence_length={sequence_length}."
            )
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = positive_int(owner, "num_mel_bins", num_mel_bins)
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        found = ranks(self)
        return not self.power_to_db and bool(found) and all(r == [2] for r in found)

    def call(self, inputs: Any) -> Any:
        """Compute the spectrogram."""
        if inputs.ndim not in (1, 2):
            raise ValueError(
                f"Layer {self.name!r} (MelSpectrogram) takes sound of shape (samples,) or (batch, "
                f"samples), got shape {shape_text(inputs.shape)}."
            )
        wide = self.compute_dtype if self.compute_dtype == "float64" else "float32"
        real, imaginary = ops.stft(
            inputs.astype(wide),
            self.sequence_length,
            self.sequence_stride,
            self.fft_length,
            window=self.window,
            center=True,
        )
        powers = jnp.sqrt(real**2 + imaginary**2) ** self.mag_exp
        weights = self.linear_to_mel_weight_matrix(
            self.num_mel_bins,
            powers.shape[-1],
            self.sampling_rate,
            self.min_freq,
            self.max_freq,
        )
        bands = powers @ weights
        if self.power_to_db:
            bands = self._decibels(bands)
        return jnp.swapaxes(bands, -1, -2).astype(self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape of the bands over time."""
        *batch, samples = input_shape
        padded = None if samples is None else samples + self.fft_length // 2 * 2
        windows = None if padded is None else 1 + (padded - self.fft_length) // self.sequence_stride
        return (*batch, self.num_mel_bins, windows)

    def _decibels(self, powers: Any) -> Any:
        level = 10 * jnp.log10(jnp.maximum(powers, self.min_power))
        level -= 10 * np.log10(max(abs(self.ref_power), self.min_power))
        return jnp.maximum(level, jnp.max(level) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: float = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: str = "float32",
    ) -> Any:
        """Give how much each frequency counts in each band: triangles on the mel scale.

        Returns:
            Shape ``(num_spectrogram_bins, num_mel_bins)``.
        """
        hertz = np.linspace(0, sampling_rate / 2, num_spectrogram_bins)[1:]
        lowest, highest = (_mel(np.float64(f)) for f in (lower_edge_hertz, upper_edge_hertz))
        edges = np.linspace(lowest, highest, num_mel_bins + 2)
        lower, middle, upper = edges[:-2], edges[1:-1], edges[2:]
        mel = _mel(hertz)[:, None]
        rising, falling = (mel - lower) / (middle - lower), (upper - mel) / (upper - middle)
        weights = np.maximum(0, np.minimum(rising, falling))
        return jnp.asarray(np.pad(weights, ((1, 0), (0, 0))), dtype)


def _mel(hertz: Any) -> Any:
    return _HIGH_Q * np.log1p(hertz / _BREAK_HERTZ)
