"""Baselines of a forecast: the last value, the same step of the last season, a linear model."""

from __future__ import annotations

import numpy as np

from kerata.workbench.core.result import Baseline
from kerata.workbench.forecasting.origins import origin_interval
from kerata.workbench.forecasting.panel import Series
from kerata.workbench.forecasting.result import Backtest
from kerata.workbench.forecasting.windows import Windows, seasonal_naive

LAST, LINEAR = "the last value", "a linear model"


def naive(
    horizon: int, season: int, name: str, series: list[Series], origins: list[np.ndarray]
) -> dict[str, np.ndarray]:
    """Give forecasts ``(n, horizon)`` that learn nothing, by their names.

    Arguments:
        horizon: steps ahead.
        season: steps of a season; 0 without.
        name: of the seasonal one.
        series: all series.
        origins: places of origins in each.
    """
    found = {}
    for said, length in ((LAST, 0), (name, season)):
        if said is LAST or season:
            windows = Windows(horizon, 1, length)
            found[said] = np.concatenate(
                [
                    seasonal_naive(windows, one, places)
                    for one, places in zip(series, origins, strict=True)
                    if len(places)
                ]
            )
    return found


def judged(name: str, test: Backtest) -> Baseline:
    """Judge a baseline, and say by how much the network beats it on the same forecasts.

    One origin says nothing of others, so there is no gain then.
    """
    theirs, ours = test.errors(test.simple[name]), test.errors(test.forecast)
    at = test.flat_origins()
    value, interval = origin_interval(theirs.ravel(), at, test.horizon, positive=True)
    if len(np.unique(test.origins)) < 2:
        return Baseline(name, value, interval)
    gain, between = origin_interval((theirs - ours).ravel(), at, test.horizon)
    return Baseline(name, value, interval, gain, between)
