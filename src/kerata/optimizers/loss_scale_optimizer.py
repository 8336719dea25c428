"""Scaling the loss so that gradients in float16 don't vanish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import jax.numpy as jnp
import numpy as np

from kerata.base.custom_objects import custom_object_scope
from kerata.base.eager import asked_apart
from kerata.base.registry import deserialize, serialize
from kerata.base.variable import Variable
from kerata.optimizers.arguments import COMMON
from kerata.optimizers.optimizer import Optimizer
from kerata.optimizers.pure import choose


class LossScaleOptimizer(Optimizer):
    """Lets another optimizer work on a scaled loss, and finds the scale by itself.

    A step with infinite or undefined gradients is left out and halves the scale;
    ``dynamic_growth_steps`` good steps in a row double it. The state is the scale (a float32
    scalar), the count of good steps (an int32 scalar), and the inner optimizer's: arrays of the
    shape and dtype of each weight.

    Arguments:
        inner_optimizer: the ``Optimizer`` that changes the weights.
        initial_scale: float, 32768 by default.
        dynamic_growth_steps: int, 2000 by default.
        name: string, given automatically if left out.

    Raises:
        TypeError: ``inner_optimizer`` is no optimizer; an unknown argument.
        ValueError: an argument that belongs to the inner optimizer, or ``dynamic=False``.

    >>> from kerata.optimizers.sgd import SGD
    >>> optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=4.0)
    >>> weight = Variable(1.0)
    >>> optimizer.apply([4.0], [weight])
    >>> float(weight)
    0.5
    >>> optimizer.apply([jnp.inf], [weight])
    >>> float(weight), float(optimizer.scale_loss(1.0))
    (0.5, 2.0)

    Source: Micikevicius et al. 2018, Mixed precision training (arXiv:1710.03740).
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer: dynamic=False is no longer taken; give loss_scale_factor to "
                "the inner optimizer instead."
            )
        for argument in COMMON:
            value = kwargs.pop(argument, None)
            # Old configs carry the defaults along.
            if value is not None and value is not False and argument != "ema_momentum":
                raise ValueError(
                    f"LossScaleOptimizer: give {argument}={value!r} to the inner optimizer instead."
                )
        super().__init__(0.0, name=name, **kwargs)
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                "LossScaleOptimizer: inner_optimizer must be an optimizer object, "
                f"got {inner_optimizer!r}."
            )
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        # Otherwise gradients would be scaled twice.
        inner_optimizer.loss_scale_factor = None

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state, the inner optimizer's included."""
        if self.built:
            return
        variables = list(variables)
        self.step_counter = self._add("step_counter", np.int32(0))
        self.dynamic_scale = self._add("dynamic_scale", np.float32(self.initial_scale))
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        """The state, then the inner optimizer's."""
        return [*super().variables, *self.inner_optimizer.variables]

    @asked_apart
    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Change the weights by one step if all gradients of the scaled loss are finite."""
        if len(grads) == 0:
            return
        weights = self._known(trainable_variables)
        scale, counter = self.dynamic_scale.value, self.step_counter.value

        def change() -> None:
            self.inner_optimizer.apply([None if g is None else g / scale for g in grads], weights)
            grow = counter == self.dynamic_growth_steps - 1
            self.step_counter.assign(jnp.where(grow, 0, counter + 1))
            self.dynamic_scale.assign(jnp.where(grow, scale * 2, scale))

        def skip() -> None:
            self.step_counter.assign(0)
            self.dynamic_scale.assign(scale / 2)

        finite = [jnp.all(jnp.isfinite(jnp.asarray(g))) for g in grads if g is not None]
        choose(jnp.all(jnp.array(finite)), change, skip, self.variables + weights)

    def scale_loss(self, loss: Any) -> Any:
        """Multiply the loss by the present scale."""
        return loss * (self.dynamic_scale.value if self.built else self.initial_scale)

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    lr = learning_rate

    @property
    def iterations(self) -> Any:
        """The inner optimizer's steps; those left out don't count."""
        return self.inner_optimizer.iterations

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Put the inner optimizer's moving averages in the place of the weights."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild both optimizers."""
        return {
            "name": self.name,
            "inner_optimizer": serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Build both optimizers from what ``get_config`` gave."""
        with custom_object_scope(custom_objects or {}):
            return cls(**{**config, "inner_optimizer": deserialize(config["inner_optimizer"])})
