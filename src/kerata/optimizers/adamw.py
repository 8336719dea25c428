"""AdamW."""

from __future__ import annotations

from typing import Any, Unpack

from kerata.optimizers.adam import Adam
from kerata.optimizers.arguments import ArgumentsButDecay


class AdamW(Adam):
    """Adam with weight decay beside the gradient (Loshchilov & Hutter 2019, arXiv:1711.05101).

    Arguments:
        learning_rate: 0.001 by default.
        weight_decay: 0.004 by default; times the learning rate, it shrinks the weights.
        beta_1, beta_2, epsilon, amsgrad: see ``Adam``.
        **common: see ``Optimizer``.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> AdamW(0.1, weight_decay=0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.8
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
