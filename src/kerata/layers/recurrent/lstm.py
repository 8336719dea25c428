"""Long short-term memory: layer and cell."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.layers.recurrent.cell import Drops, activated, by_gate
from kerata.layers.recurrent.gated import GatedCell, with_forget_bias
from kerata.layers.recurrent.of_cell import OfCell, OneCell
from kerata.layers.weight_options import add_optioned


class LSTMCell(GatedCell):
    """A step of ``LSTM``: gates say what a memory takes in, forgets and shows.

    Input ``(batch, features)``, states a list of two arrays ``(batch, units)``, the output before
    and the memory, float; gives the output ``(batch, units)`` and the new states.

    Arguments:
        units: int, size of output and state.
        activation: name or function; tanh by default, None for none.
        recurrent_activation: that of the gates; sigmoid by default, None for none.
        use_bias: bool, whether to add a bias; True by default.
        kernel_initializer, recurrent_initializer, bias_initializer: names or functions, first
            values; Glorot uniform, orthogonal and zeros by default.
        unit_forget_bias: bool, whether the forget gate's bias begins at 1; True by default.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss;
            None by default.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update; None by
            default.
        dropout: float from 0 to 1, share of the inputs that are dropped in training, the same ones
            in all steps; 0 by default. As in Keras, 1 drops nothing.
        recurrent_dropout: the same for the states; with it each gate drops others. 0 by default.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` not a positive integer; rates outside 0 to 1; other states.

    >>> import numpy as np
    >>> cell = LSTMCell(2)
    >>> output, states = cell(np.ones((1, 3)), cell.get_initial_state(1))
    >>> output.shape, len(states)
    ((1, 2), 2)

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory, with the forget gate of Gers et
    al. 2000; order of gates (input, forget, new value, output) as in Keras 3.15.
    """

    gates = 4

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: Any = 0.0,
        recurrent_dropout: Any = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units=units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            recurrent_activation=recurrent_activation,
            **kwargs,
        )
        self.unit_forget_bias = bool(unit_forget_bias)
        self.state_size = [self.units, self.units]
        self.output_size = self.units

    def _add_bias(self) -> Any:
        first = self.bias_initializer
        if self.unit_forget_bias:
            first = with_forget_bias(first, self.units)
        return add_optioned(self, "bias", (4 * self.units,), initializer=first)

    def project(self, inputs: Any, drops: Drops) -> Any:
        """Leave the inputs as they are.

        One product for all steps is slower: the gradient of its result, four gates wide, would be
        written out step by step (batch 64, 100 steps, 32 to 64: 59 instead of 18 ms on a CPU).
        """
        return inputs

    def advance(self, x: Any, states: list[Any], drops: Drops) -> tuple[Any, list[Any]]:
        """Compute output and new states: the output and the memory."""
        before, memory = states
        z = by_gate(x, drops.inputs, self.kernel.value) + self._recur(before, drops)
        i, f, new, o = jnp.split(z if self.bias is None else z + self.bias.value, 4, axis=-1)
        taken = activated(self.recurrent_activation, i) * activated(self.activation, new)
        memory = activated(self.recurrent_activation, f) * memory + taken
        output = activated(self.recurrent_activation, o) * activated(self.activation, memory)
        return output, [output, memory]


class LSTM(OneCell):
    """Long short-term memory: a memory that gates fill, keep and show.

    Input ``(batch, steps, features)``, output ``(batch, units)`` or, with ``return_sequences``,
    ``(batch, steps, units)``, float; states are the last output and the memory.

    Arguments:
        units: int, size of output and state.
        activation: name or function; tanh by default, None for none.
        recurrent_activation: that of the gates; sigmoid by default, None for none.
        use_bias: bool, whether to add a bias; True by default.
        kernel_initializer, recurrent_initializer, bias_initializer: names or functions, first
            values; Glorot uniform, orthogonal and zeros by default.
        unit_forget_bias: bool, whether the forget gate's bias begins at 1; True by default.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss;
            None by default.
        activity_regularizer: penalty on the outputs; None by default.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update; None by
            default.
        dropout: float from 0 to 1, share of the inputs that are dropped in training, the same ones
            in all steps; 0 by default. As in Keras, 1 drops nothing.
        recurrent_dropout: the same for the states; with it each gate drops others. 0 by default.
        seed: int, or None (the default) for the global generator.
        return_sequences: bool, whether to give the outputs of all steps; False by default.
        return_state: bool, whether to give the last states too, after the output; False by default.
        go_backwards: bool, whether to begin with the last step, outputs in that order; False by
            default.
        stateful: bool, whether a batch begins with the states that the one before ended with, see
            ``RNN``; False by default.
        unroll: bool, whether the program has each step written out; False by default.
        use_cudnn: ``'auto'`` or False: cuDNN's own program is not used.
        **kwargs: zero_output_for_mask, see ``RNN``; name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` not a positive integer; rates outside 0 to 1; an input of another rank
            or width; states of other shapes.

    >>> import numpy as np
    >>> output, last, memory = LSTM(4, return_state=True)(np.ones((2, 5, 3)))
    >>> output.shape, memory.shape
    ((2, 4), (2, 4))

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory, with the forget gate of Gers et
    al. 2000; order of gates (input, forget, new value, output) as in Keras 3.15.
    """

    _cell_class = LSTMCell

    recurrent_activation = OfCell()
    unit_forget_bias = OfCell()

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: Any = 0.0,
        recurrent_dropout: Any = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        more = {"implementation": kwargs.pop("implementation", 2)}
        super().__init__(
            {
                "units": units,
                "activation": activation,
                "recurrent_activation": recurrent_activation,
                "use_bias": use_bias,
                "kernel_initializer": kernel_initializer,
                "recurrent_initializer": recurrent_initializer,
                "bias_initializer": bias_initializer,
                "unit_forget_bias": unit_forget_bias,
                "kernel_regularizer": kernel_regularizer,
                "recurrent_regularizer": recurrent_regularizer,
                "bias_regularizer": bias_regularizer,
                "kernel_constraint": kernel_constraint,
                "recurrent_constraint": recurrent_constraint,
                "bias_constraint": bias_constraint,
                "dropout": dropout,
                "recurrent_dropout": recurrent_dropout,
                "seed": seed,
            },
            activity_regularizer=activity_regularizer,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            use_cudnn=use_cudnn,
            cell_arguments=more,
            **kwargs,
        )
