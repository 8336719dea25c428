"""One trial: a network with chosen options, trained and judged by the validation rows."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

import jax

from kerata import callbacks
from kerata.workbench.core import metrics
from kerata.workbench.core.result import outputs_of
from kerata.workbench.splitting.divide import Divided
from kerata.workbench.training import ensemble
from kerata.workbench.training.loss_choice import LossChoice, choose_loss
from kerata.workbench.training.plan import Prepared, plan_training

# A figure for each epoch, the first that the history has: what the trial's own figure is or
# what comes nearest to it.
CURVES = ("val_mae", "val_accuracy", "val_binary_accuracy", "val_loss")
# Preparations that are kept; those of many texts take gigabytes.
KEPT = 3

Report = Callable[[int, float], bool]


class Pruned(Exception):
    """A trial was ended since its curve lies below those of others."""


class Trials:
    """Trains networks on rows that were divided once; the test rows are never looked at.

    Arguments:
        divided: the rows.
        epochs: upper limit for each network; its usual number by default.
        seed: of first weights and orders of rows, the same for all.
        balance: whether rare classes weigh as much as frequent ones.
    """

    def __init__(
        self, divided: Divided, epochs: int | None = None, seed: int = 0, balance: bool = False
    ) -> None:
        self.divided = _without_test(divided)
        self.epochs, self.seed, self.balance = epochs, seed, balance
        self._prepared: Prepared = {}

    @cached_property
    def _choice(self) -> LossChoice:
        """The loss that networks learn by unless another one is tried."""
        return choose_loss(self.divided, self.seed)

    def run(self, network: str, options: dict[str, Any], report: Report) -> dict[str, Any]:
        """Train a network and give what its validation rows say.

        Arguments:
            network: its name.
            options: of network, preparation and training.
            report: called with epoch (from 0) and metric after each epoch; True ends the trial.

        Returns:
            ``value``, the main figure of the validation rows; ``score``, the same with ties
            broken; ``epochs``, ``best_epoch`` and ``seconds``.

        Raises:
            Pruned: ``report`` said so.
        """
        began = time.perf_counter()
        planned = plan_training(
            self.divided,
            network,
            options,
            epochs=self.epochs,
            seed=self.seed,
            balance=self.balance,
            before=self._prepared,
            choice=self._choice,
        )
        while len(self._prepared) > KEPT:
            self._prepared.pop(next(iter(self._prepared)))
        # Averages are for the winner: what helps one network helps several.
        plan = dataclasses.replace(planned.plan, members=1, linear=False)
        x, y = planned.x, self.divided.targets
        try:
            outcome = ensemble.train(
                plan, x["train"], y["train"], (x["validation"], y["validation"]), [_Curve(report)]
            )
            if outcome.interrupted:
                raise KeyboardInterrupt
            outputs = outputs_of(outcome.model, x["validation"], self.divided.task)
        finally:
            # Each network has programs of its own, which would pile up.
            jax.clear_caches()
        found = metrics.figures(self.divided.task, y["validation"], outputs)
        value = next(iter(found.values()))
        # Few rows have many ties; who is surer of what is right wins, by less than a row.
        tie = min(found.get("log_loss", 0.0), 1.0) / (len(outputs) + 1)
        return {
            "value": value,
            "score": value - tie,
            "epochs": len(outcome.history["loss"]),
            "best_epoch": outcome.best_epoch,
            "seconds": time.perf_counter() - began,
        }


class _Curve(callbacks.Callback):
    """Reports each epoch and ends the training when the study says so."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report an epoch."""
        figures = logs or {}
        name = next((name for name in CURVES if name in figures), None)
        if name is None:
            return
        value = float(figures[name])
        if not math.isfinite(value) or self.report(epoch, value):
            raise Pruned


def _without_test(divided: Divided) -> Divided:
    """Leave out the test rows, which a search must not see."""

    def kept(found: dict[str, Any]) -> dict[str, Any]:
        return {part: rows for part, rows in found.items() if part != "test"}

    return dataclasses.replace(
        divided,
        parts=kept(divided.parts),
        targets=kept(divided.targets),
        rows=kept(divided.rows),
    )
