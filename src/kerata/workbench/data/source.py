"""One call for any source: a file, a folder, or a data set's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kerata.base.messages import did_you_mean, printable_errors
from kerata.workbench.core.extras import need
from kerata.workbench.core.target_names import Target, Wanted
from kerata.workbench.data import table_files
from kerata.workbench.data.arrays import read_arrays
from kerata.workbench.data.containers import Images, Part, Source, Table, Texts
from kerata.workbench.data.delimited import read_delimited
from kerata.workbench.data.folders import read_folder, read_one
from kerata.workbench.data.frames import check_target, frame_of
from kerata.workbench.data.named import NAMED, OTHER_NAMES, read_named
from kerata.workbench.data.opening import file_kind, fingerprint
from kerata.workbench.data.sampler import MOST_BYTES, is_sample

__all__ = ["Images", "Part", "Source", "Table", "Texts", "read_source"]

# A bound that no table reaches.
ALL = 1 << 62
# A column of this name is what people want to predict, if there is one only.
_PLAIN_TARGETS = ("target", "label", "class", "y", "outcome")


def read_source(
    source: str | Path,
    *,
    target: Wanted | None = None,
    table: str | None = None,
    labelled: bool = True,
    most_bytes: int = MOST_BYTES,
    photos: bool | None = None,
) -> Source:
    """Read rows from a file, a folder or a named data set.

    Arguments:
        source: a CSV or TSV file (any encoding, delimiter, decimal sign), Parquet, Feather,
            Excel, JSON Lines, an SQLite database, ``.npz``, packed or not; a folder with
            one subfolder of texts or images for each class; or the name of a data set.
        target: name of a table's column that is to be predicted, or several (a list, or
            names with commas between them). By default the one column called ``target``,
            ``label``, ``class``, ``y`` or ``outcome``.
        table: a table or query of a database, or a sheet of a workbook; the only one by default.
        labelled: whether the target is required; False for new rows to be predicted.
        most_bytes: of a table with more bytes of cells a uniform random sample of the rows is
            read; 512 MiB by default.
        photos: whether images are read as photos, the middle of each in the size that the
            pretrained network takes. By default where that is installed, there are at most
            5,000 of them and most are larger than 64 pixels.

    Returns:
        A :class:`Source`: a table ``(rows, columns)`` of floats, strings and dates, n texts, or
        uint8 images ``(n, height, width, channels)``; ``notes`` has the decisions of the reading.

    Raises:
        FileNotFoundError: neither a file nor a folder nor a known name.
        ValueError: it is empty, damaged, or has no such target or table.
        ImportError: a package that it needs is not installed.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "pears.csv"
    >>> _ = path.write_text("weight;ripe\\n1,5 kg;yes\\n2,25 kg;no\\n")
    >>> source = read_source(path, target="ripe")
    >>> source.train.frame["weight"].tolist(), source.notes[0]
    ([1.5, 2.25], 'Text in UTF-8, fields separated by semicolons.')
    """
    with printable_errors():
        return _read_source(source, target, table, labelled, most_bytes, photos)


def _read_source(
    source: str | Path,
    target: Wanted | None,
    table: str | None,
    labelled: bool,
    most_bytes: int,
    photos: bool | None,
) -> Source:
    path = Path(source).expanduser()
    if path.is_dir():
        _refuse(target, path, "a folder: its classes come from its subfolders")
        return read_folder(path, labelled=labelled, photos=photos)
    if path.exists() and not (path.is_file() or path.is_dir()):
        # Reading one may wait for ever, or never come to an end.
        raise ValueError(f"{path} is a pipe or a device: give a file or a folder.")
    if not path.exists():
        return _named(str(source), target)
    kind = file_kind(path)
    if kind == "image":
        if labelled:
            raise ValueError(
                f"{path} is one image: training needs a folder with one subfolder for each class."
            )
        return read_one(path, photos=photos)
    if kind == "npz":
        read = read_arrays(path, labelled=labelled)
        return _of_target(read, target, str(path)) if isinstance(read.train, Table) else read
    if table is not None and kind not in ("sqlite", "excel"):
        raise ValueError(f"{path} has no tables to choose from; leave out table={table!r}.")
    return _table(path, kind, target, table, labelled, most_bytes)


def _table(
    path: Path, kind: str, target: Wanted | None, table: str | None, labelled: bool, most_bytes: int
) -> Source:
    raw, notes, decimal = raw_table(path, kind, target, table, most_bytes)
    names = [str(name).strip() for name in raw.column_names]
    known: Target | None = None
    if target is not None and labelled:
        known = check_target(names, target, str(path))
    frame = frame_of(raw, notes, decimal)
    del raw
    if target is None and labelled:
        known = _plain_target([str(name) for name in frame.columns], notes)
    extra = [table] if table else []
    digest = fingerprint([("", path)], *extra)
    name = path.name.split(".")[0] or path.stem
    sampled = is_sample(notes)
    return Source(name, "table", Table(frame), None, known, notes, digest, sampled)


def raw_table(
    path: Path, kind: str, target: Wanted | None, table: str | None, most_bytes: int | None
) -> tuple[Any, list[str], str | None]:
    """Read a file's table as it is written; without a bound all rows, kept on disk if many.

    Arguments:
        path: the file.
        kind: what ``file_kind`` returned.
        target: a column that must be there, if known.
        table: a table or query of a database, or a sheet of a workbook.
        most_bytes: of a larger table a random share of the rows is read; None reads all.

    Returns:
        An Arrow table, notes, and what separates decimals where the cells leave it open.
    """
    need("pandas", f"Reading {path.name}")
    if kind == "delimited":
        return read_delimited(path, target, most_bytes)
    bound = ALL if most_bytes is None else most_bytes
    readers: dict[str, Callable[[], tuple[Any, list[str]]]] = {
        "parquet": lambda: table_files.read_parquet(path, bound),
        "feather": lambda: table_files.read_feather(path, bound),
        "excel": lambda: table_files.read_excel(path, table),
        "sqlite": lambda: table_files.read_sqlite(path, table, bound),
        "json": lambda: table_files.read_json(path, bound),
    }
    return *readers[kind](), None


def _plain_target(names: list[str], notes: list[str]) -> str | None:
    found = [name for name in names if name.casefold() in _PLAIN_TARGETS]
    if len(found) != 1:
        return None
    notes.append(f"Column {found[0]!r} is taken as the target, by its name.")
    return found[0]


def _named(name: str, target: Wanted | None) -> Source:
    key = OTHER_NAMES.get(name.lower(), name.lower())
    if key not in NAMED:
        path = Path(name)
        here = path.parent.is_dir() and [child.name for child in path.parent.iterdir()]
        known = [*NAMED, *(here or [])]
        raise FileNotFoundError(
            f"There is no file, folder or data set {name!r}. {did_you_mean(path.name, known)}"
        )
    read = read_named(key)
    if target is not None and target != read.target:
        if not isinstance(read.train, Table):
            _refuse(target, Path(name), f"a set of {read.kind} with labels of its own")
        return _of_target(read, target, name)
    return read


def _of_target(source: Source, target: Wanted | None, where: str) -> Source:
    """Give a table's source with the target that was asked for."""
    frame = getattr(source.train, "frame", None)
    if target is None or frame is None:
        return source
    return replace(source, target=check_target([str(n) for n in frame.columns], target, where))


def _refuse(target: Wanted | None, path: Path, what: str) -> None:
    if target is not None:
        raise ValueError(f"{path} is {what}; leave out the target {target!r}.")
