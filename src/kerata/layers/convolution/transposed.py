"""Transposed convolutions, which enlarge what a convolution of the same settings shrinks."""

from __future__ import annotations

from typing import Any, Unpack

from kerata.base.arguments import int_tuple, positive_int
from kerata.kernels import conv_transpose_output_shape, transposed_convolution
from kerata.layers.convolution.convolutional import ONE_KERNEL, Convolutional, KernelOptions
from kerata.layers.input_spec import demand
from kerata.layers.weight_options import add_optioned


class TransposedConvolution(Convolutional):
    """Base of the transposed convolutions over 1, 2 or 3 axes."""

    @ONE_KERNEL.spread
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        *options: Any,
        **named: Unpack[KernelOptions],
    ) -> None:
        """Configure the layer; sizes are one int for all spatial axes, or a tuple of ints.

        Arguments:
            filters: int, number of outputs at each place.
            kernel_size: places that each input reaches.
            strides: places in the output from one input to the next; 1 by default.
            padding: ``'valid'`` (the default) or ``'same'`` (as many outputs as inputs times
                strides).
            output_padding: extra places at the end, below ``strides``; None by default.
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            dilation_rate: distance between the places that an input reaches; 1 by default.
            activation: name or function; None (linear) by default.
            use_bias: bool, whether to add a bias; True by default.
            kernel_initializer, bias_initializer: names or functions, first values; Glorot uniform
                and zeros by default.
            kernel_regularizer, bias_regularizer: penalties added to the loss; None by default.
            activity_regularizer: penalty on the outputs; None by default.
            kernel_constraint, bias_constraint: applied after each update; None by default.
            **named: name, dtype, trainable and so on, see ``Layer``.

        Raises:
            ValueError: sizes that are no positive integers; ``output_padding`` not below
                ``strides``; strides and dilation both above 1.
        """
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, **named)
        owner = type(self).__name__
        self.filters = positive_int(owner, "filters", filters)
        self.output_padding: tuple[int, ...] | None = None
        if output_padding is not None:
            self.output_padding = int_tuple(
                owner, "output_padding", output_padding, self.rank, minimum=0
            )
            if any(o >= s for o, s in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{owner}: output_padding must be below strides on every axis, got "
                    f"output_padding={self.output_padding} and strides={self.strides}."
                )
        self._refuse_strides_with_dilation()

    def _window(self) -> None:
        """Accept any size: the kernel spreads each input out."""

    def build(self, input_shape: Any) -> None:
        """Make kernel ``(*kernel_size, filters, channels)`` and bias ``(filters,)``."""
        shape = (*self.kernel_size, self.filters, self._channels(input_shape))
        self.kernel = add_optioned(self, "kernel", shape)
        self._add_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        outputs = transposed_convolution(
            inputs, self._value(self.kernel), output_padding=self.output_padding, **self._steps
        )
        return self._finish(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape after the kernel spread out each spatial axis."""
        demand(self, input_shape)
        return conv_transpose_output_shape(
            input_shape,
            self.filters,
            self.kernel_size,
            output_padding=self.output_padding,
            **self._steps,
        )


class Conv1DTranspose(TransposedConvolution):
    """Transposed convolution over sequences: spreads each step out by the kernel.

    Input ``(batch, steps, channels)``, output
    ``(batch, new_steps, filters)``, float; with ``data_format='channels_first'`` the
    channels are axis 1 of both. The kernel has the shape
    ``(*kernel_size, filters, channels)``, the bias ``(filters,)``.

    >>> import numpy as np
    >>> x = np.array([[[1.0], [5.0]]])
    >>> Conv1DTranspose(1, 2, strides=2, kernel_initializer="ones")(x).ravel().tolist()
    [1.0, 1.0, 5.0, 5.0]

    Source: Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning
    (arXiv:1603.07285).
    """

    rank = 1


class Conv2DTranspose(TransposedConvolution):
    """Transposed convolution over images: spreads each place out by the kernel.

    Input ``(batch, height, width, channels)``, output
    ``(batch, new_height, new_width, filters)``, float; with ``data_format='channels_first'`` the
    channels are axis 1 of both. The kernel has the shape
    ``(*kernel_size, filters, channels)``, the bias ``(filters,)``.

    >>> import numpy as np
    >>> Conv2DTranspose(8, 3, strides=2, padding="same")(np.ones((1, 7, 7, 4))).shape
    (1, 14, 14, 8)

    Source: Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning
    (arXiv:1603.07285).
    """

    rank = 2


class Conv3DTranspose(TransposedConvolution):
    """Transposed convolution over volumes: spreads each place out by the kernel.

    Input ``(batch, depth, height, width, channels)``, output
    ``(batch, new_depth, new_height, new_width, filters)``, float; with
    ``data_format='channels_first'`` the channels are axis 1 of both. The kernel has the shape
    ``(*kernel_size, filters, channels)``, the bias ``(filters,)``.

    >>> import numpy as np
    >>> Conv3DTranspose(8, 3, strides=2, padding="same")(np.ones((1, 2, 3, 4, 4))).shape
    (1, 4, 6, 8, 8)

    Source: Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning
    (arXiv:1603.07285).
    """

    rank = 3

    @ONE_KERNEL.spread
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Any = 1,
        *options: Any,
        **named: Unpack[KernelOptions],
    ) -> None:
        """Configure the layer: see ``TransposedConvolution``; here ``data_format`` comes first."""
        first = (filters, kernel_size, strides, padding, output_padding, data_format)
        super().__init__(*first, dilation_rate, **named)
