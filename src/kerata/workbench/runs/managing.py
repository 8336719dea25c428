"""Renaming runs, and moving them to a bin from which they come back."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from kerata.utils.files import put_folder, write_beside
from kerata.workbench.runs.run import FOLDER, RECORD, Run, load, read_json
from kerata.workbench.runs.store import check_name, free_name

# Hidden, so that nothing in it counts as a run.
BIN = ".bin"


def rename(run: Run, name: str) -> Run:
    """Give a run another name; its folder and its record get it.

    Arguments:
        run: a finished run.
        name: the new one.

    Raises:
        FileExistsError: there is something of that name.
        ValueError: it is no name of a folder.
        OSError: the folder can't be written.
    """
    place = check_name(name, run.path.parent)
    record = read_json(run.path / RECORD) | {"name": name}
    text = json.dumps(record, indent=2, ensure_ascii=False)
    put_folder(run.path, place)
    write_beside(place / RECORD, lambda file: file.write((text + "\n").encode()))
    return load(place)


def discard(name: str, folder: str | Path = FOLDER) -> str:
    """Move a run, whole or damaged, to the bin of its folder of runs.

    Arguments:
        name: of the run's folder.
        folder: where runs are.

    Returns:
        Its name in the bin, for ``restore``.

    Raises:
        ValueError: a name that is none.
        FileNotFoundError: no such run.
        OSError: the folder can't be written.

    >>> import tempfile
    >>> runs = Path(tempfile.mkdtemp())
    >>> (runs / "wine").mkdir()
    >>> gone = discard("wine", runs)
    >>> (runs / "wine").exists(), restore(gone, runs), (runs / "wine").exists()
    (False, 'wine', True)
    """
    place = Path(folder) / _plain(name)
    if not place.is_dir():
        raise FileNotFoundError(f"There is no run {name!r} any more.")
    bin_folder = Path(folder) / BIN
    bin_folder.mkdir(exist_ok=True)
    kept = free_name(f"{name}~{time.strftime('%Y%m%d-%H%M%S')}", bin_folder)
    os.rename(place, bin_folder / kept)
    return kept


def restore(kept: str, folder: str | Path = FOLDER) -> str:
    """Take a run out of the bin, under a free name if its own is taken by now.

    Arguments:
        kept: its name in the bin.
        folder: where runs are.

    Returns:
        The run's name.

    Raises:
        ValueError: a name that is none.
        FileNotFoundError: it is not in the bin.
        OSError: the folder can't be written.
    """
    place = Path(folder) / BIN / _plain(kept)
    if not place.is_dir():
        raise FileNotFoundError(f"{kept!r} is not in the bin any more.")
    name = free_name(kept.rpartition("~")[0] or kept, folder)
    put_folder(place, Path(folder) / name)
    return name


def _plain(name: str) -> str:
    if not name or name.startswith(".") or any(sign in name for sign in "/\\\0"):
        raise ValueError(f"{name!r} is no name of a run.")
    return name
