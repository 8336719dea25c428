"""Nadam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.base.variable import Variable
from kerata.optimizers.moments import MomentOptimizer
from kerata.optimizers.optimizer import Slots


class Nadam(MomentOptimizer):
    """Adam with Nesterov momentum: the step already uses the mean that comes next.

    A step with gradient ``g``, the ``t``-th from 1, where ``mu(t) = beta_1 * (1 - 0.5 * 0.96**t)``
    and ``P`` is the product of ``mu(1)`` to ``mu(t)``::

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        ahead = mu(t + 1) * m / (1 - P * mu(t + 1)) + (1 - mu(t)) * g / (1 - P)
        w = w - learning_rate * ahead / (sqrt(v / (1 - beta_2**t)) + epsilon)

    The state is ``m`` and ``v``, each of the shape and dtype of its weight, and the scalar ``P``.

    >>> weight = Variable(10.0)
    >>> Nadam(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.8937

    Source: Dozat 2016, Incorporating Nesterov momentum into Adam.
    """

    _below_one: ClassVar[tuple[str, ...]] = ("beta_2",)

    slot_groups = (("momentum", "velocity"),)

    def _momentum_at(self, step: Any) -> Any:
        return self.beta_1 * (1 - 0.5 * 0.96**step)

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state: besides the means one number for all weights."""
        if self.built:
            return
        super().build(variables)
        dtype = self._trainable_variables[0].dtype if self._trainable_variables else None
        self._product = self.add_variable((), "ones", dtype, name="u_product")
        for boxes in self._slot_variables:
            boxes["product"] = self._product

    def _update_all(self, gradients: list[Any], variables: list[Variable], rate: Any) -> None:
        step = (self._step() + 1).astype(jnp.float32)
        self._product.assign(self._product.value * self._momentum_at(step))
        super()._update_all(gradients, variables, rate)

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its running means after a step.

        ``slots["product"]`` is the product of the momentums of all steps, this one included.
        """
        m = slots["momentum"] + (1 - self.beta_1) * (gradient - slots["momentum"])
        v = slots["velocity"] + (1 - self.beta_2) * (jnp.square(gradient) - slots["velocity"])
        product, here, ahead = (
            slots["product"],
            self._momentum_at(step),
            self._momentum_at(step + 1),
        )
        m_hat = ahead * m / (1 - product * ahead) + (1 - here) * gradient / (1 - product)
        v_hat = v / (1 - self.beta_2**step)
        change = learning_rate * m_hat / (jnp.sqrt(v_hat) + self.epsilon)
        return parameter - change, {"momentum": m, "velocity": v, "product": product}
