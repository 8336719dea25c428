"""From a table in time to a trained, backtested forecast, in one call."""

from __future__ import annotations

import time as clocks
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from kerata.training.interrupt import counted_interrupts
from kerata.workbench.core.result import OnEvent
from kerata.workbench.core.task import Task
from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Source, Table
from kerata.workbench.features.rows import take
from kerata.workbench.forecasting import baselines
from kerata.workbench.forecasting.choice import Choice, choose, cut
from kerata.workbench.forecasting.material import Material
from kerata.workbench.forecasting.network import averaged, build
from kerata.workbench.forecasting.panel import Panel, read_panel
from kerata.workbench.forecasting.result import TrainedForecast
from kerata.workbench.splitting.split import TIME, SplitRule
from kerata.workbench.splitting.targets import find_target
from kerata.workbench.training import ensemble
from kerata.workbench.training.plan import usual_batch
from kerata.workbench.training.time_limit import NETWORKS, TimeLimit

NETWORK = "forecast"
# The longest horizon.
LONGEST = 1000
EPOCHS, PATIENCE, MEMBERS = 100, 10, 8
# Share of the time at which the first training must have ended; the second takes no longer.
FIRST = 0.45
_OF_NETWORK = ("members", "units", "dropout", "learning_rate", "weight_decay", "embedding")


