"""What stands before a training: the files that are here, and what their columns are."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from kerata.board.jobs import checked_source
from kerata.web.streams import finite
from kerata.workbench.data import read_source
from kerata.workbench.data.containers import Source, Table
from kerata.workbench.data.named import NAMED
from kerata.workbench.data.schema import infer_columns
from kerata.workbench.networks.catalogue import descriptions
from kerata.workbench.splitting.divide import divide

ENDINGS = (
    *(".csv", ".tsv", ".txt", ".parquet", ".feather", ".xlsx", ".jsonl", ".json", ".ndjson"),
    *(".db", ".sqlite", ".npz", ".gz", ".zip", ".bz2", ".xz"),
)
# Of a folder so much is listed, so deep.
_MOST_FILES, _DEEPEST, _MOST_LOOKED = 300, 3, 20_000
_MOST_COLUMNS = 500


def sources_here(runs: Path) -> dict[str, Any]:
    """List the files from which a training can start, and the data sets and networks by name.

    Arguments:
        runs: the folder of runs, which is passed over.
    """
    here, found, looked = Path.cwd(), [], 0
    hidden = runs.resolve()
    for folder, folders, files in os.walk(here):
        depth = len(Path(folder).relative_to(here).parts)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and depth < _DEEPEST
            and (Path(folder) / name).resolve() != hidden
            and name not in ("__pycache__", "node_modules", "site-packages")
        )
        for name in sorted(files):
            looked += 1
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                found.append(str((Path(folder) / name).relative_to(here)))
        if len(found) >= _MOST_FILES or looked > _MOST_LOOKED:
            break
    networks = [{"name": one.name, "takes": one.takes, "what": one.what} for one in descriptions()]
    return {
        "here": str(here),
        "files": found[:_MOST_FILES],
        "sets": sorted(NAMED),
        "networks": networks,
    }


def preview(
    source: Any, target: Any = None, task: Any = None, columns: Any = None
) -> dict[str, Any]:
    """Say what a training would make of a source, as ``kerata train`` says it.

    Arguments:
        source: a file or folder within the folder in which the board runs, or a data set.
        target: column to predict; the one of a plain name, or none, if it is left out.
        task: ``'binary'``, ``'classes'``, ``'labels'`` or ``'regression'``; chosen by default.
        columns: kinds of columns, an object.

    Raises:
        FileNotFoundError, ValueError: a source, target or kind that makes no sense.
    """
    place = checked_source(str(source or ""))
    kinds = {str(k): str(v) for k, v in columns.items()} if isinstance(columns, dict) else {}
    read = read_source(place, target=str(target) if target else None)
    found: dict[str, Any] = {"source": place, "kind": read.kind, "notes": read.notes}
    found["target"] = read.target if isinstance(read.target, str) else list(read.target or ())
    if isinstance(read.train, Table):
        found["names"] = [str(name) for name in read.train.frame.columns][:_MOST_COLUMNS]
        found["cells"] = _first_rows(read)
    if isinstance(read.train, Table) and not read.target:
        made = infer_columns(read.train.frame, (), kinds)
        return finite(found | {"columns": [c.as_dict() for c in made[:_MOST_COLUMNS]], "why": ""})
    divided = divide(read, task=str(task) if task else None, columns=kinds)
    made = divided.columns or []
    return finite(
        found
        | {
            "columns": [column.as_dict() for column in made[:_MOST_COLUMNS]],
            "why": divided.task.why,
            "task": divided.task.kind,
            "split": divided.rule.summary.sentence,
            "rows": {part: len(numbers) for part, numbers in divided.rows.items()},
            "notes": divided.notes,
        }
    )


def _first_rows(read: Source) -> list[list[str]]:
    assert isinstance(read.train, Table)
    frame = read.train.frame.head(5).iloc[:, :40]
    return [["" if cell != cell else str(cell)[:60] for cell in row] for row in frame.values]


def upload_place(name: str) -> Path:
    """Give where an uploaded file goes: this folder, under a free name.

    Raises:
        ValueError: a name that no training starts from.

    >>> upload_place("../odd/pears 1.csv").name
    'pears-1.csv'
    """
    plain = re.sub(r"[^\w.-]+", "-", Path(name.replace("\\", "/")).name).strip("-.")[:100]
    if not plain.lower().endswith(ENDINGS):
        raise ValueError(f"{name!r} is no table: give one of {', '.join(ENDINGS)}.")
    stem, _, ending = plain.partition(".")
    place, number = Path.cwd() / plain, 2
    while place.exists():
        place = Path.cwd() / f"{stem}-{number}.{ending}"
        number += 1
    return place
