"""``kerata networks``: what networks there are, what they take, and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerata.cli.early_checks import check_networks
from kerata.cli.errors import UserError

if TYPE_CHECKING:
    from kerata.workbench.networks.catalogue import Description


def list_networks() -> None:
    """Print a line for each network, and its options with their defaults."""
    from rich.table import Table
    from rich.text import Text

    from kerata.utils.terminal import terminal
    from kerata.workbench.networks.catalogue import descriptions
    from kerata.workbench.networks.recipes import AUTO

    console = terminal(highlight=False, markup=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("network", no_wrap=True)
    table.add_column("takes", no_wrap=True)
    table.add_column("what it is, and options with defaults")
    for one in descriptions():
        options = " ".join(f"{option.name}={option.written}" for option in one.options)
        said = Text.assemble(one.what, "\n", (options, "dim"))
        table.add_row(Text(one.name, style="bold"), _takes(one), said)
    console.print(table)
    console.print()
    console.print(
        f"auto takes {AUTO['table']} for tables, {AUTO['texts']} for texts (several classes: "
        f"tfidf), {AUTO['images']} for images. module:function is a network of your own."
    )
    console.print("kerata networks NAME says what each option decides and what it may be.")


def show_network(name: str) -> None:
    """Print one network with what each option decides, its default and its range.

    Raises:
        UserError: there is none of that name.
    """
    from rich.table import Table
    from rich.text import Text

    if name == "auto" or ":" in name:
        raise UserError(f"{name!r} stands for a network of another name: see kerata networks.")
    check_networks([name])

    from kerata.utils.terminal import terminal
    from kerata.workbench.networks.catalogue import descriptions

    console = terminal(highlight=False, markup=False)
    one = next(one for one in descriptions() if one.name == name)
    console.print(Text(f"{one.name}: {one.what}", style="bold"))
    console.print(f"Takes {_takes(one)}.")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("option", "default", "may be", "what it decides"):
        table.add_column(title, no_wrap=title in ("option", "default"))
    for option in one.options:
        cells = (option.name, option.written, option.values, option.about)
        table.add_row(*map(Text, cells))
    console.print(table)
    first = one.options[0]
    console.print(
        f"As in: kerata train FILE --target COLUMN --network {name} "
        f"--option {first.name}={first.written}",
        soft_wrap=True,
    )


def _takes(one: Description) -> str:
    names = {"table": "tables"}
    return ", ".join(names.get(kind, kind) for kind in one.takes)
