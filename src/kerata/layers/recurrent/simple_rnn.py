"""The recurrent layer without gates, and its cell."""

from __future__ import annotations

from typing import Any, Unpack

from kerata.layers.recurrent.cell import Drops, RecurrentCell, activated
from kerata.layers.recurrent.of_cell import OneCell
from kerata.layers.recurrent.options import (
    SIMPLE_RNN,
    SIMPLE_RNN_CELL,
    CellOptions,
    SequenceOptions,
)


class SimpleRNNCell(RecurrentCell):
    """A step of ``SimpleRNN``: ``activation(inputs @ kernel + bias + state @ recurrent_kernel)``.

    Input ``(batch, features)``, states a list of one array ``(batch, units)``, float; gives the
    output ``(batch, units)`` and the new states.

    Arguments:
        units: int, size of output and state.
        activation: name or function of the output; tanh by default, None for none.
        use_bias: bool, whether to add a bias; True by default.
        kernel_initializer, recurrent_initializer, bias_initializer: names or functions, first
            values; Glorot uniform, orthogonal and zeros by default.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss;
            None by default.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update; None by
            default.
        dropout: float from 0 to 1, share of the inputs that are dropped in training, the same ones
            in all steps; 0 by default.
        recurrent_dropout: the same for the states; 0 by default.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` not a positive integer; rates outside 0 to 1; other states.

    >>> import numpy as np
    >>> cell = SimpleRNNCell(2)
    >>> output, states = cell(np.ones((1, 3)), cell.get_initial_state(1))
    >>> output.shape, len(states)
    ((1, 2), 1)

    Source: Elman 1990, Finding structure in time; dropout: Gal & Ghahramani 2016, A theoretically
    grounded application of dropout in recurrent neural networks.
    """

    @SIMPLE_RNN_CELL.spread
    def __init__(self, units: int, *options: Any, **named: Unpack[CellOptions]) -> None:
        super().__init__(units=units, **named)
        self.state_size = self.units
        self.output_size = self.units

    def call(self, sequence: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """Compute the output ``(batch, units)`` and the new states."""
        return super().call(sequence, states, training)

    def advance(self, x: Any, states: list[Any], drops: Drops) -> tuple[Any, list[Any]]:
        """Compute output and new state, which are the same."""
        output = activated(self.activation, x + self._recur(states[0], drops))
        return output, [output]


class SimpleRNN(OneCell):
    """The plain recurrent layer: each output is also the state of the next step.

    Input ``(batch, steps, features)``, output ``(batch, units)`` or, with ``return_sequences``,
    ``(batch, steps, units)``, float.

    Arguments:
        units: int, size of output and state.
        activation: name or function of the output; tanh by default, None for none.
        use_bias: bool, whether to add a bias; True by default.
        kernel_initializer, recurrent_initializer, bias_initializer: names or functions, first
            values; Glorot uniform, orthogonal and zeros by default.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss;
            None by default.
        activity_regularizer: penalty on the outputs; None by default.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update; None by
            default.
        dropout: float from 0 to 1, share of the inputs that are dropped in training, the same ones
            in all steps; 0 by default.
        recurrent_dropout: the same for the states; 0 by default.
        return_sequences: bool, whether to give the outputs of all steps; False by default.
        return_state: bool, whether to give the last state too, after the output; False by default.
        go_backwards: bool, whether to begin with the last step, outputs in that order; False by
            default.
        stateful: bool, whether a batch begins with the states that the one before ended with, see
            ``RNN``; False by default.
        unroll: bool, whether the program has each step written out; False by default.
        seed: int, or None (the default) for the global generator.
        **kwargs: zero_output_for_mask, see ``RNN``; name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` not a positive integer; rates outside 0 to 1; an input of another rank
            or width; states of other shapes.

    >>> import numpy as np
    >>> SimpleRNN(4, return_sequences=True)(np.ones((2, 5, 3))).shape
    (2, 5, 4)

    Source: Elman 1990, Finding structure in time; dropout: Gal & Ghahramani 2016, A theoretically
    grounded application of dropout in recurrent neural networks.
    """

    _cell_class = SimpleRNNCell
    _cell_options = SIMPLE_RNN_CELL

    @SIMPLE_RNN.spread
    def __init__(self, units: int, *options: Any, **named: Unpack[SequenceOptions]) -> None:
        super().__init__({"units": units}, **named)
