"""What ``kerata explain`` prints and writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata.cli.errors import UserError
from kerata.cli.paragraphs import say

if TYPE_CHECKING:
    from kerata.workbench.explain import Explanation

# Rows of which there are pictures.
PICTURES = 10


def print_explain(
    name: str, rows: str, out: Path | None, pictures: Path | None, folder: Path, **how: Any
) -> None:
    """Print why rows were answered as they were; write all of it and pictures if asked to."""
    from kerata.utils.terminal import terminal
    from kerata.workbench import runs
    from kerata.workbench.runs.explaining import explain_source, write_explanation

    console = terminal(highlight=False, markup=False)
    run = runs.load(name, folder)
    found, notes = explain_source(run, rows, **how)
    say(console, "Notes", notes)
    console.print(str(found), soft_wrap=True)
    if out is not None:
        console.print(f"All contributions: {write_explanation(found, out)}", soft_wrap=True)
    if pictures is not None:
        console.print(f"Pictures: {_draw(found, pictures)}", soft_wrap=True)


def _draw(found: Explanation, pictures: Path) -> Path:
    if all(row.mean is None for row in found):
        raise UserError(
            "Words are removed one by one, and what they add does not sum to the answer: there "
            "are no pictures of texts; leave out --pictures."
        )
    for number, row in enumerate(found[:PICTURES], 1):
        row.plot(pictures / f"why_{number}.png", title_text=row.where)
    return pictures
