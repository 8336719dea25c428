"""The gated recurrent unit: layer and cell."""

from __future__ import annotations

from typing import Any, Unpack

import jax.numpy as jnp

from kerata.layers.recurrent import options as options_of
from kerata.layers.recurrent.cell import Drops, activated, by_gate
from kerata.layers.recurrent.gated import GatedCell
from kerata.layers.recurrent.of_cell import OfCell, OneCell
from kerata.layers.recurrent.options import GRUCellOptions, GRUOptions
from kerata.layers.weight_options import add_optioned


class GRUCell(GatedCell):
    """A step of ``GRU``: an update gate mixes the state with a new value, a reset gate forgets.

    Input ``(batch, features)``, states a list of one array ``(batch, units)``, float; gives the
    output ``(batch, units)`` and the new states.

    Arguments:
        units: int, size of output and state.
        activation: name or function; tanh by default, None for none.
        recurrent_activation: that of the gates; sigmoid by default, None for none.
        use_bias: bool, whether to add a bias; True by default.
        kernel_initializer, recurrent_initializer, bias_initializer: names or functions, first
            values; Glorot uniform, orthogonal and zeros by default.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss;
            None by default.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update; None by
            default.
        dropout: float from 0 to 1, share of the inputs that are dropped in training, the same ones
            in all steps; 0 by default. As in Keras, 1 drops nothing.
        recurrent_dropout: the same for the states; with it each gate drops others. 0 by default.
        reset_after: bool, whether the reset gate comes after the product with the state, which then
            has a bias of its own; True by default.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` not a positive integer; rates outside 0 to 1; other states.

    >>> import numpy as np
    >>> cell = GRUCell(2)
    >>> output, states = cell(np.ones((1, 3)), cell.get_initial_state(1))
    >>> output.shape, len(states)
    ((1, 2), 1)

    Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder; order of
    gates (update, reset, new value) as in Keras 3.15.
    """

    gates = 3

    @options_of.GRU_CELL.spread
    def __init__(self, units: int, *options: Any, **named: Unpack[GRUCellOptions]) -> None:
        reset_after = named.pop("reset_after")
        super().__init__(units=units, **named)
        self.reset_after = bool(reset_after)
        self.state_size = self.units
        self.output_size = self.units

    def _add_bias(self) -> Any:
        columns = 3 * self.units
        return add_optioned(self, "bias", (2, columns) if self.reset_after else (columns,))

    def _input_bias(self) -> Any:
        return self.bias.value[0] if self.reset_after else self.bias.value

    def advance(self, x: Any, states: list[Any], drops: Drops) -> tuple[Any, list[Any]]:
        """Compute output and new state, which are the same."""
        before = states[0]
        x_z, x_r, x_new = jnp.split(x, 3, axis=-1)
        if self.reset_after:
            inner = self._recur(before, drops)
            if self.bias is not None:
                inner = inner + self.bias.value[1]
            z, r, new = jnp.split(inner, 3, axis=-1)
        else:
            z, r = jnp.split(self._recur_gates(before, drops), 2, axis=-1)
        z = activated(self.recurrent_activation, x_z + z)
        r = activated(self.recurrent_activation, x_r + r)
        new = r * new if self.reset_after else self._recur_new(r * before, drops)
        output = z * before + (1 - z) * activated(self.activation, x_new + new)
        return output, [output]

    def _recur_gates(self, state: Any, drops: Drops) -> Any:
        """Compute what the two gates get from the state."""
        factors = None if drops.states is None else drops.states[:2]
        return by_gate(state, factors, self.recurrent_kernel.value[:, : 2 * self.units])

    def _recur_new(self, state: Any, drops: Drops) -> Any:
        """Compute what the new value gets from a state that was reset."""
        factors = None if drops.states is None else drops.states[2:]
        return by_gate(state, factors, self.recurrent_kernel.value[:, 2 * self.units :])


class GRU(OneCell):
    """The gated recurrent unit: keeps what an update gate lets it keep.

    Input ``(batch, steps, features)``, output ``(batch, units)`` or, with ``return_sequences``,
    ``(batch, steps, units)``, float.

    Arguments:
        units: int, size of output and state.
        activation: name or function; tanh by default, None for none.
        recurrent_activation: that of the gates; sigmoid by default, None for none.
        use_bias: bool, whether to add a bias; True by default.
        kernel_initializer, recurrent_initializer, bias_initializer: names or functions, first
            values; Glorot uniform, orthogonal and zeros by default.
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
        return_state: bool, whether to give the last state too, after the output; False by default.
        go_backwards: bool, whether to begin with the last step, outputs in that order; False by
            default.
        stateful: bool, whether a batch begins with the states that the one before ended with, see
            ``RNN``; False by default.
        unroll: bool, whether the program has each step written out; False by default.
        reset_after: bool, whether the reset gate comes after the product with the state, which then
            has a bias of its own; True by default.
        use_cudnn: ``'auto'`` or False: cuDNN's own program is not used.
        **kwargs: zero_output_for_mask, see ``RNN``; name, dtype and so on, see ``Layer``.

    Raises:
        ValueError: ``units`` not a positive integer; rates outside 0 to 1; an input of another rank
            or width; states of other shapes.

    >>> import numpy as np
    >>> output, state = GRU(4, return_state=True)(np.ones((2, 5, 3)))
    >>> output.shape, state.shape
    ((2, 4), (2, 4))

    Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder; order of
    gates (update, reset, new value) as in Keras 3.15.
    """

    _cell_class = GRUCell
    _cell_options = options_of.GRU_CELL

    recurrent_activation = OfCell()
    reset_after = OfCell()

    @options_of.GRU.spread
    def __init__(self, units: int, *options: Any, **named: Unpack[GRUOptions]) -> None:
        implementation = named.pop("implementation", 2)
        super().__init__({"units": units, "implementation": implementation}, **named)
