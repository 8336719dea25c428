"""Trainings that share one compiled program, and the choice of how to run it."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from kerata.base.memory import lacks_memory
from kerata.base.messages import warn
from kerata.search.networks import Build, Data, Network, begin, error_text
from kerata.search.vectorized_trainer import Member, VectorizedTrainer

# Larger networks are trained in turn on a CPU: side by side they drive each other out of cache.
LARGE = 2**20
# Networks that are tried side by side, and the bytes that these may take at most.
SIDE_BY_SIDE, MOST_BYTES = 16, 2**29
# Numbers of row orders that a call gets at most.
MOST_ORDERS = 2**22
# Seconds of training side by side that tell how fast it is.
TRIAL_SECONDS = 0.3
# Number of groups after which JAX's caches of programs are cleared.
FORGET_AFTER = 64
_closed = itertools.count(1)
# Building draws from the global stream of seeds, so only one thread may do it at a time.
_building = threading.Lock()


@dataclass
class Training:
    """One training: what it starts from, and what comes out of it."""

    trial: int
    split: int
    params: dict[str, Any]
    numbers: list[float]
    seed: int
    train: np.ndarray
    test: np.ndarray
    scored: tuple[int, ...]
    member: Member | None = None
    reports: dict[int, dict[str, float]] = field(default_factory=dict)
    error: str | None = None
    failed_epoch: int = 1
    values: Any = None

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return 0 if self.member is None else self.member.epoch

    def fail(self, error: BaseException) -> None:
        """Note why training could not go on."""
        self.error = error_text(error)
        self.failed_epoch = self.epoch + 1
        self.member = None

    def finish(self) -> None:
        """Take the results out of the member."""
        member = self.member
        assert member is not None
        self.reports = member.reports
        if member.diverged is not None:
            loss = member.reports[member.diverged]["loss"]
            self.failed_epoch = member.diverged
            self.error = (
                f"FloatingPointError: The training loss became {loss} in epoch {member.diverged}."
            )


class ProgramGroup:
    """Trainings of one program, for any number of threads to work through.

    The first networks are trained in turn. If many are left then, a few are tried side by
    side for a moment, and the faster way is kept.

    Arguments:
        build, rows: see ``SearchRunner``.
        tasks: the trainings; all have equally many rows.
        traced: which numbers of the networks differ.
        batch_size, shuffle: as for ``fit``.
        keep: keep the trained values in the tasks.
        weight: how much work it is, to begin with the heaviest.
    """

    def __init__(
        self,
        build: Build,
        rows: Data,
        tasks: Sequence[Training],
        traced: Sequence[int],
        batch_size: int,
        shuffle: Any,
        keep: bool = False,
        weight: float = 0.0,
    ) -> None:
        self.build, self.rows, self.keep = build, rows, keep
        self.traced = list(traced)
        self.batch_size, self.shuffle, self.weight = batch_size, shuffle, weight
        self.tasks = list(tasks)
        self.waiting = deque(self.tasks)
        self.paces: dict[str, float] = {}  # seconds for an epoch of one network
        self.compiling = 0.0  # seconds
        self.stopping = threading.Event()
        self.parts: list[ProgramGroup] = []  # where numbers could not be traced after all
        self._trainer: VectorizedTrainer | None = None
        self._lock = threading.Lock()
        self._trial = True
        self._count = 1
        self._running = 0

    def __len__(self) -> int:
        return len(self.tasks)

    def step(self, until: int | None, threads: int) -> list[Training] | None:
        """Train the next one or few; give those that are done, or None if none is left."""
        with self._lock:
            for part in self.parts:
                done = part.step(until, threads)
                if done is not None:
                    return done
            if not self.waiting:
                if until is None and not self._running:
                    self._close()
                return None
            if self._trainer is None:
                chosen, side_by_side = self._first(), False
                if self._trainer is None:
                    return chosen
            else:
                chosen, side_by_side = self._choose(threads)
            trainer = self._trainer
            self._running += 1
        try:
            return self._advance(chosen, until, side_by_side, trainer)
        finally:
            with self._lock:
                self._running -= 1

    def _close(self) -> None:
        """Let go of the compiled programs."""
        trainer, self._trainer = self._trainer, None
        if trainer is not None:
            trainer.close()
            if next(_closed) % FORGET_AFTER == 0:
                # JAX keeps traces and descriptions of each program, half a megabyte.
                jax.clear_caches()

    def go_on(self, kept: Container[int]) -> None:
        """Queue the trainings again whose courses are kept; forget the others."""
        for part in self.parts:
            part.go_on(kept)
        for task in self.tasks:
            if task.trial not in kept:
                task.member = None
        self.waiting = deque(t for t in self.tasks if t.trial in kept and t.error is None)

    # The first training compiles ----------------------------------------------------------------

    def _first(self) -> list[Training]:
        task = self.waiting[0]
        start = time.perf_counter()
        try:
            with _building:
                network = Network(self.build, task.params, self.rows, task.seed)
            epochs = max(t.scored[-1] for t in self.tasks)
            capacity = max(1, min(epochs, MOST_ORDERS // max(1, len(task.train))))
            trainer = VectorizedTrainer(
                network,
                self.traced,
                self.rows.arrays,
                self.rows.judged,
                [(t.train, t.test) for t in self.tasks],
                self.batch_size,
                self.shuffle,
                capacity,
            )
            self._begin(task, trainer)
            assert task.member is not None
            trainer.advance([task.member], task.member.epoch + 1, task.scored)
        except Exception as error:
            # Whatever fails with numbers as traced values may work with those of one network.
            return self._without_tracing(error)
        self._trainer = trainer
        self._count = self._width()
        self.compiling = time.perf_counter() - start
        return [self.waiting.popleft()]

    def _without_tracing(self, error: Exception) -> list[Training]:
        """Give each set of numbers a program of its own, or blame the network."""
        tasks = list(self.waiting)
        self.waiting.clear()
        if not self.traced:
            for task in tasks:
                task.fail(error)
            return tasks
        sets: dict[tuple[float, ...], list[Training]] = {}
        for task in tasks:
            task.member = None
            sets.setdefault(tuple(task.numbers), []).append(task)
        self.parts = [
            ProgramGroup(self.build, self.rows, part, [], self.batch_size, self.shuffle, self.keep)
            for part in sets.values()
        ]
        for group in self.parts:
            group.stopping = self.stopping
        return []

    # Then the others ------------------------------------------------------------------------------

    def _choose(self, threads: int) -> tuple[list[Training], bool]:
        """Take the next tasks out of the queue and say whether to train them side by side."""
        turn, beside = self.paces.get("turn"), self.paces.get("side by side")
        alike = len({(t.scored, t.epoch) for t in self.waiting}) == 1
        if turn is not None and alike and 1 < self._count <= len(self.waiting) / threads:
            left = turn * sum(t.scored[-1] - t.epoch for t in self.waiting) / threads
            # Compiling costs as much again as it did.
            worth_trying = self._trial and beside is None and left > 2 * self.compiling
            if worth_trying or (beside is not None and beside < turn):
                self._trial = False
                return [self.waiting.popleft() for _ in range(self._count)], True
        return [self.waiting.popleft()], False

    def _width(self) -> int:
        """Say how many networks fit side by side, 1 for none."""
        assert self._trainer is not None
        layers = self._trainer.network.model._flatten_layers()
        if any(layer.dtype_policy.compute_dtype != "float32" for layer in layers):
            # Side by side, numbers are arrays, whose type would widen a shorter one.
            return 1
        bytes_each = sum(a.nbytes for a in jax.tree.leaves(self._trainer.network.programs.read()))
        if bytes_each > LARGE and jax.default_backend() == "cpu":
            return 1
        row = sum(a.nbytes for a in jax.tree.leaves(self.rows.arrays)) / self.rows.count
        batch = row * min(self.batch_size, len(self.waiting[0].train))
        fitting = int(MOST_BYTES // (4 * bytes_each + 4 * batch + 1))
        return max(1, min(SIDE_BY_SIDE, fitting))

    def _begin(self, task: Training, trainer: VectorizedTrainer) -> None:
        if task.member is None:
            with _building:
                begun = begin(self.build, task.params, self.rows, task.seed, trainer.network)
            numbers = [task.numbers[i] for i in self.traced]
            task.member = Member(task, numbers, task.train, task.test, *begun)

    def _advance(
        self,
        tasks: list[Training],
        until: int | None,
        side_by_side: bool,
        trainer: VectorizedTrainer,
    ) -> list[Training]:
        failed: list[Training] = []
        for task in tasks:
            try:
                self._begin(task, trainer)
            except Exception as error:
                # What a builder raises is told as this candidate's error.
                task.fail(error)
                failed.append(task)
        tasks = [t for t in tasks if t.member is not None]
        if side_by_side and not failed:
            tasks = self._side_by_side(tasks, until, trainer)
        return failed + self._finish_in_turn(tasks, until, trainer)

    def _side_by_side(
        self, tasks: list[Training], until: int | None, trainer: VectorizedTrainer
    ) -> list[Training]:
        """Train together; in a trial only for a moment. Those that fail are left as they are."""
        members = [t.member for t in tasks if t.member is not None]
        stop, scored = min(tasks[0].scored[-1], until or tasks[0].scored[-1]), tasks[0].scored
        if members[0].epoch >= stop:
            return tasks
        try:
            if "side by side" not in self.paces:
                trainer.advance(members, members[0].epoch + 1, scored)
                pace = self.paces["turn"] * len(members)
                short = min(stop, members[0].epoch + max(1, int(TRIAL_SECONDS / pace)))
                if short > members[0].epoch:
                    self._timed("side by side", trainer, members, short, scored)
                else:
                    self.paces["side by side"] = math.inf
            if self.paces["side by side"] < self.paces["turn"]:
                self._timed("side by side", trainer, members, stop, scored)
        except Exception as error:
            # In turn they fit, or fail each with its own reason. That a group is too large, and
            # that an operation of the user's can't be vectorized, is no fault of anybody's.
            self.paces["side by side"] = math.inf
            if not (lacks_memory(error) or isinstance(error, NotImplementedError)):
                warn(
                    "Networks of a search could not be trained side by side and are trained in "
                    f"turn, which gives the same more slowly ({error_text(error)})."
                )
        return tasks

    def _timed(
        self,
        way: str,
        trainer: VectorizedTrainer,
        members: list[Member],
        stop: int,
        scored: Sequence[int],
    ) -> None:
        epochs = (stop - members[0].epoch) * len(members)
        if epochs <= 0:
            return
        start = time.perf_counter()
        trainer.advance(members, stop, scored, self.stopping)
        self.paces[way] = (time.perf_counter() - start) / epochs

    def _finish_in_turn(
        self, tasks: list[Training], until: int | None, trainer: VectorizedTrainer
    ) -> list[Training]:
        for task in tasks:
            member = task.member
            assert member is not None
            stop = min(task.scored[-1], until or task.scored[-1])
            try:
                self._timed("turn", trainer, [member], stop, task.scored)
                task.finish()
                if until is None or member.epoch >= task.scored[-1]:
                    task.values, task.member = member.values if self.keep else None, None
            except Exception as error:
                # Code of the user's runs in it: this candidate's error, no other's.
                task.fail(error)
        return tasks
