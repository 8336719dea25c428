"""Trainings that the board starts: ``kerata train`` in processes of their own.

They go on when the board ends. What a run's record or a file names is checked before it becomes
an argument: no code of anybody's is named, and no data outside the folder in which the board runs.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from kerata.base.messages import printable
from kerata.board.live import LiveTraining
from kerata.workbench.data.named import is_named
from kerata.workbench.networks.recipes import RECIPES
from kerata.workbench.runs.run import Run
from kerata.workbench.runs.store import check_name, free_name

# So much of a command's output is looked at for its last sentence.
_TAIL = 8000
_MOST_JOBS = 8
# Options of a run's config that ``kerata train`` takes by the same name.
_FLAGS = ("target", "task", "epochs", "batch_size", "seed", "split_by", "group", "folds", "table")


@dataclass
class Job:
    """A command that was started.

    Arguments:
        number: of the job.
        name: of the run that it makes.
        process: that runs.
        output: what it printed.
    """

    number: int
    name: str
    process: subprocess.Popen[bytes]
    output: IO[bytes] = field(repr=False)

    def told(self) -> dict[str, Any]:
        """Say how it stands, and why it failed if it did."""
        code = self.process.poll()
        state = "running" if code is None else "done" if code == 0 else "failed"
        return {
            "number": self.number,
            "name": self.name,
            "state": state,
            "why": self._last() if state == "failed" else "",
        }

    def _last(self) -> str:
        size = self.output.seek(0, 2)
        self.output.seek(max(0, size - _TAIL))
        lines = self.output.read().decode("utf-8", "replace").strip().splitlines()
        errors = [line for line in lines if line.startswith("Error: ")]
        said = (errors or lines or ["It ended without a word."])[-1]
        return printable(re.sub(r"\x1b\[[0-9;]*m", "", said).removeprefix("Error: "))[:600]


class Jobs:
    """Starts trainings for a folder of runs.

    Arguments:
        folder: of runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._jobs: list[Job] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    @property
    def any(self) -> bool:
        """Whether there is a job at all."""
        return bool(self._jobs)

    def told(self) -> list[dict[str, Any]]:
        """Say how all jobs stand."""
        with self._lock:
            return [job.told() for job in self._jobs]

    def start(self, words: Sequence[str], name: str) -> Job:
        """Start ``kerata`` with some words.

        Arguments:
            words: the command's, without the name and the folder of the run.
            name: of the run that it makes.

        Raises:
            ValueError: a name that is none, or too many trainings at once.
            FileExistsError: there is a run of that name.
        """
        with self._lock:
            running = [job for job in self._jobs if job.process.poll() is None]
            if len(running) >= _MOST_JOBS:
                raise ValueError(f"{_MOST_JOBS} trainings run already: wait for one, or stop one.")
            check_name(name, self.folder)
            if name in {job.name for job in running}:
                raise FileExistsError(f"A training of the name {name!r} runs already.")
            # It has no name, so that nothing is left when all have ended.
            output = tempfile.TemporaryFile()  # noqa: SIM115  # the process goes on with it
            command = [sys.executable, "-m", "kerata", *words, "--name", name]
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the board's terminal is meant for the board.
                start_new_session=True,
            )
            job = Job(next(self._numbers), name, process, output)
            self._jobs = [*self._jobs[-50:], job]
            return job

    def train(self, asked: Mapping[str, Any], name: str | None = None) -> Job:
        """Start ``kerata train``.

        Arguments:
            asked: ``source`` and options as ``fit_source`` names them; ``options`` and
                ``columns`` are dictionaries.
            name: of the run; a free one after the source by default.

        Raises:
            ValueError, FileNotFoundError, FileExistsError: something that makes no sense.
        """
        source = checked_source(str(asked.get("source") or ""))
        words = ["train", source, "--out", str(self.folder)]
        network = asked.get("network")
        if network not in (None, "", "auto"):
            words += ["--network", checked_network(str(network))]
        for option in _FLAGS:
            value = asked.get(option)
            if value not in (None, "", []):
                text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
                words.append(f"--{option.replace('_', '-')}={text}")
        if asked.get("balance") is True:
            words.append("--balance")
        for flag in ("option", "column"):
            pairs = asked.get(f"{flag}s") or {}
            if not isinstance(pairs, Mapping):
                raise ValueError(f"{flag}s must be an object.")
            words += [f"--{flag}={key}={_typed(value)}" for key, value in pairs.items()]
        stem = re.sub(r"[^\w.-]+", "-", Path(source).name.split(".")[0]).strip("-.") or "run"
        return self.start(words, name or self.free(stem))

    def sibling(self, run: Run, changes: Mapping[str, Any]) -> Job:
        """Train as a run was trained, but for some options of its network.

        Arguments:
            run: a finished run.
            changes: options by name, with their new values.

        Raises:
            ValueError, FileNotFoundError: the run's data or network can't be used.
        """
        config = run.config
        if run.is_forecast:
            raise ValueError("A forecast can't be tried anew from here: use kerata train.")
        asked = {name: config.get(name) for name in ("source", "balance", *_FLAGS)}
        options = {**_mapping(config.get("options")), **changes}
        asked |= {"network": run.record["network"], "options": options}
        asked["columns"] = _mapping(config.get("columns"))
        return self.train(asked, self.free(sibling_name(run.name, changes)))

    def like(self, training: LiveTraining, changes: Mapping[str, Any]) -> Job:
        """Train as a training that is running, but for some options of its network.

        Raises:
            ValueError, FileNotFoundError: it is none of ``kerata train``, or its data or network
                can't be used.
        """
        about = training.about
        if about.get("command") != "train":
            raise ValueError("Only trainings of kerata train can be tried with other options.")
        given = dict(text.split("=", 1) for text in about.get("options", []) if "=" in text)
        asked = {name: about.get(name) for name in ("source", "target", "network", "seed")}
        asked["options"] = {**given, **changes}
        return self.train(asked, self.free(sibling_name(training.name, changes)))

    def again(self, run: Run) -> Job:
        """Start ``kerata rerun``: the same training, which gives the same result."""
        checked_network(str(run.record["network"]))
        words = ["rerun", run.name, "--folder", str(self.folder)]
        return self.start(words, self.free(f"{run.name}-again"))

    def free(self, name: str) -> str:
        """Give a name that neither a run nor a training has."""
        running = {job.name for job in self._jobs if job.process.poll() is None}
        found, number = free_name(name, self.folder), 2
        while found in running:
            found = free_name(f"{name}-{number}", self.folder)
            number += 1
        return found


