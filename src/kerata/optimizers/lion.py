"""Lion."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments, check_range, is_on
from kerata.optimizers.optimizer import Optimizer, Slots


class Lion(Optimizer):
    """Steps of one length, along the sign of a running mean of the gradient.

    A step with gradient ``g``: ``w = w - learning_rate * sign(beta_1 * m + (1 - beta_1) * g)``,
    then ``m = beta_2 * m + (1 - beta_2) * g``. The state is ``m``, of the shape and dtype of its
    weight. The learning rate should be about a tenth of Adam's.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        beta_1: float above 0 and up to 1, weight of the mean in the step; 0.9 by default.
        beta_2: float from 0 to 1, how much of the old mean stays; 0.99 by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``beta_1`` is 0; a beta outside 0 to 1; a negative learning rate.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Lion(0.5).apply([3.0], [weight])
    >>> float(weight)
    9.5

    Source: Chen et al. 2023, Symbolic discovery of optimization algorithms (arXiv:2302.06675).
    """

    _traced: ClassVar[tuple[str, ...]] = ("beta_1", "beta_2")

    slot_groups = (("momentum",),)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: Any = 0.9,
        beta_2: Any = 0.99,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        check_range("Lion", "beta_1", beta_1, 0, 1)
        check_range("Lion", "beta_2", beta_2, 0, 1)
        if not is_on(beta_1):
            raise ValueError(
                f"Lion: beta_1 must be above 0, got {beta_1!r}; at 0 it would follow the sign of "
                "the gradient alone."
            )
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its mean gradient after a step."""
        m = slots["momentum"]
        direction = jnp.sign(self.beta_1 * m + (1 - self.beta_1) * gradient)
        m = self.beta_2 * m + (1 - self.beta_2) * gradient
        return parameter - learning_rate * direction, {"momentum": m}
