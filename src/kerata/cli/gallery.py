"""``kerata gallery``: list the example programs with their figures, or run one."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from kerata.cli.errors import UserError


class Example(TypedDict):
    """A line of ``examples/figures.json``; None where there is no figure.

    ``seeds`` holds the figures of single seeds, of which ``kerata`` is the mean; it is empty
    where no seed changes the result.
    """

    name: str
    what: str
    measure: str
    document: str | None
    kerata: str | None
    seeds: list[float]


def folder() -> Path:
    """Give the folder of the examples: in the package, or beside ``src`` in a checkout.

    Raises:
        UserError: Kerata was installed without them.
    """
    package = Path(__file__).resolve().parents[1]
    for place in (package / "examples", package.parents[1] / "examples"):
        if (place / "figures.json").is_file():
            return place
    raise UserError("The example programs are not installed: install Kerata's wheel again.")


def examples() -> list[Example]:
    """Read the table of examples."""
    return json.loads((folder() / "figures.json").read_text(encoding="utf-8"))


def list_examples() -> None:
    """Print the examples with the documents' figures and ours."""
    from rich.table import Table

    from kerata.utils.terminal import terminal

    # Into a file or a pipe every program gets one line.
    width = None if sys.stdout.isatty() else 200
    console = terminal(highlight=False, markup=False, width=width)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("name", no_wrap=True)
    table.add_column("document", no_wrap=True)
    table.add_column("Kerata", no_wrap=True)
    table.add_column("what")
    for one in examples():
        table.add_row(one["name"], *_figures(one)[:2], f"{one['what']} ({one['measure']})")
    console.print(table)
    console.print()
    console.print(
        "Kerata's figures are means of 3 seeds. Run one: kerata gallery imdb", soft_wrap=True
    )


def markdown() -> str:
    """Give the same table as Markdown; ``docs/gallery.md`` holds it."""
    lines = [
        "| program | what | measure | document | Kerata | seeds |",
        "|---|---|---|---|---|---|",
    ]
    for one in examples():
        link = f"[{one['name']}](../examples/{one['name']}.py)"
        lines.append(" | ".join(["| " + link, one["what"], one["measure"], *_figures(one)]) + " |")
    return "\n".join(lines)


def run_example(name: str, arguments: Sequence[str] = ()) -> None:
    """Run an example; it prints its figures and the names of its pictures.

    Raises:
        UserError: there is no such example, or it has no such option.
    """
    from kerata.base.messages import did_you_mean
    from kerata.cli.run import run_as_python_would

    name = name.removesuffix(".py")
    names = [one["name"] for one in examples()]
    if name not in names:
        hint = did_you_mean(name, names)
        raise UserError(f"There is no example {name!r}. {hint} List them: kerata gallery")
    program = folder() / f"{name}.py"
    options = sorted(set(re.findall(r'"(--[a-z-]+)" in sys\.argv', program.read_text("utf-8"))))
    unknown = [given for given in arguments if given not in options]
    if unknown:
        has = f"it has {' and '.join(options)}" if options else "it has none"
        raise UserError(f"The example {name} has no option {unknown[0]!r}; {has}.")
    run_as_python_would(program, arguments)


def _figures(one: Example) -> tuple[str, str, str]:
    seeds = ", ".join(f"{figure:.4f}" for figure in one["seeds"])
    return one["document"] or "none", one["kerata"] or "not yet", seeds
