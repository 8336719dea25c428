"""What a forecast is worth, in sentences that can be checked with the answers in its folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kerata.workbench.core.learning_curves import best_epoch
from kerata.workbench.core.result import Baseline
from kerata.workbench.core.task import Task
from kerata.workbench.evaluation.figures import figure
from kerata.workbench.evaluation.standing import EQUAL, UNDECIDED, WORSE, standing
from kerata.workbench.evaluation.verdict import Verdict, epoch_sentence, gain_sentence
from kerata.workbench.forecasting.network import COVERAGE
from kerata.workbench.forecasting.result import Backtest, TrainedForecast
from kerata.workbench.forecasting.steps import Steps


def forecast_verdict(trained: TrainedForecast) -> Verdict:
    """Say how good a forecast is, what it beats, and how far its intervals can be trusted.

    Arguments:
        trained: as ``fit_forecast`` returns it.

    See ``fit_forecast`` for an example.
    """
    test = trained.backtest
    assert test is not None
    steps = trained.preparation.steps
    return Verdict(
        " ".join(sentences_of(test, trained.task, steps)),
        tuple(compared(test, trained.baselines, trained.task)),
        epoch_sentence(
            trained.history["val_loss"],
            int(trained.config["epochs"]),
            interrupted=trained.interrupted,
        ),
        "",
        tuple(_advice(trained, test)),
    )


def sentences_of(test: Backtest, task: Task, steps: Steps) -> list[str]:
    """Say how far forecasts missed, near and far ahead, and what their intervals held.

    Arguments:
        test: forecasts beside what came true.
        task: what is forecast.
        steps: of the table.
    """
    said = [_quality(test, task, steps), _steps(test, task, steps), _intervals(test)]
    return [sentence for sentence in said if sentence]


def compared(test: Backtest, baselines: Sequence[Baseline], task: Task) -> Iterator[str]:
    """Say of each baseline how far it misses, and by how much the network is better.

    Arguments:
        test: forecasts beside what came true, those of the baselines among them.
        baselines: judged on the same forecasts.
        task: what is forecast.
    """
    for one in baselines:
        mase = test.mase(test.simple[one.name])
        scaled = "" if np.isnan(mase) else f" Its MASE is {mase:.3f}."
        yield f"{gain_sentence(one, task)}{scaled}"


def _quality(test: Backtest, task: Task, steps: Steps) -> str:
    first, last = steps.written(np.array([test.origins.min(), test.origins.max()]))
    figures, (low, high) = test.figures(), test.intervals()["mae"]
    ahead = "1 step" if test.horizon == 1 else f"1 to {steps.named(test.horizon)}"
    series = len(np.unique(test.series))
    of = f" of {series:,} series" if series > 1 else ""
    known = int((~np.isnan(test.truth)).sum())
    apart = test.season_name if test.season else "the last value"
    count = len(np.unique(test.origins))
    origins = f"{count:,} origins, {first} to {last}," if count > 1 else f"one origin, {first},"
    between = (
        f"95% interval {figure(low, task)} to {figure(high, task)}, origins that overlap counted "
        "as such"
        if count > 1
        else "one origin gives no interval"
    )
    said = (
        f"From {origins} the next {ahead}{of} were forecast: {known:,} forecasts miss "
        f"{task.target!r} by {figure(figures['mae'], task)} on average ({between})."
    )
    if np.isnan(figures["mase"]):
        return said
    return (
        f"{said} MASE is {figures['mase']:.3f}: the errors relative to those of {apart} in the "
        "steps before the test."
    )


def _steps(test: Backtest, task: Task, steps: Steps) -> str:
    errors = test.errors(test.forecast)
    known = np.flatnonzero(~np.isnan(errors).all(axis=0))
    if len(known) < 2:
        return ""
    near, far = int(known[0]), int(known[-1])
    first, last = (figure(float(np.nanmean(errors[:, place])), task) for place in (near, far))
    return (
        f"{steps.named(near + 1)} ahead it misses by {first}, {steps.named(far + 1)} ahead by "
        f"{last}."
    )


def _intervals(test: Backtest) -> str:
    share, (low, high) = test.figures()["coverage"], test.intervals()["coverage"]
    at = "as set by the run" if test.later else "set at each origin by errors known there"
    several = len(np.unique(test.origins)) > 1
    between = f" (95% interval {100 * low:.1f}% to {100 * high:.1f}%)" if several else ""
    return (
        f"Its {100 * COVERAGE:.0f}% intervals, {at}, held {100 * share:.1f}% of the true values"
        f"{between}."
    )


def _advice(trained: TrainedForecast, test: Backtest) -> list[str]:
    if best_epoch(trained.history["val_loss"]) is None:
        return ["Lower the learning rate to a tenth, and check the data for missing values."]
    advice = []
    stand = {one.name: standing(one, trained.task) for one in trained.baselines}
    for one in sorted(trained.baselines, key=lambda one: one.value):
        if stand[one.name] == WORSE:
            advice.append(f"Prefer {one.name}: it is better from the test origins.")
            break
        if stand[one.name] == EQUAL:
            advice.append(f"Prefer {one.name}: it is as good, and simpler.")
            break
    unsure = [b.name for b in trained.baselines if stand[b.name] == UNDECIDED]
    if not advice and unsure:
        advice.append(
            f"Whether it beats {' or '.join(unsure)} is not shown: keep the simpler one beside it "
            "until more origins tell."
        )
    share, (_, high) = trained.metrics["coverage"], test.intervals()["coverage"]
    if high < COVERAGE:
        advice.append(
            f"Do not rely on the intervals: they held {100 * share:.1f}% instead of "
            f"{100 * COVERAGE:.0f}%, so the series changed more than before."
        )
    origins = len(np.unique(test.origins))
    if origins < 2 * test.horizon:
        advice.append(
            f"{origins} origins share most of their {test.horizon} steps: judge on a longer table, "
            "or forecast fewer steps."
        )
    return advice
