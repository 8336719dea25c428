"""Data that comes batch by batch: generators, PyDataset, any iterable of batches."""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Iterator
from typing import Any

from kerata.training.feed import Rows, apply_class_weight, make_rows
from kerata.utils.data_iterator import prefetch
from kerata.utils.py_dataset import PyDataset


class Stream:
    """An iterable of batches, walked through once an epoch while the next batches load.

    Arguments:
        source: iterable of ``x``, ``(x, y)`` or ``(x, y, sample_weight)``, or a PyDataset.
        steps: batches in an epoch; all of them by default (an endless generator needs it).
        class_weight: weights of classes, or None.
        shuffle: whether a PyDataset's batches come in random order.
        n_inputs: how many inputs the model has.
        only_x: whether every batch is ``x`` alone, as for prediction.
    """

    def __init__(
        self,
        source: Any,
        steps: int | None = None,
        class_weight: dict[Any, float] | None = None,
        shuffle: bool = True,
        n_inputs: int = 1,
        only_x: bool = False,
    ) -> None:
        self.source = source
        self.given_steps = steps
        self.steps = steps
        self.class_weight = class_weight
        self.shuffle = shuffle
        self.n_inputs = n_inputs
        self.only_x = only_x
        self.endless = hasattr(source, "__next__")
        self._running: Iterator[Any] | None = None
        self._peeked: Rows | None = None
        if steps is None and hasattr(source, "__len__"):
            self.steps = len(source)

    def peek(self) -> Rows:
        """Give the first batch without losing it.

        Raises:
            ValueError: if there is none.
        """
        if self._peeked is None:
            if self.endless or hasattr(self.source, "__iter__"):
                first = next(iter(self.source), None)
            else:
                first = self.source[0] if len(self.source) else None
            if first is None:
                raise ValueError("The data yielded no batches; give at least one.")
            self._peeked = self._rows(first)
            if self.endless:
                # A generator can't go back, so the batch is put in front of what follows.
                self._running = itertools.chain([first], self.source)
        return self._peeked

    @contextlib.contextmanager
    def epoch(self) -> Iterator[Iterator[Rows]]:
        """Yield an iterator over the batches of one epoch."""
        if self.endless:
            if self._running is None:
                self._running = iter(self.source)
            yield self._limited(self._running)
            return
        _notify(self.source, "on_epoch_begin")
        with prefetch(self.source, shuffle=self.shuffle) as batches:
            yield self._limited(batches)
        _notify(self.source, "on_epoch_end")

    def skip(self, epochs: int) -> None:
        """Pass over epochs that an earlier run has done, so that what follows is the same."""
        if not self.endless:
            for _ in range(epochs):
                _notify(self.source, "on_epoch_begin")
                _notify(self.source, "on_epoch_end")
            return
        if self._running is None:
            self._running = iter(self.source)
        batches = epochs * (self.given_steps or 0)
        next(itertools.islice(self._running, batches, batches), None)

    def _limited(self, batches: Iterator[Any]) -> Iterator[Rows]:
        count = 0
        for batch in batches:
            yield self._rows(batch)
            count += 1
            if self.given_steps is not None and count == self.given_steps:
                return
        if self.given_steps is not None and count < self.given_steps:
            warnings.warn(
                f"The data ended after {count} batches, but {self.given_steps} steps an epoch "
                "were asked for; the epoch ends early.",
                stacklevel=2,
            )

    def _rows(self, batch: Any) -> Rows:
        y = weight = None
        x = batch
        if not self.only_x and isinstance(batch, (tuple, list)):
            if not 1 <= len(batch) <= 3:
                raise ValueError(
                    "A batch must be x, (x, y) or (x, y, sample_weight), "
                    f"got a {type(batch).__name__} of {len(batch)} elements."
                )
            x, y, weight = (*batch, None, None)[:3]
        elif self.only_x and isinstance(batch, tuple):
            x = batch[0]
        rows = make_rows(x, y, weight, self.n_inputs)
        return rows if self.class_weight is None else apply_class_weight(rows, self.class_weight)


def _notify(source: Any, hook: str) -> None:
    """Call a PyDataset's hook; other iterables have none."""
    if isinstance(source, PyDataset):
        getattr(source, hook)()
