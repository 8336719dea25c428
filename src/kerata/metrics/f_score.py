"""F scores: precision and recall in one number."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import number
from kerata.base.dtypes import epsilon
from kerata.base.messages import shape_text
from kerata.losses.ranks import as_numbers, as_pair
from kerata.metrics.confusion import spread_weight
from kerata.metrics.metric import Metric

AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    """Weighted harmonic mean of precision and recall, for one-hot labels.

    ``(1 + beta**2) * precision * recall / (beta**2 * precision + recall)``; updated with labels and
    float predictions, both of shape ``(batch, classes)``.

    Arguments:
        average: over the classes: None (the default: an array of a score for each, shape
            ``(classes,)``), ``'micro'`` (counts of all classes together), ``'macro'`` (mean) or
            ``'weighted'`` (mean weighted by class size).
        beta: float, how many times recall matters more than precision; 1 by default.
        threshold: float above 0 and up to 1; predictions above it count as 1. None (the
            default): the largest of each row does.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: arguments out of range; predictions that are not of shape (batch, classes).

    >>> score = FBetaScore(beta=2.0, threshold=0.5)([[1, 1], [1, 0]], [[0.2, 0.6], [0.6, 0.8]])
    >>> [round(float(s), 2) for s in score]
    [0.56, 0.83]

    Source: van Rijsbergen 1979, Information retrieval.
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in AVERAGES:
            raise ValueError(f"average must be one of {AVERAGES}, got {average!r}.")
        if isinstance(beta, (int, float)) and beta <= 0:
            raise ValueError(f"beta must be above 0, got {beta}.")
        if isinstance(threshold, (int, float)) and not 0 < threshold <= 1:
            raise ValueError(f"threshold must be above 0 and at most 1, got {threshold}.")
        self.average = average
        self.beta = number(type(self).__name__, "beta", beta)
        self.threshold = threshold
        if threshold is not None:
            self.threshold = number(type(self).__name__, "threshold", threshold)
        self._built = False

    def _build(self, y_true_shape: tuple[int, ...], y_pred_shape: tuple[int, ...]) -> None:
        if len(y_pred_shape) != 2 or len(y_true_shape) != 2:
            raise ValueError(
                f"Metric {self.name!r} needs one-hot labels and predictions of shape "
                f"(batch, classes), got labels of shape {shape_text(y_true_shape)} and "
                f"predictions of shape {shape_text(y_pred_shape)}."
            )
        shape = () if self.average == "micro" else (y_pred_shape[-1],)
        self.true_positives = self.add_variable(shape, dtype=self.dtype, name="true_positives")
        self.false_positives = self.add_variable(shape, dtype=self.dtype, name="false_positives")
        self.false_negatives = self.add_variable(shape, dtype=self.dtype, name="false_negatives")
        self.intermediate_weights = self.add_variable(
            shape, dtype=self.dtype, name="intermediate_weights"
        )
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of shape ``(batch, classes)``."""
        y_true = as_numbers(f"Metric {self.name!r}", "y_true", y_true, self.dtype)
        y_pred = as_numbers(f"Metric {self.name!r}", "y_pred", y_pred, self.dtype)
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        as_pair(f"Metric {self.name!r}", y_true, y_pred, matched=False)
        if self.threshold is None:
            # A row of zeros predicts nothing.
            largest = jnp.max(y_pred, axis=-1, keepdims=True)
            yes = (y_pred >= largest) & (jnp.abs(y_pred) > 1e-9)
        else:
            yes = y_pred > self.threshold
        y_pred = yes.astype(self.dtype)
        weight = spread_weight(sample_weight, y_pred, self.dtype)
        axis = None if self.average == "micro" else 0
        self.true_positives.assign_add(jnp.sum(weight * y_pred * y_true, axis=axis))
        self.false_positives.assign_add(jnp.sum(weight * y_pred * (1 - y_true), axis=axis))
        self.false_negatives.assign_add(jnp.sum(weight * (1 - y_pred) * y_true, axis=axis))
        self.intermediate_weights.assign_add(jnp.sum(weight * y_true, axis=axis))

    def result(self) -> jax.Array:
        """Give the score, one for each class without ``average``."""
        if not self._built:
            return jnp.zeros((), self.dtype)
        tp, square = self.true_positives.value, self.beta**2
        precision = tp / (tp + self.false_positives.value + epsilon())
        recall = tp / (tp + self.false_negatives.value + epsilon())
        score = (1 + square) * precision * recall / (square * precision + recall + epsilon())
        if self.average is None:
            return score
        if self.average == "weighted":
            sizes = self.intermediate_weights.value
            return jnp.sum(score * sizes / (jnp.sum(sizes) + epsilon()))
        return jnp.mean(score)


class F1Score(FBetaScore):
    """Harmonic mean of precision and recall, for one-hot labels.

    ``2 * precision * recall / (precision + recall)``; updated with labels and float predictions,
    both of shape ``(batch, classes)``.

    Arguments:
        average: over the classes: None (the default: a score for each), ``'micro'``, ``'macro'``
            or ``'weighted'``, see ``FBetaScore``.
        threshold: float above 0 and up to 1; predictions above it count as 1. None (the
            default): the largest of each row does.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: arguments out of range; predictions that are not of shape (batch, classes).

    >>> score = F1Score(threshold=0.5)([[1, 1], [1, 0]], [[0.2, 0.6], [0.6, 0.8]])
    >>> [round(float(s), 4) for s in score]
    [0.6667, 0.6667]

    Source: van Rijsbergen 1979, Information retrieval.
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)
