"""What a training by the workbench tells to the board while it runs."""

from __future__ import annotations

import _thread
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from kerata import callbacks
from kerata.utils.live_file import LiveFile
from kerata.workbench.core.result import OnEvent

# Events of ``fit_source`` and what they begin, in words.
_PHASES = {
    "columns": "looking at the columns",
    "rows": "preparing the rows",
    "baseline": "training baselines",
    "network": "training the network",
    "trained": "judging",
    "diagnosis": "looking for what is wrong",
    "search": "searching",
    "found": "training the best network",
}


class Told:
    """Tells the phases and epochs of a training to the board; gone when the run is kept.

    Arguments:
        folder: of runs.
        name: of the run.
        about: what it was asked for, as plain values.
        pass_on: called with every event afterwards.

    Attributes:
        file: what it is told to, inside a ``with`` block.
        watch: callback for the network's training, inside a ``with`` block.

    On the board's stop button the main thread is interrupted, as by Ctrl-C.

    >>> import tempfile
    >>> with Told(tempfile.mkdtemp(), "wine", {"source": "wine.csv"}) as told:
    ...     told.on_event("baseline", None)
    ...     told.file.write()
    ...     told.file.path.read_text().splitlines()[-1].split('"')[-2]
    'training baselines'
    """

    def __init__(
        self,
        folder: str | Path,
        name: str,
        about: Mapping[str, Any] | None = None,
        pass_on: Callable[[str, Any], None] | None = None,
    ) -> None:
        self.folder, self.name = folder, name
        self.about = {"by": "workbench", **dict(about or {})}
        self.pass_on = pass_on

    def __enter__(self) -> Self:
        self.file = LiveFile(self.folder, self.name, self.about, on_stop=_thread.interrupt_main)
        self.watch = callbacks.Board(self.folder, self.name, self.file)
        return self

    def __exit__(self, *exc: object) -> None:
        self.file.remove()

    @property
    def address(self) -> str | None:
        """Where a board shows it, inside a ``with`` block; None where none runs."""
        return self.watch.address

    @property
    def on_event(self) -> OnEvent:
        """The function that ``fit_source`` calls as things become known."""
        return self._event

    def _event(self, name: str, value: Any) -> None:
        words = _PHASES.get(name)
        if name == "task":
            self.file.tell("task", target=value.target, task=value.kind)
        elif name == "folds":
            words = f"cross-validation, {value['folds']} folds"
            self.file.tell("stage", done=0, of=value["folds"])
        elif name == "fold":
            words = f"fold {value['number']} of {value['of']} done"
            self.file.tell("stage", done=value["number"], of=value["of"])
        elif name == "member":
            words = f"network {value['number']} of {value['of']} done"
        elif name == "network":
            words = f"training {value['name']}"
            self.file.tell(
                "network",
                network=value["name"],
                epochs=value["epochs"],
                members=value.get("members"),
            )
        elif name == "trial":
            words = f"trial {value.number + 1} done"
            self.file.tell(
                "trial",
                n=value.number + 1,
                network=value.network,
                options=value.options,
                value=value.value,
                epochs=value.epochs,
                seconds=value.seconds,
                words=value.description(),
            )
        if words:
            self.file.tell("phase", words=words)
        if self.pass_on is not None:
            self.pass_on(name, value)
