"""Convolution layers."""

from __future__ import annotations

from typing import Any, Unpack

from kerata.base.arguments import positive_int
from kerata.kernels import convolution
from kerata.layers.convolution.convolutional import ONE_KERNEL, Convolutional, KernelOptions
from kerata.layers.weight_forms.formed import FormedWeight, FormedWeights


class Convolution(FormedWeights, Convolutional):
    """Base of ``Conv1D``, ``Conv2D`` and ``Conv3D``."""

    kernel = FormedWeight()

    @ONE_KERNEL.spread
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        *options: Any,
        **named: Unpack[KernelOptions],
    ) -> None:
        """Configure the layer; sizes are one int for all spatial axes, or a tuple of ints.

        Arguments:
            filters: int, number of outputs at each place.
            kernel_size: places that each output sees.
            strides: places from one output to the next; 1 by default.
            padding: ``'valid'`` (the default; kernel inside the input) or ``'same'`` (zeros around,
                as many outputs as inputs at stride 1); in ``Conv1D`` also ``'causal'`` (zeros
                before only, so that no output sees later steps).
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            dilation_rate: distance between the places that an output sees; 1 by default.
            groups: int, equal parts of channels and filters that are convolved apart; 1 by default.
            activation: name or function; None (linear) by default.
            use_bias: bool, whether to add a bias; True by default.
            kernel_initializer, bias_initializer: names or functions, first values; Glorot uniform
                and zeros by default.
            kernel_regularizer, bias_regularizer: penalties added to the loss; None by default.
            activity_regularizer: penalty on the outputs; None by default.
            kernel_constraint, bias_constraint: applied after each update; None by default.
            lora_rank: int, rank of a trained part that is added to the frozen kernel, see
                ``enable_lora``; None (no such part) by default.
            lora_alpha: float, the part counts ``lora_alpha / lora_rank`` times; ``lora_rank`` by
                default.
            **named: name, dtype, trainable and so on, see ``Layer``.

        Raises:
            ValueError: sizes that are no positive integers; ``groups`` that don't divide filters or
                channels; strides and dilation both above 1; an input the kernel does not fit.
        """
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, **named)
        owner = type(self).__name__
        self.filters = positive_int(owner, "filters", filters)
        self.groups = positive_int(owner, "groups", groups)
        self._refuse_strides_with_dilation()
        if self.filters % self.groups:
            raise ValueError(
                f"{owner}: groups must divide filters, got filters={self.filters} "
                f"and groups={self.groups}."
            )

    def build(self, input_shape: Any) -> None:
        """Make kernel ``(*kernel_size, channels / groups, filters)`` and bias ``(filters,)``."""
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): groups={self.groups} must divide "
                f"the number of channels, but the input has {channels}."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self._add_formed("kernel", shape)
        self._add_bias(self.filters)
        self._adapt_if_asked()

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return self._finish(self.convolution_op(inputs, self._value(self.kernel)))

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Convolve, without bias and activation; a subclass may change the kernel first."""
        return convolution(inputs, kernel, groups=self.groups, **self._steps)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape after the kernel went over each spatial axis."""
        return self._output_shape(input_shape, self.filters)


class Conv1D(Convolution):
    """Convolution over sequences: ``activation(inputs * kernel + bias)``.

    Input ``(batch, steps, channels)``, output
    ``(batch, new_steps, filters)``, float; with ``data_format='channels_first'`` the
    channels are axis 1 of both. The kernel has the shape
    ``(*kernel_size, channels / groups, filters)``, the bias ``(filters,)``.

    >>> import numpy as np
    >>> x = np.arange(4.0).reshape(1, 4, 1)
    >>> Conv1D(1, 2, padding="causal", kernel_initializer="ones")(x).ravel().tolist()
    [0.0, 1.0, 3.0, 5.0]

    Source: Waibel et al. 1989, Phoneme recognition using time-delay neural networks; dilated causal
    kernels: van den Oord et al. 2016, WaveNet (arXiv:1609.03499).
    """

    rank = 1
    paddings = ("causal",)


class Conv2D(Convolution):
    """Convolution over images: ``activation(inputs * kernel + bias)``.

    Input ``(batch, height, width, channels)``, output
    ``(batch, new_height, new_width, filters)``, float; with ``data_format='channels_first'`` the
    channels are axis 1 of both. The kernel has the shape
    ``(*kernel_size, channels / groups, filters)``, the bias ``(filters,)``.

    >>> import numpy as np
    >>> Conv2D(8, 3, activation="relu")(np.ones((2, 28, 28, 1))).shape
    (2, 26, 26, 8)

    Source: LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition;
    dilation: Yu & Koltun 2016, Multi-scale context aggregation by dilated convolutions
    (arXiv:1511.07122).
    """

    rank = 2


class Conv3D(Convolution):
    """Convolution over volumes: ``activation(inputs * kernel + bias)``.

    Input ``(batch, depth, height, width, channels)``, output
    ``(batch, new_depth, new_height, new_width, filters)``, float; with
    ``data_format='channels_first'`` the channels are axis 1 of both. The kernel has the shape
    ``(*kernel_size, channels / groups, filters)``, the bias ``(filters,)``.

    >>> import numpy as np
    >>> Conv3D(4, 2)(np.ones((1, 3, 3, 3, 1))).shape
    (1, 2, 2, 2, 4)

    Source: Ji et al. 2013, 3D convolutional neural networks for human action recognition.
    """

    rank = 3
