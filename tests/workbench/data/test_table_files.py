"""Parquet, Feather, Excel, JSON Lines and SQLite."""

import datetime
import json
import sqlite3

import pytest

pytest.importorskip("pandas")

import pandas

from kerata.workbench.data import read_source

ROWS = {
    "size": [1.5, None, 3.25],
    "count": [1, 2, 3],
    "colour": ["red", None, " blue "],
    "day": [datetime.date(2024, 2, day) for day in (27, 28, 29)],
    "open": [True, False, True],
    "price": ["1.200,50", "3,5", "n/a"],
    "y": ["a", "b", "a"],
}


def to_excel(frame, path):
    pytest.importorskip("openpyxl")
    frame.to_excel(path, index=False)


def to_sqlite(frame, path):
    with sqlite3.connect(path) as database:
        frame.to_sql("things", database, index=False)
    database.close()


WRITERS = {
    "data.parquet": lambda frame, path: frame.to_parquet(path),
    "data.feather": lambda frame, path: frame.to_feather(path),
    "data.jsonl": lambda frame, path: frame.astype({"day": str}).to_json(
        path, orient="records", lines=True
    ),
    "data.json": lambda frame, path: frame.astype({"day": str}).to_json(path, orient="records"),
    "data.xlsx": to_excel,
    "data.db": to_sqlite,
}


@pytest.mark.parametrize("name", list(WRITERS))
def test_all_formats_give_the_same_table(tmp_path, name):
    WRITERS[name](pandas.DataFrame(ROWS), tmp_path / name)
    source = read_source(tmp_path / name, target="y")
    frame = source.train.frame
    assert (source.kind, source.target, source.name) == ("table", "y", "data")
    assert frame["size"].tolist()[::2] == [1.5, 3.25]
    assert frame["size"].isna().tolist() == [False, True, False]
    assert frame["count"].tolist() == [1, 2, 3]
    assert frame["colour"].tolist()[::2] == ["red", "blue"]
    assert frame["colour"].isna().tolist() == [False, True, False]
    assert frame["day"].tolist() == ["2024-02-27", "2024-02-28", "2024-02-29"]
    assert frame["price"].tolist()[:2] == [1200.5, 3.5]
    if name != "data.db":  # SQLite has no truth values
        assert frame["open"].tolist() == ["True", "False", "True"]
    with pytest.raises(ValueError, match=r"no column 'z'"):
        read_source(tmp_path / name, target="z")


@pytest.mark.parametrize("name", ["data.parquet", "data.feather", "data.xlsx", "data.db"])
def test_kinds_are_told_by_content(tmp_path, name):
    other = tmp_path / "export.csv"
    WRITERS[name](pandas.DataFrame(ROWS), tmp_path / name)
    (tmp_path / name).rename(other)
    assert len(read_source(other, target="y").train) == 3


