"""Area under a curve over thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.base.messages import shape_text
from kerata.base.registry import serialize
from kerata.losses.ranks import as_numbers
from kerata.losses.reduction import divide_no_nan
from kerata.metrics.confusion import Counts, check_thresholds, even_thresholds
from kerata.metrics.curves import Curve, precision, recall

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "majoring", "minoring")


class AUC(Curve):
    """Area under the ROC or precision-recall curve, from counts at many thresholds.

    Updated with labels 0 and 1 and float predictions from 0 to 1, both of shape ``(batch,)`` or
    ``(batch, labels)``. The state is four counts of shape ``(thresholds,)`` or
    ``(thresholds, labels)``.

    Arguments:
        num_thresholds: int, how many thresholds, at least 2; more are more exact. 200 by default.
        curve: ``'ROC'`` (the default), ``'PR'`` or ``'PRGAIN'``.
        summation_method: height between two thresholds: ``'interpolation'`` (mean, the default;
            on the PR curve true positives are interpolated), ``'minoring'`` (the smaller) or
            ``'majoring'`` (the larger).
        name, dtype: see ``Metric``.
        thresholds: list of floats, thresholds of your own from 0 to 1; 0 and 1 are added.
            None by default.
        multi_label: bool, whether each entry of the last axis has a curve of its own; False by
            default.
        num_labels: int, how many entries, if known before the first batch; None by default.
        label_weights: list of floats, weight for each entry; None by default.
        from_logits: bool, whether predictions are before the sigmoid; False by default.

    Raises:
        ValueError: arguments out of range; labels and predictions whose shapes do not fit.

    >>> float(AUC(num_thresholds=3)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    0.75

    Sources: Davis & Goadrich 2006, The relationship between precision-recall and ROC curves
    (interpolation of PR); Flach & Kull 2015, Precision-recall-gain curves (PRGAIN).
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if num_labels and not multi_label:
            raise ValueError("num_labels is only for AUC(multi_label=True).")
        self.curve = _one_of("curve", curve, CURVES)
        self.summation_method = _one_of("summation_method", summation_method, SUMMATIONS)
        if thresholds is None:
            self.init_thresholds, inner = None, even_thresholds("AUC", num_thresholds, 2)[1:-1]
        else:
            self.init_thresholds = inner = sorted(check_thresholds("AUC", list(thresholds)))
        # The outer ones lie a little outside, so that every prediction is between them.
        self._thresholds = [0.0 - epsilon(), *inner, 1.0 + epsilon()]
        self.num_thresholds = len(self._thresholds)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = label_weights
        self.from_logits = from_logits
        self._built = not multi_label or bool(num_labels)
        if self._built:
            self._add_counts(*([num_labels] if num_labels else []))

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, the added outer ones included."""
        return list(self._thresholds)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of shape ``(batch,)`` or ``(batch, labels)``."""
        y_pred = jnp.asarray(y_pred)
        if not self._built:
            if y_pred.ndim != 2:
                raise ValueError(
                    "AUC(multi_label=True) needs predictions of shape (batch, labels), "
                    f"got shape {y_pred.shape}."
                )
            self._add_counts(y_pred.shape[-1])
            self._built = True
        if self.label_weights is not None:
            given = as_numbers("AUC", "label_weights", self.label_weights)
            if given.shape != y_pred.shape[-1:]:
                raise ValueError(
                    f"AUC: label_weights of shape {shape_text(given.shape)} must hold one number "
                    f"for each label of predictions of shape {shape_text(y_pred.shape)}."
                )
        self._count(
            y_true,
            jax.nn.sigmoid(y_pred) if self.from_logits else y_pred,
            sample_weight=sample_weight,
            multi_label=self.multi_label,
            # With curves of their own, labels are weighted in the result.
            label_weights=None if self.multi_label else self.label_weights,
        )

    def result(self) -> jax.Array:
        """Give the area so far, with several labels their (weighted) mean."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            steps = _interpolated_pr_steps(self._counts)
        else:
            x, y = _points(self._counts, self.curve)
            if self.summation_method == "interpolation":
                height = (y[:-1] + y[1:]) / 2.0
            else:
                pick = jnp.minimum if self.summation_method == "minoring" else jnp.maximum
                height = pick(y[:-1], y[1:])
            steps = (x[:-1] - x[1:]) * height
        areas = jnp.sum(steps, axis=0)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return jnp.mean(areas)
        weights = jnp.asarray(self.label_weights, dtype=self.dtype)
        return divide_no_nan(jnp.sum(areas * weights), jnp.sum(weights))

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments; thresholds only if they were given."""
        config = super().get_config()
        config.pop("thresholds")
        if self.init_thresholds is not None:
            config["thresholds"] = serialize(self.init_thresholds)
        return config


def _one_of(argument: str, value: str, known: tuple[str, ...]) -> str:
    for name in known:
        if str(value).lower() == name.lower():
            return name
    raise ValueError(f"{argument} must be one of {', '.join(map(repr, known))}, got {value!r}.")


def _points(counts: Counts, curve: str) -> tuple[jax.Array, jax.Array]:
    """Give x and y of the curve at each threshold."""
    if curve == "ROC":
        false_rate = divide_no_nan(
            counts.false_positives, counts.false_positives + counts.true_negatives
        )
        return false_rate, recall(counts)
    if curve == "PR":
        return recall(counts), precision(counts)
    tp, fp, tn, fn = counts
    odds = divide_no_nan(tp + fn, tn + fp)
    recall_gain = jnp.where(tp == 0, 0.0, 1.0 - odds * divide_no_nan(fn, tp))
    precision_gain = jnp.where(tp == 0, 1.0, 1.0 - odds * divide_no_nan(fp, tp))
    return jnp.maximum(recall_gain, 0.0), precision_gain


def _interpolated_pr_steps(counts: Counts) -> jax.Array:
    """Areas between thresholds where true positives grow linearly with the predicted."""
    tp, fp, _, fn = counts
    predicted = tp + fp
    tp_step = tp[:-1] - tp[1:]
    slope = divide_no_nan(tp_step, jnp.maximum(predicted[:-1] - predicted[1:], 0))
    intercept = tp[1:] - slope * predicted[1:]
    both = (predicted[:-1] > 0) & (predicted[1:] > 0)
    ratio = jnp.where(both, divide_no_nan(predicted[:-1], predicted[1:]), 1.0)
    area = slope * (tp_step + intercept * jnp.log(ratio))
    return divide_no_nan(area, jnp.maximum(tp[1:] + fn[1:], 0))
