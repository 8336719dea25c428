"""Trains all networks of a search: sorts them into groups, keeps every core busy, reports."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from kerata.search.networks import Build, Data, Network, error_text
from kerata.search.program_group import ProgramGroup, Training


@dataclass(frozen=True)
class SeededSplit:
    """Rows to learn from and rows to be judged by, and the seed of the training."""

    seed: int
    train: np.ndarray
    test: np.ndarray


@dataclass
class TrialConfig:
    """A training that gives the answers for one or several candidates.

    Candidates that differ by their epochs alone share a course.
    """

    params: dict[str, Any]  # for the builder
    epochs: tuple[int, ...]  # after which it is scored, rising
    batch_size: int = 32
    shuffle: Any = True
    parameters: int | None = None
    error: str | None = None  # why there is no network

    def key(self) -> tuple[Any, ...]:
        """Tell courses apart by what they need of a program besides the network."""
        return (self.batch_size, self.shuffle)


@dataclass
class Record:
    """What came of one training."""

    trial: int
    split: int
    reports: dict[int, dict[str, float]] = field(default_factory=dict)
    error: str | None = None
    failed_epoch: int = 1  # from which on there is no answer
    seconds: float = 0.0
    values: Any = None  # the trained network's, if asked for

    def at(self, epoch: int) -> dict[str, float] | None:
        """Give the report after an epoch, or None where training did not get there."""
        if self.error is not None and epoch >= self.failed_epoch:
            return None
        return self.reports.get(epoch)


def workers() -> int:
    """Give the number of trainings to run at once."""
    if jax.default_backend() != "cpu":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class SearchRunner:
    """Trains courses on splits.

    Arguments:
        build: gives a compiled model.
        rows: all data, on the device.
        courses, splits: every course is trained on every split.
        every_epoch: score after each epoch, not only where a candidate ends.
        keep: keep trained values in the records.
        done: pairs ``(course, split)`` that need not be trained.
        also: more epochs after which to score.
        threads: how many trainings run at once; one a core by default.
    """

    def __init__(
        self,
        build: Build,
        rows: Data,
        trials: Sequence[TrialConfig],
        splits: Sequence[SeededSplit],
        every_epoch: bool = False,
        keep: bool = False,
        done: Sequence[tuple[int, int]] = (),
        also: Sequence[int] = (),
        threads: int | None = None,
    ) -> None:
        self.build, self.rows = build, rows
        self.trials, self.splits = trials, splits
        self.every_epoch, self.keep = every_epoch, keep
        self.done, self.also = set(done), tuple(also)
        self.threads = workers() if threads is None else threads
        self._stop = threading.Event()

    # Sorting ---------------------------------------------------------------------------------

    def groups(self) -> list[ProgramGroup]:
        """Sort the trainings into groups of one compiled program each, the heaviest first."""
        kept: list[Any] = []
        found: dict[Any, list[int]] = {}
        numbers: dict[int, list[float]] = {}
        for i, trial in enumerate(self.trials):
            if trial.error is not None or all(self._is_done(i, s) for s in self._numbers()):
                continue
            try:
                network = Network(self.build, trial.params, self.rows, self.splits[0].seed)
            except Exception as error:
                # A candidate that can't be built is recorded, and the others are trained.
                trial.error = error_text(error)
                continue
            trial.parameters = network.parameters
            structure = network.structure
            key = (structure.signature, trial.key())
            if key not in found:
                kept += structure.kept
            numbers[i] = structure.numbers
            found.setdefault(key, []).append(i)
        groups = [
            group
            for members in found.values()
            for group in self._groups_of(members, {i: numbers[i] for i in members})
        ]
        return sorted(groups, key=lambda group: -group.weight)

    def _numbers(self) -> range:
        return range(len(self.splits))

    def _is_done(self, trial: int, split: int) -> bool:
        return (trial, split) in self.done

    def _groups_of(
        self, members: list[int], numbers: dict[int, list[float]]
    ) -> Iterator[ProgramGroup]:
        columns = zip(*numbers.values(), strict=True)
        traced = [i for i, values in enumerate(columns) if len(set(values)) > 1]
        sizes: dict[tuple[int, int], list[Training]] = {}
        for split_number, split in enumerate(self.splits):
            for i in members:
                if self._is_done(i, split_number):
                    continue
                trial = self.trials[i]
                marks = self._marks(trial)
                task = Training(
                    trial=i,
                    split=split_number,
                    params=trial.params,
                    numbers=numbers[i],
                    seed=split.seed,
                    train=split.train,
                    test=split.test,
                    scored=marks,
                )
                sizes.setdefault((len(split.train), len(split.test)), []).append(task)
        first = self.trials[members[0]]
        for tasks in sizes.values():
            yield ProgramGroup(
                self.build,
                self.rows,
                tasks,
                traced,
                first.batch_size,
                first.shuffle,
                self.keep,
                float(first.parameters or 0) * len(tasks),
            )

    def _marks(self, trial: TrialConfig) -> tuple[int, ...]:
        last = trial.epochs[-1]
        if self.every_epoch:
            return tuple(range(1, last + 1))
        return tuple(sorted({*trial.epochs, *(e for e in self.also if e < last)}))

    # Running ---------------------------------------------------------------------------------

    def run(
        self, until: int | None = None, groups: list[ProgramGroup] | None = None
    ) -> Iterator[Record]:
        """Train everything, giving records as they come.

        Arguments:
            until: stop each training after this epoch, to be gone on with.
            groups: what ``groups`` gave, when trainings go on.
        """
        groups = self.groups() if groups is None else groups
        for i, trial in enumerate(self.trials):
            if trial.error is not None:
                yield from (
                    Record(i, s, error=trial.error)
                    for s in self._numbers()
                    if not self._is_done(i, s)
                )
        for group in groups:
            group.stopping = self._stop
        records: queue.Queue[Record | BaseException | None] = queue.Queue()
        waiting = deque(groups)
        threads = [
            threading.Thread(
                target=self._work, args=(groups, waiting, until, records.put), daemon=True
            )
            for _ in range(max(1, min(self.threads, sum(len(group) for group in groups))))
        ]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                found = records.get()
                if found is None:
                    running -= 1
                elif isinstance(found, BaseException):
                    raise found
                else:
                    yield found
        finally:
            # Reached by Ctrl-C too: the calls in progress end by themselves.
            self._stop.set()
            for thread in threads:
                thread.join()
            self._stop.clear()

    def _work(
        self,
        groups: list[ProgramGroup],
        waiting: deque[ProgramGroup],
        until: int | None,
        put: Callable[[Any], None],
    ) -> None:
        """Work through groups that no thread has begun, then help with the others."""
        try:
            while waiting:
                try:
                    group = waiting.popleft()
                except IndexError:
                    break
                self._drive(group, until, put)
            for group in groups:
                self._drive(group, until, put)
        except BaseException as error:
            # Raised where the records are asked for.
            put(error)
        finally:
            put(None)

    def _drive(self, group: ProgramGroup, until: int | None, put: Callable[[Any], None]) -> None:
        while not self._stop.is_set():
            begin = time.perf_counter()
            outcomes = group.step(until, self.threads)
            if outcomes is None or self._stop.is_set():
                return
            seconds = (time.perf_counter() - begin) / max(1, len(outcomes))
            for task in outcomes:
                put(
                    Record(
                        task.trial,
                        task.split,
                        task.reports,
                        task.error,
                        task.failed_epoch,
                        seconds,
                        task.values,
                    )
                )
