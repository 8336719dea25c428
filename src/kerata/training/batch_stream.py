"""Data that comes batch by batch: generators, PyDataset, any iterable of batches."""

from __future__ import annotations

import contextlib
import copy
import itertools
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import Any

import jax

from kerata.base.messages import warn
from kerata.base.randomness import SeedGenerator, draw_seed
from kerata.data import Dataset
from kerata.training.chunk import Chunk, Gathered
from kerata.training.data_adapter import ArrayData, make_array_data
from kerata.training.interop import is_infinite, length_of
from kerata.utils.data_iterator import prefetch
from kerata.utils.py_dataset import PyDataset

_END = object()
# So many first batches of a generator are kept: an epoch that finds it at its end sees them
# again, as with Keras.
_KEPT = 2


class BatchStream:
    """Batches that somebody else makes, read ahead by a thread and gathered into chunks.

    Arguments:
        source: iterable of ``x``, ``(x, y)`` or ``(x, y, sample_weight)``, or a PyDataset.
        steps: batches in an epoch; all of them by default (an endless source needs it).
        weigh: gives the rows of a batch with the weights of their classes; None for none.
        shuffle: whether a PyDataset's batches come in random order.
        n_inputs: how many inputs the model has.
        only_x: whether the x of every batch is all that is wanted, as for prediction.
        goes_on: whether an epoch of given steps starts where the one before ended, also in
            a source that could start anew; a generator always goes on.
        check: called with each batch of the first epoch and with each of a new shape;
            raises what is wrong with it.
        check_values: called with each batch of the first epoch; raises for values that nobody
            handles.
        as_given: whether steps of a model's own are to get tuples of as many parts as came.

    Raises:
        ValueError: an endless source without ``steps``.
    """

    def __init__(
        self,
        source: Any,
        steps: int | None = None,
        weigh: Callable[[ArrayData], ArrayData] | None = None,
        shuffle: bool = True,
        n_inputs: int = 1,
        only_x: bool = False,
        goes_on: bool = False,
        check: Callable[[ArrayData], Any] | None = None,
        check_values: Callable[[ArrayData], Any] | None = None,
        as_given: bool = False,
        prepare: Callable[[Any], Any] | None = None,
    ) -> None:
        self.source = source
        self.given_steps = steps
        self.weigh = weigh
        self.n_inputs = n_inputs
        self.only_x = only_x
        self.check = check
        self.check_values = check_values
        self.as_given = as_given
        self.prepare = prepare
        dataset = isinstance(source, PyDataset)
        self.shuffle = shuffle and dataset and not source.keeps_order
        self.once = hasattr(source, "__next__")
        self.goes_on = goes_on and (self.once or steps is not None)
        count = source.num_batches if dataset and steps is None else length_of(source)
        self.steps = count if steps is None else steps
        if steps is None and (is_infinite(source) or (dataset and count is None)):
            raise ValueError(
                "The data never end, so say how many batches make an epoch: steps_per_epoch= "
                "in fit, validation_steps= for its validation data, steps= elsewhere."
            )
        # Epochs that go on are read by one thread after another, which draw from a
        # generator of their own: the global one belongs to the training.
        self._seeds = SeedGenerator(draw_seed(None)) if dataset and self.goes_on else None
        self._running: Generator[Any] | None = None
        self._begun: Iterator[Any] | None = None
        self._peeked: ArrayData | None = None
        self._kept: list[Any] = []
        self._repeats = False
        self._keys: set[Any] = set()
        self._verified = False

    def peek(self) -> ArrayData:
        """Give the first batch without losing it.

        Raises:
            ValueError: if there is none.
        """
        if self._peeked is None:
            with _naming_batch(0):
                if isinstance(self.source, PyDataset):
                    first = self.source[0] if self.steps != 0 else _END
                else:
                    iterator = self._walk()
                    first = next(iterator, _END)
                    # What was begun is not begun again: reading may be slow or random.
                    self._begun = itertools.chain([first], iterator)
            if first is _END:
                raise ValueError("The data yielded no batches; give at least one.")
            self._peeked = self._rows(first, 0)
        return self._peeked

    @contextlib.contextmanager
    def epoch(
        self, check: Callable[[], None] = lambda: None, ahead: bool = True
    ) -> Iterator[Iterator[Chunk]]:
        """Yield an iterator over the chunks of one epoch, each valid until the next.

        Arguments:
            check: called while waiting for data; raises what is to end the waiting.
            ahead: as for ``OutOfCoreData``; nothing changes here.
        """
        if self._repeats:
            warn(
                "The generator has ended, so epochs have its first batches again, "
                f"{len(self._kept)} of them; for whole epochs give a PyDataset or something else "
                "that can start anew.",
                stacklevel=2,
            )
        with contextlib.ExitStack() as stack:
            if not self.goes_on:
                batches = stack.enter_context(self._pass(None))
            else:
                self._running = batches = self._running or self._passes()
            counted = _Counted(batches, self.given_steps)
            made = (self._rows(batch, number) for number, batch in enumerate(counted))
            yield iter(stack.enter_context(Gathered(made, self.steps, check)))
        if self.once and counted.ended:
            self._running, self.steps, self._repeats = None, self.given_steps, True
        if self.once and (counted.ended or not self.goes_on):
            self._begin_again()
        if counted.ended and self.given_steps is not None:
            warn(
                f"The data ended after {counted.number} batches, but {self.given_steps} steps an "
                "epoch were asked for; the epoch ends early.",
                stacklevel=2,
            )
        self._verified = True

    def _begin_again(self) -> None:
        """Let the next epoch have what was kept and what follows: generators can't start anew."""
        self._begun = itertools.chain(self._kept, self.source)

    def skip(self, epochs: int) -> None:
        """Pass over epochs that an earlier run has done, so that what follows is the same."""
        if self.once and not self.goes_on:
            for _ in range(epochs):
                batches, self._begun = self._begun or self._walk(), None
                _pass_over(batches, self.given_steps)
                self._begin_again()
            return
        if epochs and not self.once:
            # Begun before anything was restored, so perhaps in another order.
            self._begun = None
        if not self.goes_on:
            for _ in range(epochs):
                _notify(self.source, "on_epoch_begin")
                _notify(self.source, "on_epoch_end")
            return
        self._running = self._running or self._passes()
        _pass_over(self._running, epochs * (self.given_steps or 0))

    def close(self) -> None:
        """End the threads that read ahead; a generator of the user's stays open."""
        if self._running is not None and not self.once:
            # A source that hangs is still running; its thread ends with the program.
            with contextlib.suppress(ValueError):
                self._running.close()

    def _walk(self) -> Iterator[Any]:
        batches = _iterate(self.source)
        return self._keeping(batches) if self.once else batches

    def _keeping(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Keep copies of the first batches; a source may use its arrays again."""
        for batch in batches:
            if len(self._kept) < _KEPT:
                self._kept.append(copy.deepcopy(batch))
            yield batch

    def _passes(self) -> Generator[Any]:
        """Yield batches of one pass through the source after the other."""
        while True:
            empty = True
            with self._pass(None if self._seeds is None else self._seeds.next_seed()) as batches:
                for batch in batches:
                    empty = False
                    yield batch
            if empty or self.once:
                return

    @contextlib.contextmanager
    def _pass(self, seed: int | None) -> Iterator[Iterator[Any]]:
        """Open one pass through the source."""
        if isinstance(self.source, PyDataset):
            _notify(self.source, "on_epoch_begin")
            with prefetch(self.source, shuffle=self.shuffle, seed=seed) as batches:
                yield batches
            _notify(self.source, "on_epoch_end")
            return
        iterator, self._begun = self._begun or self._walk(), None
        yield iterator

    def _rows(self, batch: Any, number: int) -> ArrayData:
        try:
            parts = self._unpacked(batch)
            rows = make_array_data(*parts, self.n_inputs, whole=False, prepare=self.prepare)
            if self.weigh is not None:
                rows = self.weigh(rows)
            elif self.as_given and isinstance(batch, tuple):
                rows = replace(rows, parts=len(batch))
            self._check(rows)
        except (ValueError, TypeError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"Batch {number} of the data (counted from 0): {error}") from None
        return rows

    def _unpacked(self, batch: Any) -> tuple[Any, Any, Any]:
        # torch's loaders give lists where others give tuples.
        listed = isinstance(batch, list) and len(batch) in (2, 3) and self.n_inputs == 1
        if self.only_x:
            arrays = listed and all(getattr(part, "shape", ()) for part in batch)
            return (batch[0] if isinstance(batch, tuple) or arrays else batch), None, None
        if not isinstance(batch, (tuple, list)):
            return batch, None, None
        if not 1 <= len(batch) <= 3:
            raise ValueError(
                "it must be x, (x, y) or (x, y, sample_weight), "
                f"got a {type(batch).__name__} of {len(batch)} elements."
            )
        x, y, weight = (*batch, None, None)[:3]
        return x, y, weight

    def _check(self, rows: ArrayData) -> None:
        leaves, structure = jax.tree.flatten(tuple(rows.arrays))
        first: Any = None
        if self._peeked is not None:
            first = jax.tree.structure(tuple(self._peeked.arrays))
        if self._peeked is not None and structure != first:
            raise ValueError(
                f"it is {_described(rows)}, but the first one was {_described(self._peeked)}."
            )
        key = tuple((a.shape[1:], a.dtype) for a in leaves)
        if not self._verified and self.check_values is not None:
            self.check_values(rows)
        if self.check is not None and (not self._verified or key not in self._keys):
            self.check(rows)
            self._keys.add(key)


class _Counted:
    """The first so many items of an iterator, with the batch named in what it raises."""

    def __init__(self, batches: Iterator[Any], most: int | None) -> None:
        self.batches, self.most = batches, most
        self.number = 0
        self.ended = False

    def __iter__(self) -> Iterator[Any]:
        while self.most is None or self.number < self.most:
            with _naming_batch(self.number):
                batch = next(self.batches, _END)
            if batch is _END:
                self.ended = True
                return
            yield batch
            self.number += 1


@contextlib.contextmanager
def _naming_batch(number: int) -> Iterator[None]:
    """Add a note to errors of the user's code: which batch was being made."""
    try:
        yield
    except Exception as error:
        error.add_note(f"This happened while batch {number} of the data (counted from 0) was made.")
        raise


def _iterate(source: Any) -> Iterator[Any]:
    if isinstance(source, Dataset):
        return source.arrays()
    if hasattr(source, "__iter__"):
        return iter(source)
    return (source[i] for i in range(len(source)))


def _pass_over(batches: Iterator[Any], count: int | None) -> None:
    """Read so many batches, or all."""
    for _ in itertools.islice(batches, count):
        pass


def _described(rows: ArrayData) -> str:
    names = ["x", "y", "sample_weight"]
    given = [n for n, part in zip(names, rows.arrays, strict=True) if part is not None]
    if len(given) == 1:
        return f"x alone ({_kind(rows.x)})"
    return f"({', '.join(given)}) with {_kind(rows.x)} as x"


def _kind(x: Any) -> str:
    return f"a {type(x).__name__} of {len(x)} parts" if isinstance(x, (dict, list)) else "one array"


def _notify(source: Any, hook: str) -> None:
    """Call a PyDataset's hook; other iterables have none."""
    if isinstance(source, PyDataset):
        getattr(source, hook)()
