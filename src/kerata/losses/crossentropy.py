"""Cross-entropies: how improbable the predicted probabilities make the labels."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.base.eager import asked
from kerata.base.messages import shape_text
from kerata.base.scope import set_mask
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_numbers, as_pair, one_label_each


@asked
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: Any = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Average the cross-entropy of yes/no labels over an axis.

    ``-mean(y_true * log(p) + (1 - y_true) * log(1 - p))``, ``p`` kept ``epsilon()`` away from 0 and
    1.

    Arguments:
        y_true: labels from 0 to 1, any number dtype, shape ``(batch, outputs)`` or another of
            ``y_pred``.
        y_pred: float array of probabilities, or logits if ``from_logits``.
        from_logits: bool, whether ``y_pred`` is before the sigmoid; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards 0.5; 0 by
            default.
        axis: int, axis of the mean, -1 by default.

    Returns:
        Array of ``y_pred``'s shape without the axis, and of its dtype.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> round(float(binary_crossentropy([1.0, 0.0], [0.5, 0.5])), 4)
    0.6931

    Source: Szegedy et al. 2016, Rethinking the Inception architecture for computer vision (label
    smoothing; arXiv:1512.00567).
    """
    y_true, y_pred = same_shape("binary_crossentropy", y_true, y_pred, axis)
    y_true = smooth_labels(y_true, label_smoothing, 2)
    return jnp.mean(elementwise_binary_crossentropy(y_true, y_pred, from_logits), axis=axis)


@asked
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: Any = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Cross-entropy of one-hot labels: ``-sum(y_true * log(p))`` along the classes.

    Probabilities are brought to sum 1 and kept ``epsilon()`` away from 0 and 1.

    Arguments:
        y_true: probabilities of the classes, any number dtype, shape ``(batch, ..., classes)``.
        y_pred: float array of the same shape: probabilities, or logits if ``from_logits``.
        from_logits: bool, whether ``y_pred`` is before the softmax; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards the uniform
            distribution; 0 by default.
        axis: int, axis of the classes, -1 by default.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: labels of another shape than the predictions; ``label_smoothing`` with an axis
            that is not the last one.

    >>> round(float(categorical_crossentropy([0.0, 1.0], [0.5, 0.5])), 4)
    0.6931

    Source: Szegedy et al. 2016, Rethinking the Inception architecture for computer vision (label
    smoothing; arXiv:1512.00567).
    """
    y_true, y_pred = same_shape("categorical_crossentropy", y_true, y_pred, axis)
    y_true = smooth_classes("categorical_crossentropy", y_true, label_smoothing, axis)
    return -jnp.sum(y_true * log_probabilities(y_pred, from_logits, axis), axis=axis)


@asked
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> jax.Array:
    """Cross-entropy of integer labels: ``-log(p[y_true])``.

    Arguments:
        y_true: int class numbers, shape of ``y_pred`` without the class axis (or width 1 there).
        y_pred: float array of shape ``(batch, ..., classes)``: probabilities, or logits if
            ``from_logits``.
        from_logits: bool, whether ``y_pred`` is before the softmax; False by default.
        ignore_class: int, label of entries that don't count; None by default.
        axis: int, axis of the classes, -1 by default.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype, 0 at ignored entries.

    Raises:
        ValueError: not one label for each prediction.

    >>> round(float(sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 4)
    0.6931
    """
    y_pred = as_numbers("sparse_categorical_crossentropy", "y_pred", y_pred)
    y_true = one_label_each(
        "sparse_categorical_crossentropy", y_true, y_pred, axis, "categorical_crossentropy"
    )
    valid = None if ignore_class is None else y_true != ignore_class
    if valid is not None:
        y_true = jnp.where(valid, y_true, 0)
        y_pred = jnp.where(jnp.expand_dims(valid, axis), y_pred, 0)
    one_hot = jax.nn.one_hot(y_true.astype("int32"), y_pred.shape[axis], axis=axis)
    losses = -jnp.sum(one_hot * log_probabilities(y_pred, from_logits, axis), axis=axis)
    if valid is not None:
        # 0 / 0 of ignored entries must not reach the sum.
        losses = jnp.where(valid, losses, 0.0)
        set_mask(losses, valid)
    return losses


@asked
def elementwise_binary_crossentropy(
    y_true: jax.Array, y_pred: jax.Array, from_logits: bool
) -> jax.Array:
    """Cross-entropy of each yes/no label by itself."""
    if from_logits:
        log_yes, log_no = jax.nn.log_sigmoid(y_pred), jax.nn.log_sigmoid(-y_pred)
    else:
        y_pred = clip_probabilities(y_pred)
        log_yes, log_no = jnp.log(y_pred), jnp.log(1.0 - y_pred)
    return -(y_true * log_yes + (1.0 - y_true) * log_no)


def log_probabilities(y_pred: jax.Array, from_logits: bool, axis: int) -> jax.Array:
    """Logarithms of class probabilities, which are brought to sum 1."""
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    return jnp.log(clip_probabilities(y_pred / jnp.sum(y_pred, axis, keepdims=True)))


def clip_probabilities(y_pred: jax.Array) -> jax.Array:
    """Keep probabilities ``epsilon()`` away from 0 and 1, as Keras 3.15."""
    return jnp.clip(y_pred, epsilon(), 1.0 - epsilon())


@asked
def smooth_labels(y_true: jax.Array, label_smoothing: Any, classes: int) -> jax.Array:
    """Draw labels towards ``1 / classes``; the share may be traced."""
    if label_smoothing is None or (
        isinstance(label_smoothing, (int, float)) and label_smoothing == 0
    ):
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / classes


def smooth_classes(owner: str, y_true: jax.Array, label_smoothing: Any, axis: int) -> jax.Array:
    """Draw one-hot labels towards the uniform distribution.

    Raises:
        ValueError: classes along another axis than the last one, and another number of them than
            that is long: Keras divides by its length all the same.
    """
    smoothed = smooth_labels(y_true, label_smoothing, y_true.shape[axis])
    if smoothed is not y_true and y_true.shape[axis] != y_true.shape[-1]:
        raise ValueError(
            f"{owner}: label_smoothing needs the classes along the last axis, got axis={axis} for "
            f"labels of shape {shape_text(y_true.shape)}: move that axis to the end."
        )
    return smoothed


def same_shape(owner: str, y_true: Any, y_pred: Any, axis: Any = -1) -> tuple[jax.Array, jax.Array]:
    """Turn both into arrays of the predictions' type, or refuse labels of another shape."""
    y_pred = as_numbers(owner, "y_pred", y_pred)
    y_true = as_numbers(owner, "y_true", y_true, y_pred.dtype)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"{owner} needs y_true of the shape of y_pred, {shape_text(y_pred.shape)}, "
            f"got {shape_text(y_true.shape)}."
        )
    return as_pair(owner, y_true, y_pred, axis, matched=False)


