"""The report: one page, nothing from outside, all parts there."""

import re

import pytest

pytest.importorskip("matplotlib")


def test_the_page_needs_nothing_else_and_lacks_nothing(run):
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert "This part is missing" not in page
    for title in ("Verdict", "Curves", "Confusion", "Classes", "Worst mistakes", "Columns that"):
        assert title in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page)
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert {"confusion.png", "roc.png"} <= {p.name for p in (run.path / "pictures").iterdir()}
