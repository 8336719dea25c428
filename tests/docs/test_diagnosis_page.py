"""The page on the diagnosis has a row for each check."""

import re
from pathlib import Path

from kerata.workbench.diagnosis.registry import CHECKS

PAGE = (Path(__file__).parents[2] / "docs" / "diagnosis.md").read_text(encoding="utf-8")


def test_every_check_has_a_row():
    table = PAGE.partition("| finding | needs |")[2].partition("\n\n")[0]
    first = [line.split("|")[1].strip() for line in table.splitlines()[2:] if line[:1] == "|"]
    # One row speaks of gradients that vanish and that explode.
    named = set()
    for cell in first:
        words = cell.split(", ")
        last = words[-1].split(" ", 1)[-1]
        named |= {words[-1], *(f"{word} {last}" for word in words[:-1])}
    assert named == {check.name for check in CHECKS}
    assert str(len(CHECKS)) in re.findall(r"(\d+) checks", PAGE)