def sibling_name(name: str, changes: Mapping[str, Any]) -> str:
    """Name a run after another and what is changed.

    >>> sibling_name("wine", {"units": "32,32"})
    'wine-units-32-32'
    """
    words = "-".join(f"{key}-{value}" for key, value in changes.items())
    return re.sub(r"[^\w.-]+", "-", f"{name}-{words}")[:80].strip("-.")


def checked_source(source: str) -> str:
    """Give a source that the board may read: a data set's name, or what is in its folder.

    Raises:
        ValueError: it is outside.
        FileNotFoundError: it is not there.

    >>> checked_source("digits")
    'digits'
    """
    if not source:
        raise ValueError("Name a file, a folder or a data set.")
    if is_named(source) and not Path(source).exists():
        return source
    here = Path.cwd().resolve()
    place = (here / source).resolve()
    if not place.is_relative_to(here):
        raise ValueError(
            f"{source!r} is outside the folder in which the board runs ({here}): start it in the "
            "folder of your data, or upload the file."
        )
    if not place.exists():
        raise FileNotFoundError(f"There is no file, folder or data set {source!r} here.")
    # A name that begins with a dash would be an option.
    return str(place.relative_to(here)) if not source.startswith("-") else str(place)


def checked_network(name: str) -> str:
    """Give the name of a network of Kerata's; others would be code that is imported.

    Raises:
        ValueError: it is none.
    """
    if name not in RECIPES:
        raise ValueError(
            f"{name!r} is no network of Kerata's, and code that a file or a page names is not "
            "run: use kerata train --network."
        )
    return name


def _typed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}
