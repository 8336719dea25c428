"""Steps of time are found and exact; tables that are no even series are refused in a sentence."""

import numpy as np
import pandas
import pytest

from kerata.workbench.forecasting.panel import Series, read_panel
from kerata.workbench.forecasting.steps import find_steps
from kerata.workbench.forecasting.table_columns import times_of
from kerata.workbench.forecasting.windows import Windows, filled
from kerata.workbench.splitting.time_order import read_time

from .conftest import sales


def steps_of(times):
    frame = pandas.DataFrame({"t": times})
    order = read_time(frame, "t")
    return find_steps(order, np.zeros(len(frame), int)), order


@pytest.mark.parametrize(
    ("times", "named", "later"),
    [
        (pandas.date_range("2023-01-31", periods=30, freq="ME").astype(str), "month", "2025-07-31"),
        (pandas.date_range("2023-01-01", periods=30, freq="MS").astype(str), "month", "2025-07-01"),
        (
            [pandas.Timestamp("2023-01-30") + pandas.DateOffset(months=n) for n in range(30)],
            "month",
            "2025-07-30",
        ),
        (pandas.date_range("2000-01-15", periods=9, freq="D").astype(str), "day", "2000-01-24"),
        (
            pandas.date_range("2000-01-03", periods=9, freq="W-MON").astype(str),
            "week",
            "2000-03-06",
        ),
        (
            pandas.date_range("2000-04-01", periods=9, freq="QS").astype(str),
            "quarter",
            "2002-07-01",
        ),
        (pandas.bdate_range("2024-01-01", periods=19).astype(str), "business day", "2024-01-26"),
        (pandas.date_range("2024-01-01", periods=9, freq="h").astype(str), "hour", None),
        ([f"{year}" for year in range(1990, 2010)], "year", "2010"),
        (list(1949 + np.arange(30) / 12), "month", "1951.500"),
        (list(1960 + np.arange(30) / 4), "quarter", "1967.500"),
        (list(range(5, 100, 5)), "step", "100"),
    ],
)
def test_steps_are_found_and_go_on(times, named, later):
    frame = pandas.DataFrame({"t": times})
    if named == "year":
        frame["t"] = frame["t"].astype(int)
    order = read_time(frame, "t")
    steps = find_steps(order, np.zeros(len(frame), int))
    assert steps.unit == named
    index = steps.index(order.seconds)
    assert np.array_equal(index, np.arange(len(frame)))
    assert np.allclose(steps.times(index), order.seconds, rtol=1e-9, atol=1e-3)
    assert later is None or steps.written(np.array([len(frame)])) == [later]


def test_three_hours_are_a_step():
    steps, _ = steps_of(pandas.date_range("2024-01-01", periods=9, freq="3h").astype(str))
    assert steps.named(2) == "6 hours"
    assert steps.seasons == (8, 56)


def test_uneven_steps_name_the_first():
    days = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04 07:13:00", "2024-01-05"]
    with pytest.raises(ValueError, match=r"'t' are uneven.*2024-01-04 07:13:00 follows 2024-01-03"):
        steps_of(days)


def panel_of(frame, **more):
    return read_panel(frame, "units", "date", **{"group": "store", **more})


def test_a_table_becomes_series_in_any_order_of_rows():
    frame = sales(40)
    panel = panel_of(frame.sample(frac=1, random_state=1).reset_index(drop=True))
    assert [one.name for one in panel.series] == ["A", "B"]
    for one in panel.series:
        assert one.values.tolist() == frame.units[frame.store == one.name].tolist()
    assert not panel.notes


def test_gaps_and_empty_targets_are_told():
    frame = sales(40).drop(index=[10, 11]).reset_index(drop=True)
    frame.loc[20, "units"] = np.nan
    panel = panel_of(frame)
    first = panel.series[0]
    assert np.isnan(first.values[[10, 11, 22]]).all()
    assert filled(first.values)[[10, 11]].tolist() == [first.values[9]] * 2
    assert "2 steps without a row, the first 2024-01-11 of 'store' 'A'" in panel.notes[0]
    assert "1 row has no 'units'" in panel.notes[1]


def test_many_gaps_name_the_first():
    frame = sales(40, ("A",)).drop(index=range(10, 25)).reset_index(drop=True)
    with pytest.raises(ValueError, match="between 2024-01-10 and 2024-01-26"):
        panel_of(frame)


