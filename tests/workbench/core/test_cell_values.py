"""Single cells: numbers, dates and what stands for nothing."""

import numpy as np
import pytest

pytest.importorskip("pandas")

import pandas

from kerata.workbench.core.cell_values import (
    Numbers,
    date_format,
    is_code,
    is_long,
    is_missing,
    read_dates,
    read_numbers,
    tidy,
)

# cells, numbers (None where there is none), unit
NUMBERS = {
    "plain": (["1", "-2.5", "1e3", ".5", "+7"], [1, -2.5, 1000, 0.5, 7], ""),
    "units": (["12 kg", "3.5kg", "7 KG", "8"], [12, 3.5, 7, 8], "kg"),
    "percent": (["12%", "3.5 %"], [12, 3.5], "%"),
    "currency": (["$1,234.50", "$7", "-$3", "$-4"], [1234.5, 7, -3, -4], "$"),
    "euro behind": (["1.234,50 €", "7 €"], [1234.5, 7], "€"),
    "accountants": (["(1,200)", "300"], [-1200, 300], ""),
    "commas in thousands": (["1,234", "12,345,678", "5"], [1234, 12345678, 5], ""),
    "points in thousands": (["1.234.567", "5.678.900"], [1234567, 5678900], ""),
    "blanks in thousands": (["1 234", "5\u00a0678,5", "9\u202f000"], [1234, 5678.5, 9000], ""),
    "swiss thousands": (["1'234.5", "2’000"], [1234.5, 2000], ""),
    "decimal commas": (["3,5", "0,125", "1.234,5"], [3.5, 0.125, 1234.5], ""),
    "minus signs": (["−5", "–6", "- 7"], [-5, -6, -7], ""),
    "words for nothing": (["5", "unknown", "none", None], [5, None, None, None], ""),
    "infinite": (["5", "inf", "-Infinity"], [5, None, None], ""),
    "about": (["~5", "7"], [5, 7], "~"),
    "marks": (["DM 1,262", "DM 800"], [1262, 800], "DM"),
    "rupees": (["Rs. 500", "Rs. 12,34,567"], [500, 1234567], "Rs."),
    "francs": (["CHF 1'262.50", "CHF 7"], [1262.5, 7], "CHF"),
    "reais": (["R$ 1.262,50", "R$ 7,00"], [1262.5, 7], "R$"),
    "kronor": (["kr 500", "kr 1 262"], [500, 1262], "kr"),
    "dollars of Hong Kong": (["HK$5", "HK$1,262"], [5, 1262], "HK$"),
    "times of day": (["19:48", "7:30", "0:00:36"], [19.8, 7.5, 0.01], "h:mm"),
    "twelve hours": (["7:30 pm", "12:15 AM", "12:00 p.m."], [19.5, 0.25, 12], "h:mm"),
    "minus behind": (["12.50-", "7", "3,000−"], [-12.5, 7, -3000], ""),
    "no pence": (["500,-", "20,-"], [500, 20], ""),
    "thin spaces": (["7\u2009859", "12\u2009000"], [7859, 12000], ""),
    "digits of Arabic": (["١٢", "٣٫٥"[:1]], [12, 3], ""),
}


@pytest.mark.parametrize("name", list(NUMBERS))
def test_numbers(name):
    cells, expected, unit = NUMBERS[name]
    read = read_numbers(pandas.Series(cells, dtype="str"))
    np.testing.assert_allclose(read.values, [np.nan if v is None else v for v in expected])
    assert not read.failed.any()
    assert read.unit == unit


NO_NUMBERS = {
    "words": ["a", "b"],
    "house numbers": ["12a", "13b", "14c"],
    "two units": ["5 kg", "500 g"],
    "dates": ["12.05.2020", "2020-01-02", "1/2/2020"],
    "versions": ["1.2.3", "10.0.1"],
    "addresses": ["192.168.0.1", "10.0.0.7"],
    "ranges": ["18-25", "26-35"],
    "rooms": ["Rm 101", "Rm 102"],
    "hours that are none": ["25:70", "13:30 pm"],
    "letters first": ["Q1", "Q2"],
}


