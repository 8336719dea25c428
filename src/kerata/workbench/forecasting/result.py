"""What came of a forecast: the network, and how it did at each origin of the backtest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.core.metrics import Interval
from kerata.workbench.core.result import Trained
from kerata.workbench.forecasting.future import forecast_rows
from kerata.workbench.forecasting.origins import origin_interval

if TYPE_CHECKING:
    import pandas

    from kerata.workbench.forecasting.preparation import SeriesPreparation


@dataclass(frozen=True)
class Backtest:
    """Forecasts from many origins in the last part of the table, beside what came true.

    Arguments:
        series: number of each window's series, int64 ``(n,)``.
        origins: step of the last value that was known, int64 ``(n,)``.
        rows: row numbers of the true values, int64 ``(n, horizon)``, -1 without a row.
        truth: ``(n, horizon)``, NaN where there is none.
        forecast, lower, upper: ``(n, horizon)``.
        simple: forecasts of each baseline, by its name.
        units: error of the seasonal naive forecast one season ahead, before the test rows, of
            each window's series ``(n,)``: what MASE is relative to.
        season: steps of a season; 0 without.
        season_name: what the seasonal baseline says.
        later: whether the origins lie behind all that the run knew, so that its intervals stay
            as wide as they were at its end.
    """

    series: np.ndarray
    origins: np.ndarray
    rows: np.ndarray
    truth: np.ndarray
    forecast: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    simple: dict[str, np.ndarray]
    units: np.ndarray
    season: int
    season_name: str
    later: bool = False

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return int(self.truth.shape[1])

    def flat_origins(self) -> np.ndarray:
        """Give the origin of each forecast, ``(n * horizon,)``."""
        return np.repeat(self.origins, self.horizon)

    def errors(self, forecast: np.ndarray) -> np.ndarray:
        """Give absolute errors of forecasts ``(n, horizon)``; NaN where there is no truth."""
        return np.abs(forecast - self.truth)

    def mase(self, forecast: np.ndarray) -> float:
        """Give the mean absolute scaled error; NaN where nothing can be scaled.

        Source: Hyndman and Koehler (2006), Another look at measures of forecast accuracy.
        """
        scaled = self._scaled(self.errors(forecast))
        return float(np.nanmean(scaled)) if np.isfinite(scaled).any() else float("nan")

    def held(self) -> np.ndarray:
        """Say of each true value whether its interval holds it: 1 or 0, NaN without a value."""
        inside = (self.truth >= self.lower) & (self.truth <= self.upper)
        return np.where(np.isnan(self.truth), np.nan, inside)

    def figures(self) -> dict[str, float]:
        """Give mean absolute and root mean squared error, MASE, and the share in the intervals."""
        errors = self.errors(self.forecast)
        return {
            "mae": float(np.nanmean(errors)),
            "rmse": math.sqrt(float(np.nanmean(errors**2))),
            "mase": self.mase(self.forecast),
            "coverage": float(np.nanmean(self.held())),
        }

    def intervals(self) -> dict[str, Interval]:
        """Give the 95 % interval of each figure, with origins that overlap counted as such."""
        errors = self.errors(self.forecast)
        low, high = self._between(self.held())
        squares = self._between(errors**2, positive=True)
        return {
            "mae": self._between(errors, positive=True),
            "rmse": (math.sqrt(squares[0]), math.sqrt(squares[1])),
            "mase": self._between(self._scaled(errors), positive=True),
            "coverage": (max(low, 0.0), min(high, 1.0)),
        }

    def _scaled(self, errors: np.ndarray) -> np.ndarray:
        scaled: np.ndarray = errors / np.where(self.units > 0, self.units, np.nan)[:, None]
        return scaled

    def _between(self, values: np.ndarray, positive: bool = False) -> Interval:
        if np.isnan(values).all():
            return math.nan, math.nan
        at = self.flat_origins()
        low, high = origin_interval(values.ravel(), at, self.horizon, positive)[1]
        return (max(low, 0.0) if positive else low), high


@dataclass
class TrainedForecast(Trained):
    """A trained forecast; see ``fit_forecast`` for an example and ``Trained`` for the rest.

    Attributes:
        backtest: forecasts from each origin of the test rows.
        future: what is forecast after the last rows: time, group, forecast, lower, upper; None
            where a column known in advance has no values for it.
    """

    backtest: Backtest | None = None
    future: pandas.DataFrame | None = None
    preparation: SeriesPreparation

    def predict(self, data: Any = None) -> Any:
        """Forecast the next steps.

        Arguments:
            data: a ``Table`` of newer rows to go on from; None to go on from the last ones.

        Returns:
            A pandas table: time, group, forecast, lower, upper.
        """
        return forecast_rows(self.model, self.preparation, getattr(data, "frame", None), [])


def answers_of(trained: TrainedForecast) -> dict[str, Any]:
    """Give the backtest as columns of a table, a row for each forecast with a true value."""
    need("pandas", "Writing forecasts")
    test, made = trained.backtest, trained.preparation
    assert test is not None
    there = ~np.isnan(test.truth)
    step = np.broadcast_to(np.arange(1, test.horizon + 1), test.truth.shape)
    origins = np.broadcast_to(test.origins[:, None], test.truth.shape)
    columns: dict[str, Any] = {"row": test.rows[there]}
    if made.group is not None:
        number = np.broadcast_to(test.series[:, None], test.truth.shape)[there]
        columns["series"] = [made.names[place] for place in number]
    columns |= {
        "origin": made.steps.written(origins[there]),
        "step": step[there],
        "time": made.steps.written((origins + step)[there]),
    }
    named = {"truth": test.truth, "prediction": test.forecast, "lower": test.lower}
    for name, values in (named | {"upper": test.upper} | test.simple).items():
        columns[name] = [float(f"{value:.9g}") for value in values[there]]
    return columns
