"""From what the user wrote in ``compile(metrics=...)`` to a metric object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from kerata.base.scope import Scope
from kerata.losses.resolve import Shape, kind_of_labels, object_name
from kerata.metrics.accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from kerata.metrics.metric import Metric
from kerata.metrics.names import namespace
from kerata.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from kerata.metrics.reduction import MeanMetricWrapper

_by_shape: dict[str, dict[str, Any]] = {
    "accuracy": {
        "binary": BinaryAccuracy,
        "sparse": SparseCategoricalAccuracy,
        "categorical": CategoricalAccuracy,
    },
    "crossentropy": {
        "binary": BinaryCrossentropy,
        "sparse": SparseCategoricalCrossentropy,
        "categorical": CategoricalCrossentropy,
    },
}
_short = {"acc": "accuracy", "ce": "crossentropy"}


def resolve_metric(
    identifier: Any, y_true_shape: Shape, y_pred_shape: Shape, loss: Any = None
) -> Metric:
    """Turn a name, function, class or object into a metric.

    Arguments:
        identifier: what the user gave; ``'accuracy'``, ``'acc'``, ``'crossentropy'`` and
            ``'ce'`` mean the metric that fits the shapes, as in Keras 3.15.
        y_true_shape, y_pred_shape: shapes of targets and outputs, batch axis included.
        loss: the output's loss; with ``'crossentropy'`` it says whether outputs are logits.

    Returns:
        A metric named as the user wrote it; a metric object stays itself.

    Raises:
        ValueError: unknown name.
        TypeError: something that can't be a metric.

    >>> metric = resolve_metric("acc", (None,), (None, 10))
    >>> metric.name, type(metric).__name__
    ('acc', 'SparseCategoricalAccuracy')
    """
    if isinstance(identifier, Metric):
        return identifier
    if identifier is None:
        raise TypeError("Expected a metric (its name, an object or a function), got None.")
    if isinstance(identifier, str):
        family = _short.get(identifier.lower(), identifier.lower())
        if family in _by_shape:
            cls = _by_shape[family][kind_of_labels(y_true_shape, y_pred_shape)]
            logits = family == "crossentropy" and getattr(loss, "from_logits", False)
            return cls(name=identifier, from_logits=True) if logits else cls(name=identifier)
    found = namespace.get(identifier)
    name = identifier if isinstance(identifier, str) else object_name(found)
    if not isinstance(found, Metric):
        return MeanMetricWrapper(found, name=name)
    found.name = name
    return found


def build_metric(metric: Metric, y_true: Any, y_pred: Any) -> None:
    """Let a metric make the variables that it only makes when it first sees a batch.

    Arguments:
        metric: any metric; its state does not change.
        y_true, y_pred: arrays, or anything with ``shape`` and ``dtype``, of one batch.

    >>> metric = MeanMetricWrapper(lambda t, p: t - p)
    >>> build_metric(metric, jax.ShapeDtypeStruct((8, 3), "float32"),
    ...              jax.ShapeDtypeStruct((8, 3), "float32"))
    >>> [v.shape for v in metric.variables]
    [(), ()]
    """

    build_metrics([metric], metric.update_state, y_true, y_pred)


def build_metrics(metrics: Sequence[Metric], count: Callable[..., Any], *batch: Any) -> None:
    """Let metrics make the variables that they only make when they first see a batch.

    Arguments:
        metrics: those that ``count`` updates; their states do not change.
        count: counts a batch in them.
        *batch: its arguments: nested arrays, or anything with ``shape`` and ``dtype``.
    """

    def traced(*batch: Any) -> None:
        with Scope():
            count(*batch)

    before = [len(metric.variables) for metric in metrics]
    try:
        jax.eval_shape(traced, *batch)
    except (jax.errors.TracerArrayConversionError, jax.errors.ConcretizationTypeError):
        # What computes outside JAX (run_eagerly) has all its variables from the beginning.
        if not all(before) or before != [len(metric.variables) for metric in metrics]:
            raise
