"""Rows divided at random, along time and by groups; tables that show which."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.splitting.choice import choose_rule  # noqa: E402
from kerata.workbench.splitting.divide import divide  # noqa: E402
from kerata.workbench.splitting.split import SplitRule, held_out  # noqa: E402

RNG = np.random.default_rng(0)


def months(rows=120, start="2010-01-01"):
    return pandas.date_range(start, periods=rows, freq="MS").strftime("%Y-%m-%d")


def series(rows=120, **more):
    y = np.cumsum(RNG.normal(size=rows))
    return pandas.DataFrame({"month": months(rows), "x": RNG.normal(size=rows), **more, "y": y})


def panel(subjects=30, visits=4, name="subject"):
    who = np.repeat(np.arange(subjects), visits)
    age = RNG.integers(20, 70, subjects)[who]
    y = RNG.normal(size=subjects)[who] + 0.1 * RNG.normal(size=len(who))
    visit = np.tile(np.arange(1, visits + 1), subjects)
    return pandas.DataFrame({name: who, "visit": visit, "age": age, "y": y})


def rule_of(frame, **how):
    y = frame["y"]
    encoded = y.to_numpy(float) if y.dtype.kind == "f" else pandas.factorize(y)[0]
    notes = []
    return choose_rule(frame, "y", encoded, notes=notes, **how), notes


def shuffled(frame):
    return frame.sample(frac=1, random_state=0).reset_index(drop=True)


def test_one_row_a_month_is_a_series_however_the_rows_lie():
    for frame in (series(), shuffled(series())):
        rule, _ = rule_of(frame)
        assert (rule.kind, rule.columns, rule.asked) == ("time", ("month",), False)
        assert "one row a month from 2010-01-01 to 2019-12-01" in rule.evidence
        rest, out = held_out(np.zeros(120), 0.2, 0, rule)
        assert frame["month"].iloc[out].min() > frame["month"].iloc[rest].max()
        assert len(out) == 24


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("year", np.arange(1900, 2020), "a year"),
        ("time", 1949 + np.arange(120) / 12, "a month"),
        ("t", np.arange(120), "a step"),
        ("anything", np.arange(1880, 2000), "a year"),
    ],
)
def test_steps_are_known_by_name_or_as_years(column, values, said):
    frame = series().drop(columns="month").assign(**{column: values})
    rule, _ = rule_of(frame)
    assert (rule.kind, rule.columns) == ("time", (column,))
    assert f"one row {said} from" in rule.evidence


@pytest.mark.parametrize(
    "parts",
    [
        {"year": np.repeat(np.arange(2000, 2010), 12), "month": np.tile(np.arange(1, 13), 10)},
        {
            "year": np.repeat(np.arange(2000, 2010), 12),
            "month": np.tile(
                [
                    "Jan",
                    "Feb",
                    "Mar",
                    "Apr",
                    "May",
                    "Jun",
                    "Jul",
                    "Aug",
                    "Sep",
                    "Oct",
                    "Nov",
                    "Dec",
                ],
                10,
            ),
        },
        {"year": np.repeat(np.arange(1980, 2010), 4), "quarter": np.tile(np.arange(1, 5), 30)},
        {"Month": np.repeat(np.arange(5, 9), 30), "Day": np.tile(np.arange(1, 31), 4)},
    ],
)
def test_columns_that_make_a_date_together(parts):
    frame = series().drop(columns="month").assign(**parts)
    rule, _ = rule_of(frame)
    assert (rule.kind, set(rule.columns)) == ("time", set(parts))
    assert (np.diff(rule.place) > 0).all()


@pytest.mark.parametrize(
    "column",
    [
        {"id": np.arange(120)},
        {"row": np.arange(120)},
        {"time": RNG.exponential(100, 120).round()},
        {"year": RNG.integers(1970, 1983, 120)},
        {"size": np.arange(19740001, 19740001 + 120)},
    ],
)
def test_numbers_that_are_no_time(column):
    frame = shuffled(series().drop(columns="month").assign(y=RNG.normal(size=120), **column))
    rule, notes = rule_of(frame)
    assert (rule.kind, notes) == ("random", [])


def test_uneven_dates_decide_only_where_neighbours_are_alike():
    days = pandas.to_datetime("2020-01-01") + pandas.to_timedelta(
        np.sort(RNG.choice(3000, 120, replace=False)), "D"
    )
    frame = series().assign(month=days.strftime("%Y-%m-%d"))
    rule, _ = rule_of(frame)
    assert rule.kind == "time"
    assert "targets of neighbours correlate" in rule.evidence
    rule, notes = rule_of(frame.assign(y=RNG.normal(size=120)))
    assert rule.kind == "random"
    assert "--split-by month judges that" in notes[0]


def test_series_side_by_side_are_divided_along_time():
    shops = pandas.concat([series().assign(shop=name) for name in "abcd"], ignore_index=True)
    rule, _ = rule_of(shops)
    assert (rule.kind, rule.columns) == ("time", ("month",))
    _, out = held_out(np.zeros(480), 0.2, 0, rule)
    assert len(out) == 96
    assert set(shops["month"].iloc[out]).isdisjoint(shops["month"].drop(out))


def test_subjects_seen_again_are_never_on_both_sides():
    for frame in (panel(), shuffled(panel())):
        rule, _ = rule_of(frame)
        assert (rule.kind, rule.columns) == ("groups", ("subject",))
        assert "'age' stays the same for each of them" in rule.evidence
        rest, out = held_out(frame["y"].to_numpy(), 0.2, 0, rule)
        assert set(frame["subject"].iloc[rest]).isdisjoint(frame["subject"].iloc[out])
        assert len(out) == 24


@pytest.mark.parametrize("name", ["Subject", "patient_id", "chick", "nr", "litter"])
def test_subjects_without_constant_columns(name):
    frame = panel(name=name).drop(columns="age")
    rule, _ = rule_of(frame)
    assert (rule.kind, rule.columns) == ("groups", (name,))


def test_countries_seen_in_the_same_years_are_groups():
    names = [f"land {number}" for number in range(12)]
    frame = pandas.DataFrame(
        {
            "country": np.repeat(names, 10),
            "year": np.tile(np.arange(1990, 2000), 12),
            "y": RNG.normal(size=120),
        }
    )
    rule, _ = rule_of(frame)
    assert (rule.kind, rule.columns) == ("groups", ("country",))
    assert "each seen at the same values of 'year'" in rule.evidence


def test_categories_are_no_subjects():
    rows = 300
    school = RNG.choice(["basic", "middle", "high", "college", "doctor", "none"], rows)
    years = pandas.Series(school).map(dict(zip(sorted(set(school)), range(6), strict=True)))
    frame = pandas.DataFrame(
        {"school": school, "years": years, "party_id": RNG.integers(0, 7, rows)}
    )
    frame["y"] = years + RNG.normal(size=rows)
    assert rule_of(frame)[0].kind == "random"
    grid = pandas.DataFrame(
        {"x": np.repeat(np.arange(15), 15), "z": np.tile(np.arange(15), 15)}
    ).assign(y=RNG.normal(size=225))
    assert rule_of(grid)[0].kind == "random"


def test_copies_of_rows_stay_together_where_they_are_no_chance():
    frame = pandas.DataFrame(RNG.normal(size=(100, 3)), columns=["a", "b", "y"])
    frame = pandas.concat([frame, frame.iloc[:30]], ignore_index=True)
    rule, notes = rule_of(frame)
    assert notes == ["30 rows are copies of others; copies are never on both sides of a split."]
    rest, out = held_out(frame["y"].to_numpy(), 0.2, 0, rule)
    assert not pandas.merge(frame.iloc[rest], frame.iloc[out]).size
    dice = pandas.DataFrame(RNG.integers(0, 3, (100, 3)), columns=["a", "b", "y"])
    assert rule_of(dice)[0].kind == "random"


def test_groups_are_held_out_alike_in_their_targets():
    place = np.repeat(np.arange(50), 6)
    strata = (place < 10).astype(int)
    for seed in range(5):
        rest, out = held_out(strata, 0.2, seed, SplitRule("groups", ("g",), place))
        assert len(out) == 60
        assert 0.15 <= strata[out].mean() <= 0.25
        assert not set(place[rest]) & set(place[out])


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_few_groups_leave_rows_on_both_sides(groups):
    place = np.repeat(np.arange(groups), 20)
    for seed in range(6):
        rest, out = held_out(np.zeros(len(place)), 0.15, seed, SplitRule("groups", ("g",), place))
        assert len(rest)
        assert len(out)


def test_what_the_user_asks_for():
    frame = panel().assign(day=np.arange(120)[::-1], word="w")
    assert rule_of(frame, split_by="random")[0].kind == "random"
    rule, _ = rule_of(frame, split_by="day")
    assert (rule.kind, rule.asked) == ("time", True)
    assert rule.place[0] == 119
    assert rule_of(frame, group="visit")[0].said == "by whole groups of 'visit'"
    for how, words in (
        ({"split_by": "dya"}, "There is no column 'dya'. Did you mean 'day'"),
        ({"split_by": "word"}, "neither dates nor numbers"),
        ({"split_by": "y"}, "is the target"),
        ({"group": "word"}, "it has only one"),
        ({"group": "visit", "split_by": "day"}, "not by both at once"),
    ):
        with pytest.raises(ValueError, match=words):
            rule_of(frame, **how)


def test_columns_are_learned_without_the_test_rows():
    rows = 200
    frame = pandas.DataFrame(
        {"t": np.arange(rows), "x": RNG.normal(size=rows).round(3).astype(str)}
    )
    frame["y"] = RNG.normal(size=rows)
    # Only the latest rows hold this cell, and only there a column tells the target.
    frame.loc[190, "x"] = "broken"
    frame["leak"] = np.where(np.arange(rows) < 160, RNG.normal(size=rows), frame["y"])
    divided = divide(Source("made", "table", Table(frame), None, "y"), split_by="t")
    kinds = {column.name: column.kind for column in divided.columns}
    assert kinds["x"] == "number"
    assert kinds["leak"] == "number"
    assert divided.notes == [
        "Column 'x': 1 cell of the test rows ('broken') is no number: missing."
    ]
    assert divided.rows["test"].min() == 160
    assert divided.rows["validation"].min() > divided.rows["train"].max()


def test_the_group_is_no_input():
    frame = panel().assign(subject=lambda f: "s" + f["subject"].astype(str))
    divided = divide(Source("made", "table", Table(frame), None, "y"))
    column = next(column for column in divided.columns if column.name == "subject")
    assert (column.kind, column.used) == ("identifier", False)
    parts = [set(part.frame["subject"]) for part in divided.parts.values()]
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]
