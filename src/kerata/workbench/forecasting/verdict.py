"""What a forecast is worth, in sentences that can be checked with the answers in its folder."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kerata.workbench.core.learning_curves import best_epoch
from kerata.workbench.evaluation.figures import figure
from kerata.workbench.evaluation.standing import EQUAL, UNDECIDED, WORSE, standing
from kerata.workbench.evaluation.verdict import Verdict, epoch_sentence, gain_sentence
from kerata.workbench.forecasting.network import COVERAGE
from kerata.workbench.forecasting.result import Backtest, TrainedForecast


def forecast_verdict(trained: TrainedForecast) -> Verdict:
    """Say how good a forecast is, what it beats, and how far its intervals can be trusted.

    Arguments:
        trained: as ``fit_forecast`` returns it.

    See ``fit_forecast`` for an example.
    """
    test = trained.backtest
    assert test is not None
    return Verdict(
        " ".join([_quality(trained, test), _steps(trained, test), _intervals(trained)]),
        tuple(_compared(trained, test)),
        epoch_sentence(trained.history["val_loss"], int(trained.config["epochs"])),
        "",
        tuple(_advice(trained, test)),
    )


def _quality(trained: TrainedForecast, test: Backtest) -> str:
    steps, task = trained.preparation.steps, trained.task
    first, last = steps.written(np.array([test.origins.min(), test.origins.max()]))
    low, high = (figure(end, task) for end in trained.interval)
    ahead = "1 step" if test.horizon == 1 else f"1 to {steps.named(test.horizon)}"
    series = len(np.unique(test.series))
    of = f" of {series:,} series" if series > 1 else ""
    known = int((~np.isnan(test.truth)).sum())
    apart = test.season_name if test.season else "the last value"
    return (
        f"From {len(np.unique(test.origins)):,} origins, {first} to {last}, the next {ahead}{of} "
        f"were forecast: {known:,} forecasts miss {task.target!r} by "
        f"{figure(trained.metrics['mae'], task)} on average (95% interval {low} to {high}, origins "
        f"that overlap counted as such). MASE is {trained.metrics['mase']:.3f}: the errors "
        f"relative to those of {apart} in the steps before the test."
    )


def _compared(trained: TrainedForecast, test: Backtest) -> Iterator[str]:
    for one in trained.baselines:
        mase = test.mase(test.simple[one.name])
        yield f"{gain_sentence(one, trained.task)} Its MASE is {mase:.3f}."


def _steps(trained: TrainedForecast, test: Backtest) -> str:
    if test.horizon == 1:
        return ""
    by_step = np.nanmean(test.errors(test.forecast), axis=0)
    first, last = (figure(float(by_step[place]), trained.task) for place in (0, -1))
    named = trained.preparation.steps.named
    return f"{named(1)} ahead it misses by {first}, {named(test.horizon)} ahead by {last}."


def _intervals(trained: TrainedForecast) -> str:
    share, (low, high) = trained.metrics["coverage"], trained.held_interval()
    return (
        f"Its {100 * COVERAGE:.0f}% intervals, set at each origin by errors known there, held "
        f"{100 * share:.1f}% of the true values (95% interval {100 * low:.1f}% to "
        f"{100 * high:.1f}%)."
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
    share, (_, high) = trained.metrics["coverage"], trained.held_interval()
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
