"""Many short epochs in one call, where nobody looks in between.

A call costs about 0.3 ms of Python, which is more than a whole epoch of a small network on a
few hundred rows. Where only the history is wanted, epochs run in groups and leave it in a table.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.base.placement import Placement
from kerata.base.randomness import global_generator
from kerata.base.rows import holds_rows
from kerata.callbacks.callback_list import CallbackList
from kerata.callbacks.history import History
from kerata.callbacks.notebook_progress import NotebookProgress
from kerata.training.batch_hooks import step_ranges
from kerata.training.compiled_steps import CompiledSteps
from kerata.training.data_adapter import ArrayData
from kerata.training.shuffling import order_of_rows

# Epochs that a call has room for; programs that want fewer tell it.
ROOM = 64
# Row numbers of a whole group: 2 MB.
MOST_ROWS = 2**19
# A group lasts about so long, for Ctrl-C.
GROUP_SECONDS = 0.5
# Bounds of no steps at all, which do not begin an epoch either.
NONE = (1, 0)


@dataclass(frozen=True)
class EpochGroups:
    """The epochs of a training on data in memory, ready to run in groups.

    Arguments:
        programs: compiled functions of the model.
        data, validation: what is trained on, and what is evaluated after each epoch.
        batch_sizes: of training and of validation.
        shuffle: as for ``order_of_rows``.
    """

    programs: CompiledSteps
    data: ArrayData
    validation: ArrayData | None
    batch_sizes: tuple[int, int]
    shuffle: Any

    def suit(self, callbacks: CallbackList) -> bool:
        """Say whether groups give what single epochs would, and nobody watches these."""
        parts = [self.data] if self.validation is None else [self.data, self.validation]
        return (
            all(type(c) in (History, NotebookProgress) for c in callbacks.callbacks)
            and self.data.count * ROOM <= MOST_ROWS
            and not any(holds_rows(leaf) for part in parts for leaf in part.leaves)
            and type(self.programs.placement) is Placement
            and self.programs.compiled
            and self.programs.scalar_results()
        )

    def train(
        self,
        epochs: range,
        finished: Callable[[int, dict[str, Any]], None],
        check: Callable[[], None],
    ) -> dict[str, Any]:
        """Train all epochs; give the last one's results.

        Arguments:
            finished: called with each epoch's number and results, once its group is done.
            check: called between groups; raises what is to end the training.
        """
        logs: dict[str, Any] = {}
        epoch, size = epochs.start, 1
        while epoch < epochs.stop:
            size = min(size, epochs.stop - epoch, ROOM)
            drawn = self._drawn(size)
            begin = time.perf_counter()
            # Nobody knows yet how long a step takes, or one epoch is long enough for a call.
            table = self._run(*drawn, size) if size > 1 else self._in_chunks(*drawn, check)
            seconds = time.perf_counter() - begin
            for number, row in enumerate(table):
                logs = self.programs.named_row(row, self.validation is not None)
                finished(epoch + number, logs)
            check()
            first, epoch = epoch == epochs.start, epoch + size
            # The first call also compiled, so it tells nothing about speed.
            size = 1 if first else max(1, math.floor(GROUP_SECONDS * size / seconds))
        return logs

    def _steps(self, rows: ArrayData | None, of: int) -> int:
        return 0 if rows is None else -(-rows.count // self.batch_sizes[of])

    def _drawn(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw orders and seeds of the next epochs, one after the other as for single ones."""
        seeds = np.zeros(ROOM, np.uint32)
        orders = np.zeros((ROOM, self.data.count), np.int32)
        for i in range(size):
            seeds[i] = global_generator().next_seed()
            rng = np.random.default_rng(global_generator().next_seed() if self.shuffle else 0)
            orders[i] = order_of_rows(self.data.count, self.batch_sizes[0], self.shuffle, rng)
        return orders, seeds

    def _in_chunks(
        self, orders: np.ndarray, seeds: np.ndarray, check: Callable[[], None]
    ) -> np.ndarray:
        """Run one epoch in calls of about half a second."""
        trained = judged = np.zeros((1, 0))
        for start, stop in step_ranges(self.programs, 0, self._steps(self.data, 0), "train"):
            trained = self._run(orders, seeds, 1, (start, stop, *NONE))
            check()
        for start, stop in step_ranges(self.programs, 0, self._steps(self.validation, 1), "test"):
            judged = self._run(orders, seeds, 1, (*NONE, start, stop))
            check()
        if self.validation is None:
            return trained
        width = trained.shape[1] // 2
        return np.concatenate([trained[:, :width], judged[:, width:]], axis=1)

    def _run(
        self,
        orders: np.ndarray,
        seeds: np.ndarray,
        size: int,
        bounds: tuple[int, int, int, int] | None = None,
    ) -> np.ndarray:
        """Run so many epochs, or the steps of one between bounds."""
        if bounds is None:
            bounds = (0, self._steps(self.data, 0), 0, self._steps(self.validation, 1))
        values, table = self.programs.train_epochs(
            self.programs.read(),
            self.data.arrays,
            None if self.validation is None else self.validation.arrays,
            orders,
            seeds,
            size,
            bounds,
            batch_sizes=self.batch_sizes,
        )
        self.programs.write(values)
        return np.asarray(table)[:size]
