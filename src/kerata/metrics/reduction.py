"""Metrics that are sums and means of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import jax
import jax.numpy as jnp

from kerata.base.registry import deserialize, serialize
from kerata.base.scope import get_mask
from kerata.losses.names import namespace as losses
from kerata.losses.options import check_options
from kerata.losses.ranks import as_numbers, match_ranks
from kerata.losses.reduction import apply_mask, check_weights, divide_no_nan
from kerata.metrics.metric import Metric
from kerata.metrics.names import namespace


def reduce_to_samples(
    values: Any, sample_weight: Any, reduce: Callable[..., Any], dtype: str
) -> tuple[jax.Array, jax.Array | None]:
    """Reduce values and weights to one for each sample.

    Arguments:
        values: shape ``(batch, ...)`` or a scalar.
        sample_weight: shape like the first axes of ``values``, or None.
        reduce: ``jnp.mean`` or ``jnp.sum``.
        dtype: type of both results.

    Returns:
        Weighted values of shape ``(batch,)``, and weights of shape ``(batch,)`` or None.
    """
    mask = get_mask(values)
    values = as_numbers("A metric", "values", values, dtype)
    weight = None
    if sample_weight is not None:
        weight = apply_mask(
            as_numbers("A metric", "sample_weight", sample_weight, dtype), mask, dtype, "sum"
        )
        values, weight = match_ranks(values, weight)
        ndim = weight.ndim
        if values.ndim > ndim:
            values = reduce(values, axis=tuple(range(ndim, values.ndim)))
        check_weights(weight.shape, values.shape)
        weight = jnp.broadcast_to(weight, values.shape)
        values = values * weight
        if ndim > 1:
            weight = reduce(weight, axis=tuple(range(1, ndim)))
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, weight


class Sum(Metric):
    """Sum of all values seen.

    Updated with numbers of shape ``(batch, ...)`` and weights of the shape of the first axes.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: weights whose shape does not fit that of the values; an unknown dtype.

    >>> float(Sum()([1.0, 2.0], sample_weight=[1.0, 2.0]))
    5.0
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), dtype=self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values of shape ``(batch, ...)``."""
        values, _ = reduce_to_samples(values, sample_weight, jnp.sum, self.dtype)
        self.total.assign_add(jnp.sum(values))

    def result(self) -> jax.Array:
        """Give the sum so far."""
        return self.total.value


class Mean(Metric):
    """Weighted mean of all values seen: ``sum(weight * value) / sum(weight)``, 0 if there are none.

    Updated with numbers of shape ``(batch, ...)`` or a scalar, and weights of the shape of the
    first axes.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: weights whose shape does not fit that of the values; an unknown dtype.

    >>> metric = Mean()
    >>> metric.update_state([1.0, 3.0])
    >>> metric.update_state([11.0])
    >>> float(metric.result())
    5.0
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), dtype=self.dtype, name="total")
        self.count = self.add_variable((), dtype=self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values of shape ``(batch, ...)`` or a scalar, which counts as one sample."""
        values, weight = reduce_to_samples(values, sample_weight, jnp.mean, self.dtype)
        self.total.assign_add(jnp.sum(values))
        self.count.assign_add(values.size if weight is None else jnp.sum(weight))

    def result(self) -> jax.Array:
        """Give the mean so far, 0 if nothing was seen."""
        return divide_no_nan(self.total.value, self.count.value)


class MeanMetricWrapper(Mean):
    """Mean over samples of what a function gives for targets and predictions.

    Arguments:
        fn: function ``(y_true, y_pred, **kwargs)`` that gives values of shape ``(batch, ...)``.
        name, dtype: see ``Metric``.
        **kwargs: further arguments of the function; they become attributes.

    Raises:
        ValueError: weights whose shape does not fit that of the values; an unknown dtype.

    >>> metric = MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred), name="error")
    >>> float(metric(jnp.array([1.0, 2.0]), jnp.array([1.0, 4.0])))
    1.0
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.fn = fn
        if self._direction is None and fn in losses.objects.values():
            self._direction = "down"
        check_options(type(self).__name__, fn, kwargs)
        self._fn_names = tuple(kwargs)
        for key, value in kwargs.items():
            setattr(self, key, value)

    def update_state(  # type: ignore[override]  # takes pairs instead of values
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Add a batch; a mask that layers attached to the predictions is applied."""
        mask = get_mask(y_pred)
        values = self.fn(y_true, y_pred, **{key: getattr(self, key) for key in self._fn_names})
        weight = apply_mask(sample_weight, mask, self.dtype, "sum")
        super().update_state(values, sample_weight=weight)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments, the function's own included."""
        return {
            **super().get_config(),
            **{key: serialize(getattr(self, key)) for key in self._fn_names},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build a metric from what ``get_config`` gave."""
        config = dict(config)
        if "fn" in config:
            config["fn"] = deserialize(config["fn"], namespace=namespace)
        return cls(**config)
