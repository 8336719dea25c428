"""The backtest looks at nothing after an origin, and what it says is what pandas says."""

import numpy as np
import pandas
import pytest

from kerata.workbench import fit_forecast, read_source
from kerata.workbench.data.containers import Source, Table
from kerata.workbench.forecasting import answers_of, forecast_verdict
from kerata.workbench.forecasting.baselines import LAST, LINEAR
from kerata.workbench.forecasting.choice import choose, cut
from kerata.workbench.forecasting.material import Material
from kerata.workbench.forecasting.origins import origin_interval
from kerata.workbench.forecasting.panel import read_panel
from kerata.workbench.forecasting.widths import factors, rolling_factors

from .conftest import sales

NAMES = "units", "date", "store"
WEEK = "the same day last week"


def source_of(frame):
    return Source("sales", "table", Table(frame), target="units")


def quick(frame, **more):
    given = {"time": "date", "horizon": 5, "group": "store", "epochs": 2}
    options = {"members": 1, "units": (4,)}
    return fit_forecast(source_of(frame), **{**given, "options": options, **more})


def test_figures_are_those_of_the_answers(trained):
    rows = pandas.DataFrame(answers_of(trained))
    off = (rows.prediction - rows.truth).abs()
    assert trained.metrics["mae"] == pytest.approx(off.mean(), rel=1e-6)
    inside = (rows.truth >= rows.lower) & (rows.truth <= rows.upper)
    assert trained.metrics["coverage"] == pytest.approx(inside.mean())
    for baseline in trained.baselines:
        theirs = (rows[baseline.name] - rows.truth).abs()
        assert baseline.value == pytest.approx(theirs.mean(), rel=1e-6)
        assert baseline.gain == pytest.approx((theirs - off).mean(), rel=1e-5, abs=1e-7)


def test_mase_is_relative_to_last_week_before_the_test(trained):
    frame = sales()
    rows = pandas.DataFrame(answers_of(trained))
    first = rows.origin.min()
    before = frame[frame.date <= first]
    units = before.groupby("store").units.apply(lambda v: v.diff(7).abs().mean())
    scaled = (rows.prediction - rows.truth).abs() / rows.series.map(units)
    assert trained.metrics["mase"] == pytest.approx(scaled.mean(), rel=1e-6)


def test_baselines_are_last_value_and_last_week(trained):
    frame = sales().set_index(["store", "date"]).units
    rows = pandas.DataFrame(answers_of(trained))
    assert [one.name for one in trained.baselines] == [LAST, WEEK, LINEAR]
    day = pandas.to_datetime(rows.time)
    week = (day - pandas.Timedelta(days=7)).dt.strftime("%Y-%m-%d")
    assert rows[LAST].tolist() == [frame[key] for key in zip(rows.series, rows.origin, strict=True)]
    assert rows[WEEK].tolist() == [frame[key] for key in zip(rows.series, week, strict=True)]
    truth = [frame[key] for key in zip(rows.series, rows.time, strict=True)]
    assert rows.truth.tolist() == truth == sales().units[rows.row].tolist()


def test_it_learns_the_week_and_beats_the_last_value(trained):
    by_name = {one.name: one for one in trained.baselines}
    assert trained.backtest.season == 7
    assert by_name[LAST].gain_interval[0] > 0
    assert by_name[WEEK].gain > 0


