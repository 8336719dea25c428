"""TensorBoard's event files in a folder, as curves: found, read as they grow, never written."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kerata.board.event_records import RecordFile
from kerata.board.event_values import event_of
from kerata.workbench.runs.run import RECORD

# Names of these begin so on the page; no run's name has a slash.
PREFIX = "events/"
# Of a folder so much is looked at.
_DEEPEST, _MOST_ENTRIES, _MOST_FOLDERS, _MOST_FILES = 6, 50_000, 500, 100
_MOST_TAGS, _MOST_POINTS = 200, 20_000
# Seconds that one look may read; a large folder is read on at the next.
_PATIENCE = 2.0
# Folders of parts, as Keras and others name them: their curves belong to the folder above.
_TRAIN, _HELD = ("train", "training"), ("validation", "val", "valid", "eval", "test")


class Curve:
    """The numbers of one tag over the steps."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.values: list[float] = []

    def add(self, step: int, value: float) -> None:
        """Add a point; one at an earlier step begins anew from there, as TensorBoard has it."""
        while self.steps and self.steps[-1] >= step:
            self.steps.pop()
            self.values.pop()
        self.steps.append(step)
        self.values.append(value)
        if len(self.steps) > _MOST_POINTS:
            del self.steps[1:-1:2], self.values[1:-1:2]


class EventFolder:
    """The event files that make one training.

    Arguments:
        name: of the folder below that of the board.
        title: as the page shows it.
    """

    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title
        self.curves: dict[str, Curve] = {}
        self.files: dict[Path, tuple[RecordFile, str]] = {}
        self.why: dict[Path, str] = {}
        self.version = 0
        self._began = 0.0
        self._known: set[Path] = set()

    def look(self, paths: dict[Path, str], until: float) -> bool:
        """Read what is new; say whether anything is.

        Arguments:
            paths: the event files and what the names of their curves begin with.
            until: moment by ``time.monotonic`` at which to come back.
        """
        changed = False
        for path, before in sorted(paths.items())[:_MOST_FILES]:
            file, _ = self.files.setdefault(path, (RecordFile(path), before))
            try:
                while time.monotonic() < until and (records := file.read()):
                    changed = True
                    if not all(self._take(path, before, record) for record in records):
                        break
            except (OSError, ValueError) as error:
                file.why = f"{error}."
            told = file.why or ("It ends within a record." if file.cut else "")
            if self.why.get(path, "") != told:
                self.why[path], changed = told, True
        return changed

    def _take(self, path: Path, before: str, record: bytes) -> bool:
        """Take a record in; say whether those after it are worth a look."""
        file, _ = self.files[path]
        try:
            event = event_of(record)
        except ValueError as error:
            file.why = f"It is damaged: {error}."
            return False
        if path not in self._known:
            if not event.version:
                file.why = "It is no event file: its first record does not say so."
                return False
            self._known.add(path)
        self._began = min(self._began or event.time, event.time or self._began)
        for tag, value in event.scalars.items():
            name = before + tag.removeprefix("epoch_")
            if name in self.curves or len(self.curves) < _MOST_TAGS:
                self.curves.setdefault(name, Curve()).add(event.step, value)
        return True

    def summary(self) -> dict[str, Any]:
        """Say in a few values what there is, as the list of runs shows it."""
        steps = max((c.steps[-1] for c in self.curves.values() if c.steps), default=0)
        shown = self.curves.get("val_loss") or self.curves.get("loss")
        shown = shown or next(iter(self.curves.values()), Curve())
        told = [f"{path.name}: {why}" for path, why in sorted(self.why.items()) if why]
        try:
            made = datetime.fromtimestamp(self._began, UTC).isoformat(timespec="seconds")
        except (ValueError, OverflowError, OSError):
            made = ""
        step = max(1, len(shown.values) // 40)
        return {
            "name": PREFIX + self.name,
            "title": self.title,
            "state": "events",
            "made": made if self._began else "",
            "curves": len(self.curves),
            "steps": steps,
            "spark": shown.values[::step][-40:],
            "why": told[:5],
        }

    def histories(self) -> dict[str, Any]:
        """Give the curves: values and steps by name."""
        curves = sorted(self.curves.items())
        return {
            "best": None,
            "history": {name: list(curve.values) for name, curve in curves},
            "steps": {name: list(curve.steps) for name, curve in curves},
        }


class EventFolders:
    """All trainings that left event files in a folder, outside of runs.

    Arguments:
        folder: it may be missing.

    Attributes:
        version: grows with every change.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = 0
        self._found: dict[str, EventFolder] = {}
        self._lock = threading.Lock()

    def look(self, runs: Collection[str] = ()) -> None:
        """Bring everything up to date.

        Arguments:
            runs: names of folders that are runs, which have event files of their own.
        """
        there = self._there(runs)
        until = time.monotonic() + _PATIENCE
        with self._lock:
            for name in [name for name in self._found if name not in there]:
                del self._found[name]
                self.version += 1
        for name, paths in there.items():
            one = self._found.get(name) or EventFolder(name, self._title(name))
            if one.look(paths, until) or name not in self._found:
                with self._lock:
                    self.version += 1
                    one.version = self.version
                    self._found[name] = one

    def known(self, name: str) -> bool:
        """Say whether there is one of a page's name."""
        return name.startswith(PREFIX) and name.removeprefix(PREFIX) in self._found

    def get(self, name: str) -> EventFolder:
        """Give one by its name on the page.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._lock:
            found = self._found.get(name.removeprefix(PREFIX))
        if found is None:
            raise FileNotFoundError(f"The event files of {name!r} are no longer there.")
        return found

    def told(self) -> dict[str, Any]:
        """Give a summary of each."""
        with self._lock:
            return {"events": [one.summary() for one in self._found.values()]}

    def _title(self, name: str) -> str:
        return self.folder.resolve().name if name == "." else name

    def _there(self, runs: Collection[str]) -> dict[str, dict[Path, str]]:
        """Find event files, by the trainings that they belong to."""
        found: dict[str, dict[Path, str]] = {}
        entries = 0
        for place, folders, files in os.walk(self.folder):
            entries += len(folders) + len(files)
            path = Path(place)
            inner = path.relative_to(self.folder)
            if entries > _MOST_ENTRIES or len(found) >= _MOST_FOLDERS:
                break
            if RECORD in files and path != self.folder:
                folders.clear()
                continue
            if len(inner.parts) >= _DEEPEST:
                folders.clear()
            top = not inner.parts
            folders[:] = sorted(
                n for n in folders if not n.startswith(".") and not (top and n in runs)
            )
            logs = [path / name for name in files if ".tfevents." in name]
            if not logs:
                continue
            part, owner = path.name.lower(), inner
            before = "val_" if part in _HELD and not top else ""
            if not top and part in (*_TRAIN, *_HELD):
                owner = inner.parent
            found.setdefault(owner.as_posix(), {}).update(dict.fromkeys(logs, before))
        return found
