"""The table of columns before a training: narrow, wide, and in a pipe."""

import io

import pytest

from kerata.cli.columns_table import lines_of, print_columns, shortened
from kerata.utils.terminal import Terminal
from kerata.workbench.core.column import Column

LONG = "income_of_the_household_in_the_year_before"


def column(name, kind="number", why="numbers from 0 to 1", used=True, missing=0, **more):
    return Column(name, kind, used, why, missing, 3, ["0.5", "0.25", "0.125"], **more)


WIDE = [
    *(column(f"x{number}") for number in range(1, 301)),
    column("answer", "target", "what is to be predicted", used=False),
    column(LONG, missing=1234),
    column("paid", "leak", "tells the target in 99.9 % of the rows", used=False),
    column("id", "identifier", "another number in each row", used=False),
    column("when", "date", "dates from 2020-01-01 to 2020-12-31"),
    column("kg", why="numbers from 0 to 9; 3 cells such as 'big' count as missing", noise=["big"]),
]


def printed(columns, width, terminal=True):
    out = io.StringIO()
    console = Terminal(width=width, file=out, force_terminal=terminal, color_system=None)
    print_columns(console, columns)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_unusual_columns_come_first_and_alike_ones_share_a_line():
    names = [line.name for line in lines_of(WIDE)]
    assert names == ["answer", "paid", "id", "when", "kg", "x1 ... x300", LONG]
    (alike,) = [line for line in lines_of(WIDE) if line.name == "x1 ... x300"]
    assert alike.why == "300 numbers: numbers from 0 to 1"


@pytest.mark.parametrize("width", [60, 80, 160])
def test_a_terminal_shows_every_reason_whole(width):
    lines = printed(WIDE, width)
    assert max(map(len, lines)) <= width
    text = "".join("".join(lines).split())
    for line in lines_of(WIDE):
        assert "".join(line.why.split())[-12:] in text
    assert "1,234" in text
    assert "income" in text
    assert "fore" in text
    assert any("for example" in line for line in lines) == (width == 160)


def test_a_pipe_gets_one_line_for_each_with_nothing_cut():
    lines = printed(WIDE, 160, terminal=False)
    assert len(lines) == 1 + len(lines_of(WIDE))
    assert all("0.5, 0.25, 0.125" in line for line in lines[1:] if "..." not in line)


def test_columns_with_different_names_share_lines_in_large_tables_only():
    few = [column(name) for name in "abcdefgh"]
    assert len(lines_of(few)) == 8
    many = [column(chr(97 + n // 26) + chr(97 + n % 26)) for n in range(60)]
    assert [line.name for line in lines_of(many)] == ["aa ... ch"]


def test_long_names_keep_both_ends():
    assert shortened("very_long_column_name", 14) == "very_lo...name"
    assert len(shortened("a" * 99, 20)) == 20
    assert shortened("short", 14) == "short"
