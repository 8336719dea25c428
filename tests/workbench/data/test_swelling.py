"""Tables from strangers that swell, or that come to no end: one sentence, soon."""

import sqlite3
import zipfile

import pytest

pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

from kerata.workbench.data import read_source, table_files  # after the checks

ENDLESS = "with recursive r(n) as (select 1 union all select n + 1 from r)"


def database(path, *statements):
    with sqlite3.connect(path) as opened:
        for statement in statements:
            opened.execute(statement)
    opened.close()
    return path


def test_a_view_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "_ROWS_ALLOWED", 100_000)
    monkeypatch.setattr(table_files, "_ROWS_PER_BYTE", 1)
    path = database(tmp_path / "a.db", f"create view v as {ENDLESS} select n, n % 2 as y from r")
    with pytest.raises(ValueError, match=r"gives more than 10\d,\d+ rows.*LIMIT"):
        read_source(path)
    query = "select * from v limit 120000"
    assert len(read_source(path, table=query).train) == 120_000


def test_a_view_that_never_gives_a_row_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "_PATIENCE", 0.5)
    path = database(tmp_path / "a.db", f"create view v as {ENDLESS} select count(*) as y from r")
    with pytest.raises(ValueError, match="gave no row for"):
        read_source(path)


def test_a_huge_cell_is_refused(tmp_path):
    path = database(
        tmp_path / "a.db",
        "create view v as select hex(zeroblob(100000000)) as x, 1 as y",
    )
    with pytest.raises(ValueError, match="too big"):
        read_source(path)


def test_long_cells_come_in_short_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "_LARGEST_CELL", 5000)
    path = database(
        tmp_path / "a.db",
        "create table t (x text, y integer)",
        *(f"insert into t values ('{'a' * 1000}{i}', {i % 2})" for i in range(50)),
    )
    frame = read_source(path).train.frame
    assert frame["x"].tolist() == ["a" * 1000 + str(i) for i in range(50)]


def test_views_call_no_extensions(tmp_path):
    path = database(
        tmp_path / "a.db", "create view v as select load_extension('x.so') as x, 1 as y"
    )
    with pytest.raises(ValueError, match="can't be read"):
        read_source(path)


def test_a_workbook_that_swells_is_refused(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["size", "y"], [1, 0], [2, 1]):
        book.active.append(row)
    book.save(tmp_path / "whole.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as whole,
        zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", b" " * (1 << 27) + b"</sheetData>")
            bomb.writestr(name, content)
    assert len(read_source(tmp_path / "whole.xlsx", target="y").train) == 2
    with pytest.raises(ValueError, match="unpacked, far more than"):
        read_source(tmp_path / "bomb.xlsx", target="y")
