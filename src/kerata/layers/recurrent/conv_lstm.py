"""LSTM whose states are images: convolutions in the place of products."""

from __future__ import annotations

from typing import Any, Unpack

import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import int_tuple
from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.kernels import conv_output_shape
from kerata.layers.convolution.spatial_spec import checked_padding
from kerata.layers.input_spec import InputSpec, demand
from kerata.layers.recurrent.cell import Drops
from kerata.layers.recurrent.gated import MemoryCell
from kerata.layers.recurrent.of_cell import OfCell, OneCell
from kerata.layers.recurrent.options import CONV_LSTM, LSTM_CELL, LSTMOptions
from kerata.layers.weight_options import add_optioned


class ConvLSTMCell(MemoryCell):
    """A step of the convolutional LSTM layers; each gate drops on its own."""

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        **options: Any,
    ) -> None:
        super().__init__(units=filters, implementation=1, **options)
        owner = f"ConvLSTM{rank}D"
        self.rank = rank
        self.filters = self.units
        self.kernel_size = int_tuple(owner, "kernel_size", kernel_size, rank)
        self.strides = int_tuple(owner, "strides", strides, rank)
        self.padding = checked_padding(owner, padding)
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = int_tuple(owner, "dilation_rate", dilation_rate, rank)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{owner}: strides and dilation_rate can't both be above 1, got "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}."
            )

    @property
    def _channels(self) -> int:
        """The axis of the channels, counted from the end."""
        return -1 if self.data_format == "channels_last" else -self.rank - 1

    def build(self, input_shape: Any) -> None:
        """Make the kernels of inputs and states, and the bias."""
        demand(self, input_shape, InputSpec(ndim=self.rank + 2))
        if None in input_shape[1:]:
            raise ValueError(
                f"Layer {self.name!r} (ConvLSTM{self.rank}D) needs to know the sizes of images and "
                f"their channels, got steps of shape {shape_text(input_shape)}."
            )
        self._sizes = tuple(input_shape[1:])
        columns = 4 * self.filters
        width = input_shape[self._channels]
        self.kernel = add_optioned(self, "kernel", (*self.kernel_size, width, columns))
        self.recurrent_kernel = self._add_recurrent((*self.kernel_size, self.filters, columns))
        self.bias = self._add_bias() if self.use_bias else None

    def input_sizes(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Give the sizes of a row of inputs."""
        return sizes

    def output_shape_for(self, step_shape: Any) -> tuple[int | None, ...]:
        """Give the shape of outputs and states for that of a step's inputs."""
        return tuple(
            conv_output_shape(
                step_shape,
                self.filters,
                self.kernel_size,
                strides=self.strides,
                padding=self.padding,
                data_format=self.data_format,
                dilation=self.dilation_rate,
            )
        )

    def state_shapes(self, batch: int) -> list[tuple[int, ...]]:
        """Give the shapes of both states for a number of rows."""
        shape: Any = self.output_shape_for((batch, *self._sizes))
        return [shape, shape]

    def project(self, inputs: Any, drops: Drops) -> Any:
        """Convolve the inputs of a step ``(batch, ...)`` or of all ``(steps, batch, ...)``."""
        x = self._by_gate_convolved(
            inputs,
            drops.inputs,
            self.kernel.value,
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self.dilation_rate,
        )
        if self.bias is None:
            return x
        shape = [1] * x.ndim
        shape[self._channels] = 4 * self.filters
        return x + self.bias.value.reshape(shape)

    def _by_gate_convolved(
        self, x: Any, factors: list[Any] | None, kernel: Any, **options: Any
    ) -> Any:
        def convolved(x: Any, kernel: Any) -> Any:
            inner = x.shape[-self.rank - 1 :]
            flat = x.reshape(-1, *inner)
            out = ops.conv(flat, kernel, data_format=self.data_format, **options)
            return out.reshape(*x.shape[: -self.rank - 1], *out.shape[1:])

        if factors is None:
            return convolved(x, kernel)
        parts = jnp.split(kernel, 4, axis=-1)
        outs = [convolved(x * f, part) for f, part in zip(factors, parts, strict=True)]
        return jnp.concatenate(outs, axis=self._channels)

    def advance(self, x: Any, states: list[Any], drops: Drops) -> tuple[Any, list[Any]]:
        """Compute output and new states: the output and the memory."""
        before, memory = states
        recurrent = self._by_gate_convolved(
            before, drops.states, self.recurrent_kernel.value, strides=1, padding="same"
        )
        return self._remember(x + recurrent, memory, self._channels)


class ConvLSTM(OneCell):
    """Base of the convolutional LSTM layers over 1, 2 or 3 spatial axes."""

    rank: int
    _cell_class = ConvLSTMCell
    _cell_options = LSTM_CELL

    filters = OfCell()
    kernel_size = OfCell()
    strides = OfCell()
    padding = OfCell()
    data_format = OfCell()
    dilation_rate = OfCell()
    recurrent_activation = OfCell()
    unit_forget_bias = OfCell()

    @CONV_LSTM.spread
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        *options: Any,
        **named: Unpack[LSTMOptions],
    ) -> None:
        """Configure the layer; sizes are one int for all spatial axes, or a tuple of ints.

        Arguments:
            filters: int, number of outputs at each place.
            kernel_size: places that a kernel sees.
            strides: places from one output to the next; 1 by default.
            padding: ``'valid'`` (the default) or ``'same'``; the states' own is ``'same'``.
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            dilation_rate: distance between the places that a kernel sees; 1 by default.
            activation, recurrent_activation: names or functions; tanh, and sigmoid for the gates,
                by default.
            use_bias: bool, whether to add a bias; True by default.
            kernel_initializer, recurrent_initializer, bias_initializer: names or functions, first
                values; Glorot uniform, orthogonal and zeros by default.
            unit_forget_bias: bool, whether the forget gate's bias begins at 1; True by default.
            kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the
                loss; None by default.
            activity_regularizer: penalty on the outputs; None by default.
            kernel_constraint, recurrent_constraint, bias_constraint: applied after each update;
                None by default.
            dropout, recurrent_dropout: floats from 0 to 1, shares of inputs and states that each
                gate drops in training; 0 by default.
            seed: int, or None (the default) for the global generator.
            return_sequences, return_state, go_backwards, stateful: bools, see ``RNN``; False by
                default.
            **kwargs: unroll and zero_output_for_mask, see ``RNN``; name, dtype and so on, see
                ``Layer``.

        Raises:
            ValueError: sizes that are no positive integers; an input of another rank, or of images
                of unknown size; states of other shapes.
        """
        super().__init__(
            {
                "rank": self.rank,
                "filters": filters,
                "kernel_size": kernel_size,
                "strides": strides,
                "padding": padding,
                "data_format": data_format,
                "dilation_rate": dilation_rate,
            },
            **named,
        )
        self.input_spec = InputSpec(ndim=self.rank + 3)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Make the cell's weights."""
        super().build(sequences_shape, initial_state_shape)
        self.input_spec = InputSpec(shape=(None, None, *sequences_shape[2:]))

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Give the output's shape, and those of the states if wanted."""
        batch, steps = sequences_shape[:2]
        state = self.cell.output_shape_for((batch, *sequences_shape[2:]))
        output = (batch, steps, *state[1:]) if self.return_sequences else state
        return (output, state, state) if self.return_state else output

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        return self._traced_spec(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        return super().get_config() | {"unroll": self.unroll}


class ConvLSTM1D(ConvLSTM):
    """LSTM over sequences of rows: convolutions in the place of products.

    Input ``(batch, steps, places, channels)``, float; output the last step's, with
    ``filters`` channels, or all steps' with ``return_sequences``; with
    ``data_format='channels_first'`` the channels come before the spatial axes.

    >>> import numpy as np
    >>> ConvLSTM1D(4, 3)(np.ones((2, 3, 6, 1))).shape
    (2, 4, 4)

    Source: Shi et al. 2015, Convolutional LSTM network: a machine learning approach for
    precipitation nowcasting.
    """

    rank = 1


class ConvLSTM2D(ConvLSTM):
    """LSTM over films: convolutions in the place of products.

    Input ``(batch, steps, height, width, channels)``, float; output the last step's, with
    ``filters`` channels, or all steps' with ``return_sequences``; with
    ``data_format='channels_first'`` the channels come before the spatial axes.

    >>> import numpy as np
    >>> ConvLSTM2D(4, 3)(np.ones((2, 3, 6, 5, 1))).shape
    (2, 4, 3, 4)

    Source: Shi et al. 2015, Convolutional LSTM network: a machine learning approach for
    precipitation nowcasting.
    """

    rank = 2


class ConvLSTM3D(ConvLSTM):
    """LSTM over films of volumes: convolutions in the place of products.

    Input ``(batch, steps, depth, height, width, channels)``, float; output the last step's, with
    ``filters`` channels, or all steps' with ``return_sequences``; with
    ``data_format='channels_first'`` the channels come before the spatial axes.

    >>> import numpy as np
    >>> ConvLSTM3D(4, 3)(np.ones((2, 3, 6, 5, 4, 1))).shape
    (2, 4, 3, 2, 4)

    Source: Shi et al. 2015, Convolutional LSTM network: a machine learning approach for
    precipitation nowcasting.
    """

    rank = 3