@pytest.mark.parametrize("name", list(WRITERS))
def test_damaged_files_are_named(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](pandas.DataFrame(ROWS), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(ValueError, match=name.replace(".", r"\.")):
        read_source(path, target="y")


@pytest.mark.parametrize("name", ["data.parquet", "data.feather", "data.xlsx", "data.db"])
def test_no_rows(tmp_path, name):
    WRITERS[name](pandas.DataFrame(ROWS).iloc[:0], tmp_path / name)
    with pytest.raises(ValueError, match=r"no rows"):
        read_source(tmp_path / name, target="y")


def test_a_table_or_a_query_of_a_database(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE pears (weight, ripe, weight2)")
        database.executemany("INSERT INTO pears VALUES (?, ?, 1)", [(1.5, "yes"), (2, None)])
        database.execute('CREATE TABLE "odd ""name" (a)')
        database.execute('INSERT INTO "odd ""name" VALUES (1)')
    database.close()
    frame = read_source(path, table="pears").train.frame
    assert frame["weight"].tolist() == [1.5, 2]
    assert len(read_source(path, table='odd "name').train) == 1
    query = "select weight, ripe, weight as weight from pears where weight > 1.7"
    source = read_source(path, table=query)
    assert source.train.frame["weight"].tolist() == [2]
    assert source.fingerprint != read_source(path, table="pears").fingerprint
    with pytest.raises(ValueError, match=r"2 tables: odd \"name, pears"):
        read_source(path)
    with pytest.raises(ValueError, match=r"Did you mean 'pears'\?"):
        read_source(path, table="pear")
    with pytest.raises(ValueError, match=r"can't be read: no such column"):
        read_source(path, table="select colour from pears")
    # Nothing can be written.
    with pytest.raises(ValueError, match=r"readonly|read-only|no table"):
        read_source(path, table="with x as (select 1) insert into pears select 1, 2, 3")
    assert len(read_source(path, table="pears").train) == 2


def test_sheets_of_a_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "fruit"
    for row in [["Pears of 2024"], [], ["weight", "ripe", "weight"], [1.5, "yes", 7], [2, 3, 8]]:
        book.active.append(row)
    book.create_sheet("other").append(["a"])
    path = tmp_path / "book.xlsx"
    book.save(path)
    source = read_source(path, target="ripe")
    assert source.train.frame["weight"].tolist() == [1.5, 2]
    assert source.train.frame["ripe"].tolist() == ["yes", "3"]
    assert source.train.frame["weight_2"].tolist() == [7, 8]
    assert any("'other'" in note for note in source.notes)
    assert any("Pears of 2024" in note for note in source.notes)
    with pytest.raises(ValueError, match=r"no rows"):
        read_source(path, table="other")
    with pytest.raises(ValueError, match=r"Did you mean 'fruit'\?"):
        read_source(path, table="fruits")


def test_json_with_objects_and_lists_inside(tmp_path):
    path = tmp_path / "data.jsonl"
    rows = [
        {"a": {"b": 1, "c": {"d": "x"}}, "tags": ["red", "big"], "y": 1},
        {"a": {"b": 2}, "tags": [], "y": 0, "late": "z"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    frame = read_source(path, target="y").train.frame
    assert frame["a.b"].tolist() == [1, 2]
    assert frame["a.c.d"].tolist()[0] == "x"
    assert frame["tags"].tolist()[0] == "red|big"
    assert frame["late"].tolist()[1] == "z"
    path.write_text('{"a": 1}\n{"a": 2\n')
    with pytest.raises(ValueError, match=r"line 2 is no JSON"):
        read_source(path)
    path.write_text('{"a": 1}\n[3]\n')
    with pytest.raises(ValueError, match=r"line 2 is '\[3\]'"):
        read_source(path)
    path.write_text('{\n "rows": [\n {"a": 1}, {"a": 2}]}')
    assert read_source(path).train.frame["a"].tolist() == [1, 2]


def test_large_tables_give_a_share_in_every_format(tmp_path):
    frame = pandas.DataFrame({"n": range(30_000), "y": ["word"] * 30_000})
    for name in ("data.parquet", "data.feather", "data.jsonl", "data.db"):
        WRITERS[name](frame.assign(day="x"), tmp_path / name)
        source = read_source(tmp_path / name, target="y", most_bytes=1 << 18)
        assert 1000 < len(source.train) < 20_000
        assert any("drawn at random from all 30,000" in note for note in source.notes)


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    import sys

    path = tmp_path / "data.csv"
    path.write_text("a,y\n1,2\n")
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"data\.csv needs pandas.*'kerata\[tables\]'"):
        read_source(path)


@pytest.mark.parametrize("orient", ["columns", "index", "records", "split", "table", "list"])
def test_json_in_the_forms_that_pandas_writes(tmp_path, orient):
    frame = pandas.DataFrame({"x": [1.5, 2.5, 4.0], "w": ["a", "b", "c"], "y": [0, 1, 0]})
    path = tmp_path / "data.json"
    path.write_text(
        json.dumps(frame.to_dict(orient="list"))
        if orient == "list"
        else frame.to_json(orient=orient)
    )
    read = read_source(path, target="y").train.frame
    assert read[["x", "w", "y"]].to_dict("list") == frame.to_dict("list")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_json_that_is_too_deep(tmp_path, text):
    (tmp_path / "data.json").write_text(text)
    with pytest.raises(ValueError, match="no JSON"):
        read_source(tmp_path / "data.json", target="y")


def test_times_and_lengths_of_time(tmp_path):
    import pyarrow
    from pyarrow import parquet

    times = [datetime.time(19, 48), datetime.time(7, 30)]
    spans = [datetime.timedelta(hours=30, minutes=15), datetime.timedelta(minutes=-90)]
    table = pyarrow.table({"at": times, "took": spans, "y": [0, 1]})
    parquet.write_table(table, tmp_path / "data.parquet")
    frame = read_source(tmp_path / "data.parquet", target="y").train.frame
    assert frame["at"].tolist() == [19.8, 7.5]
    assert frame["took"].tolist() == [30.25, -1.5]


def test_the_first_sheet_that_has_cells_is_read(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    page = book.create_sheet("rows")
    for row in (["x", "y"], [1.5, 0], [2.5, 1]):
        page.append(row)
    book.save(tmp_path / "data.xlsx")
    source = read_source(tmp_path / "data.xlsx", target="y")
    assert source.train.frame["x"].tolist() == [1.5, 2.5]
    assert "Sheet 'rows' of data.xlsx." in source.notes
