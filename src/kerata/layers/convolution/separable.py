"""Convolutions in two steps: each channel alone, then all channels at each place."""

from __future__ import annotations

from typing import Any, Unpack

from kerata.base.arguments import positive_int
from kerata.kernels import convolution, depthwise_convolution
from kerata.layers.convolution.convolutional import (
    Convolutional,
    DepthwiseOptions,
    convolution_options,
)
from kerata.layers.weight_options import add_optioned


class SeparableOptions(DepthwiseOptions, total=False):
    """Keyword arguments of a convolution in two steps."""

    pointwise_initializer: Any
    pointwise_regularizer: Any
    pointwise_constraint: Any


class SeparableConvolution(Convolutional):
    """Base of ``SeparableConv1D`` and ``SeparableConv2D``."""

    kernels = ("depthwise", "pointwise")

    @convolution_options(SeparableOptions, *kernels).spread
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        *options: Any,
        **named: Unpack[SeparableOptions],
    ) -> None:
        """Configure the layer; sizes are one int for all spatial axes, or a tuple of ints.

        Arguments:
            filters: int, number of outputs at each place.
            kernel_size: places that each output sees.
            strides: places from one output to the next; 1 by default.
            padding: ``'valid'`` (the default; kernel inside the input) or ``'same'`` (zeros around,
                as many outputs as inputs at stride 1).
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            dilation_rate: distance between the places that an output sees; 1 by default.
            depth_multiplier: int, results of the first step for each channel; 1 by default.
            activation: name or function; None (linear) by default.
            use_bias: bool, whether to add a bias; True by default.
            depthwise_initializer, pointwise_initializer, bias_initializer: names or functions,
                first values; Glorot uniform and zeros by default.
            depthwise_regularizer, pointwise_regularizer, bias_regularizer: penalties added to the
                loss; None by default.
            activity_regularizer: penalty on the outputs; None by default.
            depthwise_constraint, pointwise_constraint, bias_constraint: applied after each update;
                None by default.
            **named: name, dtype, trainable and so on, see ``Layer``.

        Raises:
            ValueError: sizes that are no positive integers; an input the kernel does not fit.
        """
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, **named)
        owner = type(self).__name__
        self.filters = positive_int(owner, "filters", filters)
        self.depth_multiplier = positive_int(owner, "depth_multiplier", depth_multiplier)

    def build(self, input_shape: Any) -> None:
        """Make both kernels and the bias.

        Shapes ``(*kernel_size, channels, depth_multiplier)``,
        ``(1, ..., channels * depth_multiplier, filters)`` and ``(filters,)``.
        """
        channels = self._channels(input_shape)
        one = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = add_optioned(self, "depthwise", one, name="depthwise_kernel")
        one = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = add_optioned(self, "pointwise", one, name="pointwise_kernel")
        self._add_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        apart = depthwise_convolution(inputs, self._value(self.depthwise_kernel), **self._steps)
        kernel = self._value(self.pointwise_kernel)
        return self._finish(convolution(apart, kernel, data_format=self.data_format))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape after the kernels went over each spatial axis."""
        return self._output_shape(input_shape, self.filters)


class SeparableConv1D(SeparableConvolution):
    """Convolution over sequences in two steps, with far fewer weights than ``Conv1D``.

    First each channel is convolved with ``depth_multiplier`` kernels of its own, then the
    results at each place are mixed into ``filters`` outputs.
    Input ``(batch, steps, channels)``, output
    ``(batch, new_steps, filters)``, float; with ``data_format='channels_first'`` the
    channels are axis 1 of both. The kernels have the shapes
    ``(*kernel_size, channels, depth_multiplier)`` and
    ``(1, ..., channels * depth_multiplier, filters)``.

    >>> import numpy as np
    >>> SeparableConv1D(4, 3)(np.ones((2, 8, 6))).shape
    (2, 6, 4)

    Source: Chollet 2017, Xception: deep learning with depthwise separable convolutions
    (arXiv:1610.02357).
    """

    rank = 1


class SeparableConv2D(SeparableConvolution):
    """Convolution over images in two steps, with far fewer weights than ``Conv2D``.

    First each channel is convolved with ``depth_multiplier`` kernels of its own, then the
    results at each place are mixed into ``filters`` outputs.
    Input ``(batch, height, width, channels)``, output
    ``(batch, new_height, new_width, filters)``, float; with ``data_format='channels_first'`` the
    channels are axis 1 of both. The kernels have the shapes
    ``(*kernel_size, channels, depth_multiplier)`` and
    ``(1, ..., channels * depth_multiplier, filters)``.

    >>> import numpy as np
    >>> layer = SeparableConv2D(16, 3, padding="same")
    >>> layer(np.ones((1, 8, 8, 4))).shape, layer.count_params()
    ((1, 8, 8, 16), 116)

    Source: Chollet 2017, Xception: deep learning with depthwise separable convolutions
    (arXiv:1610.02357).
    """

    rank = 2
