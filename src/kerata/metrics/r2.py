"""Share of variance that predictions explain."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.losses.ranks import as_numbers, as_pair, match_ranks
from kerata.metrics.confusion import spread_weight
from kerata.metrics.metric import Metric

AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """Coefficient of determination: 1 minus squared errors over variance of the targets.

    ``1 - sum((y_true - y_pred)**2) / sum((y_true - mean(y_true))**2)``; updated with targets and
    float predictions, both of shape ``(batch, outputs)`` or ``(batch,)``.

    Arguments:
        class_aggregation: over outputs: ``'uniform_average'`` (the default),
            ``'variance_weighted_average'`` or None (a score for each).
        num_regressors: int, number of inputs, for the adjusted score; 0 (the default) is the
            plain score. With no more samples than that, the plain score is given.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: targets and predictions with other numbers of outputs;
            arguments out of range; targets of more than two axes.

    >>> round(float(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
    0.5714

    Source: Wright 1921, Correlation and causation.
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in AGGREGATIONS:
            raise ValueError(
                f"class_aggregation must be one of {AGGREGATIONS}, got {class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(f"num_regressors must not be negative, got {num_regressors}.")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), name="num_samples")
        self._built = False

    def _build(self, outputs: int) -> None:
        self.squared_sum = self.add_variable((outputs,), name="squared_sum")
        self.sum = self.add_variable((outputs,), name="sum")
        self.total_mse = self.add_variable((outputs,), name="residual")
        self.count = self.add_variable((outputs,), name="count")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of shape ``(batch, outputs)`` or ``(batch,)``."""
        y_true, y_pred = match_ranks(
            as_numbers(f"Metric {self.name!r}", "y_true", y_true, self.dtype),
            as_numbers(f"Metric {self.name!r}", "y_pred", y_pred, self.dtype),
        )
        if y_true.ndim == 1 and y_pred.ndim == 1:
            y_true, y_pred = y_true[:, None], y_pred[:, None]
        if y_true.ndim != 2 or y_pred.ndim != 2:
            raise ValueError(
                f"Metric {self.name!r} needs targets and predictions of shape (batch, outputs), "
                f"got shapes {y_true.shape} and {y_pred.shape}."
            )
        as_pair(f"Metric {self.name!r}", y_true, y_pred)
        if not self._built:
            self._build(y_pred.shape[-1])
        weight = spread_weight(sample_weight, y_true, self.dtype)
        self.sum.assign_add(jnp.sum(weight * y_true, axis=0))
        self.squared_sum.assign_add(jnp.sum(weight * y_true**2, axis=0))
        self.total_mse.assign_add(jnp.sum(weight * (y_true - y_pred) ** 2, axis=0))
        self.count.assign_add(jnp.sum(weight, axis=0))
        self.num_samples.assign_add(y_true.size)

    def result(self) -> jax.Array:
        """Give the score so far."""
        if not self._built:
            return jnp.zeros((), self.dtype)
        total = self.squared_sum.value - self.sum.value**2 / self.count.value
        scores = 1 - self.total_mse.value / total
        scores = jnp.where(jnp.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = jnp.sum(total * scores) / jnp.sum(total)
        if self.num_regressors == 0:
            return scores
        samples = self.num_samples.value
        freedom = samples - self.num_regressors - 1
        adjusted = 1 - (1 - scores) * (samples - 1) / jnp.where(freedom > 0, freedom, 1)
        return jnp.where(freedom > 0, adjusted, scores)
