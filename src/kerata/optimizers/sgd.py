"""Gradient descent."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

from kerata.optimizers.arguments import CommonArguments, check_range, is_on
from kerata.optimizers.optimizer import Optimizer, Slots


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    A step with gradient ``g``: ``w = w - learning_rate * g``. With momentum::

        velocity = momentum * velocity - learning_rate * g
        w = w + velocity                                    # plain
        w = w + momentum * velocity - learning_rate * g     # nesterov

    The learning rate is inside the velocity, as in Keras 3.15: lowering it does not shorten
    the steps already in the velocity. The state is the velocity, of the shape and dtype of
    its weight; there is none without momentum.

    Arguments:
        learning_rate: float, schedule or function, 0.01 by default.
        momentum: float from 0 to 1, how much of the last step is kept; 0 by default.
        nesterov: bool, whether to look ahead along the momentum; False by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: a momentum outside 0 to 1, a negative learning rate.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> SGD(0.1).apply([2.0], [weight])
    >>> float(weight)
    9.800000190734863

    Sources: Polyak 1964, Some methods of speeding up the convergence of iteration methods
    (momentum); Nesterov 1983 in the form of Sutskever et al. 2013, On the importance of
    initialization and momentum in deep learning.
    """

    _traced: ClassVar[tuple[str, ...]] = ("momentum",)

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: Any = 0.0,
        nesterov: bool = False,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        check_range("SGD", "momentum", momentum, 0, 1)
        self.momentum = momentum
        self.nesterov = nesterov

    @property
    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """The velocity, which Keras's files call momentum."""
        return (("momentum",),) if is_on(self.momentum) else ()

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its velocity after a step."""
        if "momentum" not in slots:
            return parameter - learning_rate * gradient, slots
        velocity = self.momentum * slots["momentum"] - learning_rate * gradient
        change = self.momentum * velocity - learning_rate * gradient if self.nesterov else velocity
        return parameter + change, {"momentum": velocity}
