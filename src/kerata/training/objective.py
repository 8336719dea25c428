"""What training minimises and what it reports: losses and metrics over all outputs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import jax

from kerata import metrics as metrics_module
from kerata.losses.resolve import resolve_loss
from kerata.losses.stable import loss_of_output
from kerata.metrics.resolve import build_metric, resolve_metric
from kerata.training.nested_outputs import Outputs


class Objective:
    """Losses and metrics of a compiled model, resolved for its outputs.

    Arguments:
        loss, loss_weights, metrics, weighted_metrics: as given to ``compile``.
        y, y_pred: targets and outputs of one batch, or their shapes.
        output_names: names of the outputs in their flat order.
    """

    def __init__(
        self,
        loss: Any,
        loss_weights: Any,
        metrics: Any,
        weighted_metrics: Any,
        y: Any,
        y_pred: Any,
        output_names: list[str],
    ) -> None:
        flat_pred = jax.tree.leaves(y_pred)
        self.outputs = Outputs(y_pred, output_names)
        self.count = self.outputs.count
        flat_y = self.per_output(y, "y")
        losses = self.outputs.arrange(loss, "loss", shared=True)
        self.losses = [
            resolve_loss(f, _shape(t), _shape(p))
            for f, t, p in zip(losses, flat_y, flat_pred, strict=True)
        ]
        self.loss_weights = [
            1.0 if w is None else w for w in self.per_output(loss_weights, "loss_weights")
        ]
        self.loss_tracker = metrics_module.Mean(name="loss")
        self.output_trackers = [
            metrics_module.Mean(name=f"{n}_loss") if f is not None else None
            for n, f in zip(self.outputs.loss_names, self.losses, strict=True)
        ]
        # A single loss is the total.
        if sum(f is not None for f in self.losses) < 2:
            self.output_trackers = [None] * self.count
        # Losses given by name for outputs by name are reported in the order they were given in.
        self._shown_trackers = [
            t for t in (self.output_trackers[i] for i in self.outputs.order(loss)) if t is not None
        ]

        def resolve(given: Any, argument: str) -> list[list[Any]]:
            per_output = self.outputs.arrange(given, argument, listed=True)
            return [
                [resolve_metric(m, _shape(t), _shape(p), f) for m in _as_list(ms) if m is not None]
                for ms, t, p, f in zip(per_output, flat_y, flat_pred, self.losses, strict=True)
            ]

        self.metrics = resolve(metrics, "metrics")
        self.weighted_metrics = resolve(weighted_metrics, "weighted_metrics")
        for t, p, plain, weighted in zip(
            flat_y, flat_pred, self.metrics, self.weighted_metrics, strict=True
        ):
            for metric in (*plain, *weighted):
                if t is not None:
                    build_metric(metric, _stand_in(t), _stand_in(p))

    def per_output(self, given: Any, argument: str) -> list[Any]:
        """Arrange targets or the like into one entry an output, None where there is none.

        Raises:
            ValueError: another structure than that of the outputs, or an unknown name.
        """
        return self.outputs.arrange(given, argument)

    def loss(self, y: Any, y_pred: Any, sample_weight: Any) -> tuple[Any, list[Any]]:
        """Give the weighted sum of the outputs' losses and the single ones."""
        total: Any = 0.0
        parts: list[Any] = []
        for target, output, weight, f, factor in zip(
            self.per_output(y, "y"),
            jax.tree.leaves(y_pred),
            self.weights_per_output(sample_weight),
            self.losses,
            self.loss_weights,
            strict=True,
        ):
            if f is None:
                parts.append(None)
                continue
            value = loss_of_output(f, target, output, weight)
            parts.append(value)
            total = total + factor * value
        return total, parts

    def weights_per_output(self, sample_weight: Any) -> list[Any]:
        """Arrange sample weights into one entry an output; a single array serves all."""
        return self.outputs.arrange_weights(sample_weight)

    def update(
        self, loss: Any, parts: list[Any], y: Any, y_pred: Any, sample_weight: Any, rows: int
    ) -> None:
        """Count a batch in the loss and all metrics."""
        self.loss_tracker.update_state(loss, sample_weight=rows)
        self.count_parts(parts, rows)
        self.count_metrics(y, y_pred, sample_weight)

    def count_parts(self, parts: list[Any], rows: int) -> None:
        """Count the losses of the single outputs."""
        for tracker, value in zip(self.output_trackers, parts, strict=True):
            if tracker is not None:
                tracker.update_state(value, sample_weight=rows)

    def count_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        """Count a batch in the metrics alone."""
        for target, output, weight, plain, weighted in zip(
            self.per_output(y, "y"),
            jax.tree.leaves(y_pred),
            self.weights_per_output(sample_weight),
            self.metrics,
            self.weighted_metrics,
            strict=True,
        ):
            for metric in plain:
                metric.update_state(target, output)
            for metric in weighted:
                metric.update_state(target, output, sample_weight=weight)

    def owns(self, metric: Any) -> bool:
        """Say whether a metric is one of these: a tracker of losses, or given to ``compile``."""
        return any(metric is m for m in self.all_metrics)

    @property
    def all_metrics(self) -> list[Any]:
        """Trackers of the losses, then the metrics output by output."""
        trackers = [self.loss_tracker, *self._shown_trackers]
        plain = [m for ms in self.metrics for m in ms]
        return trackers + plain + [m for ms in self.weighted_metrics for m in ms]

    @property
    def variables(self) -> list[Any]:
        """The variables of all trackers and metrics."""
        return [v for m in self.all_metrics for v in m.variables]

    def reset(self) -> None:
        """Forget all batches."""
        for metric in self.all_metrics:
            metric.reset_state()

    def results_of(self, metrics: list[Any]) -> dict[str, Any]:
        """Give the results of those metrics that are among some."""
        own = self.all_metrics
        if all(any(m is n for n in metrics) for m in own):
            return self.results()
        chosen = [m for m in metrics if any(m is n for n in own)]
        return {m.name: m.result() for m in chosen}

    def in_order(self, names: Collection[str]) -> list[str]:
        """Bring names of results into the order of ``evaluate``'s list.

        Losses come first; of several outputs, metrics follow by name.
        """
        if self.count == 1:
            return list(names)
        losses = ["loss", *(t.name for t in self._shown_trackers)]
        return [n for n in losses if n in names] + sorted(n for n in names if n not in losses)

    def results(self) -> dict[str, Any]:
        """Give the present values under Keras's names, the loss first."""
        found: dict[str, Any] = {"loss": self.loss_tracker.result()}
        for tracker in self._shown_trackers:
            found[tracker.name] = tracker.result()
        for which, prefix in ((self.metrics, ""), (self.weighted_metrics, "weighted_")):
            for name, metrics in zip(self.outputs.names, which, strict=True):
                for metric in metrics:
                    output = f"{name}_" if self.count > 1 else ""
                    key = output + metric.name
                    if key in found and prefix:
                        key = output + prefix + metric.name
                    value = metric.result()
                    values = value if isinstance(value, dict) else {key: value}
                    for k, v in values.items():
                        found[_free(k, found)] = v
        return found


def _free(name: str, taken: dict[str, Any]) -> str:
    """Number a name that is taken, as Keras does: auc, auc_1."""
    key, n = name, 0
    while key in taken:
        n += 1
        key = f"{name}_{n}"
    return key


def _as_list(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (list, tuple)) else [x]


def _stand_in(x: Any) -> jax.ShapeDtypeStruct:
    """Describe a batch; unknown sizes don't matter for the size of a metric's state."""
    return jax.ShapeDtypeStruct(tuple(2 if d is None else d for d in x.shape), x.dtype)


def _shape(x: Any) -> tuple[int, ...]:
    return () if x is None else tuple(x.shape)
