"""Convolutions of each channel alone."""

from __future__ import annotations

from typing import Any, Unpack

from kerata.base.arguments import positive_int
from kerata.kernels import depthwise_convolution
from kerata.layers.convolution.convolutional import (
    Convolutional,
    DepthwiseOptions,
    convolution_options,
)
from kerata.layers.input_spec import demand
from kerata.layers.weight_options import add_optioned


class DepthwiseConvolution(Convolutional):
    """Base of ``DepthwiseConv1D`` and ``DepthwiseConv2D``."""

    kernels = ("depthwise",)

    @convolution_options(DepthwiseOptions, *kernels).spread
    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        *options: Any,
        **named: Unpack[DepthwiseOptions],
    ) -> None:
        """Configure the layer; sizes are one int for all spatial axes, or a tuple of ints.

        Arguments:
            kernel_size: places that each output sees.
            strides: places from one output to the next; 1 by default.
            padding: ``'valid'`` (the default; kernel inside the input) or ``'same'`` (zeros around,
                as many outputs as inputs at stride 1).
            depth_multiplier: int, outputs for each channel; 1 by default.
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            dilation_rate: distance between the places that an output sees; 1 by default.
            activation: name or function; None (linear) by default.
            use_bias: bool, whether to add a bias; True by default.
            depthwise_initializer, bias_initializer: names or functions, first values; Glorot
                uniform and zeros by default.
            depthwise_regularizer, bias_regularizer: penalties added to the loss; None by default.
            activity_regularizer: penalty on the outputs; None by default.
            depthwise_constraint, bias_constraint: applied after each update; None by default.
            **named: name, dtype, trainable and so on, see ``Layer``.

        Raises:
            ValueError: sizes that are no positive integers; an input the kernel does not fit.
        """
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, **named)
        owner = type(self).__name__
        self.depth_multiplier = positive_int(owner, "depth_multiplier", depth_multiplier)

    def build(self, input_shape: Any) -> None:
        """Make kernel ``(*kernel_size, channels, depth_multiplier)`` and bias."""
        channels = self._channels(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = add_optioned(self, "depthwise", shape, name="kernel")
        self._add_bias(channels * self.depth_multiplier)

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        outputs = depthwise_convolution(inputs, self._value(self.kernel), **self._steps)
        return self._finish(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape after the kernels went over each spatial axis."""
        demand(self, input_shape)
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        outputs = None if channels is None else channels * self.depth_multiplier
        return self._output_shape(input_shape, outputs)


class DepthwiseConv1D(DepthwiseConvolution):
    """Convolution over sequences that keeps channels apart.

    Each channel is convolved with ``depth_multiplier`` kernels of its own. Input
    ``(batch, steps, channels)``, output ``(batch, new_steps, channels * depth_multiplier)``, float;
    with ``data_format='channels_first'`` the channels are axis 1 of both. The kernel has the shape
    ``(*kernel_size, channels, depth_multiplier)``.

    >>> import numpy as np
    >>> x = np.array([[[1.0, 10.0], [2.0, 20.0]]])
    >>> DepthwiseConv1D(2, depthwise_initializer="ones")(x).tolist()
    [[[3.0, 30.0]]]
    """

    rank = 1


class DepthwiseConv2D(DepthwiseConvolution):
    """Convolution over images that keeps channels apart.

    Each channel is convolved with ``depth_multiplier`` kernels of its own. Input
    ``(batch, height, width, channels)``, output
    ``(batch, new_height, new_width, channels * depth_multiplier)``, float; with
    ``data_format='channels_first'`` the channels are axis 1 of both. The kernel has the shape
    ``(*kernel_size, channels, depth_multiplier)``.

    >>> import numpy as np
    >>> DepthwiseConv2D(3, depth_multiplier=2)(np.ones((1, 8, 8, 3))).shape
    (1, 6, 6, 6)

    Source: Howard et al. 2017, MobileNets (arXiv:1704.04861).
    """

    rank = 2
