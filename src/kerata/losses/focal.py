"""Focal cross-entropies, which weigh hard examples more (Lin et al. 2017)."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.losses.crossentropy import (
    clip_probabilities,
    elementwise_binary_crossentropy,
    same_shape,
    smooth_labels,
)
from kerata.losses.loss import LossFunctionWrapper


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: Any = 0.25,
    gamma: Any = 2.0,
    from_logits: bool = False,
    label_smoothing: Any = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Average ``(1 - p) ** gamma * cross-entropy`` over an axis; p: probability of the label.

    Arguments:
        y_true: labels from 0 to 1, shape like ``y_pred``.
        y_pred: probabilities, or logits if ``from_logits``.
        apply_class_balancing: whether label 1 weighs ``alpha`` and label 0 ``1 - alpha``.
        alpha: weight of label 1.
        gamma: how strongly easy examples are played down.
        from_logits: whether ``y_pred`` is before the sigmoid.
        label_smoothing: share by which labels are drawn towards 0.5.
        axis: axis of the mean.

    >>> round(float(binary_focal_crossentropy([1.0], [0.5])), 4)
    0.1733
    """
    y_pred = jnp.asarray(y_pred)
    y_true = smooth_labels(jnp.asarray(y_true, dtype=y_pred.dtype), label_smoothing, 2)
    if from_logits:
        y_pred = jax.nn.sigmoid(y_pred)
    losses = elementwise_binary_crossentropy(y_true, y_pred, from_logits=False)
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    losses = jnp.power(1.0 - right, gamma) * losses
    if apply_class_balancing:
        losses = losses * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return jnp.mean(losses, axis=axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: Any = 2.0,
    from_logits: bool = False,
    label_smoothing: Any = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Focal cross-entropy of one-hot labels: ``-alpha * (1 - p) ** gamma * log(p)``.

    Arguments:
        y_true: probabilities of the classes, shape like ``y_pred``.
        y_pred: predicted probabilities, or logits if ``from_logits``.
        alpha: weight of all classes, or one for each.
        gamma: how strongly easy examples are played down.
        from_logits: whether ``y_pred`` is before the softmax.
        label_smoothing: share by which labels are drawn towards the uniform distribution.
        axis: axis of the classes.

    >>> round(float(categorical_focal_crossentropy([0.0, 1.0], [0.5, 0.5])), 4)
    0.0433
    """
    y_pred = jnp.asarray(y_pred)
    y_true = jnp.asarray(y_true, dtype=y_pred.dtype)
    same_shape("categorical_focal_crossentropy", y_true, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, y_true.shape[axis])
    if from_logits:
        y_pred = jax.nn.softmax(y_pred, axis=axis)
    y_pred = clip_probabilities(y_pred / jnp.sum(y_pred, axis, keepdims=True))
    weight = jnp.asarray(alpha) * jnp.power(1.0 - y_pred, gamma)
    return jnp.sum(-weight * y_true * jnp.log(y_pred), axis=axis)


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Focal cross-entropy of yes/no labels: easy examples count less (Lin et al. 2017).

    Arguments:
        apply_class_balancing: whether label 1 weighs ``alpha`` and label 0 ``1 - alpha``.
        alpha: weight of label 1.
        gamma: how strongly easy examples are played down; 0 is the plain cross-entropy.
        from_logits: whether predictions are before the sigmoid.
        label_smoothing: share by which labels are drawn towards 0.5.
        axis: axis of the mean over outputs.
        reduction, name, dtype: see ``Loss``.

    >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
    0.1733
    """

    _traced: ClassVar[tuple[str, ...]] = ("alpha", "gamma", "label_smoothing")

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: Any = 0.25,
        gamma: Any = 2.0,
        from_logits: bool = False,
        label_smoothing: Any = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Focal cross-entropy of one-hot labels: easy examples count less (Lin et al. 2017).

    Arguments:
        alpha: weight of all classes, or one for each.
        gamma: how strongly easy examples are played down.
        from_logits: whether predictions are before the softmax.
        label_smoothing: share by which labels are drawn towards the uniform distribution.
        axis: axis of the classes.
        reduction, name, dtype: see ``Loss``.

    >>> round(float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.0433
    """

    _traced: ClassVar[tuple[str, ...]] = ("alpha", "gamma", "label_smoothing")

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: Any = 2.0,
        from_logits: bool = False,
        label_smoothing: Any = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