class BinaryCrossentropy(LossFunctionWrapper):
    """Cross-entropy of yes/no labels, for one or several sigmoid outputs.

    ``-mean(y_true * log(p) + (1 - y_true) * log(1 - p))``, called with labels from 0 to 1 and float
    predictions, both of shape ``(batch, outputs)``.

    Arguments:
        from_logits: bool, whether predictions are before the sigmoid; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards 0.5; 0 by
            default.
        axis: int, axis of the mean over outputs, -1 by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: labels of another shape than the predictions; an unknown reduction.

    >>> round(float(BinaryCrossentropy()([[1.0], [0.0]], [[0.5], [0.5]])), 4)
    0.6931

    Source: Szegedy et al. 2016, Rethinking the Inception architecture for computer vision (label
    smoothing; arXiv:1512.00567).
    """

    _traced: ClassVar[tuple[str, ...]] = ("label_smoothing",)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: Any = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy of one-hot labels, for a softmax output.

    ``-sum(y_true * log(p))``, called with labels and float predictions, both of shape
    ``(batch, ..., classes)``.

    Arguments:
        from_logits: bool, whether predictions are before the softmax; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards the uniform
            distribution; 0 by default.
        axis: int, axis of the classes, -1 by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: labels of another shape than the predictions; an unknown reduction.

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931

    Source: Szegedy et al. 2016, Rethinking the Inception architecture for computer vision (label
    smoothing; arXiv:1512.00567).
    """

    _traced: ClassVar[tuple[str, ...]] = ("label_smoothing",)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: Any = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy of integer labels, for a softmax output.

    ``-log(p[y_true])``, called with int labels of shape ``(batch, ...)`` and float predictions of
    shape ``(batch, ..., classes)``.

    Arguments:
        from_logits: bool, whether predictions are before the softmax; False by default.
        ignore_class: int, label of entries that don't count; None by default.
        reduction: see ``Loss``.
        axis: int, axis of the classes, -1 by default.
        name, dtype: see ``Loss``.

    Raises:
        ValueError: not one label for each prediction; an unknown reduction.

    >>> round(float(SparseCategoricalCrossentropy()([1, 0], [[0.5, 0.5], [0.5, 0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
