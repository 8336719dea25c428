"""AdamW."""

from __future__ import annotations

from typing import Any, Unpack

from kerata.optimizers.adam import Adam
from kerata.optimizers.arguments import ArgumentsButDecay


class AdamW(Adam):
    """Adam with weight decay beside the gradient instead of in it.

    A step: ``w = w - learning_rate * weight_decay * w``, then Adam's step. The state is Adam's:
    arrays of the shape and dtype of each weight.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        weight_decay: float of at least 0, 0.004 by default; times the learning rate, it is the
            share by which each step shrinks the weights.
        beta_1: float from 0 to 1, how much of the old mean stays; 0.9 by default.
        beta_2: float from 0 to 1, how much of the old mean square stays; 0.999 by default.
        epsilon: float added after the root, 1e-7 by default.
        amsgrad: bool, whether to divide by the largest mean square so far; False by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``weight_decay`` is None or negative, a beta outside 0 to 1.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> AdamW(0.1, weight_decay=0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.8

    Source: Loshchilov & Hutter 2019, Decoupled weight decay regularization (arXiv:1711.05101).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: Any = 0.004,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
        epsilon: Any = 1e-7,
        amsgrad: bool = False,
        *common: Any,
        **named: Unpack[ArgumentsButDecay],
    ) -> None:
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *common, **named
        )
        if weight_decay is None:
            raise ValueError("AdamW: weight_decay must be a number, got None. Use Adam without it.")