def fit_forecast(
    source: Source,
    *,
    target: str | None = None,
    time: str,
    horizon: int,
    group: str | None = None,
    known: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    test_share: float = 0.2,
    validation_share: float = 0.15,
    minutes: float | TimeLimit | None = None,
    watch: Sequence[Any] = (),
    on_event: OnEvent | None = None,
) -> TrainedForecast:
    """Learn to forecast the next steps of a column, and test it from many origins.

    The last steps are for the test: from each origin there, all steps up to the horizon are
    forecast from what was known at the origin, and compared with what came true. The steps
    before choose lags, logarithms and epochs; the network is then trained on all that lies
    before the test. Ctrl-C ends training and keeps the best epoch so far.

    Arguments:
        source: a table, as ``read_source`` returns it, one row a step (and series).
        target: column of numbers to forecast; the source's own by default.
        time: column of dates or steps.
        horizon: steps ahead, from 1.
        group: column that names series; without it all rows are one.
        known: columns whose later values are known in advance. Those that are filled in rows
            after the last target are taken as known unasked.
        options: ``units``, ``dropout``, ``learning_rate``, ``weight_decay``, ``embedding`` of the
            network, ``patience`` and ``members`` of the training.
        epochs: upper limit, 100 by default.
        batch_size: windows in a step; depends on their number by default.
        seed: integer that decides first weights and the order of windows.
        test_share: fraction of all steps.
        validation_share: fraction of the steps before those.
        minutes: in which all shall be done, from now on or from when a ``TimeLimit`` was made:
            there are fewer epochs if need be, at least one. No limit by default.
        watch: callbacks for the first network's training.
        on_event: function of a name and a value, see ``fit_source``.

    Returns:
        A ``TrainedForecast``: model, history, in ``backtest`` forecasts and true values, float64
        of shape ``(n, horizon)`` for n origins of all series, and in ``future`` the next steps.

    Raises:
        ValueError: a column that is missing or can't be read, a horizon longer than the data
            allow, uneven steps, two rows of one step; the message says which.
        KeyboardInterrupt: Ctrl-C before the end of the first epoch.

    >>> import pandas
    >>> days = pandas.date_range("2024-01-01", periods=120).astype(str)
    >>> sales = pandas.DataFrame({"day": days, "units": [3.0, 5, 8, 9, 5, 1, 0] * 17 + [3]})
    >>> source = Source("sales", "table", Table(sales), target="units")
    >>> made = fit_forecast(source, time="day", horizon=3, epochs=2, options={"members": 1})
    >>> made.future["day"].tolist(), made.future["forecast"].round().tolist()
    (['2024-04-30', '2024-05-01', '2024-05-02'], [5.0, 8.0, 9.0])
    """
    emit: OnEvent = on_event or (lambda name, value: None)
    clock: dict[str, float] = {}
    began = clocks.perf_counter()
    limit = minutes if minutes is None or isinstance(minutes, TimeLimit) else TimeLimit(minutes)
    settings = _settings(dict(options or {}), epochs)
    data = _checked(source, horizon, test_share, validation_share)
    named = find_target(source, target)
    if not isinstance(named, str):
        raise ValueError(
            f"A forecast has one target, and {len(named)} are named ({', '.join(named)}): train "
            "one for each."
        )
    target = named
    panel = read_panel(data.frame, target, time, group, known)
    emit("columns", panel.columns)
    parts = cut(panel, horizon, test_share, validation_share)
    chosen = choose(panel, horizon, parts)
    task = _task(panel, horizon)
    emit("task", task)
    rule = SplitRule(TIME, (time,), None, "", asked=True)
    emit("split", rule)
    rows = _rows(panel, chosen, len(data.frame))
    emit("rows", {name: len(numbers) for name, numbers in rows.items()})

    made = Material(panel, chosen)
    preparation = made.preparation()
    emit("preparation", preparation)
    clock["preparation"] = clocks.perf_counter() - began

    began = clocks.perf_counter()
    test = made.test()
    for name in test.simple:
        emit("baseline", baselines.judged(name, replace(test, forecast=test.simple[name])))
    clock["baselines"] = clocks.perf_counter() - began

    began = clocks.perf_counter()
    members = settings["network"]["members"]
    message = {"epochs": settings["epochs"], "members": members, "solved": False}
    emit("network", {"name": NETWORK, **message})
    notes = [*source.notes, *panel.notes]
    batch = batch_size or usual_batch(len(made.learned["x"]))
    # Once there is something to keep, Ctrl-C must not cost it.
    with counted_interrupts() as presses:
        plan = ensemble.TrainingPlan(
            build=partial(build, made.shape(final=False), **settings["network"]),
            epochs=settings["epochs"],
            batch_size=batch,
            patience=settings["patience"],
            seed=seed,
            until=None if limit is None else limit.at(FIRST),
        )
        first = ensemble.train(plan, *made.pairs(), watch, emit)
        plan = replace(plan, until=None if limit is None else limit.at(NETWORKS))
        final = _again(plan, first, made, settings["network"])
        presses.muted = True
        clock["training"] = clocks.perf_counter() - began
        if first.interrupted:
            notes.append(
                f"Interrupted after {counted(len(first.history['loss']), 'epoch')}; the best one "
                "was kept."
            )
        if limit is not None and first.cut:
            notes.append(
                f"There was time in {limit.words} for "
                f"{counted(len(first.history['loss']), 'epoch')} of at most {settings['epochs']}; "
                "the best one was kept."
            )
        if final is first:
            notes.append(
                f"The {panel.steps.named(parts.validation - parts.train)} before the test were not "
                "learned from, since training was ended before."
            )
        if members > 1:
            notes.append(
                f"The forecasts of {members} networks with different first weights are averaged; "
                "the curves are their means."
            )
        model = averaged(final.model)
        before = model if final is first else averaged(first.model)
        test = made.tested(test, before, model, preparation)
        preparation.keep(panel, chosen.season)
        there = ~np.isnan(test.truth)
        trained = TrainedForecast(
            model=model,
            preparation=preparation,
            task=task,
            columns=panel.columns,
            network=NETWORK,
            history=first.history,
            best_epoch=first.best_epoch,
            rows=rows,
            **{part: take(data, numbers) for part, numbers in rows.items()},
            truth=test.truth[there],
            outputs=test.forecast[there],
            metrics=test.figures(),
            interval=test.intervals()["mae"],
            baselines=[baselines.judged(name, test) for name in test.simple],
            findings=None,
            config={
                "source": source.name,
                "target": target,
                "time": time,
                "horizon": horizon,
                "group": group,
                "known": [str(name) for name in known],
                "options": dict(options or {}),
                # What there was time for, so that a rerun does the same.
                "epochs": len(first.history["loss"]) if first.cut else settings["epochs"],
                "batch_size": batch,
                "seed": seed,
                "test_share": test_share,
                "validation_share": validation_share,
                "minutes": None if limit is None else limit.minutes,
            },
            seconds=clock,
            notes=[*notes, *preparation.notes],
            fingerprint=source.fingerprint,
            split=rule.summary,
            interrupted=first.interrupted,
            backtest=test,
        )
        try:
            trained.future = trained.predict()
        except ValueError as error:
            # A column known in advance is not filled yet.
            trained.notes.append(str(error))
        emit("trained", trained)
    return trained