@pytest.mark.parametrize("name", list(NO_NUMBERS))
def test_no_numbers(name):
    assert not read_numbers(pandas.Series(NO_NUMBERS[name], dtype="str")).enough


DATES = {
    "%d.%m.%Y": ["3.12.2024", "24.12.2024"],
    "%m/%d/%Y": ["12/24/2024", "1/2/2024"],
    "%d/%m/%Y": ["24/12/2024", "1/2/2024"],
    "ISO8601": ["2024-12-24", "2024-12-24 12:30", "2024-12-24T12:30:00.5Z"],
    "%d %B %Y": ["24 December 2024", "1 March 2020"],
    "%b %d, %Y": ["Dec 24, 2024", "Mar 1, 2020"],
    "%m/%d/%Y %I:%M %p": ["12/24/2024 5:30 PM", "1/2/2024 11:15 AM"],
    "%d/%m/%Y %I:%M %p": ["24/12/2024 5:30 PM", "1/2/2024 11:15 AM"],
    "%a, %d %b %Y %H:%M:%S %Z": ["Tue, 24 Dec 2024 12:30:00 GMT", "Fri, 01 Mar 2024 00:00:00 GMT"],
    "%d%b%Y": ["24DEC2024", "01Mar2024"],
    "%d/%b/%Y": ["24/Dec/2024", "01/Mar/2024"],
    "%b %Y": ["Dec 2024", "Mar 2020"],
}


@pytest.mark.parametrize("form", list(DATES))
def test_dates(form):
    cells = pandas.Series(DATES[form], dtype="str")
    assert date_format(cells) == form
    dates = read_dates(cells, form)
    assert dates.notna().all()
    assert dates.dt.year.iloc[0] == 2024
    if form != "ISO8601":
        assert (dates.dt.month.iloc[0], dates.dt.day.iloc[0]) in ((12, 24), (12, 3), (12, 1))


@pytest.mark.parametrize(
    "cells", [["a", "b"], ["2020"], ["1.2.3"], ["12:30"], [None, None]], ids=str
)
def test_no_dates(cells):
    assert date_format(pandas.Series(cells, dtype="str")) is None


PERIODS = {
    # cells, the first day of the first and of the last
    "weeks": (["2024-W07", "2020W53", "2021-W01"], "2024-02-12", "2021-01-04"),
    "days of weeks": (["2024-W07-3", "2020-W53-7"], "2024-02-14", "2021-01-03"),
    "quarters": (["2010Q1", "2010-Q4"], "2010-01-01", "2010-10-01"),
    "quarters first": (["Q2 2010", "Q3-2011"], "2010-04-01", "2011-07-01"),
}


@pytest.mark.parametrize("name", list(PERIODS))
def test_weeks_and_quarters_are_dates(name):
    cells, first, last = PERIODS[name]
    form = date_format(pandas.Series(cells, dtype="str"))
    series = pandas.Series([*cells, None, "soon"], dtype="str")
    read = read_dates(series, form)
    assert str(read.iloc[0].date()) == first
    assert str(read.iloc[len(cells) - 1].date()) == last
    assert read.isna().tolist() == [False] * len(cells) + [True, True]


def test_weeks_that_a_year_does_not_have():
    """2021 has 52 weeks; no year has a week 0, a week 54 or a fifth quarter."""
    cells = pandas.Series(["2021-W52", "2021-W53", "2021-W00", "2021-W54"], dtype="str")
    assert read_dates(cells, "YYYY-Www").isna().tolist() == [False, True, True, True]
    assert date_format(pandas.Series(["2010Q5", "2010Q0"], dtype="str")) is None


def test_missing():
    assert all(map(is_missing, (None, np.nan, "", " NA", "n/a", "NULL", "?", pandas.NaT)))
    assert not any(map(is_missing, (0, False, "none", "0", "x", 0.0)))


def test_years_that_stand_for_no_date():
    """Databases write zeros, or the last day there is."""
    cells = ["0000-01-01", "9999-12-31", "0000-00-00", "2024-02-29"]
    read = read_dates(pandas.Series(cells, dtype="str"), "ISO8601")
    assert read.isna().tolist() == [True, True, True, False]
    assert str(read.iloc[3]) == "2024-02-29 00:00:00"


