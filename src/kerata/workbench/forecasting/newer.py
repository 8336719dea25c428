"""A finished forecast judged on newer rows: from each origin in them, as it would be asked then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.forecasting import baselines
from kerata.workbench.forecasting.linear import Linear
from kerata.workbench.forecasting.network import MIDDLE, inputs_of
from kerata.workbench.forecasting.panel import Series
from kerata.workbench.forecasting.preparation import SeriesPreparation
from kerata.workbench.forecasting.result import Backtest
from kerata.workbench.forecasting.widths import widened
from kerata.workbench.forecasting.windows import Windows, described

if TYPE_CHECKING:
    import pandas


def backtest_of(
    model: Any,
    preparation: SeriesPreparation,
    newer: pandas.DataFrame,
    season: int,
    notes: list[str],
) -> Backtest:
    """Forecast from the last row that was trained on and from each newer one, beside the truth.

    Arguments:
        model: the network.
        preparation: what was kept with it.
        newer: rows behind those of the training; older ones among them are only looked back on.
        season: steps of the seasonal baseline; 0 for none.
        notes: gets a sentence on what is odd.

    Raises:
        ValueError: rows that don't fit the run; none of them is newer.
    """
    kept = preparation.series()
    found = [_bare(one) for one in preparation.continued(newer, notes)]
    horizon = preparation.windows.horizon
    ends = [len(one.values) - 1 for one in kept]
    lengths = [len(one.values) for one in found]
    if all(length - 1 <= end for length, end in zip(lengths, ends, strict=True)):
        last = preparation.steps.written(np.array([max(one.end for one in kept)]))[0]
        raise ValueError(
            f"No row with a {preparation.target!r} is newer than the run's last one, {last}: it "
            "can only be judged on rows that it has not learned from."
        )
    origins = [
        np.arange(end, max(length - horizon, end))
        for end, length in zip(ends, lengths, strict=True)
    ]
    if not any(map(len, origins)):
        # Too few for a whole horizon: the first steps of one forecast are all that came true.
        origins = [
            np.array([end] if length - 1 > end else [], "int64")
            for end, length in zip(ends, lengths, strict=True)
        ]
        most = max(length - 1 - end for end, length in zip(ends, lengths, strict=True))
        notes.append(
            f"There are {preparation.steps.named(most)} of newer rows, fewer than the horizon of "
            f"{preparation.steps.named(horizon)}: only the first steps of the forecast from the "
            "run's last row are judged."
        )
    windows = preparation.windows
    x = described(windows, preparation.steps, found, preparation.scales, origins)
    x["x"] = preparation.scaler.apply(x["x"])
    given = inputs_of(x["x"], x["series"], len(preparation.names))
    outputs = np.asarray(model.predict(given, verbose=0), "float64")
    said = preparation.in_units(
        widened(outputs, preparation.factors[None, :]), x["anchors"], x["scale"]
    )
    name = preparation.steps.season_name(season)
    enough = all(
        int(places.min()) + 1 >= season for places in origins if len(places)
    )  # Runs from before kept fewer values.
    simple = baselines.naive(horizon, season if enough else 0, name, found, origins)
    linear = _linear(model, x["x"], x["series"], len(preparation.names))
    simple[baselines.LINEAR] = preparation.in_units(
        np.repeat(linear[:, None, :], 3, axis=1), x["anchors"], x["scale"]
    )[:, MIDDLE]
    units = preparation.units
    if units is None:
        units = np.full(len(found), np.nan)
    return Backtest(
        series=x["series"],
        origins=x["step"],
        rows=np.full(said[:, MIDDLE].shape, -1),
        truth=_truths(windows, found, origins),
        forecast=said[:, MIDDLE],
        lower=said[:, 0],
        upper=said[:, 2],
        simple=simple,
        units=units[x["series"]],
        season=season if enough else 0,
        season_name=name,
        later=True,
    )


def _bare(one: Series) -> Series:
    """Drop steps after the last value, which may be there for columns known in advance."""
    last = int(np.flatnonzero(~np.isnan(one.values))[-1]) + 1
    return Series(one.name, one.start, one.values[:last], one.rows[:last], one.known)


def _linear(model: Any, x: np.ndarray, series: np.ndarray, count: int) -> np.ndarray:
    """Give what the linear model says, with which the network began and which it holds."""
    weights, base = model.get_layer("linear").get_weights()
    constants = base[None, :]
    if count > 1:
        constants = constants + model.get_layer("constants").get_weights()[0]
    return Linear(weights, constants).predict(x, series)


def _truths(windows: Windows, series: list[Series], origins: list[np.ndarray]) -> np.ndarray:
    """Give true values ``(n, horizon)``, NaN where there is none yet."""
    found = []
    for one, places in zip(series, origins, strict=True):
        longer = np.concatenate([one.values, np.full(windows.horizon, np.nan)])
        at = places[:, None] + np.arange(1, windows.horizon + 1)[None, :]
        found.append(longer[at.astype("int64")])
    return np.concatenate(found)
