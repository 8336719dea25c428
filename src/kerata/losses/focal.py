"""Focal cross-entropies, which weigh hard examples more (Lin et al. 2017)."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.eager import asked
from kerata.losses.crossentropy import (
    clip_probabilities,
    elementwise_binary_crossentropy,
    same_shape,
    smooth_classes,
    smooth_labels,
)
from kerata.losses.loss import LossFunctionWrapper


@asked
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
        y_true: labels from 0 to 1, any number dtype, shape ``(batch, outputs)`` or another of
            ``y_pred``.
        y_pred: float array of probabilities, or logits if ``from_logits``.
        apply_class_balancing: bool, whether label 1 weighs ``alpha`` and label 0 ``1 - alpha``;
            False by default.
        alpha: float from 0 to 1, weight of label 1; 0.25 by default.
        gamma: float, how strongly easy examples are played down; 0 is the plain cross-entropy, 2
            the default.
        from_logits: bool, whether ``y_pred`` is before the sigmoid; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards 0.5; 0 by
            default.
        axis: int, axis of the mean, -1 by default.

    Returns:
        Array of ``y_pred``'s shape without the axis, and of its dtype.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> round(float(binary_focal_crossentropy([1.0], [0.5])), 4)
    0.1733

    Source: Lin et al. 2017, Focal loss for dense object detection (arXiv:1708.02002).
    """
    y_true, y_pred = same_shape("binary_focal_crossentropy", y_true, y_pred, axis)
    y_true = smooth_labels(y_true, label_smoothing, 2)
    if from_logits:
        y_pred = jax.nn.sigmoid(y_pred)
    losses = elementwise_binary_crossentropy(y_true, y_pred, from_logits=False)
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    losses = jnp.power(1.0 - right, gamma) * losses
    if apply_class_balancing:
        losses = losses * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return jnp.mean(losses, axis=axis)


@asked
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
        y_true: probabilities of the classes, any number dtype, shape ``(batch, ..., classes)``.
        y_pred: float array of the same shape: probabilities, or logits if ``from_logits``.
        alpha: float for all classes, or one for each; 0.25 by default.
        gamma: float, how strongly easy examples are played down; 0 is the plain cross-entropy, 2
            the default.
        from_logits: bool, whether ``y_pred`` is before the softmax; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards the uniform
            distribution; 0 by default.
        axis: int, axis of the classes, -1 by default.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> round(float(categorical_focal_crossentropy([0.0, 1.0], [0.5, 0.5])), 4)
    0.0433

    Source: Lin et al. 2017, Focal loss for dense object detection (arXiv:1708.02002).
    """
    y_true, y_pred = same_shape("categorical_focal_crossentropy", y_true, y_pred, axis)
    y_true = smooth_classes("categorical_focal_crossentropy", y_true, label_smoothing, axis)
    if from_logits:
        y_pred = jax.nn.softmax(y_pred, axis=axis)
    y_pred = clip_probabilities(y_pred / jnp.sum(y_pred, axis, keepdims=True))
    weight = jnp.asarray(alpha) * jnp.power(1.0 - y_pred, gamma)
    return jnp.sum(-weight * y_true * jnp.log(y_pred), axis=axis)


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Focal cross-entropy of yes/no labels: easy examples count less.

    ``(1 - p) ** gamma * -log(p)``, ``p`` the probability of the label; called with labels from 0 to
    1 and float predictions, both of shape ``(batch, outputs)``.

    Arguments:
        apply_class_balancing: bool, whether label 1 weighs ``alpha`` and label 0 ``1 - alpha``;
            False by default.
        alpha: float from 0 to 1, weight of label 1; 0.25 by default.
        gamma: float, how strongly easy examples are played down; 0 is the plain cross-entropy, 2
            the default.
        from_logits: bool, whether predictions are before the sigmoid; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards 0.5; 0 by
            default.
        axis: int, axis of the mean over outputs, -1 by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: labels of another shape than the predictions; an unknown reduction.

    >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
    0.1733

    Source: Lin et al. 2017, Focal loss for dense object detection (arXiv:1708.02002).
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
    """Focal cross-entropy of one-hot labels: easy examples count less.

    ``-alpha * (1 - p) ** gamma * log(p)``, ``p`` the probability of the label; called with labels
    and float predictions, both of shape ``(batch, ..., classes)``.

    Arguments:
        alpha: float for all classes, or one for each; 0.25 by default.
        gamma: float, how strongly easy examples are played down; 0 is the plain cross-entropy, 2
            the default.
        from_logits: bool, whether predictions are before the softmax; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards the uniform
            distribution; 0 by default.
        axis: int, axis of the classes, -1 by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: labels of another shape than the predictions; an unknown reduction.

    >>> round(float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.0433

    Source: Lin et al. 2017, Focal loss for dense object detection (arXiv:1708.02002).
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
