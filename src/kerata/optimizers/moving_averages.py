"""Moving averages of the weights, which may take their place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp

from kerata.base.variable import Variable
from kerata.optimizers.state import OptimizerState


class MovingAverages(OptimizerState):
    """An optimizer's ``use_ema``: exponential averages of all weights, and their use."""

    use_ema: bool
    ema_momentum: Any
    ema_overwrite_frequency: int | None
    _model_variables_moving_average: list[Variable]

    def _average(self) -> None:
        step = self._step()
        # The first average is the weight itself.
        momentum = jnp.where(step == 0, 0.0, self.ema_momentum)
        for variable, average in zip(
            self._trainable_variables, self._model_variables_moving_average, strict=True
        ):
            average.assign(momentum * average.value + (1 - momentum) * variable.value)
            if self.ema_overwrite_frequency is not None:
                due = (step + 1) % self.ema_overwrite_frequency == 0
                variable.assign(jnp.where(due, average.value, variable.value))

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Put the moving averages in the place of the weights, if they are kept."""
        if self.use_ema:
            for variable in var_list:
                variable.assign(
                    self._model_variables_moving_average[self._get_variable_index(variable)]
                )
