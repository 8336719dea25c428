"""Muon."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import positive_int
from kerata.base.variable import Variable
from kerata.optimizers.adam import adam_step
from kerata.optimizers.arguments import check_range
from kerata.optimizers.optimizer import Optimizer, Slots


class Muon(Optimizer):
    """Matrices move along their momentum made orthogonal, all other weights by AdamW.

    A step of a matrix of shape ``(rows, columns)`` with gradient ``g``::

        m = momentum * m + g
        d = orthogonal(g + momentum * m)      # orthogonal(m) without nesterov
        w = w - learning_rate * rms_rate * sqrt(max(rows, columns)) * d

    where ``orthogonal`` divides by the norm and repeats ``ns_steps`` times
    ``x = a * x + (b * s + c * s @ s) @ x`` with ``s = x @ x.T``. The state of a matrix is ``m``, of
    the same shape and dtype; that of other weights is Adam's.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        adam_beta_1, adam_beta_2, epsilon: floats of AdamW; 0.9, 0.999 and 1e-7 by default.
        adam_weight_decay: float, AdamW's weight decay, 0.004 by default.
        weight_decay: float, that of the matrices, 0.004 by default.
        exclude_layers: list of strings, regular expressions; matrices in whose path one is
            found are left to AdamW. None by default.
        exclude_embeddings: bool, whether matrices with ``embedding`` in their path are left to
            AdamW; True by default.
        muon_a, muon_b, muon_c: floats ``a``, ``b`` and ``c`` of the iteration; 3.4445, -4.775 and
            2.0315 by default.
        adam_lr_ratio: float, AdamW's learning rate as a multiple of ``learning_rate``, 1 by
            default.
        momentum: float from 0 to 1, how much of the old momentum stays; 0.95 by default.
        ns_steps: int, number of iterations, 5 by default.
        nesterov: bool, whether to look ahead along the momentum; True by default.
        rms_rate: float, root mean square of a step as a multiple of the learning rate; 0.2 by
            default, None for steps of orthogonal matrices as they are.
        clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``momentum`` outside 0 to 1, a negative learning rate or weight decay.

    >>> weight = Variable([[1.0, 0.0], [0.0, 1.0]])
    >>> Muon(0.1, weight_decay=None).apply([jnp.array([[0.0, 3.0], [0.0, 0.0]])], [weight])
    >>> weight.numpy().round(2) + 0.0
    array([[ 1.  , -0.02],
           [ 0.  ,  1.  ]], dtype=float32)

    Sources: Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks
    (kellerjordan.github.io/posts/muon); length of the steps: Liu et al. 2025 (arXiv:2502.16982).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: Any = 0.9,
        adam_beta_2: Any = 0.999,
        adam_weight_decay: Any = 0.004,
        epsilon: Any = 1e-7,
        weight_decay: Any = 0.004,
        clipnorm: Any = None,
        clipvalue: Any = None,
        global_clipnorm: Any = None,
        use_ema: bool = False,
        ema_momentum: Any = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: Any = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: Any = 1,
        momentum: Any = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: Any = 0.2,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        check_range("Muon", "momentum", momentum, 0, 1)
        for argument, value in (("muon_a", muon_a), ("muon_b", muon_b), ("muon_c", muon_c)):
            check_range("Muon", argument, value, -np.inf)
        positive_int("Muon", "ns_steps", ns_steps)
        if rms_rate is not None:
            check_range("Muon", "rms_rate", rms_rate)
        names = exclude_layers or []
        if not isinstance(names, (list, tuple)) or not all(
            isinstance(n, (str, re.Pattern)) for n in names
        ):
            raise TypeError(
                f"Muon: exclude_layers must be a list of patterns, got {exclude_layers!r}."
            )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        check_range("Muon", "epsilon", epsilon)
        self.epsilon = epsilon
        self.exclude_layers = exclude_layers or []
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def _is_for_adam(self, variable: Variable) -> bool:
        return (
            variable.ndim != 2
            or (self.exclude_embeddings and "embedding" in variable.path.lower())
            or any(re.search(pattern, variable.path) for pattern in self.exclude_layers)
        )

    def _weight_decay_of(self, variable: Variable) -> Any:
        if self._is_for_adam(variable) and not self._is_excluded(variable):
            return self.adam_weight_decay
        return super()._weight_decay_of(variable)

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state: a momentum for each weight, a mean square for AdamW's."""
        if self.built:
            return
        super().build(variables)
        for variable, boxes in zip(self._trainable_variables, self._slot_variables, strict=True):
            if variable.overwrite_with_gradient:
                continue
            names = ("momentum", "velocity") if self._is_for_adam(variable) else ("momentum",)
            boxes |= {name: self.add_variable_from_reference(variable, name) for name in names}

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its slots after a step; by AdamW if there is a ``velocity``."""
        if "velocity" in slots:
            rate = learning_rate * self.adam_lr_ratio
            betas = (self.adam_beta_1, self.adam_beta_2)
            change, new = adam_step(gradient, slots, rate, step, betas, self.epsilon)
            return parameter - change, new
        m = self.momentum * slots["momentum"] + gradient
        direction = self._orthogonal(gradient + self.momentum * m if self.nesterov else m)
        length = 1.0 if self.rms_rate is None else self.rms_rate * max(parameter.shape) ** 0.5
        return parameter - learning_rate * length * direction, {"momentum": m}

    def _orthogonal(self, x: Any) -> Any:
        """Bring all singular values near 1, by Newton-Schulz iterations."""
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / (jnp.linalg.norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x.T if tall else x
