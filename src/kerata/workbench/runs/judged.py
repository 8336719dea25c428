"""What came of judging a finished run on other rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kerata.workbench.core.dependence import Dependence

if TYPE_CHECKING:
    from kerata.workbench.core.result import Baseline
    from kerata.workbench.forecasting.result import Backtest


@dataclass(frozen=True)
class Judged:
    """How good a run's answers to labelled rows are.

    Arguments:
        truth: encoded targets.
        outputs: of the network.
        metrics: figures, the main one first.
        interval: of the main figure, with 95 % confidence.
        notes: what is worth knowing, a sentence each.
        intervals: of all figures, by their names.
        trained_on: a sentence on how many of these rows equal rows that the network was
            trained on; '' if none does, or if the run does not know its rows.
        unseen: figures of the other rows, where there are some of both kinds.
        unseen_interval: of the main one.
        unseen_rows: how many those are.
        dependence: of the rows.
    """

    truth: np.ndarray
    outputs: np.ndarray
    metrics: dict[str, float]
    interval: tuple[float, float]
    notes: list[str]
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    trained_on: str = ""
    unseen: dict[str, float] = field(default_factory=dict)
    unseen_interval: tuple[float, float] | None = None
    unseen_rows: int = 0
    dependence: Dependence = field(default_factory=Dependence)


@dataclass(frozen=True)
class JudgedForecast(Judged):
    """How good a run's forecasts are from newer origins.

    Arguments:
        backtest: each forecast beside what came true; ``truth`` and ``outputs`` are its values.
        baselines: judged on the same forecasts.
        sentences: how far the forecasts miss and what their intervals held.
    """

    backtest: Backtest | None = None
    baselines: tuple[Baseline, ...] = ()
    sentences: tuple[str, ...] = ()
