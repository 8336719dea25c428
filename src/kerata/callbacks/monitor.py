"""Monitoring one logged value and deciding whether it improved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean, warn
from kerata.callbacks.callback import Callback, Logs

# Words in metric names that say which way is better. A multi-output model puts the output's
# name in front, so that a name need not begin with them.
_UP = re.compile(
    r"(^|_)(acc|accuracy|auc|precision|recall|sensitivity|specificity|f1|f2|fbeta|iou|io_u|r2"
    r"|score|similarity|correlation)(_|$)"
)
_DOWN = re.compile(
    r"(^|_)(loss|error|mse|mae|mape|msle|rmse|crossentropy|hinge|poisson|divergence|logcosh)(_|$)"
)


class Monitor(Callback):
    """Base of callbacks that watch one value of the logs.

    Arguments:
        monitor: name of the value.
        mode: ``'min'`` or ``'max'``: which way is better; ``'auto'`` finds out from the
            metric of that name, else from the name itself.
        min_delta: smallest change that counts as better.

    Attributes:
        monitor_op: says whether its first value is better than its second; ``numpy.less`` or
            ``numpy.greater``, None until the first comparison. Another may be set.
    """

    def __init__(self, monitor: str = "val_loss", mode: str = "auto", min_delta: float = 0) -> None:
        if mode not in ("auto", "min", "max"):
            warn(
                f"{type(self).__name__}: unknown mode {mode!r}, 'auto' is used instead. "
                f"{did_you_mean(mode, ['auto', 'min', 'max'])}",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.best: float | None = None
        self.monitor_op: Callable[[Any, Any], Any] | None = None
        self._warned = False

    def current_value(self, logs: Logs) -> Any:
        """Give the watched value, or None with one warning if the logs don't have it."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None and not self._warned:
            self._warned = True
            warn(
                f"{type(self).__name__} watches {self.monitor!r}, which is not in the logs, so it "
                f"does nothing. The logs have: {', '.join(logs) or 'nothing'}."
                f"{_hint(self.monitor, logs)}",
                stacklevel=3,
            )
        return value

    def improved(self, value: float, reference: float | None) -> bool:
        """Say whether a value is better than a reference by more than ``min_delta``."""
        if self.monitor_op is None:
            mode = self._find_direction() if self.mode == "auto" else self.mode
            self.monitor_op = np.less if mode == "min" else np.greater
        if reference is None:
            return True
        handicap = self.min_delta if self.monitor_op is np.less else -self.min_delta
        return bool(self.monitor_op(value + handicap, reference))

    def _find_direction(self) -> str:
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return "min"
        for metric in getattr(self.model, "metrics", None) or []:
            direction = getattr(metric, "_direction", None)
            if direction and getattr(metric, "name", None) == name:
                return "max" if direction == "up" else "min"
        up, down = bool(_UP.search(name)), bool(_DOWN.search(name))
        if up == down:
            raise ValueError(
                f"{type(self).__name__} can't tell from the name {self.monitor!r} whether more "
                "or less of it is better: pass mode='max' or mode='min'."
            )
        return "max" if up else "min"


def _hint(monitor: str, logs: Mapping[str, Any]) -> str:
    if monitor.startswith("val_") and not any(name.startswith("val_") for name in logs):
        return " Pass validation_data=... or validation_split=... to fit()."
    suggestion = did_you_mean(monitor, logs)
    return f" {suggestion}" if suggestion.startswith("Did") else ""