def test_rows_after_the_last_target_tell_what_is_known_in_advance():
    frame = sales(40, ("A",)).assign(promo=1, weather=2.0)
    frame.loc[35:, ["units", "weather"]] = np.nan
    panel = panel_of(frame)
    assert [known.name for known in panel.known] == ["promo"]
    assert len(panel.series[0].values) == 35
    assert len(panel.series[0].known) == 40
    assert "'promo' is known in advance" in panel.notes[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(units="many"), "Row 1 of the target 'units' holds 'many'"),
        (lambda f: f.assign(date="soon"), "'date' holds neither dates nor numbers"),
        (lambda f: pandas.concat([f, f.iloc[[3]]], ignore_index=True), "Rows 4 and 41 .*same time"),
        (lambda f: f.assign(date=f.date.where(f.index != 5)), "Row 6 of the time 'date' is empty"),
        (lambda f: f.assign(store=f.store.where(f.index != 5)), "Row 6 of the group 'store'"),
        (lambda f: f.assign(units=np.nan), "has no value"),
        (lambda f: f.drop(columns="store"), "no column 'store' for the group"),
    ],
)
def test_what_can_not_be_read_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        panel_of(change(sales(40, ("A",))))


def test_several_series_without_a_group_are_hinted_at():
    with pytest.raises(ValueError, match="--group"):
        panel_of(sales(40), group=None)


def berlin(freq, periods=60):
    times = pandas.date_range("2024-03-20", periods=periods, freq=freq, tz="Europe/Berlin")
    return [moment.isoformat() for moment in times]


@pytest.mark.parametrize(
    ("times", "zone", "third", "notes"),
    [
        (berlin("D"), "local", "2024-03-22", 0),
        (berlin("6h"), "+00:00", "2024-03-20 11:00:00+00:00", 1),
        (
            [f"2024-01-01T{hour:02}:00-05:00" for hour in range(24)],
            "-05:00",
            "2024-01-01 02:00:00-05:00",
            0,
        ),
        ([f"2024-01-01 {h:02}:00" for h in range(24)], "", "2024-01-01 02:00:00", 0),
    ],
)
def test_offsets_from_utc_leave_steps_even(times, zone, third, notes):
    frame = pandas.DataFrame({"date": times, "units": np.arange(len(times)) * 1.0})
    panel = read_panel(frame, "units", "date")
    assert panel.steps.zone == zone
    assert panel.steps.written(np.array([2])) == [third]
    assert len(panel.notes) == notes
    # What is written is read again as the same step.
    again = times_of(pandas.DataFrame({"date": [third]}), "date", zone)[0]
    assert panel.steps.index(again.seconds).tolist() == [2]


def test_offsets_that_do_not_fit_are_refused():
    zoned = pandas.DataFrame({"date": berlin("6h")})
    with pytest.raises(ValueError, match=r"Row 2 of the time 'date' .* without an offset"):
        times_of(zoned.replace(zoned.date[1], "2024-03-20 06:00"), "date")
    with pytest.raises(ValueError, match="those of the training have none"):
        times_of(zoned, "date", "")
    with pytest.raises(ValueError, match="those of the training have: write"):
        times_of(pandas.DataFrame({"date": ["2024-03-20 06:00"]}), "date", "+00:00")


def test_steps_shorter_than_a_second_are_refused():
    with pytest.raises(ValueError, match=r"0\.1 seconds of 't' apart"):
        steps_of(pandas.date_range("2024-01-01", periods=30, freq="100ms").astype(str))


def test_steps_that_differ_by_an_hour_are_told():
    times = pandas.Series(pandas.date_range("2024-01-01", periods=30, freq="D"))
    times[15:] += pandas.Timedelta(hours=1)
    with pytest.raises(ValueError, match="2024-01-16 01:00:00 follows 2024-01-15"):
        steps_of(times)


def test_a_step_at_a_full_hour_has_as_many_columns_as_one_between():
    times = pandas.date_range("2024-01-01 00:15", periods=96, freq="15min").astype(str)
    steps, _ = steps_of(times)
    windows = Windows(1, 4, cycles=("year", "week", "day"))
    one = Series("", 0, np.arange(96.0), np.full(96, -1), np.zeros((96, 0)))
    shapes = {windows.describe(one, steps, np.array([at]), 1.0)[0].shape[1] for at in (50, 51)}
    assert len(shapes) == 1
    assert windows.calendar_columns(steps) == {"year": 0, "week": 7, "day": 0}
