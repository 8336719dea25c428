"""Adafactor."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp
import numpy as np

from kerata.optimizers.arguments import CommonArguments
from kerata.optimizers.optimizer import Optimizer, Slots


class Adafactor(Optimizer):
    """Adam's mean squares kept as row and column means, for large models.

    Shazeer & Stern 2018 (arXiv:1804.04235).

    Arguments:
        learning_rate: longest step relative to the weight's size, 0.001 by default;
            never more than ``1 / sqrt(step)``.
        beta_2_decay: mean squares forget as ``1 - step**beta_2_decay``; -0.8 by default.
        epsilon_1: added to the squares, 1e-30 by default.
        epsilon_2: smallest size that a weight counts for, 1e-3 by default.
        clip_threshold: longest root mean square of a step before scaling, 1 by default.
        relative_step: kept in configs; as in Keras 3.15 it changes nothing, since the
            bound ``1 / sqrt(step)`` always holds.
        **common: see ``Optimizer``.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable([10.0, 10.0])
    >>> Adafactor(0.1).apply([jnp.array([1.0, -5.0])], [weight])
    >>> weight.numpy().round(4)
    array([ 9., 11.], dtype=float32)
    """

    _traced: ClassVar[tuple[str, ...]] = (
        "beta_2_decay",
        "epsilon_1",
        "epsilon_2",
        "clip_threshold",
    )

    slot_groups = (("row", "column", "velocity"),)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: Any = -0.8,
        epsilon_1: Any = 1e-30,
        epsilon_2: Any = 1e-3,
        clip_threshold: Any = 1.0,
        relative_step: bool = True,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def initial_slots(self, shape: tuple[int, ...], dtype: Any) -> Slots:
        """Give zeros; where there are no rows and columns, placeholders as in Keras's files."""
        if len(shape) < 2:
            rows = columns = np.zeros((), np.int32)
        else:
            rows = np.zeros(shape[:-1], dtype)
            columns = np.zeros((*shape[:-2], shape[-1]), dtype)
        return {"row": rows, "column": columns, "velocity": np.zeros(shape, dtype)}

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its mean squares after a step."""
        new = dict(slots)
        keep = 1 - step**self.beta_2_decay
        squares = jnp.square(gradient) + self.epsilon_1
        if parameter.ndim < 2:
            new["velocity"] = keep * slots["velocity"] + (1 - keep) * squares
        else:
            row = keep * slots["row"] + (1 - keep) * jnp.mean(squares, axis=-1)
            column = keep * slots["column"] + (1 - keep) * jnp.mean(squares, axis=-2)
            share = row / jnp.mean(row, axis=-1, keepdims=True)
            new = {"row": row, "column": column}
            new["velocity"] = share[..., :, None] * column[..., None, :]
        change = gradient / jnp.sqrt(new["velocity"])
        change = change / jnp.maximum(1.0, _root_mean_square(change) / self.clip_threshold)
        rate = jnp.minimum(learning_rate, 1 / jnp.sqrt(step))
        size = jnp.maximum(self.epsilon_2, _root_mean_square(parameter))
        return parameter - rate * size * change, new


def _root_mean_square(x: Any) -> Any:
    return jnp.sqrt(jnp.mean(jnp.square(x)))
