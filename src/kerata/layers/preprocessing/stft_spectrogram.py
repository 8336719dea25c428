"""Sound as frequencies over time, by convolution."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from kerata import initializers, ops
from kerata.base.arguments import positive_int
from kerata.base.dtypes import epsilon, standardize_data_format
from kerata.base.messages import did_you_mean, warn
from kerata.kernels import conv_output_shape
from kerata.layers.input_spec import InputSpec
from kerata.layers.layer import Layer

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class STFTSpectrogram(Layer):
    """Turns signals into the strengths of their frequencies over time (short-time Fourier).

    The waves are kernels of a convolution, which training changes unless ``trainable=False``.
    Input floats ``(batch, samples, channels)``, output ``(batch, windows, channels *
    frequencies)``, with ``fft_length // 2 + 1`` frequencies.

    Arguments:
        mode: ``'log'`` (default), ``'magnitude'``, ``'psd'`` (power spectral density), ``'real'``,
            ``'imag'``, ``'angle'``, or ``'stft'`` (real and imaginary parts).
        frame_length: int, samples in a window, 256 by default.
        frame_step: int, samples from window to window, half of that by default.
        fft_length: int, length of the Fourier transform; the next power of two by default.
        window: name of a window (``'hann'`` by default), an array of that length, or None.
        periodic: bool, whether the window is one period of a longer one; False by default.
        scaling: ``'density'`` (default), ``'spectrum'`` or None.
        padding: ``'valid'`` (default) or ``'same'``.
        expand_dims: bool, keep channels and frequencies as two axes: ``(batch, windows,
            frequencies, channels)``; False by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        **kwargs: name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: lengths that don't fit together, an unknown mode, scaling, padding or window;
            inputs of other shapes.
        TypeError: inputs that are no floats.

    >>> import numpy as np
    >>> STFTSpectrogram(frame_length=8, frame_step=4)(np.ones((1, 32, 2))).shape
    (1, 7, 10)
    """

    keeps_rows_apart = True

    _takes_one_array = True

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = "STFTSpectrogram"
        frame_length = positive_int(owner, "frame_length", frame_length)
        if frame_step is not None and positive_int(owner, "frame_step", frame_step) > frame_length:
            raise ValueError(
                f"{owner}: frame_step must be at most frame_length, got frame_step={frame_step} "
                f"and frame_length={frame_length}."
            )
        if fft_length is not None and positive_int(owner, "fft_length", fft_length) < frame_length:
            raise ValueError(
                f"{owner}: fft_length must be at least frame_length, got fft_length={fft_length} "
                f"and frame_length={frame_length}."
            )
        if fft_length is not None and fft_length & (fft_length - 1):
            warn(f"{owner}: a power of two is faster, got fft_length={fft_length}.", stacklevel=2)
        for name, value, known in (
            ("mode", mode, _MODES),
            ("scaling", scaling, ("density", "spectrum", None)),
            ("padding", padding, ("valid", "same")),
        ):
            if value not in known:
                raise ValueError(
                    f"{owner}: unknown {name} {value!r}. {did_you_mean(value, map(str, known))}"
                )
        if isinstance(window, str):
            import scipy.signal  # takes a while to import, and few programs need it

            scipy.signal.get_window(window, 1)
        self.mode = mode
        self.frame_length = frame_length
        self.frame_step = frame_step
        self.fft_length = fft_length
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = padding
        self.expand_dims = expand_dims
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=3)

    def build(self, input_shape: Any) -> None:
        """Make the waves."""
        shape = (self.frame_length, 1, self._frequencies())
        for side, other in (("real", "imag"), ("imag", "real")):
            if self.mode != other:
                waves = initializers.STFT(side, self.window, self.scaling, self.periodic)
                kernel = self.add_weight(shape, initializer=waves, name=f"{side}_kernel")
                setattr(self, f"{side}_kernel", kernel)

    def _frequencies(self) -> int:
        length = self.fft_length or 2 ** math.ceil(math.log2(self.frame_length))
        return length // 2 + 1

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape of the frequencies over time."""
        last = self.data_format == "channels_last"
        batch, *axes = input_shape
        samples, channels = axes if last else axes[::-1]
        step = self.frame_step or self.frame_length // 2
        _, windows, _ = conv_output_shape(
            (batch, samples, 1), 1, (self.frame_length,), strides=(step,), padding=self.padding
        )
        frequencies = self._frequencies() * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            found = (windows, frequencies, channels)
            return (batch, *found) if last else (batch, channels, windows, frequencies)
        together = None if channels is None else channels * frequencies
        return (batch, windows, together) if last else (batch, together, windows)

    def call(self, inputs: Any) -> Any:
        """Compute the spectrogram."""
        if not jnp.issubdtype(inputs.dtype, jnp.floating):
            raise TypeError(
                f"Layer {self.name!r} (STFTSpectrogram) takes floats, got inputs of "
                f"{inputs.dtype.name}: cast them before."
            )
        x = inputs if self.data_format == "channels_last" else jnp.swapaxes(inputs, 1, 2)
        if self.mode in ("real", "imag"):
            return self._laid_out(self._waves(x, self.mode))
        real, imaginary = self._waves(x, "real"), self._waves(x, "imag")
        if self.mode == "angle":
            return self._laid_out(jnp.arctan2(imaginary, real))
        if self.mode == "stft":
            return self._laid_out(jnp.concatenate([real, imaginary], axis=-1))
        power = real**2 + imaginary**2
        if self.mode == "psd":
            # All frequencies but the first and the last stand for two.
            edges = ((0, 0), (0, 0), (0, 0), (1, 1))
            return self._laid_out(power + jnp.pad(power[..., 1:-1], edges))
        strength = self._laid_out(jnp.sqrt(jnp.maximum(power, epsilon())))
        return strength if self.mode == "magnitude" else jnp.log(jnp.maximum(strength, epsilon()))

    def _waves(self, x: Any, side: str) -> Any:
        """Give ``(batch, windows, channels, frequencies)``."""
        batch, samples, channels = x.shape
        kernel = getattr(self, f"{side}_kernel").value.astype(x.dtype)
        signals = jnp.swapaxes(x, 1, 2).reshape(-1, samples, 1)
        step = self.frame_step or self.frame_length // 2
        found = ops.conv(
            signals, kernel, strides=step, padding=self.padding, data_format="channels_last"
        )
        return jnp.moveaxis(found.reshape(batch, channels, *found.shape[1:]), 1, 2)

    def _laid_out(self, found: Any) -> Any:
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return jnp.moveaxis(found, 2, 3 if last else 1)
        found = found.reshape(*found.shape[:2], -1)
        return found if last else jnp.swapaxes(found, 1, 2)