def _again(
    plan: ensemble.TrainingPlan, first: ensemble.Outcome, made: Material, options: dict[str, Any]
) -> ensemble.Outcome:
    """Train once more, as long as was best, with the validation rows; Ctrl-C keeps the first."""
    if first.interrupted:
        return first
    # The epochs are known; what validation rows say means nothing, since they are learned from.
    longer = replace(
        plan,
        build=partial(build, made.shape(final=True), **options),
        epochs=first.best_epoch,
        patience=first.best_epoch,
    )
    try:
        found = ensemble.train(longer, *made.pairs(final=True))
    except KeyboardInterrupt:
        return first
    return first if found.interrupted or found.cut else found


def check_whole(source: Source) -> None:
    """Refuse a random sample of a table: its series have gaps that are none.

    Raises:
        ValueError: the source is one.
    """
    if source.sampled:
        raise ValueError(
            f"{source.name} is so large that only a random sample of its rows is read, and a "
            "sample of a series is none: keep fewer columns, series or years, or read all of it "
            "in Python, with read_source(..., most_bytes=...)."
        )


def _checked(source: Source, horizon: int, test_share: float, validation_share: float) -> Table:
    check_whole(source)
    if not isinstance(source.train, Table):
        raise ValueError(f"A forecast needs a table, and {source.name} is none.")
    if source.test is not None:
        raise ValueError(
            f"{source.name} has a test set of its own, and a forecast is tested on the last rows: "
            "give a table."
        )
    if isinstance(horizon, bool) or not isinstance(horizon, (int, np.integer)) or horizon < 1:
        raise ValueError(f"horizon must be a whole number of steps, at least 1, got {horizon!r}.")
    if horizon > LONGEST:
        raise ValueError(f"horizon must be at most {LONGEST:,} steps, got {horizon:,}.")
    for name, share in (("test_share", test_share), ("validation_share", validation_share)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {share}.")
    return source.train


def _settings(options: dict[str, Any], epochs: int | None) -> dict[str, Any]:
    from kerata.base.messages import did_you_mean

    if epochs is not None and epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}.")
    names = (*_OF_NETWORK, "patience")
    for name in options:
        if name not in names:
            raise ValueError(f"A forecast has no option {name!r}. {did_you_mean(name, names)}")
    usual = {"members": MEMBERS, "patience": PATIENCE} | options
    for name in ("members", "patience"):
        value = usual[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number, at least 1, got {value!r}.")
    return {
        "network": {name: usual[name] for name in _OF_NETWORK if name in usual},
        "patience": usual["patience"],
        "epochs": EPOCHS if epochs is None else epochs,
    }


def _task(panel: Panel, horizon: int) -> Task:
    each = f", for each of {len(panel.series):,} values of {panel.group!r}" if panel.group else ""
    why = f"Forecast: the next {panel.steps.named(horizon)} of {panel.target!r}{each}."
    return Task("regression", panel.target, [], why)


def _rows(panel: Panel, chosen: Choice, count: int) -> dict[str, np.ndarray]:
    """Give the row numbers of each part; rows without a step of their own belong to none."""
    parts = chosen.parts
    at = np.full(count, np.iinfo("int64").max)
    for one in panel.series:
        there = one.rows >= 0
        at[one.rows[there]] = one.start + np.flatnonzero(there)
    return {
        "train": np.flatnonzero(at <= parts.train),
        "validation": np.flatnonzero((at > parts.train) & (at <= parts.validation)),
        "test": np.flatnonzero((at > parts.validation) & (at <= parts.test)),
    }
