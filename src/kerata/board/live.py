"""The trainings that are running: what their files say so far, read as it comes."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from kerata.utils.live_file import ENDING, LIVE, STOP
from kerata.utils.plain_files import open_plain
from kerata.workbench.diagnosis.changes import changes_against
from kerata.workbench.diagnosis.live import diagnose_curves, since

# Read at a time, and the longest line that is understood.
_PIECE, _LONGEST = 1 << 22, 1 << 16
# Seconds without a sign of life until a training of another machine counts as ended.
_SILENT = 10.0
_MOST_POINTS, _MOST_TRAIL, _MOST_FILES, _MOST_MEMBERS = 200_000, 400, 500, 50
_TEXTS = ("name", "by", "command", "source", "target", "task", "network")


class Course:
    """The figures of a network, epoch by epoch."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epochs = 0

    def add(self, logs: dict[str, Any]) -> None:
        """Add an epoch."""
        if self.epochs >= _MOST_POINTS:
            return
        for name, value in list(logs.items())[:50]:
            values = self.history.setdefault(str(name)[:100], [float("nan")] * self.epochs)
            values.append(float(value) if isinstance(value, (int, float)) else float("nan"))
        self.epochs += 1
        for values in self.history.values():
            values.extend([float("nan")] * (self.epochs - len(values)))

    def told(self, known: int) -> dict[str, Any]:
        """Give all but the first epochs."""
        history = {name: values[known:] for name, values in self.history.items()}
        return {"from": known, "epochs": self.epochs, "history": history}


