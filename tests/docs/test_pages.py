"""Pages of the documentation: their code was run, their links lead somewhere."""

import json
import re
from pathlib import Path

import pytest
from scripts.docsite import execute, links, notebook, page as pages

RUN = [p for p in pages.pages() if pages.is_run(p)]
# These read data sets that are not everywhere.
NEED_DATA = {"learn/overfitting.md", "learn/pictures.md", "learn/words.md", "learn/tables.md"}
NEED_DATA |= {"learn/few_rows.md"}


def test_there_are_pages():
    assert len(RUN) > 25


@pytest.mark.parametrize("page", RUN, ids=str)
def test_what_stands_under_the_code_is_what_this_code_gave(page):
    """A page that was changed is run again: ``make docs``."""
    record = pages.read_record(page)
    assert record is not None, "run `make docs`: the record is missing or of other code"
    text = (pages.DOCS / page).read_text(encoding="utf-8")
    run = [b for b in pages.blocks(text) if b.runs]
    assert len(record["outputs"]) == len(run)
    for output in record["outputs"]:
        for name in output["pictures"]:
            assert (pages.record_of(page) / name).stat().st_size < 100_000
    book = json.loads(notebook.notebook(page, record["outputs"]))
    assert sum(c["cell_type"] == "code" for c in book["cells"]) == len(run)


def test_no_record_is_left_of_a_page_that_is_gone():
    kept = {p.parent.relative_to(pages.RECORDED) for p in pages.RECORDED.rglob("record.json")}
    assert kept == {p.with_suffix("") for p in RUN}


def test_links_lead_to_pages_and_headings():
    assert links.broken() == []


def test_every_page_is_in_the_navigation_once():
    assert links.unlisted() == []


def test_a_broken_link_is_found(tmp_path, monkeypatch):
    (tmp_path / "a.md").write_text("# A\n[b](b.md) [c](c.md#no) [d](c.md#there)\n")
    (tmp_path / "c.md").write_text("# C\n## There\n")
    (tmp_path / "README.md").write_text("")
    for module in (links, pages):
        monkeypatch.setattr(module, "DOCS", tmp_path)
    monkeypatch.setattr(links, "ROOT", tmp_path)
    assert links.broken() == ["a.md: b.md leads nowhere", "a.md: c.md#no has no such heading"]


def test_a_block_that_is_not_run_says_why():
    with pytest.raises(ValueError, match="says why"):
        pages.blocks("```python norun\nx\n```\n")
    assert not pages.blocks('```python norun="costs money"\nx\n```\n')[0].runs


def test_a_page_is_run_in_one_process_and_its_errors_are_told(tmp_path, monkeypatch):
    code = 'x = 2\nprint("a\\rb")\nx'
    text = (
        f"# T\n\n```python\n{code}\n```\n\n```python fails\n1 / 0\n```\n\n```console\n$ ls\n```\n"
    )
    (tmp_path / "t.md").write_text(text)
    monkeypatch.setattr(execute, "DOCS", tmp_path)
    monkeypatch.setattr(execute, "record_of", lambda page: tmp_path / "record")
    outputs = execute.execute(Path("t.md"))["outputs"]
    assert [o["text"] for o in outputs] == ["b\n2", "ZeroDivisionError: division by zero", "$ ls"]
    filled = pages.fill(text, outputs, "pictures")
    assert filled.count("b\n2") == 1
    assert "fails" not in filled
    (tmp_path / "t.md").write_text("```python\n1 / 0\n```\n")
    with pytest.raises(RuntimeError, match=r"t.md does not run:[\s\S]*division"):
        execute.execute(Path("t.md"))


def words(text):
    """Leave out numbers and what they are drawn with."""
    return re.sub(r"[\d.,%━─│┃·\s-]+", " ", text).split()


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in RUN if str(p) not in NEED_DATA], ids=str)
def test_pages_still_run_and_say_the_same(page, tmp_path, monkeypatch):
    record = pages.read_record(page)
    monkeypatch.setattr(execute, "record_of", lambda page: tmp_path / "record")
    now = execute.execute(page)
    said = [w for o in record["outputs"] for w in words(o["text"])]
    says = [w for o in now["outputs"] for w in words(o["text"])]
    common = len(set(said) & set(says)) / max(1, len(set(said) | set(says)))
    assert common > 0.7
    assert [len(o["pictures"]) for o in record["outputs"]] == [
        len(o["pictures"]) for o in now["outputs"]
    ]
