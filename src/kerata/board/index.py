"""All runs of a folder in a few words each, kept in memory and brought up to date by looking."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerata.utils.files import tidy_up
from kerata.web.streams import finite
from kerata.workbench.core.task import Task
from kerata.workbench.evaluation.figures import figure
from kerata.workbench.runs.run import CONFIG, RECORD, Run, read_json, read_record

# Of so many that are gone the names are remembered, for pages that have not heard of it.
_MOST_GONE = 20_000


@dataclass
class Entry:
    """One folder: what it said when it was read, as JSON, and by which signs it may change."""

    signs: tuple[int, ...]
    version: int
    text: str


class RunIndex:
    """The runs of a folder.

    Arguments:
        folder: where runs are; it may be missing.

    Attributes:
        version: grows with every change, so that a page can ask for what is new.
        complete: whether every folder was read at least once.

    Reading 10,000 records takes seconds, so ``look`` reads the newest first and tells what it
    has after each hundred; after that it reads only records that have changed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = 0
        self.complete = False
        self._entries: dict[str, Entry] = {}
        self._gone: dict[str, int] = {}
        self._lock = threading.Lock()

    def names(self) -> set[str]:
        """Give the names of all folders that are known."""
        with self._lock:
            return set(self._entries)

    def known(self, name: str) -> bool:
        """Say whether there is a run of a name; nothing else is ever opened for a page."""
        with self._lock:
            return name in self._entries

    def run(self, name: str) -> Run:
        """Open a run.

        Raises:
            FileNotFoundError: there is none of that name, or no longer.
            ValueError: it is damaged.
        """
        path = self.folder / name
        if not self.known(name) or not path.is_dir():
            raise FileNotFoundError(f"The run {name!r} is no longer there.")
        return Run(path, read_record(path))

    def newest(self, count: int) -> str:
        """Give the runs that were written last, as JSON; a page asks for the others at once."""
        with self._lock:
            entries = sorted(self._entries.values(), key=lambda e: e.signs[1], reverse=True)
            return self._written(entries[:count], [], 0)

    def since(self, version: int, most: int = 1000) -> tuple[list[str], int]:
        """Give what has changed after a version, as JSON: summaries of runs, names that are gone.

        Returns:
            Pieces of at most so many runs, and the version that they lead to.
        """
        with self._lock:
            changed = [e for e in self._entries.values() if e.version > version]
            changed.sort(key=lambda e: e.signs[1], reverse=True)
            gone = [name for name, when in self._gone.items() if when > version]
            pieces = []
            for start in range(0, len(changed) or 1, most):
                last = start + most >= len(changed)
                # A page that loses the connection between two pieces must ask from the start.
                now = self.version if last else version
                piece = self._written(changed[start : start + most], [] if start else gone, now)
                pieces.append(piece)
            return pieces, self.version

    def _written(self, entries: list[Entry], gone: list[str], version: int) -> str:
        rest = json.dumps({"version": version, "complete": self.complete, "gone": gone})
        return f'{{"runs":[{",".join(e.text for e in entries)}],{rest[1:]}'

    def look(self, stop: threading.Event | None = None) -> None:
        """Bring everything up to date.

        Arguments:
            stop: ends it early when set.
        """
        there = self._folders()
        with self._lock:
            lost = [name for name in self._entries if name not in there]
            if lost:
                self.version += 1
            for name in lost:
                del self._entries[name]
                self._gone[name] = self.version
            while len(self._gone) > _MOST_GONE:
                del self._gone[next(iter(self._gone))]
            old = {name: entry.signs for name, entry in self._entries.items()}
        fresh = [name for name, signs in there.items() if old.get(name) != signs]
        # The second sign is when the record was written.
        fresh.sort(key=lambda name: there[name][1], reverse=True)
        for start in range(0, len(fresh), 100):
            if stop is not None and stop.is_set():
                return
            some = [(n, _text_of(self.folder / n)) for n in fresh[start : start + 100]]
            with self._lock:
                self.version += 1
                for name, text in some:
                    self._entries[name] = Entry(there[name], self.version, text)
                    self._gone.pop(name, None)
        if not self.complete:
            with self._lock:
                self.complete = True
                self.version += 1

    def _folders(self) -> dict[str, tuple[int, ...]]:
        """Give each folder that holds a record, and by what changes in it are seen."""
        tidy_up(self.folder)
        found: dict[str, tuple[int, ...]] = {}
        try:
            names = os.listdir(self.folder)
        except OSError:
            return found
        for name in names:
            if name.startswith("."):
                continue
            try:
                status = os.stat(self.folder / name / RECORD)
            except OSError:
                continue
            found[name] = (status.st_ino, status.st_mtime_ns, status.st_size)
        return found


def _text_of(path: Path) -> str:
    return json.dumps(finite(summary_of(path)), allow_nan=False)


def summary_of(path: Path) -> dict[str, Any]:
    """Say in a few values what a run is; of a damaged one, why it can't be read."""
    try:
        return _summary(path.name, read_record(path)) | {"options": _options(path)}
    except (ValueError, OSError, RecursionError) as error:
        return {"name": path.name, "state": "damaged", "why": str(error), "made": ""}


def _summary(name: str, record: dict[str, Any]) -> dict[str, Any]:
    task = Task.from_dict(record["task"])
    main, value = next(iter(record["metrics"].items()))
    low, high = record["interval"]
    seconds = record.get("seconds") or {}
    return {
        "name": name,
        "state": "done" if record.get("verdict") else "not judged",
        "made": record["created"],
        "source": _word(record.get("source")),
        "network": record["network"],
        "kind": "forecast" if record.get("forecast") else task.kind,
        "target": task.target,
        "metric": main,
        "higher": task.kind != "regression",
        "value": value,
        "low": low,
        "high": high,
        "shown": figure(value, task),
        "between": f"{figure(low, task)} to {figure(high, task)}",
        "metrics": record["metrics"],
        "epochs": record.get("epochs"),
        "best": record.get("best_epoch"),
        "parameters": record.get("parameters"),
        "seconds": sum(v for v in seconds.values() if v is not None),
        "seed": record.get("seed") if isinstance(record.get("seed"), int) else None,
        "data": _word(record.get("fingerprint"))[:12],
    }


def _options(path: Path) -> dict[str, Any]:
    """Give the options that a run was asked for, by which a page searches and sorts."""
    try:
        config = read_json(path / CONFIG)
    except (ValueError, OSError):
        return {}
    given = config.get("options")
    found = dict(given) if isinstance(given, dict) else {}
    found["batch_size"] = config.get("batch_size")
    return {
        str(name)[:60]: ",".join(map(str, value)) if isinstance(value, list) else value
        for name, value in list(found.items())[:30]
        if isinstance(value, (int, float, str, list)) and len(str(value)) < 100
    }


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""
