"""Adafactor."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp
import numpy as np

from kerata.optimizers.arguments import CommonArguments, check_range
from kerata.optimizers.optimizer import Optimizer, Slots


class Adafactor(Optimizer):
    """Gradient over its root mean square, which is kept as means of rows and columns.

    A step with gradient ``g``, the ``t``-th from 1; ``rms`` is the root of the mean square::

        keep = 1 - t**beta_2_decay
        row = keep * row + (1 - keep) * mean(g**2 + epsilon_1, axis=-1)
        column = keep * column + (1 - keep) * mean(g**2 + epsilon_1, axis=-2)
        change = g / sqrt(row / mean(row) * column)
        change = change / max(1, rms(change) / clip_threshold)
        w = w - max(epsilon_2, rms(w)) * min(learning_rate, 1 / sqrt(t)) * change

    For a weight of shape ``(rows, columns)`` the state holds shapes ``(rows,)`` and
    ``(columns,)``; weights of fewer than two axes keep a mean square of their own shape.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default: longest step relative to
            the weight's size.
        beta_2_decay: float, -0.8 by default; how fast ``keep`` comes near 1.
        epsilon_1: float added to the squares, 1e-30 by default.
        epsilon_2: float, smallest size that a weight counts for, 1e-3 by default.
        clip_threshold: float, longest root mean square of a step before scaling, 1 by default.
        relative_step: bool, True by default; kept in configs only: as in Keras 3.15 the bound
            ``1 / sqrt(t)`` always holds.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: a negative learning rate, epsilon or clipping threshold.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable([10.0, 10.0])
    >>> Adafactor(0.1).apply([jnp.array([1.0, -5.0])], [weight])
    >>> weight.numpy().round(4)
    array([ 9., 11.], dtype=float32)

    Source: Shazeer & Stern 2018, Adafactor: adaptive learning rates with sublinear memory cost
    (arXiv:1804.04235).
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
        check_range("Adafactor", "beta_2_decay", beta_2_decay, -np.inf)
        check_range("Adafactor", "epsilon_1", epsilon_1)
        check_range("Adafactor", "epsilon_2", epsilon_2)
        check_range("Adafactor", "clip_threshold", clip_threshold)
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
