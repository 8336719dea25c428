"""The history of training: the object that ``fit`` returns."""

from __future__ import annotations

from typing import Any

from kerata.base.messages import printable
from kerata.callbacks.callback import Callback, Logs
from kerata.callbacks.logs import plain_logs
from kerata.utils.html import curves, heading, plain_table


class History(Callback):
    """Collects the logs of all epochs; ``fit`` adds one by itself and returns it.

    Attributes:
        epoch: list of epoch numbers, from 0.
        history: maps each log name to the list of its values, one Python float an epoch.

    >>> history = History()
    >>> history.on_train_begin()
    >>> history.on_epoch_end(0, {"loss": 0.5})
    >>> history.history, history.epoch
    ({'loss': [0.5]}, [0])
    """

    kept_state = ("history", "epoch")

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        """Start counting epochs; values of an earlier ``fit`` with this object stay."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Append the epoch's values."""
        self.epoch.append(epoch)
        for name, value in plain_logs(logs).items():
            self.history.setdefault(name, []).append(value)
        if self.model is not None:
            self.model.history = self

    def __repr__(self) -> str:
        return printable(f"<History of {len(self.epoch)} epochs: {', '.join(self.history)}>")

    def _repr_html_(self) -> str:
        numbers = {
            name: values
            for name, values in self.history.items()
            if values and all(isinstance(value, float) for value in values)
        }
        epochs = max(map(len, numbers.values()), default=0)
        title = heading(f"History of {epochs} epoch{'' if epochs == 1 else 's'}")
        if not numbers:
            return title
        # Earlier trainings with the same object may have numbered their epochs as this one did.
        first = self.epoch[0] + 1 if len(self.epoch) == epochs else 1
        rows = [
            [name, *(f"{value:.4g}" for value in (values[-1], min(values), max(values)))]
            for name, values in numbers.items()
        ]
        names = ["", "last", "lowest", "highest"]
        return title + curves(numbers, first) + plain_table(names, rows, right=(1, 2, 3))
