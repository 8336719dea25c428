"""One open page: what it asked for, what is learning for it, what it is shown."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from kerata.playground.baseline import linear_baseline
from kerata.playground.families import family
from kerata.playground.gates import GATES, TRUTH, XNOR, gate_map, truth_table, xnor_table
from kerata.playground.learner import Learner
from kerata.playground.one_step import classic_step
from kerata.playground.pictures import SIDE, UNIT_SIDE
from kerata.playground.problems import Problem, make_problem
from kerata.playground.program_text import program_text
from kerata.playground.programs import has_programs
from kerata.playground.remarks import Remarks
from kerata.playground.settings import (
    ACTIVATIONS,
    MOST_LAYERS,
    MOST_UNITS,
    OPTIMIZERS,
    PROBLEMS,
    Settings,
)
from kerata.playground.tables import Sheet
from kerata.utils.board_places import board_address
from kerata.web.streams import finite

# Points of a family's maps along a side; epochs between two frames at most.
FAMILY_SIDE, MOST_SPEED = 40, 50
# What settings of the network's course may change while it learns.
_STEERED = ("rate", "l1", "l2", "dropout", "jitter")
_FIGURES = ("loss", "val_loss", "accuracy", "val_accuracy")

Answer = str | bytes


class Visit:
    """What a page can ask, and what it gets: texts of JSON, and frames in bytes.

    Arguments:
        sheet: the table that was opened, if any.
        folder: of runs, into which networks are kept.

    A frame is the length of its header (four bytes, little-endian), the header in JSON, and
    pictures in bytes.
    """

    def __init__(self, sheet: Sheet | None = None, folder: str | Path = "runs") -> None:
        self.sheet, self.folder = sheet, folder
        self.settings = Settings(problem="table") if sheet is not None else Settings()
        self.playing = False
        self.speed = 1
        self.learner: Learner | None = None
        self.family: Learner | None = None
        self._labels: list[str] = []
        self._told = self._told_of_family = 0
        self._remarks: Remarks | None = None
        self._asked: dict[str, Callable[[Mapping[str, Any]], list[Answer]]] = {
            "settings": self._set,
            "play": self._play,
            "pause": self._pause,
            "step": self._one_epoch,
            "reset": self._reset,
            "speed": self._hurry,
            "weight": self._weight,
            "row": self._row,
            "classic": lambda _: [said("step", classic=True, **classic_step().as_dict())],
            "family": self._families,
            "gate": self._gate,
            "xnor": lambda asked: [said("xnor", tables=xnor_table(asked.get("weights", {})))],
            "file": self._file,
            "run": self._run,
            "code": lambda _: [said("code", text=program_text(self._present()), **self._honest())],
        }

    # Asked by the page ----------------------------------------------------------------------------

    def hello(self) -> Answer:
        """Say what there is to choose from."""
        sheet = self.sheet
        return said(
            "hello",
            problems=[name for name in PROBLEMS if name != "table" or sheet is not None],
            activations=ACTIVATIONS,
            optimizers=OPTIMIZERS,
            most_layers=MOST_LAYERS,
            most_units=MOST_UNITS,
            defaults=self.settings.as_dict(),
            gates=GATES,
            truth=TRUTH,
            xnor=XNOR,
            table=None
            if sheet is None
            else {
                "name": sheet.path.name,
                "columns": sheet.columns,
                "targets": [target.label for target in sheet.targets],
            },
        )

    def answer(self, asked: Any) -> list[Answer]:
        """Do what a page asks.

        Raises:
            ValueError: it makes no sense.
        """
        name = asked.get("do") if isinstance(asked, Mapping) else None
        if not isinstance(name, str) or name not in self._asked:
            raise ValueError(f"The playground can't do {name!r}.")
        return self._asked[name](asked)

    def will_compile(self, asked: Any) -> bool:
        """Say whether the answer takes a moment, since a program must be compiled."""
        if not isinstance(asked, Mapping):
            return False
        if asked.get("do") == "family":
            return asked.get("kind") is not None
        if asked.get("do") == "reset":
            return self.family is None and not self._present().as_alone
        if asked.get("do") != "settings":
            return False
        try:
            wanted = Settings.of(asked.get("settings", {}))
            if self.learner is not None and not self._begins_anew(wanted):
                return False
            return not has_programs(make_problem(wanted, self.sheet), wanted)
        except ValueError:
            return False

    def frame(self) -> Answer:
        """Train for a moment and show what came of it."""
        if self.family is not None:
            self.family.advance(self.speed)
            self.playing = self.playing and not self.family.diverged
            return self.family_frame()
        learner = self._present()
        learner.advance(self.speed)
        self.playing = self.playing and not learner.diverged
        return self.learner_frame()

    def learner_frame(self) -> Answer:
        """Show the network as it is."""
        learner = self._present()
        picture = learner.picture()
        curve = learner.curves[0]
        new, self._told = curve[self._told :], len(curve)
        header = {
            "epoch": learner.epoch,
            "new": [[epoch, *(report.get(name) for name in _FIGURES)] for epoch, report in new],
            "weights": [_short(w) for w in learner.weights()],
            "scales": [_short(s) for s in picture.scales],
            "units": [len(u) for u in picture.units],
            "sides": [SIDE, UNIT_SIDE],
            "playing": self.playing,
            "diverged": learner.diverged,
            **self._honest(),
        }
        return framed("frame", header, [picture.answer, *picture.units])

    def family_frame(self) -> Answer:
        """Show the family as it is."""
        family = self.family
        assert family is not None
        curves = family.curves
        new = [curve[self._told_of_family :] for curve in curves]
        self._told_of_family = len(curves[0])
        header = {
            "epoch": family.epoch,
            "labels": self._labels,
            "new": [
                [[epoch, report.get("loss"), report.get("val_loss")] for epoch, report in course]
                for course in new
            ],
            "reports": family.reports,
            "side": FAMILY_SIDE,
            "playing": self.playing,
        }
        return framed("family", header, list(family.answers(FAMILY_SIDE)))

    def remarks(self) -> Callable[[], Answer] | None:
        """Give what finds remarks on the network as it is, to be called on another thread."""
        learner = self.learner
        if learner is None or self.family is not None or not learner.epoch or learner.diverged:
            return None
        if self._remarks is None:
            self._remarks = Remarks(learner)
        look, epoch = self._remarks, learner.epoch
        given = (list(learner.curves[0]), learner.weights(), learner.settings[0].rate)
        return lambda: said("remarks", epoch=epoch, found=look.of(*given))

    # How it is done -------------------------------------------------------------------------------

    def _present(self) -> Learner:
        if self.learner is None:
            self._begin(self.settings)
        assert self.learner is not None
        return self.learner

    def _begins_anew(self, wanted: Settings) -> bool:
        steered = {name: getattr(wanted, name) for name in _STEERED}
        if self.settings.with_(**steered) != wanted:
            return True
        # Before it begins, a network gets the program in which it learns as it does alone.
        learner = self._present()
        return not learner.epoch and bool(wanted.dropout) and learner.masked

    def _begin(self, settings: Settings, problem: Problem | None = None) -> None:
        if problem is None:
            problem = make_problem(settings, self.sheet)
        self.learner = Learner(problem, [settings])
        self.settings = settings
        self._told = 0
        self._remarks = None

    def _set(self, asked: Mapping[str, Any]) -> list[Answer]:
        wanted = Settings.of(asked.get("settings", {}))
        if self.learner is not None and not self._begins_anew(wanted):
            self.learner.set_values([wanted])
            self.settings = wanted
            return []
        self.family = None
        self._begin(wanted)
        assert self.learner is not None
        # What compiles, compiles now, while the page says so.
        self.learner.advance(1)
        seconds = self.learner.programs.seconds
        self.learner.reset()
        return [self._problem(seconds), self.learner_frame()]

    def _problem(self, seconds: float | None) -> Answer:
        learner = self._present()
        problem = learner.problem
        places = problem.places
        return said(
            "problem",
            settings=self.settings.as_dict(),
            places=[
                [_digits(u), _digits(v), _digits(t)]
                for (u, v), t in zip(places, problem.y, strict=True)
            ],
            train=problem.train,
            window=problem.window,
            span=problem.span,
            of=problem.kind,
            names=problem.names,
            classes=problem.classes,
            notes=problem.notes,
            axes=problem.axes.tolist(),
            baseline=linear_baseline(problem).as_dict(),
            compiled=seconds,
        )

    def _play(self, asked: Mapping[str, Any]) -> list[Answer]:
        self.playing = True
        return []

    def _pause(self, asked: Mapping[str, Any]) -> list[Answer]:
        self.playing = False
        return [self.learner_frame() if self.family is None else self.family_frame()]

    def _one_epoch(self, asked: Mapping[str, Any]) -> list[Answer]:
        self.playing = False
        before, self.speed = self.speed, 1
        try:
            return [self.frame()]
        finally:
            self.speed = before

    def _reset(self, asked: Mapping[str, Any]) -> list[Answer]:
        if self.family is not None:
            self.family.reset()
            self._told_of_family = 0
            return [self.family_frame()]
        if not self._present().as_alone:
            self._begin(self.settings)
        self._present().reset()
        self._told = 0
        return [self.learner_frame()]

    def _hurry(self, asked: Mapping[str, Any]) -> list[Answer]:
        speed = asked.get("epochs")
        if not isinstance(speed, int) or not 1 <= speed <= MOST_SPEED:
            raise ValueError(f"epochs must be a whole number from 1 to {MOST_SPEED}.")
        self.speed = speed
        return []

    def _weight(self, asked: Mapping[str, Any]) -> list[Answer]:
        place, index, value = (asked.get(name) for name in ("place", "index", "value"))
        whole = isinstance(index, list) and all(isinstance(i, int) for i in index)
        if not (isinstance(place, int) and whole and isinstance(value, (int, float))):
            raise ValueError("A weight is set by its place, its index and a number.")
        self._present().set_weight(place, list(index or ()), float(value))
        return [self.learner_frame()]

    def _row(self, asked: Mapping[str, Any]) -> list[Answer]:
        row = asked.get("row")
        if not isinstance(row, int):
            raise ValueError("A row is a whole number.")
        step = self._present().step_of(row)
        return [said("step", classic=False, number=row, **step.as_dict())]

    def _families(self, asked: Mapping[str, Any]) -> list[Answer]:
        kind = asked.get("kind")
        if kind is None:
            self.family = None
            return [self.learner_frame()]
        present = self._present()
        settings, self._labels = family(self.settings, str(kind))
        self.family = Learner(present.problem, settings)
        self._told_of_family = 0
        self.family.advance(1)
        self.family.reset()
        return [self.family_frame()]

    def _gate(self, asked: Mapping[str, Any]) -> list[Answer]:
        weights = asked.get("weights", ())
        table = truth_table(weights)
        pictures = [gate_map(weights)] if len(weights) == 3 else []
        return [framed("gate", {"table": table, "side": 48}, pictures)]

    def _file(self, asked: Mapping[str, Any]) -> list[Answer]:
        return [framed("file", {"name": "playground.keras"}, [self._present().file()])]

    def _run(self, asked: Mapping[str, Any]) -> list[Answer]:
        self.playing = False
        # Imported with the first: opening the page shall not wait for it.
        from kerata.playground.saved_run import save_run

        try:
            run = save_run(self._present(), self.sheet, self.folder)
        except OSError as error:
            raise ValueError(
                f"{str(self.folder)!r} could not be written ({error.strerror or error})."
            ) from None
        board = board_address(self.folder)
        where = None if board is None else f"{board}#run={quote(run.name)}"
        return [said("run", name=run.name, path=str(run.path), board=where)]

    def _honest(self) -> dict[str, Any]:
        return {"by_hand": self._present().changed_by_hand}


def said(kind: str, **about: Any) -> Answer:
    """Write what the page is told."""
    return json.dumps(finite({"kind": kind, **about}), allow_nan=False)


def framed(kind: str, header: Mapping[str, Any], pictures: Sequence[np.ndarray | bytes]) -> Answer:
    """Write a header and pictures into one message."""
    text = said(kind, **header)
    assert isinstance(text, str)
    encoded = text.encode()
    return struct.pack("<I", len(encoded)) + encoded + b"".join(map(bytes, pictures))


def _short(values: np.ndarray) -> list[float]:
    return [_digits(value) for value in values.ravel().tolist()]


def _digits(value: float) -> float:
    """Round to five digits: what is drawn and read needs no more."""
    return float(f"{value:.5g}") if math.isfinite(value) else value
