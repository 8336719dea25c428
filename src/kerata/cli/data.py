"""``kerata data``: list the data sets, or fetch one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerata.datasets.catalogue import Entry


def list_sets() -> None:
    """Print a table of all data sets and of what is here already."""
    from rich.table import Table

    from kerata.datasets.catalogue import CATALOGUE
    from kerata.datasets.fetch import cache_folder
    from kerata.utils.terminal import terminal

    console = terminal(highlight=False, markup=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("name", no_wrap=True)
    table.add_column("size", no_wrap=True, justify="right")
    table.add_column("here", no_wrap=True)
    table.add_column("what, by whom, licence")
    for entry in CATALOGUE:
        size = _megabytes(entry.size) if entry.size else ""
        about = f"{entry.what}; {entry.origin}; {entry.licence}"
        table.add_row(entry.name, size, _where(entry), about)
    console.print(table)
    console.print()
    console.print(f"Fetched files go to {cache_folder()}", soft_wrap=True)


def fetch_set(name: str) -> None:
    """Fetch one data set's files and say where they are.

    Raises:
        ValueError: there is no such set.
        ConnectionError: it can't be downloaded.
    """
    from kerata.datasets.catalogue import entry
    from kerata.utils.terminal import terminal

    console = terminal(highlight=False, markup=False)
    found = entry(name)
    console.print(f"{found.name}: {found.what} ({found.origin}; licence: {found.licence})")
    for path in found.fetch():
        # A path that is broken over two lines can't be clicked or copied.
        console.print(f"  {path}  {_megabytes(path.stat().st_size)}", soft_wrap=True)
    if not found.files:
        console.print("  comes with scikit-learn: pip install 'kerata[sklearn]'")


def _where(entry: Entry) -> str:
    from kerata.datasets.fetch import cache_folder

    if not entry.files:
        return "scikit-learn"
    found = entry.located()
    if found is None:
        return "no"
    return "cached" if _inside(found[0], cache_folder()) else "KERATA_DATA"


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
