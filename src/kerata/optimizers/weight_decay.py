"""Which weights an optimizer draws towards 0 at each step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kerata.base.variable import Variable
from kerata.optimizers.state import OptimizerState


class WeightDecay(OptimizerState):
    """An optimizer's ``weight_decay``, and the weights that are left alone."""

    weight_decay: Any

    def _make_state(self, learning_rate: Any) -> None:
        super()._make_state(learning_rate)
        self._undecayed: list[Variable] = []
        self._undecayed_names: re.Pattern[str] | None = None

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Exclude some weights from weight decay.

        Arguments:
            var_list: the weights.
            var_names: patterns; weights in whose name one is found are left alone.

        Raises:
            ValueError: if the optimizer is built already.
        """
        if self.built:
            raise ValueError(
                f"{type(self).__name__} is built already: call exclude_from_weight_decay() "
                "before the first step."
            )
        self._undecayed = list(var_list or ())
        self._undecayed_names = re.compile("|".join(var_names)) if var_names else None

    def _is_excluded(self, variable: Variable) -> bool:
        names = self._undecayed_names
        named = names is not None and names.search(variable.name) is not None
        return named or any(v is variable for v in self._undecayed)

    def _weight_decay_of(self, variable: Variable) -> Any:
        return None if self._is_excluded(variable) else self.weight_decay
