"""What a forecast is learned from, stopped by and tested on, as windows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kerata.workbench.forecasting import baselines
from kerata.workbench.forecasting.choice import Choice, departures, origins_of, thinned
from kerata.workbench.forecasting.linear import Scaler, fit_linear
from kerata.workbench.forecasting.network import MIDDLE, Shape, inputs_of, targets_of
from kerata.workbench.forecasting.panel import Panel
from kerata.workbench.forecasting.preparation import SeriesPreparation
from kerata.workbench.forecasting.result import Backtest
from kerata.workbench.forecasting.table_columns import and_more
from kerata.workbench.forecasting.widths import misfits, rolling_factors, widened
from kerata.workbench.forecasting.windows import described, filled, truths

# Windows that are trained on and tested on at most.
MOST_WINDOWS = 60_000


class Material:
    """Windows of training, validation and test steps, and what is made of them.

    Arguments:
        panel: all series.
        chosen: what was decided before.
    """

    def __init__(self, panel: Panel, chosen: Choice) -> None:
        self.panel, self.chosen = panel, chosen
        parts, self.windows = chosen.parts, chosen.windows
        self.count = len(panel.series)
        learned = origins_of(self.windows, panel, None, parts.train)
        self.total = sum(map(len, learned))
        learned = thinned(learned, MOST_WINDOWS)
        checked = thinned(
            origins_of(self.windows, panel, parts.train + 1, parts.validation), MOST_WINDOWS
        )
        # Between the two lie origins whose steps ahead are in both.
        between = thinned(origins_of(self.windows, panel, None, parts.validation), MOST_WINDOWS)
        self.origins = thinned(
            origins_of(self.windows, panel, parts.validation + 1, parts.test), MOST_WINDOWS
        )
        self.learned, self.y = self._both(learned)
        self.checked, self.checked_y = self._both(checked)
        self.all, self.all_y = self._both(between)
        self.scaler = Scaler.learned(self.learned["x"])
        for found in (self.learned, self.checked, self.all):
            found["x"] = self.scaler.apply(found["x"])
        # What MASE is relative to.
        self.units = np.array([self._unit(number) for number in range(self.count)])
        self._linear = [self._fit(self.learned, self.y), self._fit(self.all, self.all_y)]

    def preparation(self) -> SeriesPreparation:
        """Give what is kept with the model, but for last values and the intervals' widths."""
        panel, windows = self.panel, self.windows
        made = SeriesPreparation()
        made.target, made.time, made.group = panel.target, panel.time, panel.group
        made.steps, made.windows, made.known = panel.steps, windows, list(panel.known)
        made.names = [one.name for one in panel.series]
        made.scales = self.chosen.scales
        made.mean, made.spread = self.scaler.mean, self.scaler.spread
        made.factors = np.ones(windows.horizon)
        least = min(float(np.nanmin(self._seen(n))) for n in range(self.count))
        made.least = 0.0 if least >= 0 else None
        made.units = self.units
        made.notes = self._notes(made.least)
        return made

    def shape(self, final: bool) -> Shape:
        """Describe the network, with the linear model of the rows that it learns from."""
        linear = self._linear[final]
        found, y = (self.all, self.all_y) if final else (self.learned, self.y)
        off = np.abs(linear.predict(found["x"], found["series"]) - y)
        there = ~np.isnan(off).all(axis=0)
        spread = np.ones(off.shape[1])
        spread[there] = np.nanmean(off[:, there], axis=0)
        return Shape(found["x"].shape[1], self.count, self.windows.horizon, linear, spread)

    def pairs(self, final: bool = False) -> tuple[Any, np.ndarray, tuple[Any, np.ndarray]]:
        """Give what a network is trained on, and what it is stopped by."""
        found, y = (self.all, self.all_y) if final else (self.learned, self.y)
        checked = self._inputs(self.checked), targets_of(self.checked_y)
        return self._inputs(found), targets_of(y), checked

    def test(self) -> Backtest:
        """Give the backtest with the baselines' forecasts in the place of the network's."""
        panel, windows = self.panel, self.windows
        self.later = described(windows, panel.steps, panel.series, self.chosen.scales, self.origins)
        self.later["x"] = self.scaler.apply(self.later["x"])
        name = panel.steps.season_name(self.chosen.season)
        simple = baselines.naive(
            windows.horizon, self.chosen.season, name, panel.series, self.origins
        )
        said = self._linear[1].predict(self.later["x"], self.later["series"])
        linear = windows.back(said * self.later["scale"][:, None] + self.later["anchors"])
        simple[baselines.LINEAR] = np.maximum(linear, 0) if self._positive else linear
        rows = [
            one.rows[places[:, None] + np.arange(1, windows.horizon + 1)[None, :]]
            for one, places in zip(panel.series, self.origins, strict=True)
            if len(places)
        ]
        return Backtest(
            series=self.later["series"],
            origins=self.later["step"],
            rows=np.concatenate(rows),
            truth=truths(windows, panel.series, self.origins),
            forecast=linear,
            lower=linear,
            upper=linear,
            simple=simple,
            units=self.units[self.later["series"]],
            season=self.chosen.season,
            season_name=name,
        )

    def tested(
        self, test: Backtest, first: Any, final: Any, preparation: SeriesPreparation
    ) -> Backtest:
        """Add the network's forecasts, with intervals from the errors known at each origin."""
        before = np.asarray(first.predict(self._inputs(self.checked), verbose=0), "float64")
        outputs = np.asarray(final.predict(self._inputs(self.later), verbose=0), "float64")
        true = departures(self.windows, self.panel, self.origins, self.later)
        steps = np.concatenate([self.checked["step"], self.later["step"]])
        misfit = np.concatenate([misfits(before, self.checked_y), misfits(outputs, true)])
        factor, preparation.factors = rolling_factors(steps, misfit, self.later["step"])
        values = preparation.in_units(
            widened(outputs, factor), self.later["anchors"], self.later["scale"]
        )
        lower, forecast, upper = values[:, 0], values[:, MIDDLE], values[:, 2]
        return replace(test, forecast=forecast, lower=lower, upper=upper)

    def _both(self, origins: list[np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        found = described(
            self.windows, self.panel.steps, self.panel.series, self.chosen.scales, origins
        )
        return found, departures(self.windows, self.panel, origins, found)

    def _fit(self, found: dict[str, np.ndarray], y: np.ndarray) -> Any:
        return fit_linear(found["x"], found["series"], y, self.count, self.chosen.penalty)

    def _inputs(self, found: dict[str, np.ndarray]) -> Any:
        return inputs_of(found["x"], found["series"], self.count)

    def _seen(self, number: int) -> np.ndarray:
        """Give a series' values before the test."""
        one = self.panel.series[number]
        return one.values[: max(self.chosen.parts.validation - one.start + 1, 1)]

    @property
    def _positive(self) -> bool:
        return min(float(np.nanmin(self._seen(n))) for n in range(self.count)) >= 0

    def _unit(self, number: int) -> float:
        """Give the mean error of the seasonal naive forecast one season ahead, before the test."""
        values = filled(self._seen(number))
        apart = self.chosen.season or 1
        if len(values) <= apart:
            return float("nan")
        return float(np.abs(values[apart:] - values[:-apart]).mean())

    def _notes(self, least: float | None) -> list[str]:
        windows, steps = self.windows, self.panel.steps
        looked = f"The last {windows.lags:,} values are looked back on"
        if windows.season > windows.lags:
            looked += f", and {steps.season_name(windows.season)}"
        notes = [looked + (", as logarithms." if windows.log else ".")]
        if self.total > MOST_WINDOWS:
            notes.append(
                f"{len(self.learned['x']):,} of {self.total:,} origins in the training rows are "
                "learned from, evenly spread."
            )
        ended = [
            one
            for one, places in zip(self.panel.series, self.origins, strict=True)
            if not len(places)
        ]
        if ended:
            last = steps.written(np.array([ended[0].end]))[0]
            notes.append(
                f"{self.panel.group!r} {ended[0].name!r} ends at {last}"
                f"{and_more(len(ended), 'series')}, too early to be tested; its forecast goes on "
                "from there."
            )
        if least is not None:
            notes.append(
                f"{self.panel.target!r} was never below 0 before the test, so forecasts stop there."
            )
        return notes
