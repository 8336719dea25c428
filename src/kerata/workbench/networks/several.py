"""The loss of several targets, each in units of its own spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.losses.loss import LossFunctionWrapper
from kerata.saving import register_keras_serializable

# Names of losses that several targets can be learned by, and the power of their errors.
POWERS = {
    **dict.fromkeys(("mae", "mean_absolute_error"), 1),
    **dict.fromkeys(("mse", "mean_squared_error"), 2),
}


@register_keras_serializable("kerata")
def standardised_error(y_true: Any, y_pred: Any, scales: Any, power: int) -> jax.Array:
    """Absolute or squared error of several targets, each divided by its spread: their mean.

    Arguments:
        y_true: values, shape ``(batch, targets)``.
        y_pred: answers in the same units, of the same shape.
        scales: spread of each target, above 0.
        power: 1 for absolute, 2 for squared errors.

    Returns:
        Array of shape ``(batch,)``.

    >>> truth, said = jnp.array([[1.0, 100.0]]), jnp.array([[2.0, 300.0]])
    >>> standardised_error(truth, said, scales=(1, 100), power=1).tolist()
    [1.5]
    """
    errors = jnp.abs(y_pred - y_true) / jnp.asarray(scales, y_pred.dtype)
    return jnp.mean(errors**power, axis=-1)


@register_keras_serializable("kerata")
class StandardisedError(LossFunctionWrapper):
    """Mean over several targets of the error in units of each one's spread.

    Arguments:
        scales: spread of each target, above 0.
        power: 1 for absolute, 2 for squared errors.
        reduction, name, dtype: as in ``Loss``.

    >>> loss = StandardisedError((1.0, 100.0), power=2)
    >>> float(loss([[1.0, 100.0]], [[2.0, 300.0]]))
    2.5
    """

    scales: tuple[float, ...]
    power: int

    def __init__(
        self,
        scales: Sequence[float],
        power: int = 2,
        reduction: str = "sum_over_batch_size",
        name: str = "standardised_error",
        dtype: Any = None,
    ) -> None:
        scales, power = tuple(map(float, scales)), int(power)
        super().__init__(standardised_error, reduction, name, dtype, scales=scales, power=power)

    def get_config(self) -> dict[str, Any]:
        """Give the arguments of the constructor."""
        return {**super().get_config(), "scales": list(self.scales), "power": self.power}