@pytest.mark.slow
def test_nothing_after_an_origin_changes_its_forecast():
    """What is learned and forecast up to an origin is the same, whatever comes after it."""
    frame = sales(150)
    first = quick(frame)
    made = first.preparation
    origin = int(first.backtest.origins[len(first.backtest.origins) // 4])
    cut_at = made.steps.written(np.array([origin]))[0]
    changed = frame.copy()
    later = changed.date > cut_at
    changed.loc[later, "units"] = changed.units[later] * 3 + 50
    second = quick(changed)
    same = first.backtest.origins <= origin
    assert same.any()
    for name in ("forecast", "lower", "upper"):
        one, other = getattr(first.backtest, name), getattr(second.backtest, name)
        np.testing.assert_array_equal(one[same], other[same])
    assert not np.array_equal(first.backtest.forecast[~same], second.backtest.forecast[~same])


def test_parts_follow_each_other(trained):
    days = pandas.to_datetime(sales().date)
    parts = [days.iloc[trained.rows[part]] for part in ("train", "validation", "test")]
    assert parts[0].max() < parts[1].min() <= parts[1].max() < parts[2].min()
    assert sum(map(len, parts)) == len(days)
    assert trained.backtest.origins.min() >= parts[1].max().dayofyear - 1


@pytest.mark.slow
def test_known_columns_are_worth_their_knowledge():
    rng = np.random.default_rng(1)
    frame = sales(260, ("A",)).assign(promo=rng.integers(0, 2, 260))
    frame["units"] += 6 * frame.promo
    plain, told = (quick(frame, epochs=4, known=known) for known in ((), ("promo",)))
    assert told.metrics["mae"] < 0.5 * plain.metrics["mae"]
    assert told.future is None
    assert "'promo'" in told.notes[-1]


@pytest.mark.slow
def test_the_verdict_names_origins_and_what_is_not_beaten():
    rng = np.random.default_rng(0)
    walk = sales(120, ("A",)).assign(units=100 + np.cumsum(rng.normal(size=120)))
    made = quick(walk, horizon=2)
    found = forecast_verdict(made)
    origins = made.preparation.steps.written(made.backtest.origins[[0, -1]])
    assert f"From {len(made.backtest.origins)} origins, {origins[0]} to {origins[1]}" in (
        found.quality
    )
    assert f"{made.metrics['mae']:.4g}" in found.quality
    last = made.baselines[0]
    if last.gain_interval[0] <= 0:
        assert "too few to be sure" in found.baselines[0] or "worse" in found.baselines[0]
        said = ("Prefer ", "is not shown")
        assert any(words in line for line in found.advice for words in said)


def test_logarithms_and_seasons_are_chosen_before_the_test():
    month = pandas.date_range("2000-01-01", periods=144, freq="MS").strftime("%Y-%m-%d")
    wave = np.sin(np.arange(144) * np.pi / 6)
    frame = pandas.DataFrame({"date": month, "units": np.exp(0.03 * np.arange(144) + 0.4 * wave)})
    panel = read_panel(frame, "units", "date")
    parts = cut(panel, 6, 0.2, 0.15)
    found = choose(panel, 6, parts)
    assert found.season == 12
    assert found.windows.log
    late = frame.copy()
    late.loc[parts.validation + 1 :, "units"] = 1.0
    assert choose(read_panel(late, "units", "date"), 6, parts).windows == found.windows


@pytest.mark.parametrize(
    ("frame", "more", "message"),
    [
        (sales(40), {"horizon": 20}, "A horizon of 20 days needs more steps than the 40"),
        (sales(40), {"horizon": 0}, "at least 1, got 0"),
        (
            pandas.concat([sales(150, ("A",)), sales(150, ("B",)).iloc[130:]], ignore_index=True),
            {},
            "'store' 'B' is too short",
        ),
        (sales(60), {"options": {"depth": 3}}, "no option 'depth'"),
    ],
)
def test_what_can_not_be_learned_is_refused(frame, more, message):
    with pytest.raises(ValueError, match=message):
        quick(frame, **more)


def test_intervals_of_overlapping_origins_hold_what_they_say():
    """Means of 60 origins whose errors are shared by 8 steps: about 95 % of intervals hold 0."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        shock = rng.normal(size=67)
        values = np.convolve(shock, np.ones(8), "valid")
        low, high = origin_interval(values, np.arange(60), 8)[1]
        held += low <= 0 <= high
    assert 0.92 <= held / 400 <= 0.98


def test_factors_use_only_errors_that_were_known():
    misfit = np.array([[1.0, 1.0], [1.0, 1.0], [9.0, 9.0]])
    at, last = rolling_factors(np.array([0, 1, 2]), misfit, np.array([2, 4]))
    # At 2 both errors of origin 0 and the first of origin 1 were known.
    assert at[0].tolist() == [1.0, 1.0]
    assert at[1].tolist() == [9.0, 9.0] == last.tolist()
    assert factors(np.full((3, 2), np.nan)).tolist() == [1.0, 1.0]


@pytest.mark.slow
def test_minutes_end_training_early():
    found = quick(sales(), epochs=50, minutes=1e-4)
    assert len(found.history["loss"]) == found.config["epochs"] == 1
    assert "There was time in 0.0001 minutes for 1 epoch of at most 50" in " ".join(found.notes)


def test_a_sample_of_a_large_table_is_refused(tmp_path):
    # A sample keeps a thousand rows at least, so these are more.
    pandas.concat([sales()] * 8).to_csv(tmp_path / "large.csv", index=False)
    source = read_source(tmp_path / "large.csv", target="units", most_bytes=10_000)
    assert source.sampled
    with pytest.raises(ValueError, match="a sample of a series is none"):
        fit_forecast(source, time="date", horizon=5)


def test_what_never_changes_is_refused():
    with pytest.raises(ValueError, match="'units' never changes in the training rows"):
        quick(sales(stores="A").assign(units=3.0), group=None)


def test_a_series_that_ends_early_is_told():
    frame = sales(120)
    panel = read_panel(frame[(frame.store == "A") | (frame.date < "2024-03-01")], *NAMES)
    notes = Material(panel, choose(panel, 5, cut(panel, 5, 0.2, 0.15))).preparation().notes
    assert "'store' 'B' ends at 2024-02-29, too early to be tested" in " ".join(notes)
