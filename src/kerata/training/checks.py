"""Do targets, losses and outputs fit together? Asked before anything is compiled."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerata.base.origin import is_own_class
from kerata.losses.checks import check_targets
from kerata.training.objective import Objective


def check_loss_given(model: Any, objective: Objective, custom: bool) -> None:
    """Refuse to train on nothing.

    Raises:
        ValueError: no loss anywhere.
    """
    regularized = any(v.regularizer is not None for v in model.trainable_weights)
    if custom or regularized or any(f is not None for f in objective.losses):
        return
    if not any(_may_add_loss(layer) for layer in model._flatten_layers()):
        raise ValueError(
            f"Model {model.name!r} has no loss to minimise: give compile() one, "
            "for example loss='mse'."
        )


def _may_add_loss(layer: Any) -> bool:
    foreign = not is_own_class(type(layer))
    return foreign or layer.activity_regularizer is not None


def check_targets_fit(objective: Objective, y: Any, y_pred: Any, sample_weight: Any) -> None:
    """Refuse targets that the losses or outputs can't mean.

    Raises:
        ValueError: naming the output, the value and what to do.
    """
    if y is None:
        if any(f is not None for f in objective.losses):
            raise ValueError("The loss compares outputs with targets, but y is missing.")
        return
    targets = objective.per_output(y, "y")
    weights = objective.weights_per_output(sample_weight)
    outputs = jax.tree.leaves(y_pred)
    for name, f, target, output, weight in zip(
        objective.outputs.loss_names,
        objective.losses,
        targets,
        outputs,
        weights,
        strict=True,
    ):
        if f is None:
            continue
        if target is None:
            raise ValueError(
                f"The output {name!r} has a loss but no targets: give y an entry for it, or "
                "give it no loss in compile()."
            )
        check_targets(f, np.asarray(target), output.shape, name)
        if weight is not None and np.ndim(weight) > np.ndim(target) + 1:
            raise ValueError(
                f"sample_weight has shape {np.shape(weight)}; it must have one number a row: "
                f"({np.shape(target)[0]},)."
            )