class LiveTraining:
    """One training's file.

    Arguments:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name.removesuffix(ENDING)
        self.about: dict[str, Any] = {}
        # The first network's; those whose answers are averaged with it have their own.
        self.first = Course()
        self.further: list[Course] = []
        self.members = 0
        self.stage: dict[str, int] | None = None
        self.batch: dict[str, Any] | None = None
        self.trail: list[tuple[float, float]] = []
        self.trials: list[dict[str, Any]] = []
        self.phase = ""
        self.state = "training"
        self.why = ""
        self.findings: list[dict[str, Any]] = []
        self.version = 0
        self._offset = 0
        self._rest = b""
        self._judged = 0
        self._fits = 0
        self._ended = False

    def look(self, version: int) -> bool:
        """Read what is new; say whether anything is.

        Raises:
            OSError, ValueError: the file is gone, or is none.
        """
        changed = False
        with open_plain(self.path, within=self.path.parent) as file:
            file.seek(self._offset)
            while piece := file.read(_PIECE):
                self._offset += len(piece)
                changed = True
                self._take(piece)
            modified = os.fstat(file.fileno()).st_mtime
        state = self._state_now(modified)
        if state != self.state:
            self.state, changed = state, True
        if changed:
            self._judge()
            self.version = version
        return changed

    @property
    def history(self) -> dict[str, list[float]]:
        """The first network's figures."""
        return self.first.history

    @property
    def epochs(self) -> int:
        """How many epochs of the first network are done."""
        return self.first.epochs

    def told(self, known: dict[str, int]) -> dict[str, Any]:
        """Give all but the epochs that a page knows already.

        Arguments:
            known: how many those are, by training and number of the network; brought up to date.
        """
        losses = self.history.get("val_loss") or self.history.get("loss") or []
        told = []
        for place, one in enumerate([self.first, *self.further]):
            key = f"{self.id}/{place}"
            have = known.get(key, 0)
            told.append(one.told(have if have <= one.epochs else 0))
            known[key] = one.epochs
        step = max(1, len(losses) // 40)
        return {
            "id": self.id,
            "state": self.state,
            "why": self.why,
            "phase": self.phase,
            "about": self.about,
            **told[0],
            "further": told[1:],
            "members": self.members,
            "stage": self.stage,
            "batch": self.batch,
            "trail": self.trail,
            "trials": self.trials,
            "findings": self.findings,
            "spark": losses[::step][-40:],
        }

    @property
    def name(self) -> str:
        """What the training is called."""
        return str(self.about.get("name") or self.id.split("~")[0])

    def _state_now(self, modified: float) -> str:
        if self._ended:
            return self.state
        stop = self.path.with_suffix(STOP).exists()
        if not _lives(self.about.get("pid"), modified):
            return "stopped"
        return "stopping" if stop else "training"

    def _take(self, piece: bytes) -> None:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > _LONGEST:
            self._rest = b""
        for line in lines:
            if len(line) > _LONGEST:
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                self._line(value)

    def _line(self, line: dict[str, Any]) -> None:
        kind = line.get("kind")
        if kind in ("begin", "fit", "network", "task"):
            self._begin(line)
        elif kind == "epoch":
            self._epoch(line)
        elif kind == "batch":
            self._batch(line)
        elif kind == "phase" and isinstance(line.get("words"), str):
            self.phase = line["words"][:200]
        elif kind == "stage":
            done, of = line.get("done"), line.get("of")
            if type(done) is int and type(of) is int and 0 <= done <= of:
                self.stage = {"done": done, "of": of}
        elif kind == "trial" and len(self.trials) < _MOST_POINTS:
            self._trial(line)
        elif kind == "end":
            state = line.get("state")
            self.state = state if state in ("finished", "stopped", "failed") else "stopped"
            self.why = str(line.get("why") or "")[:500]
            self._ended = True

    def _begin(self, line: dict[str, Any]) -> None:
        for name in _TEXTS:
            if isinstance(line.get(name), str):
                self.about[name] = line[name][:300]
        for name in ("pid", "epochs", "parameters", "began", "rate", "seed"):
            if isinstance(line.get(name), (int, float)) and not isinstance(line[name], bool):
                self.about[name] = line[name]
        options = line.get("options")
        if isinstance(options, list):
            self.about["options"] = [str(one)[:200] for one in options[:50]]
        if line["kind"] == "network":
            members = line.get("members")
            self.members = min(members, _MOST_MEMBERS) if type(members) is int else 0
            self._fits, self.stage = 0, None
        if line["kind"] == "fit":
            self._fits += 1
            self.batch, self.trail = None, []
            if 1 < self._fits <= self.members:
                self.further.append(Course())
            else:
                # Another training begins: its epochs are its own.
                self.first, self.further, self._judged = Course(), [], 0

    def _epoch(self, line: dict[str, Any]) -> None:
        logs = line.get("logs")
        if isinstance(logs, dict):
            self._running.add(logs)
        self.batch, self.trail = None, []

    @property
    def _running(self) -> Course:
        return self.further[-1] if self.further else self.first

    def _batch(self, line: dict[str, Any]) -> None:
        step, steps = line.get("step"), line.get("steps")
        logs = line.get("logs")
        if not isinstance(step, int) or not isinstance(logs, dict):
            return
        self.batch = {"epoch": self._running.epochs + 1, "step": step, "steps": steps, "logs": logs}
        loss = logs.get("loss")
        if isinstance(steps, int) and steps > 0 and isinstance(loss, (int, float)):
            self.trail.append((self._running.epochs + min(1.0, step / steps), float(loss)))
            if len(self.trail) > _MOST_TRAIL:
                self.trail = self.trail[::2]

    def _trial(self, line: dict[str, Any]) -> None:
        options = line.get("options")
        given = options.items() if isinstance(options, dict) else ()
        kept = {str(k)[:100]: v for k, v in given if _simple(v)}
        self.trials.append({str(k): v for k, v in line.items() if _simple(v)} | {"options": kept})

    def _judge(self) -> None:
        if self.epochs == self._judged and not self._ended:
            return
        self._judged = self.epochs
        try:
            found = diagnose_curves(self.history, ended=self._ended)
        except (ValueError, ArithmeticError):
            return
        own = str(self.about.get("network") or "")
        options = dict(_pair(text) for text in self.about.get("options", []) if "=" in text)
        if "rate" in self.about:
            options.setdefault("learning_rate", self.about["rate"])
        can = self.about.get("command") == "train"
        self.findings = [
            {
                "name": one.name,
                "title": since(one),
                "sentence": one.sentence,
                "severity": one.severity,
                "tries": changes_against(one.name, own, options) if can else [],
            }
            for one in found
        ]


class LiveTrainings:
    """The trainings of a folder of runs that are running, or have ended without a run.

    Arguments:
        folder: of runs.

    Attributes:
        version: grows with every change.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / LIVE
        self.version = 0
        self._found: dict[str, LiveTraining] = {}
        self._gone: dict[str, int] = {}
        self._lock = threading.Lock()

    def look(self) -> None:
        """Bring everything up to date."""
        try:
            names = {name for name in os.listdir(self.folder) if name.endswith(ENDING)}
        except OSError:
            names = set()
        for name in sorted(names)[:_MOST_FILES]:
            path = self.folder / name
            training = self._found.get(name.removesuffix(ENDING)) or LiveTraining(path)
            try:
                changed = training.look(self.version + 1)
            except (OSError, ValueError):
                names.discard(name)
                continue
            if changed:
                with self._lock:
                    self._found[training.id] = training
                    self._gone.pop(training.id, None)
                    self.version += 1
        with self._lock:
            for lost in [i for i in self._found if i + ENDING not in names]:
                del self._found[lost]
                self.version += 1
                self._gone[lost] = self.version
                while len(self._gone) > _MOST_FILES:
                    del self._gone[next(iter(self._gone))]

    def since(self, version: int, known: dict[str, int]) -> tuple[dict[str, Any], int]:
        """Give what has changed, and the version that leads to.

        Arguments:
            version: that the page has.
            known: how many epochs of each network the page has; brought up to date.
        """
        with self._lock:
            told = []
            for one in self._found.values():
                if one.version <= version:
                    continue
                told.append(one.told(known))
            gone = [i for i, when in self._gone.items() if when > version]
            return {"live": told, "gone": gone}, self.version

    def get(self, training: str) -> LiveTraining:
        """Give a training by its id.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._lock:
            found = self._found.get(training)
        if found is None:
            raise FileNotFoundError("This training is no longer there.")
        return found

    def stop(self, training: str) -> None:
        """Ask a training to stop, as Ctrl-C would.

        Raises:
            FileNotFoundError: there is none.
            ValueError: it has ended.
            OSError: the folder can't be written.
        """
        found = self.get(training)
        if found.state not in ("training", "stopping"):
            raise ValueError("This training has ended already.")
        found.path.with_suffix(STOP).touch()

    def forget(self, training: str) -> None:
        """Delete the file of a training that has ended.

        Raises:
            FileNotFoundError: there is none.
            ValueError: it is running.
            OSError: the folder can't be written.
        """
        found = self.get(training)
        if found.state in ("training", "stopping"):
            raise ValueError("This training is running: stop it first.")
        found.path.unlink(missing_ok=True)
        found.path.with_suffix(STOP).unlink(missing_ok=True)


def _lives(pid: Any, modified: float) -> bool:
    """Say whether a process is there; where that can't be asked, whether its file is touched."""
    fresh = time.time() - modified < _SILENT
    if os.name != "posix" or not isinstance(pid, int) or not 0 < pid < 1 << 31:
        return fresh
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        # On another machine that shares the folder the number says nothing.
        return fresh and time.time() - modified < 2.5
    except OSError:
        return fresh
    return fresh


def _simple(value: Any) -> bool:
    return value is None or isinstance(value, (int, float)) or len(str(value)) < 500


def _pair(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        if "," in value:
            return name, tuple(int(part) for part in value.split(","))
        return name, float(value) if "." in value or "e" in value else int(value)
    except ValueError:
        return name, value
