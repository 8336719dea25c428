"""Trains all networks of a search: sorts them into lanes, keeps every core busy, reports."""

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

from kerata.search.networks import Build, Data, Network, told
from kerata.search.program_group import Lane, Task


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to be judged by, and the seed of the training."""

    seed: int
    train: np.ndarray
    test: np.ndarray


@dataclass
class Course:
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

    course: int
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


class Engine:
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
        courses: Sequence[Course],
        splits: Sequence[Split],
        every_epoch: bool = False,
        keep: bool = False,
        done: Sequence[tuple[int, int]] = (),
        also: Sequence[int] = (),
        threads: int | None = None,
    ) -> None:
        self.build, self.rows = build, rows
        self.courses, self.splits = courses, splits
        self.every_epoch, self.keep = every_epoch, keep
        self.done, self.also = set(done), tuple(also)
        self.threads = workers() if threads is None else threads
        self._stop = threading.Event()

    # Sorting ---------------------------------------------------------------------------------

    def lanes(self) -> list[Lane]:
        """Sort the trainings into lanes of one compiled program each, the heaviest first."""
        kept: list[Any] = []
        found: dict[Any, list[int]] = {}
        numbers: dict[int, list[float]] = {}
        for i, course in enumerate(self.courses):
            if course.error is not None or all(self._is_done(i, s) for s in self._numbers()):
                continue
            try:
                network = Network(self.build, course.params, self.rows, self.splits[0].seed)
            except Exception as error:
                course.error = told(error)
                continue
            course.parameters = network.parameters
            structure = network.structure
            key = (structure.signature, course.key())
            if key not in found:
                kept += structure.kept
            numbers[i] = structure.numbers
            found.setdefault(key, []).append(i)
        lanes = [
            lane
            for members in found.values()
            for lane in self._lanes_of(members, {i: numbers[i] for i in members})
        ]
        return sorted(lanes, key=lambda lane: -lane.weight)

    def _numbers(self) -> range:
        return range(len(self.splits))

    def _is_done(self, course: int, split: int) -> bool:
        return (course, split) in self.done

    def _lanes_of(self, members: list[int], numbers: dict[int, list[float]]) -> Iterator[Lane]:
        columns = zip(*numbers.values(), strict=True)
        traced = [i for i, values in enumerate(columns) if len(set(values)) > 1]
        sizes: dict[tuple[int, int], list[Task]] = {}
        for split_number, split in enumerate(self.splits):
            for i in members:
                if self._is_done(i, split_number):
                    continue
                course = self.courses[i]
                marks = self._marks(course)
                task = Task(
                    course=i,
                    split=split_number,
                    params=course.params,
                    numbers=numbers[i],
                    seed=split.seed,
                    train=split.train,
                    test=split.test,
                    scored=marks,
                )
                sizes.setdefault((len(split.train), len(split.test)), []).append(task)
        first = self.courses[members[0]]
        for tasks in sizes.values():
            yield Lane(
                self.build,
                self.rows,
                tasks,
                traced,
                first.batch_size,
                first.shuffle,
                self.keep,
                float(first.parameters or 0) * len(tasks),
            )

    def _marks(self, course: Course) -> tuple[int, ...]:
        last = course.epochs[-1]
        if self.every_epoch:
            return tuple(range(1, last + 1))
        return tuple(sorted({*course.epochs, *(e for e in self.also if e < last)}))

    # Running ---------------------------------------------------------------------------------

    def run(self, until: int | None = None, lanes: list[Lane] | None = None) -> Iterator[Record]:
        """Train everything, giving records as they come.

        Arguments:
            until: stop each training after this epoch, to be gone on with.
            lanes: what ``lanes`` gave, when trainings go on.
        """
        lanes = self.lanes() if lanes is None else lanes
        for i, course in enumerate(self.courses):
            if course.error is not None:
                yield from (
                    Record(i, s, error=course.error)
                    for s in self._numbers()
                    if not self._is_done(i, s)
                )
        for lane in lanes:
            lane.stopping = self._stop
        records: queue.Queue[Record | BaseException | None] = queue.Queue()
        waiting = deque(lanes)
        threads = [
            threading.Thread(
                target=self._work, args=(lanes, waiting, until, records.put), daemon=True
            )
            for _ in range(max(1, min(self.threads, sum(len(lane) for lane in lanes))))
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
        lanes: list[Lane],
        waiting: deque[Lane],
        until: int | None,
        put: Callable[[Any], None],
    ) -> None:
        """Work through lanes that nobody has begun, then help with the others."""
        try:
            while waiting:
                try:
                    lane = waiting.popleft()
                except IndexError:
                    break
                self._drive(lane, until, put)
            for lane in lanes:
                self._drive(lane, until, put)
        except BaseException as error:
            put(error)
        finally:
            put(None)

    def _drive(self, lane: Lane, until: int | None, put: Callable[[Any], None]) -> None:
        while not self._stop.is_set():
            begin = time.perf_counter()
            outcomes = lane.step(until, self.threads)
            if outcomes is None or self._stop.is_set():
                return
            seconds = (time.perf_counter() - begin) / max(1, len(outcomes))
            for task in outcomes:
                put(
                    Record(
                        task.course,
                        task.split,
                        task.reports,
                        task.error,
                        task.failed_epoch,
                        seconds,
                        task.values,
                    )
                )
