"""What the relatives of Adam share: two running means and their arguments."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

from kerata.optimizers.arguments import CommonArguments, check_range, is_number
from kerata.optimizers.optimizer import Optimizer


class MomentOptimizer(Optimizer):
    """Base of optimizers that keep means of the gradient and of its size."""

    _traced: ClassVar[tuple[str, ...]] = ("beta_1", "beta_2", "epsilon")
    # The correction of the first steps divides by 1 less a power of these.
    _below_one: ClassVar[tuple[str, ...]] = ("beta_1",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
        epsilon: Any = 1e-7,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        """Configure the optimizer.

        Arguments:
            learning_rate: float, schedule or function, 0.001 by default.
            beta_1: float from 0 to 1, how much of the old mean stays; 0.9 by default.
            beta_2: float from 0 to 1, how much of the old size stays; 0.999 by default.
            epsilon: float added to the divisor, 1e-7 by default.
            **common: see ``Optimizer``.

        Raises:
            TypeError: an unknown argument, or no number where one is needed.
            ValueError: ``beta_1`` or ``beta_2`` outside 0 to 1, or 1 where it can't be; a
                negative learning rate.
        """
        super().__init__(learning_rate, *common, **named)
        check_range(type(self).__name__, "beta_1", beta_1, 0, 1)
        check_range(type(self).__name__, "beta_2", beta_2, 0, 1)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        for name in self._below_one:
            value = getattr(self, name)
            if is_number(value) and value == 1:
                raise ValueError(
                    f"{type(self).__name__}: {name} must be below 1, got {value!r}: the means of "
                    "the first steps are divided by what is missing to 1."
                )
        check_range(type(self).__name__, "epsilon", epsilon)
        self.epsilon = epsilon
