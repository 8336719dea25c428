"""Losses of counts and skewed amounts, whose predictions are exponentials and never negative."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata import layers
from kerata.saving import register_keras_serializable
from kerata.workbench.networks.several import POWERS

# Below this an amount's logarithm says more about rounding than about the amount.
_LEAST = 1e-7


@register_keras_serializable("kerata")
def gamma_deviance(y_true: Any, y_pred: Any) -> jax.Array:
    """Half the deviance of a gamma distribution: ``mean(y / m - 1 - log(y / m))``.

    Arguments:
        y_true: amounts above 0, shape ``(batch, outputs)``.
        y_pred: their means ``m`` above 0, of the same shape.

    Returns:
        Array of shape ``(batch,)``, 0 where both are equal.

    >>> round(float(gamma_deviance(jnp.array([[2.0]]), jnp.array([[1.0]]))[0]), 4)
    0.3069

    Source: McCullagh and Nelder, Generalized Linear Models (1989), section 2.3.
    """
    share = jnp.maximum(y_true, _LEAST) / jnp.maximum(y_pred, _LEAST)
    return jnp.mean(share - 1 - jnp.log(share), axis=-1)


@register_keras_serializable("kerata")
def squared_log_ratio(y_true: Any, y_pred: Any) -> jax.Array:
    """Squared error of logarithms, the loss of a log-normal distribution around its median.

    Arguments:
        y_true: amounts above 0, shape ``(batch, outputs)``.
        y_pred: their medians above 0, of the same shape.

    Returns:
        Array of shape ``(batch,)``.

    >>> round(float(squared_log_ratio(jnp.array([[2.0]]), jnp.array([[1.0]]))[0]), 4)
    0.4805
    """
    share = jnp.maximum(y_true, _LEAST) / jnp.maximum(y_pred, _LEAST)
    return jnp.mean(jnp.log(share) ** 2, axis=-1)


# Losses by the names that options take, and whether a target may be 0.
LOSSES: dict[str, Any] = {
    "poisson": "poisson",
    "gamma": gamma_deviance,
    "lognormal": squared_log_ratio,
}
_ZERO = {"poisson"}


def check_targets(loss: Any, task: Any, *targets: np.ndarray) -> None:
    """Refuse a loss of amounts for targets that it can't have.

    Arguments:
        loss: name of a loss; for one target any but those of amounts passes, for several only
            mae and mse do.
        task: what is predicted.
        targets: encoded targets.

    Raises:
        ValueError: another task than a regression; negative targets; zeros where none may be.
    """
    if task.parts and loss is not None and loss not in POWERS:
        raise ValueError(
            f"The loss {loss} is for one target, and there are {len(task.parts)} "
            f"({task.target}): take mae or mse, or train a run for each."
        )
    if loss not in LOSSES:
        return
    if task.kind != "regression":
        raise ValueError(
            f"The loss {loss} is for amounts, and {task.target!r} is none but {task.kind}: leave "
            "it out, or ask for the task regression."
        )
    least = min(float(some.min()) for some in targets)
    if least < 0 or (least == 0 and loss not in _ZERO):
        wanted = "from 0" if loss in _ZERO else "above 0"
        raise ValueError(
            f"The loss {loss} takes targets {wanted}, but {task.target!r} goes down to {least:g}: "
            "take mae or mse."
        )


def exponential(output: Any, mean: float) -> Any:
    """Make amounts above 0 of scores: 0 stands for the training targets' mean.

    Arguments:
        output: scores ``(batch, 1)``.
        mean: of the training targets, above 0.
    """
    shifted = layers.Rescaling(1.0, float(np.log(max(mean, _LEAST))), name="log_units")(output)
    return layers.Activation("exponential", name="units")(shifted)
