"""Metrics of predicted probabilities: means of the cross-entropies and similar losses."""

from __future__ import annotations

from typing import Any

from kerata.losses import crossentropy, divergence
from kerata.metrics.reduction import MeanMetricWrapper


class KLDivergence(MeanMetricWrapper):
    """Mean Kullback-Leibler divergence: ``sum(y_true * log(y_true / y_pred))``.

    Updated with probabilities and float predictions, both of shape ``(batch, ..., classes)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
    0.0

    Source: Kullback & Leibler 1951, On information and sufficiency.
    """

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(divergence.kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """Mean of ``y_pred - y_true * log(y_pred)``.

    Updated with counts and float predictions above 0, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> round(float(Poisson()([[3.0]], [[1.0]])), 4)
    1.0
    """

    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(divergence.poisson, name, dtype)


class BinaryCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of yes/no labels: ``-(y * log(p) + (1 - y) * log(1 - p))``.

    Updated with labels from 0 to 1 and float predictions, both of shape ``(batch, outputs)``.

    Arguments:
        name, dtype: see ``Metric``.
        from_logits: bool, whether predictions are before the sigmoid; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards 0.5; 0 by
            default.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> round(float(BinaryCrossentropy()([[1.0], [0.0]], [[0.5], [0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: Any = 0,
    ) -> None:
        super().__init__(
            crossentropy.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of one-hot labels: ``-sum(y_true * log(p))``.

    Updated with labels and float predictions, both of shape ``(batch, ..., classes)``.

    Arguments:
        name, dtype: see ``Metric``.
        from_logits: bool, whether predictions are before the softmax; False by default.
        label_smoothing: float from 0 to 1, share by which labels are drawn towards the uniform
            distribution; 0 by default.
        axis: int, axis of the classes, -1 by default.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: Any = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            crossentropy.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of integer labels: ``-log(p[y_true])``.

    Updated with int labels of shape ``(batch, ...)`` and float predictions of shape
    ``(batch, ..., classes)``.

    Arguments:
        name, dtype: see ``Metric``.
        from_logits: bool, whether predictions are before the softmax; False by default.
        ignore_class: int, label of entries whose loss is set to 0; None by default.
        axis: int, axis of the classes, -1 by default.

    Raises:
        ValueError: not one label for each prediction.

    >>> round(float(SparseCategoricalCrossentropy()([1, 0], [[0.5, 0.5], [0.5, 0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(
            crossentropy.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
