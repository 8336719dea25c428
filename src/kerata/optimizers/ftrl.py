"""Follow the regularized leader."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp
import numpy as np

from kerata.optimizers.arguments import CommonArguments, check_range, is_number
from kerata.optimizers.optimizer import Optimizer, Slots


class Ftrl(Optimizer):
    """Follow the regularized leader, for sparse linear models.

    A step with gradient ``g``, where ``p`` is minus ``learning_rate_power``::

        total = old + g**2
        sigma = (total**p - old**p) / learning_rate
        linear = linear + g + 2 * l2_shrinkage * w - sigma * w
        w = (clip(linear, -l1, l1) - linear) / ((total**p + beta) / learning_rate + 2 * l2)

    The state is ``total`` and ``linear``, each of the shape and dtype of its weight.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        learning_rate_power: float of at most 0, how steps shrink with the sum of squares;
            -0.5 by default, 0 for a fixed learning rate.
        initial_accumulator_value: float of at least 0, where ``total`` starts; 0.1 by default.
        l1_regularization_strength: float of at least 0, the formula's ``l1``, which sets small
            weights to exactly 0; 0 by default.
        l2_regularization_strength: float of at least 0, the formula's ``l2``; 0 by default.
        l2_shrinkage_regularization_strength: float of at least 0, an L2 penalty added to the
            gradient; 0 by default.
        beta: float, the paper's beta, 0 by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: a negative strength or learning rate, a ``learning_rate_power`` above 0.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(0.0)
    >>> Ftrl(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    -0.1

    Source: McMahan et al. 2013, Ad click prediction: a view from the trenches.
    """

    _traced: ClassVar[tuple[str, ...]] = (
        "learning_rate_power",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )

    slot_groups = (("accumulator", "linear"),)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: Any = -0.5,
        initial_accumulator_value: Any = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        l2_shrinkage_regularization_strength: Any = 0.0,
        beta: Any = 0.0,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        if is_number(learning_rate) and learning_rate == 0:
            raise ValueError("Ftrl: learning_rate must be above 0: its formula divides by it.")
        check_range("Ftrl", "beta", beta, -np.inf)
        check_range("Ftrl", "learning_rate_power", learning_rate_power, -np.inf, 0)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        for argument in (
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
        ):
            check_range("Ftrl", argument, getattr(self, argument))

    def initial_slots(self, shape: tuple[int, ...], dtype: Any) -> Slots:
        """Give the sum of squares to start with, and a linear term of zero."""
        return {
            "accumulator": np.full(shape, self.initial_accumulator_value, dtype),
            "linear": np.zeros(shape, dtype),
        }

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight, its sum of squares and linear term after a step."""
        old, power = slots["accumulator"], -self.learning_rate_power
        total = old + jnp.square(gradient)
        sigma = (total**power - old**power) / learning_rate
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * parameter
        linear = slots["linear"] + shrunk - sigma * parameter
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength
        curvature = (total**power + self.beta) / learning_rate + 2 * l2
        new = (jnp.clip(linear, -l1, l1) - linear) / curvature
        return new, {"accumulator": total, "linear": linear}
