"""What is known at an origin, as numbers: lags, rolling figures, calendar, columns in advance.

All of it is relative to the series' own level at the origin and in units of its usual change, so
that one network serves series of any size, and a trend leads nowhere it has not been.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.workbench.features.preparation import part
from kerata.workbench.forecasting.panel import Series
from kerata.workbench.forecasting.steps import Steps

# Calendar cycles of at most so many places have a column each; longer ones waves.
_PLACES, WAVES = 24, 3
# A spread so small, relative to the usual change, is taken as this.
SMALL = 1e-3
ANCHORS = ("last", "season", "level")


@part
@dataclass(frozen=True)
class Windows:
    """How windows are cut out of series and described.

    Arguments:
        horizon: steps ahead, at least 1.
        lags: last values that are looked back on.
        season: steps of a season; 0 without.
        means: lengths of rolling means.
        cycles: of the calendar that are used.
        log: whether logarithms are learned.
        floor: what values are raised to before their logarithm.
        anchor: what forecasts are departures from: ``'last'`` value, same step of the last
            ``'season'``, or the ``'level'``, a mean of the last values.

    >>> Windows(3, 4, 2, anchor="season").context
    4
    """

    horizon: int
    lags: int
    season: int = 0
    means: tuple[int, ...] = ()
    cycles: tuple[str, ...] = ()
    log: bool = False
    floor: float = 0.0
    anchor: str = "last"

    @property
    def context(self) -> int:
        """How many values there must be at an origin."""
        return max(self.lags, self.season, 1)

    @property
    def span(self) -> int:
        """How many last values make the level."""
        return max(self.season if self.season <= self.lags else min(7, self.lags), 1)

    def forward(self, values: np.ndarray) -> np.ndarray:
        """Take logarithms, if they are learned."""
        return np.log(np.maximum(values, self.floor)) if self.log else values

    def back(self, values: np.ndarray) -> np.ndarray:
        """Undo ``forward``."""
        # A forecast of e^700 would be no number.
        return np.exp(np.minimum(values, 700.0)) if self.log else values

    def origins(self, one: Series, first: int, last: int) -> np.ndarray:
        """Give places of origins whose steps ahead lie within the steps ``first`` to ``last``."""
        low = max(first - one.start - 1, self.context - 1)
        high = min(last - one.start, len(one.values) - 1) - self.horizon
        return np.arange(low, max(high + 1, low))

    def scale(self, one: Series, last: int) -> float:
        """Give the usual change of a series up to a step: of a season, or from step to step."""
        seen = self.forward(filled(one.values))[: max(last - one.start + 1, 2)]
        apart = self.season if 0 < self.season < len(seen) // 2 else 1
        for distance in (apart, 1):
            change = float(np.abs(seen[distance:] - seen[:-distance]).mean())
            if change > 0:
                return change
        return 1.0

    def describe(
        self, one: Series, steps: Steps, origins: np.ndarray, scale: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give what is known at origins.

        Arguments:
            one: a series.
            steps: its steps.
            origins: places ``(n,)`` of last known values, each at least ``context - 1``.
            scale: of the series.

        Returns:
            Features ``(n, f)`` and anchors ``(n, horizon)``, the latter as ``forward`` gives
            values. Nothing after an origin enters, but columns known in advance.
        """
        values = self.forward(filled(one.values))
        sums = np.concatenate([[0.0], np.cumsum(values)])
        squares = np.concatenate([[0.0], np.cumsum((values - values[0]) ** 2)])

        def mean(length: int, of: np.ndarray = sums) -> np.ndarray:
            low = np.maximum(origins + 1 - length, 0)
            return (of[origins + 1] - of[low]) / (origins + 1 - low)

        level = mean(self.span)
        back = origins[:, None] - np.arange(self.lags)[None, :]
        ahead = origins[:, None] + self.seasonal()[None, :]
        parts = [(values[back] - level[:, None]) / scale]
        if self.season > self.lags:
            parts.append((values[ahead] - level[:, None]) / scale)
        for length in self.means:
            middle = mean(length)
            spread = mean(length, squares) - (middle - values[0]) ** 2
            parts.append(((middle - level) / scale)[:, None])
            parts.append(np.log(np.sqrt(np.maximum(spread, 0)) / scale + SMALL)[:, None])
        parts += self._calendar(steps, one.start + origins)
        if one.known.shape[1]:
            parts.append(self._known(one, origins))
        anchors = {
            "last": np.repeat(values[origins][:, None], self.horizon, axis=1),
            "level": np.repeat(level[:, None], self.horizon, axis=1),
        }
        chosen = values[ahead] if self.anchor == "season" else anchors[self.anchor]
        return np.concatenate(parts, axis=1), chosen

    def ahead(self, one: Series, origins: np.ndarray) -> np.ndarray:
        """Give the true values ``(n, horizon)`` after origins, NaN where there is none."""
        return one.values[origins[:, None] + np.arange(1, self.horizon + 1)[None, :]]

    def seasonal(self) -> np.ndarray:
        """Give where the same step of the last season is, from the origin, ``(horizon,)``."""
        step = np.arange(1, self.horizon + 1)
        season = max(self.season, 1)
        return step - season * -(-step // season)

    def calendar_columns(self, steps: Steps) -> dict[str, int]:
        """Give how many columns each cycle that is used has, one for a place; 0 for waves."""
        # Of all steps, not of those asked for: one at a full hour must get what all others got.
        return {
            name: count if count <= _PLACES else 0
            for name, count in steps.places().items()
            if name in self.cycles
        }

    def _calendar(self, steps: Steps, index: np.ndarray) -> list[np.ndarray]:
        found = []
        columns = self.calendar_columns(steps)
        for name, (place, length) in steps.calendar(index).items():
            if name not in columns:
                continue
            if columns[name]:
                found.append((place[:, None] == np.arange(columns[name])[None, :]).astype(float))
                continue
            angle = 2 * np.pi * place / length
            for wave in range(1, WAVES + 1):
                found += [np.sin(wave * angle)[:, None], np.cos(wave * angle)[:, None]]
        return found

    def _known(self, one: Series, origins: np.ndarray) -> np.ndarray:
        rows = origins[:, None] + np.arange(1, self.horizon + 1)[None, :]
        # Rows that the table does not have are as usual: 0 is the mean, and no category.
        beyond = rows >= len(one.known)
        found = np.nan_to_num(one.known[np.minimum(rows, len(one.known) - 1)])
        found[beyond] = 0
        return found.reshape(len(origins), -1)


def filled(values: np.ndarray) -> np.ndarray:
    """Put the value before into gaps; the first value is there.

    >>> filled(np.array([1.0, np.nan, 3.0])).tolist()
    [1.0, 1.0, 3.0]
    """
    places = np.where(np.isnan(values), 0, np.arange(len(values)))
    return values[np.maximum.accumulate(places)]


def seasonal_naive(windows: Windows, one: Series, origins: np.ndarray) -> np.ndarray:
    """Give the same step of the last season for each step ahead; the last value without one."""
    return filled(one.values)[origins[:, None] + windows.seasonal()[None, :]]


def described(
    windows: Windows,
    steps: Steps,
    series: list[Series],
    scales: np.ndarray,
    origins: list[np.ndarray],
) -> dict[str, np.ndarray]:
    """Describe windows of all series, one after the other.

    Arguments:
        windows, steps: how.
        series: all series.
        scales: of each.
        origins: of each.

    Returns:
        ``x`` ``(n, f)``, ``anchors`` ``(n, horizon)``, ``series`` ``(n,)`` numbers, ``place``
        ``(n,)`` of the origin in its series, ``step`` ``(n,)`` of it, ``scale`` ``(n,)``.
    """
    found: dict[str, list[Any]] = {n: [] for n in ("x", "anchors", "series", "place", "step")}
    for number, (one, places) in enumerate(zip(series, origins, strict=True)):
        if not len(places):
            continue
        x, anchors = windows.describe(one, steps, places, float(scales[number]))
        for name, value in (
            ("x", x.astype("float32")),
            ("anchors", anchors),
            ("series", np.full(len(places), number)),
            ("place", places),
            ("step", one.start + places),
        ):
            found[name].append(value)
    joined = {name: np.concatenate(values) for name, values in found.items()}
    joined["scale"] = scales[joined["series"]]
    return joined


def truths(windows: Windows, series: list[Series], origins: list[np.ndarray]) -> np.ndarray:
    """Give the true values ``(n, horizon)`` after the origins of all series."""
    return np.concatenate(
        [
            windows.ahead(one, places)
            for one, places in zip(series, origins, strict=True)
            if len(places)
        ]
    )
