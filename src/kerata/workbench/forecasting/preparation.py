"""What a forecast needs besides its network: steps, last values, scales; kept with the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.features.choice import MAKERS
from kerata.workbench.features.preparation import Preparation
from kerata.workbench.forecasting.linear import Scaler
from kerata.workbench.forecasting.network import inputs_of
from kerata.workbench.forecasting.panel import Known, Panel, Series, encode_known
from kerata.workbench.forecasting.steps import Steps
from kerata.workbench.forecasting.table_columns import (
    check_names,
    check_single,
    series_of,
    target_of,
    times_of,
)
from kerata.workbench.forecasting.widths import widened
from kerata.workbench.forecasting.windows import Windows, described

if TYPE_CHECKING:
    import pandas

# Steps between a run's last row and the first newer one that may be missing.
MOST_MISSING = 0.25


class SeriesPreparation(Preparation):
    """Turns the last values of series into a network's inputs, and its outputs into forecasts.

    Attributes:
        target, time, group: names of columns; group may be None.
        steps: how times become whole numbers.
        windows: how series are described.
        known: columns known in advance.
        names: of the series.
        starts: step of the first kept value of each series, int64 ``(series,)``.
        tails: the last values of each series.
        later: encoded columns known in advance, from the first kept value on.
        scales: usual change of each series, ``(series,)``.
        mean, spread: of the features, ``(f,)``.
        factors: by which intervals are widened, ``(horizon,)``.
        least: what no forecast falls below; None where values may be negative.
        units: what MASE is relative to, of each series; None in older runs.
        notes: what was done, a sentence each.
    """

    kind: ClassVar[str] = "series"
    target: str
    time: str
    group: str | None
    steps: Steps
    windows: Windows
    known: list[Known]
    names: list[str]
    starts: np.ndarray
    tails: list[np.ndarray]
    later: list[np.ndarray]
    scales: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    factors: np.ndarray
    least: float | None
    units: np.ndarray | None = None
    notes: list[str]

    @property
    def input_names(self) -> list[str]:
        """Names of the network's inputs."""
        return ["window", "series"] if len(self.names) > 1 else ["window"]

    @property
    def scaler(self) -> Scaler:
        """What standardizes features."""
        return Scaler(self.mean, self.spread)

    def keep(self, panel: Panel, season: int) -> None:
        """Keep so many last values of each series as forecasts look back on, and a season."""
        needed = max(self.windows.context, *self.windows.means, season, 1)
        self.names = [one.name for one in panel.series]
        starts, self.tails, self.later = [], [], []
        for one in panel.series:
            there = np.flatnonzero(~np.isnan(one.values))
            first = int(there[there <= max(len(one.values) - needed, 0)][-1])
            starts.append(one.start + first)
            self.tails.append(one.values[first:])
            self.later.append(one.known[first:])
        self.starts = np.array(starts, "int64")

    def series(self) -> list[Series]:
        """Give the kept values as series."""
        return [
            Series(name, int(start), tail, np.full(len(tail), -1), later)
            for name, start, tail, later in zip(
                self.names, self.starts, self.tails, self.later, strict=True
            )
        ]

    def transform(self, data: Any) -> Any:
        """Give the network's inputs at the end of each series.

        Arguments:
            data: a ``Table`` of newer rows, or None to go on from what is kept.
        """
        series = self.series() if data is None else self.continued(data.frame, [])
        return inputs_of(*self._described(series)[:2], len(self.names))

    def forecast(
        self, model: Any, series: list[Series], numbers: np.ndarray | None = None
    ) -> np.ndarray:
        """Forecast the steps after the end of each series.

        Arguments:
            model: the network.
            series: all of them, in their order.
            numbers: which of the run's series each of them is, int ``(series,)``; with these any
                may be there, and as often as one likes.

        Returns:
            ``(series, 3, horizon)``: lower end, forecast, upper end.

        Raises:
            ValueError: a column known in advance that has no value for a step.
        """
        for one in series:
            self._check_known(one)
        x, places, anchors, scale = self._described(series, numbers)
        outputs = np.asarray(model.predict(inputs_of(x, places, len(self.names)), verbose=0))
        return self.in_units(widened(outputs, self.factors[None, :]), anchors, scale)

    def in_units(self, outputs: np.ndarray, anchors: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Turn departures ``(n, 3, horizon)`` into values in the target's units."""
        values = self.windows.back(
            anchors[:, None, :] + outputs.astype("float64") * scale[:, None, None]
        )
        return values if self.least is None else np.maximum(values, self.least)

    def continued(self, frame: pandas.DataFrame, notes: list[str]) -> list[Series]:
        """Put newer rows behind the kept values.

        Arguments:
            frame: rows of any series, older ones among them too; rows without a target tell
                what is known in advance.
            notes: gets a sentence on what is odd.

        Raises:
            ValueError: columns, times or series that don't fit the run's; gaps.
        """
        names, codes, index, values = self._read(frame)
        encoded = encode_known(frame, self.known)
        places = {name: place for place, name in enumerate(names)}
        found = []
        older = []
        for one in self.series():
            rows = np.flatnonzero(codes == places.get(one.name, -1))
            if not len(rows):
                older.append(one.name)
                found.append(one)
                continue
            found.append(self._joined(one, index[rows], values[rows], encoded[rows]))
        if older:
            more = f" and {len(older) - 1:,} more" if len(older) > 1 else ""
            notes.append(
                f"{self.group!r} {older[0]!r}{more} has no newer rows: its forecast goes on from "
                "the run's own last row."
            )
        return found

    def table(self, series: list[Series], outputs: np.ndarray) -> pandas.DataFrame:
        """Give forecasts as rows: time, group, forecast, lower, upper."""
        pandas = need("pandas", "Writing forecasts")
        pieces = []
        for one, (lower, middle, upper) in zip(series, outputs, strict=True):
            index = one.end + np.arange(1, self.windows.horizon + 1)
            columns: dict[str, Any] = {self.time: self.steps.written(index)}
            if self.group is not None:
                columns[self.group] = one.name
            for name, values in (("forecast", middle), ("lower", lower), ("upper", upper)):
                columns[_free(name, columns)] = [float(f"{value:.9g}") for value in values]
            pieces.append(pandas.DataFrame(columns))
        return pandas.concat(pieces, ignore_index=True)

    def _read(
        self, frame: pandas.DataFrame
    ) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
        check_names(frame, {"time": self.time, "group": self.group})
        there = self.target in frame.columns
        if not there and not self.known:
            check_names(frame, {"target": self.target})
        moments = times_of(frame, self.time, self.steps.zone)[0].seconds
        names, codes = series_of(frame, self.group)
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise ValueError(
                f"{self.group!r} {unknown[0]!r} was not there in training: leave its rows out, or "
                "train again with them."
            )
        index = self.steps.index(moments)
        off = np.flatnonzero(np.isnan(index))
        if len(off):
            row = int(off[0])
            raise ValueError(
                f"Row {row + 1} has the time {str(frame[self.time].iloc[row])!r}, which is not on "
                f"the run's steps of {self.steps.named(1)}: {self._last()}."
            )
        whole = index.astype("int64")
        check_single(frame, self.time, self.group, names, codes, whole)
        empty = frame[self.target].isna().all() if there else True
        values = np.full(len(frame), np.nan) if empty else target_of(frame, self.target)
        return names, codes, whole, values

    def _joined(
        self, one: Series, index: np.ndarray, values: np.ndarray, known: np.ndarray
    ) -> Series:
        """Put rows of one series behind its kept values, or over them: what is newer counts."""
        fresh = index >= one.start
        there = fresh & ~np.isnan(values)
        last = max(int(index[there].max(initial=one.end)), one.end)
        since = last - one.end
        rows = np.unique(index[(index > one.end) & (index <= last)])
        if since - len(rows) > MOST_MISSING * since:
            first = np.setdiff1d(one.end + np.arange(1, len(rows) + 2), rows)[:1]
            raise ValueError(
                f"{since - len(rows):,} of the {since:,} steps since the run's last row have no "
                f"row, the first {self.steps.written(first)[0]}: {self._last(one)}; give all rows "
                "since then."
            )
        # Rows for more than the horizon are not needed.
        end = last + self.windows.horizon
        fresh &= index <= end
        joined = np.full(last - one.start + 1, np.nan)
        joined[: len(one.values)] = one.values
        joined[index[there] - one.start] = values[there]
        later = np.full((end - one.start + 1, known.shape[1]), np.nan)
        before = one.known[: len(later)]
        later[: len(before)] = before
        given = fresh & ~np.isnan(known).any(axis=1)
        later[index[given] - one.start] = known[given]
        return Series(one.name, one.start, joined, np.full(len(joined), -1), later)

    def _check_known(self, one: Series) -> None:
        ahead = np.full((self.windows.horizon, one.known.shape[1]), np.nan)
        given = one.known[len(one.values) :][: self.windows.horizon]
        ahead[: len(given)] = given
        lost = np.flatnonzero(np.isnan(ahead).any(axis=1))
        if not len(lost):
            return
        place = 0
        column = int(np.flatnonzero(np.isnan(ahead[lost[0]]))[0])
        for known in self.known:
            place += known.width
            if column < place:
                break
        at = self.steps.written(np.array([one.end + 1 + int(lost[0])]))[0]
        inside = "" if self.group is None else f" of {self.group!r} {one.name!r}"
        raise ValueError(
            f"The forecast needs {known.name!r}{inside} at {at}, which is known in advance: give a "
            f"file with a row for each of the next {self.steps.named(self.windows.horizon)}, its "
            f"{self.target!r} left empty."
        )

    def _described(
        self, series: list[Series], numbers: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        places = np.arange(len(series)) if numbers is None else numbers
        ends = [np.array([len(one.values) - 1]) for one in series]
        found = described(self.windows, self.steps, series, self.scales[places], ends)
        x = self.scaler.apply(found["x"])
        return x, places[found["series"]], found["anchors"], found["scale"]

    def _last(self, one: Series | None = None) -> str:
        end = one.end if one is not None else max(each.end for each in self.series())
        return f"the run's last row is of {self.steps.written(np.array([end]))[0]}"


def _free(name: str, taken: Any) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


# So that files of models with such a preparation can be read.
MAKERS[SeriesPreparation.kind] = SeriesPreparation
