"""The names of a table's columns, without reading its rows."""

from __future__ import annotations

from pathlib import Path

from kerata.workbench.core.extras import need
from kerata.workbench.core.target_names import Wanted
from kerata.workbench.data.delimited import layout_of
from kerata.workbench.data.opening import file_kind


def column_names(source: str | Path, target: Wanted | None = None) -> list[str] | None:
    """Give the names of a table's columns as ``read_source`` will, from its first lines.

    Arguments:
        source: as for ``read_source``.
        target: a column that must be there, if known: it tells the line of names.

    Returns:
        The names, and those that columns without one or with one that is there twice may get;
        None where they can't be known without reading all: other kinds of files, folders, sets.

    Raises:
        ValueError: it is empty, damaged or no table.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "pears.csv"
    >>> _ = path.write_text("weight;ripe\\n1,5;yes\\n2,25;no\\n")
    >>> column_names(path)
    ['weight', 'ripe']
    """
    path = Path(source).expanduser()
    if not path.is_file():
        return None
    kind = file_kind(path)
    if kind == "delimited":
        names = layout_of(path, target).names
    elif kind == "parquet":
        parquet = need("pyarrow.parquet", f"Reading {path.name}")
        try:
            schema = parquet.read_schema(path)
        except Exception:
            # What is wrong with it is told by who reads it whole.
            return None
        names = schema.names
        if any(str(kind).startswith("struct") for kind in schema.types):
            # Each of its fields becomes a column.
            return None
    else:
        return None
    found: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        plain = str(name).strip() or f"column_{number}"
        found[plain] = found.get(plain, 0) + 1
    again = [f"{name}_{n}" for name, times in found.items() for n in range(2, times + 1)]
    return [*found, *again]
