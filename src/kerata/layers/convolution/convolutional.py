"""What all convolutions have in common: kernel size, strides, bias, activation, checks."""

from __future__ import annotations

from typing import Any

from kerata import activations
from kerata.base.arguments import int_tuple
from kerata.base.dtypes import standardize_data_format
from kerata.base.signatures import Options
from kerata.base.variable import unboxed
from kerata.kernels import conv_output_shape
from kerata.layers.convolution.spatial_spec import SpatialSpec, checked_padding
from kerata.layers.input_spec import demand
from kerata.layers.layer import Layer
from kerata.layers.rows import ApartAfterActivation
from kerata.layers.weight_options import (
    LayerOptions,
    add_optioned,
    keep_options,
    taken_options,
    weight_defaults,
)


class BiasOptions(LayerOptions, total=False):
    """Keyword arguments that every convolution takes, and with it every layer."""

    activation: Any
    use_bias: bool
    bias_initializer: Any
    bias_regularizer: Any
    bias_constraint: Any
    activity_regularizer: Any


class KernelOptions(BiasOptions, total=False):
    """Keyword arguments of a convolution with one kernel."""

    kernel_initializer: Any
    kernel_regularizer: Any
    kernel_constraint: Any
    lora_rank: int | None
    lora_alpha: float | None


class DepthwiseOptions(BiasOptions, total=False):
    """Keyword arguments of a convolution that has a kernel for each channel."""

    depthwise_initializer: Any
    depthwise_regularizer: Any
    depthwise_constraint: Any


def convolution_options(types: type, *kernels: str) -> Options:
    """Give the arguments with which Keras's convolutions end, for kernels of some names."""
    first = {**dict.fromkeys(kernels, "glorot_uniform"), "bias": "zeros"}
    return Options(types, activation=None, use_bias=True, **weight_defaults(first))


ONE_KERNEL = convolution_options(KernelOptions, "kernel")


class Convolutional(ApartAfterActivation, Layer):
    """Base of the convolutions over ``rank`` spatial axes.

    A family's constructor names its own arguments, those of the spatial axes among them;
    ``convolution_options`` are the rest.
    """

    rank: int
    # Besides 'valid' and 'same'.
    paddings: tuple[str, ...] = ()
    # What the options call the kernels: kernel_initializer and so on.
    kernels: tuple[str, ...] = ("kernel",)

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        *,
        activation: Any,
        use_bias: bool,
        **given: Any,
    ) -> None:
        owner = type(self).__name__
        weights = taken_options(given, *self.kernels, "bias")
        super().__init__(**given)
        self.kernel_size = int_tuple(owner, "kernel_size", kernel_size, self.rank)
        self.strides = int_tuple(owner, "strides", strides, self.rank)
        self.padding = checked_padding(owner, padding, *self.paddings)
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = int_tuple(owner, "dilation_rate", dilation_rate, self.rank)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        keep_options(self, **weights)
        self.input_spec = self._spec()

    def _spec(self, channels: int | None = None) -> SpatialSpec:
        what = f"kernel_size={self.kernel_size}"
        if max(self.dilation_rate) > 1:
            what += f" with dilation_rate={self.dilation_rate}"
        return SpatialSpec(self.rank, self.data_format, channels, self._window(), what)

    def _window(self) -> tuple[int, ...] | None:
        """Give the least size of the input's spatial axes."""
        if self.padding != "valid":
            return None
        pairs = zip(self.kernel_size, self.dilation_rate, strict=True)
        return tuple((k - 1) * d + 1 for k, d in pairs)

    @property
    def _steps(self) -> dict[str, Any]:
        """How the kernel goes over the input, as ``kernels`` calls it."""
        return {
            "strides": self.strides,
            "padding": self.padding,
            "dilation": self.dilation_rate,
            "data_format": self.data_format,
        }

    def _refuse_strides_with_dilation(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{type(self).__name__}: strides and dilation_rate can't both be above 1, got "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}."
            )

    def _channels(self, input_shape: Any) -> int:
        """Check an input's shape, give its number of channels and demand it from now on."""
        demand(self, input_shape)
        channels = self.known_axis(input_shape, -1 if self.data_format == "channels_last" else 1)
        self.input_spec = self._spec(channels)
        return channels

    def _add_bias(self, size: int) -> None:
        self.bias = add_optioned(self, "bias", (size,)) if self.use_bias else None

    def _value(self, weight: Any) -> Any:
        """Give a weight in the type of the arithmetic."""
        return unboxed(weight).astype(self.compute_dtype)

    def _finish(self, outputs: Any) -> Any:
        """Add the bias and apply the activation."""
        if self.bias is not None:
            bias = self._value(self.bias)
            last = self.data_format == "channels_last"
            outputs = outputs + (bias if last else bias.reshape(-1, *(1,) * self.rank))
        return outputs if self.activation is None else self.activation(outputs)

    def _output_shape(self, input_shape: Any, channels: Any) -> tuple[int | None, ...]:
        demand(self, input_shape)
        return conv_output_shape(input_shape, channels, self.kernel_size, **self._steps)
