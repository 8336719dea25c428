"""Decisions before training: which steps are for the test, the season, what is looked back on."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from kerata.workbench.forecasting.linear import PENALTIES, Scaler, fit_linear
from kerata.workbench.forecasting.panel import Panel, Series
from kerata.workbench.forecasting.windows import (
    ANCHORS,
    Windows,
    described,
    filled,
    seasonal_naive,
    truths,
)

# Fewer origins can't judge; fewer windows can't be learned from.
FEWEST_ORIGINS, FEWEST_CHECKS, FEWEST_WINDOWS = 6, 3, 8
# Windows by which is chosen.
MOST_TRIED = 20_000
# The largest value is so many times the smallest where logarithms are tried.
_GROWN = 2.0
_LONGEST_LAGS = 64
# A pattern that is found in the values must agree with itself, and come again so often.
_AGREES, _TIMES, _LONGEST_SEASON = 0.4, 3, 400


@dataclass(frozen=True)
class Parts:
    """The last steps of what is learned from, checked on and tested on.

    Arguments:
        train, validation, test: the last step of each; the next part begins behind it.
    """

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class Choice:
    """What was decided.

    Arguments:
        windows: how series are described.
        season: for the baseline; 0 without.
        penalty: of the linear model.
        parts: of the steps.
        scales: usual change of each series before the validation steps.
    """

    windows: Windows
    season: int
    penalty: float
    parts: Parts
    scales: np.ndarray


def cut(panel: Panel, horizon: int, test_share: float, validation_share: float) -> Parts:
    """Divide the steps: the last for the test, those before for validation.

    Raises:
        ValueError: too few steps for the horizon; values that never change.
    """
    first = min(one.start for one in panel.series)
    last = max(one.end for one in panel.series)
    length = last - first + 1
    tested = max(round(test_share * length), horizon + FEWEST_ORIGINS - 1)
    checked = max(round(validation_share * (length - tested)), horizon + FEWEST_CHECKS - 1)
    parts = Parts(last - tested - checked, last - tested, last)
    shortest = Windows(horizon, 2)
    found = sum(len(shortest.origins(one, one.start, parts.train)) for one in panel.series)
    needed = tested + checked + horizon + shortest.context
    if found < FEWEST_WINDOWS:
        more = "" if len(panel.series) > 1 else f", at least {needed + FEWEST_WINDOWS - 1:,}"
        raise ValueError(
            f"A horizon of {panel.steps.named(horizon)} needs more steps than the "
            f"{length:,} that there are{more}: each origin needs {horizon:,} known steps behind "
            "it, in training, validation and test; take a shorter horizon."
        )
    for one in panel.series:
        if not len(shortest.origins(one, one.start, parts.train)):
            raise ValueError(_too_short(panel, one, parts, horizon + shortest.context))
    if all(_still(one, parts.train) for one in panel.series):
        value = panel.series[0].values[0]
        until = panel.steps.written(np.array([parts.train]))[0]
        raise ValueError(
            f"{panel.target!r} never changes in the training rows, which end at {until} (it is "
            f"{value:.6g}): there is nothing to be learned."
        )
    return parts


def _still(one: Series, last: int) -> bool:
    seen = one.values[: last - one.start + 1]
    return bool(np.nanmin(seen) == np.nanmax(seen))


def choose(panel: Panel, horizon: int, parts: Parts) -> Choice:
    """Choose season, lags, logarithms and penalty by a linear model's error on validation steps.

    Arguments:
        panel: all series.
        horizon: steps ahead.
        parts: of the steps; what follows the validation steps is not looked at.
    """
    seen = sorted(min(one.end, parts.train) - one.start + 1 for one in panel.series)
    # Shorter series would be lost with longer lags.
    shortest = seen[0]
    season = _season(panel, horizon, parts, shortest)
    positive = min(_least(one, parts.validation) for one in panel.series) > 0
    grown = positive and any(_growth(one, parts.validation) >= _GROWN for one in panel.series)
    floor = min(_least(one, parts.validation) for one in panel.series) / 10 if positive else 0.0
    best: tuple[float, Windows, float, np.ndarray] | None = None
    for lags, log in itertools.product(
        _lags(season, shortest - horizon), (False, True) if grown else (False,)
    ):
        base = Windows(
            horizon,
            lags,
            season if season + horizon <= shortest else 0,
            _means(season, lags, shortest),
            _cycles(panel, shortest),
            log,
            floor,
        )
        scales = np.array([base.scale(one, parts.train) for one in panel.series])
        windows = _anchored(base, panel, parts, scales)
        error, penalty = _tried(windows, panel, parts, scales)
        if best is None or error < best[0]:
            best = error, windows, penalty, scales
    assert best is not None
    return Choice(best[1], season, best[2], parts, best[3])


def origins_of(windows: Windows, panel: Panel, first: int | None, last: int) -> list[np.ndarray]:
    """Give origins of all series whose steps ahead lie between two steps."""
    return [
        windows.origins(one, one.start if first is None else first, last) for one in panel.series
    ]


def departures(
    windows: Windows, panel: Panel, origins: list[np.ndarray], found: dict[str, np.ndarray]
) -> np.ndarray:
    """Give what is learned: true values as departures from the anchors, ``(n, horizon)``."""
    true = windows.forward(truths(windows, panel.series, origins))
    return (true - found["anchors"]) / found["scale"][:, None]


def thinned(origins: list[np.ndarray], most: int) -> list[np.ndarray]:
    """Leave at most so many origins, evenly spread."""
    total = sum(map(len, origins))
    if total <= most:
        return origins
    every = -(-total // most)
    return [places[(len(places) - 1) % every :: every] for places in origins]


def _season(panel: Panel, horizon: int, parts: Parts, shortest: int) -> int:
    """Choose the season by the error of the same step of the last season, in training steps."""
    fitting = [n for n in panel.steps.seasons if 2 * n + horizon <= shortest]
    if not panel.steps.seasons:
        longest = max(panel.series, key=lambda one: len(one.values))
        found = _pattern(filled(longest.values)[: parts.train - longest.start + 1])
        fitting = [found] if found and 2 * found + horizon <= shortest else []
    errors: dict[int, float] = {}
    for length in fitting:
        windows = Windows(horizon, 2, length)
        # All candidates on the same origins.
        longest_first = max(fitting)
        total, count = 0.0, 0
        for one in panel.series:
            places = windows.origins(one, one.start + longest_first, parts.train)
            if not len(places):
                continue
            gap = np.abs(seasonal_naive(windows, one, places) - windows.ahead(one, places))
            gap /= windows.scale(one, parts.train)
            total, count = total + float(np.nansum(gap)), count + int((~np.isnan(gap)).sum())
        errors[length] = _unscaled(total, count)
    return min(errors, key=lambda length: errors[length]) if errors else 0


def _unscaled(total: float, count: int) -> float:
    return total / count if count else np.inf


def _pattern(values: np.ndarray) -> int:
    """Find after how many steps values are like themselves, beyond what trend and inertia do."""
    length = len(values)
    if length < 4 * _TIMES:
        return 0
    line = np.polyval(np.polyfit(np.arange(length), values, 1), np.arange(length))
    rest = values - line
    power = float(np.sum(rest**2))
    most = min(length // _TIMES, _LONGEST_SEASON)
    if power <= 0 or most < 4:
        return 0
    spectrum = np.abs(np.fft.rfft(rest, 2 * length)) ** 2
    alike = np.fft.irfft(spectrum)[: most + 1] / power
    # Fewer pairs are left at longer distances.
    alike *= length / (length - np.arange(most + 1))
    peaks = [
        lag
        for lag in range(2, most)
        if alike[lag] >= max(alike[lag - 1], alike[lag + 1], _AGREES)
        and alike[1:lag].min() < alike[lag] - 0.2
    ]
    return max(peaks, key=lambda lag: alike[lag]) if peaks else 0


def _lags(season: int, room: int) -> list[int]:
    """Give numbers of lags to choose from; at least half of the short series stays for windows."""
    wanted = {3, 8} if not season else {season + 1, 2 * season + 1}
    if 7 <= season <= 12:
        wanted.add(4)
    if season > _LONGEST_LAGS // 2:
        wanted = {7, 28}
    fitting = sorted(n for n in wanted if n <= min(_LONGEST_LAGS, room // 2))
    return fitting or [max(1, min(3, room // 2))]


def _means(season: int, lags: int, shortest: int) -> tuple[int, ...]:
    base = season if 1 < season <= _LONGEST_LAGS else 7
    return tuple(n for n in (base, 2 * base, 4 * base) if n <= max(shortest // 2, base))[:3]


def _cycles(panel: Panel, shortest: int) -> tuple[str, ...]:
    """Give the cycles of the calendar of which the shortest series holds two."""
    found = []
    index = np.arange(2)
    times = panel.steps.times(index) if panel.steps.dated else None
    for name, (_, length) in panel.steps.calendar(index).items():
        cycle = length
        if times is not None and panel.steps.unit not in ("month", "quarter"):
            seconds = float(times[1] - times[0])
            cycle = {"year": 365.25, "week": 7.0, "day": 1.0}[name] * 86_400 / seconds
        elif panel.steps.unit in ("month", "quarter"):
            cycle = 12 / (panel.steps.every * (1 if panel.steps.unit == "month" else 3))
        if cycle > 1 and shortest >= 2 * cycle:
            found.append(name)
    return tuple(found)


def _anchored(base: Windows, panel: Panel, parts: Parts, scales: np.ndarray) -> Windows:
    """Choose the anchor from which departures are smallest in the training steps."""
    best, least = base, np.inf
    for anchor in ANCHORS:
        if anchor == "season" and not base.season:
            continue
        tried = Windows(**{**vars(base), "anchor": anchor})
        origins = thinned(origins_of(tried, panel, None, parts.train), MOST_TRIED)
        found = described(tried, panel.steps, panel.series, scales, origins)
        error = float(np.nanmean(np.abs(departures(tried, panel, origins, found))))
        if error < least:
            best, least = tried, error
    return best


def _tried(windows: Windows, panel: Panel, parts: Parts, scales: np.ndarray) -> tuple[float, float]:
    """Give the least error of linear models on validation steps, and their penalty."""
    learned = thinned(origins_of(windows, panel, None, parts.train), MOST_TRIED)
    checked = thinned(origins_of(windows, panel, parts.train + 1, parts.validation), MOST_TRIED)
    found = described(windows, panel.steps, panel.series, scales, learned)
    y = departures(windows, panel, learned, found)
    scaler = Scaler.learned(found["x"])
    x = scaler.apply(found["x"])
    check = described(windows, panel.steps, panel.series, scales, checked)
    checked_x = scaler.apply(check["x"])
    true = truths(windows, panel.series, checked)
    plain = Windows(windows.horizon, windows.lags, windows.season)
    units = np.array([plain.scale(one, parts.train) for one in panel.series])
    best = (np.inf, PENALTIES[0])
    for penalty in PENALTIES:
        model = fit_linear(x, found["series"], y, len(panel.series), penalty)
        said = model.predict(checked_x, check["series"]) * check["scale"][:, None]
        off = np.abs(windows.back(said + check["anchors"]) - true) / units[check["series"]][:, None]
        error = float(np.nanmean(off)) if np.isfinite(off).any() else np.inf
        best = min(best, (error, penalty))
    return best


def _least(one: Series, last: int) -> float:
    return float(np.nanmin(one.values[: max(last - one.start + 1, 1)]))


def _growth(one: Series, last: int) -> float:
    seen = one.values[: max(last - one.start + 1, 1)]
    return float(np.nanmax(seen) / np.nanmin(seen))


def _too_short(panel: Panel, one: Series, parts: Parts, needed: int) -> str:
    had = int(((one.rows >= 0) & (one.start + np.arange(len(one.rows)) <= parts.train)).sum())
    until = panel.steps.written(np.array([parts.train]))[0]
    where = "all of its rows are later" if had == 0 else f"it has {had:,} of them until then"
    return (
        f"{panel.group!r} {one.name!r} is too short to be learned from: {needed:,} steps up to "
        f"{until} are needed, the end of the training rows, and {where}; leave it out."
    )