MARKS = {
    # cells, numbers: what a single comma or point with three digits behind it means
    "three digits before": (["123,456"], [123456]),
    "four digits before": (["1234,567"], [1234.567]),
    "nothing before": ([",567"], [0.567]),
    "a zero before": (["0,567", "1,234"], [0.567, 1.234]),
    "two digits behind": (["1,23", "4,567"], [1.23, 4.567]),
    "points elsewhere decide": (["1,234", "1.5"], [1234, 1.5]),
    "both, the last one is the mark": (["1,234.567"], [1234.567]),
    "as many votes for either": (["1,5", "2.5"], [np.nan, 2.5]),
    "two groups": (["1,234,567", "8,901"], [1234567, 8901]),
}


@pytest.mark.parametrize("name", list(MARKS))
def test_the_mark_of_decimals(name):
    cells, expected = MARKS[name]
    np.testing.assert_allclose(read_numbers(pandas.Series(cells, dtype="str")).values, expected)


def test_the_mark_that_is_given_decides_where_the_cells_leave_it_open():
    cells = pandas.Series(["1,234", "12,345"], dtype="str")
    assert read_numbers(cells).values.tolist() == [1234, 12345]
    read = read_numbers(cells, ",")
    assert read.values.tolist() == [1.234, 12.345]
    assert read.decimal == ","


def test_cells_that_are_no_numbers_are_named():
    cells = pandas.Series(["1,5 kg", "dear", None, "unknown", "3 lb", "7 kg"], dtype="str")
    read = read_numbers(cells)
    np.testing.assert_allclose(read.values, [1.5, np.nan, np.nan, np.nan, np.nan, 7])
    assert read.failed.tolist() == [False, True, False, False, True, False]
    times = read_numbers(pandas.Series(["7:30", "9:15", "-0:30", "soon", "unknown"], dtype="str"))
    np.testing.assert_allclose(times.values, [7.5, 9.25, -0.5, np.nan, np.nan])
    assert times.failed.tolist() == [False, False, False, True, False]
    words = read_numbers(pandas.Series(["a", None, "none"], dtype="str"))
    assert words.failed.tolist() == [True, False, False]


def test_nineteen_cells_of_twenty_are_enough():
    values = np.arange(20.0)
    for wrong, enough in ((0, True), (1, True), (2, False), (20, False)):
        failed = np.arange(20) < wrong
        assert Numbers(np.where(failed, np.nan, values), failed).enough is enough
    assert not Numbers(np.full(3, np.nan), np.zeros(3, bool)).enough


def test_codes_are_no_amounts():
    for cells, code in (
        (["0451", "12"], True),
        (["0", "0.5", "12"], False),
        (["-07", None], True),
        (["1" * 16], True),
        (["1" * 15], False),
    ):
        assert is_code(pandas.Series(cells, dtype="str")) is code


def test_numbers_too_long_for_a_float():
    long = 2.0**53
    assert is_long(np.array([long, long, 1.0]))
    assert is_long(np.array([-long, np.nan, np.inf]))
    assert not is_long(np.array([long - 1, long - 1]))
    assert not is_long(np.array([long, 1.0]))
    assert not is_long(np.array([long, long, 0.5]))
    assert not is_long(np.array([np.nan]))


def test_text_without_spaces_around_it():
    cells = pandas.Series([" a ", "N/A", " ? ", "none", None], dtype="str")
    assert tidy(cells).isna().tolist() == [False, True, True, False, True]
    assert tidy(cells)[0] == "a"


def test_a_format_that_fits_more_dates_is_taken():
    cells = pandas.Series(["1/2/2024"] * 3 + ["24/12/2024"] + ["2/1/2024"] * 3, dtype="str")
    assert date_format(cells) == "%d/%m/%Y"
    # Nineteen dates of twenty are enough; eighteen are not.
    days = [f"2024-01-{day:02}" for day in range(1, 20)]
    assert date_format(pandas.Series([*days, "soon"], dtype="str")) == "ISO8601"
    assert date_format(pandas.Series([*days[:-1], "soon", "later"], dtype="str")) is None
