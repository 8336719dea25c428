"""Long short-term memory: layer and cell."""

from __future__ import annotations

from typing import Any, Unpack

from kerata.layers.recurrent import options as options_of
from kerata.layers.recurrent.cell import Drops, by_gate
from kerata.layers.recurrent.gated import MemoryCell
from kerata.layers.recurrent.of_cell import OfCell, OneCell
from kerata.layers.recurrent.options import LSTMCellOptions, LSTMOptions


class LSTMCell(MemoryCell):
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

    @options_of.LSTM_CELL.spread
    def __init__(self, units: int, *options: Any, **named: Unpack[LSTMCellOptions]) -> None:
        super().__init__(units=units, **named)

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
        return self._remember(z if self.bias is None else z + self.bias.value, memory)


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
    _cell_options = options_of.LSTM_CELL

    recurrent_activation = OfCell()
    unit_forget_bias = OfCell()

    @options_of.LSTM.spread
    def __init__(self, units: int, *options: Any, **named: Unpack[LSTMOptions]) -> None:
        implementation = named.pop("implementation", 2)
        super().__init__({"units": units, "implementation": implementation}, **named)
