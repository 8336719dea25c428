"""Batches by number, with the few methods of ``tf.data`` that programs around Keras use."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Self

import jax
import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.randomness import draw_seed
from kerata.data import Dataset
from kerata.data.streams import Stream
from kerata.data.structure import hosted, presented
from kerata.utils.data_iterator import prefetch
from kerata.utils.py_dataset import PyDataset


class BatchDataset(PyDataset):
    """Base of data sets that know how to make each batch; ``fit`` and ``for`` take it.

    Subclasses define ``_load(items)``, the batch of some items as a tuple of x, or x and y.
    Threads load batches ahead; the order is kept. If it is shuffled, the order is another one
    in each pass and follows from the seed.

    Arguments:
        items: how many items there are: files, rows, windows.
        batch_size: items in a batch; None gives single items without a batch axis.
        shuffle: whether to shuffle before each pass but the first.
        seed: int, of the shuffling; drawn if left out.
        workers: threads that load.
    """

    keeps_order = True

    def __init__(
        self,
        items: int,
        batch_size: int | None = 32,
        shuffle: bool = False,
        seed: int | None = None,
        workers: int = 1,
    ) -> None:
        super().__init__(workers=workers)
        self.batch_size, self._shuffles = batch_size, shuffle
        self._rng = np.random.default_rng(draw_seed(seed) if shuffle else 0)
        self._order = np.arange(items)
        self._functions: tuple[Callable[..., Any], ...] = ()
        self._first, self._most = 0, -1
        self._drop_remainder = False
        self._cached: dict[int, Any] | None = None

    def _load(self, items: np.ndarray) -> tuple[Any, ...]:
        """Make the batch of some items; subclasses say how."""
        raise NotImplementedError

    def __len__(self) -> int:
        """Number of batches."""
        size = self.batch_size or 1
        whole = len(self._order) // size
        if len(self._order) % size and not self._drop_remainder:
            whole += 1
        left = max(whole - self._first, 0)
        return left if self._most < 0 else min(self._most, left)

    def __getitem__(self, index: int) -> Any:
        """Load a batch: x, or x and y."""
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} batches, got index {index}.")
        if self._cached is not None and index in self._cached:
            return self._cached[index]
        size = self.batch_size or 1
        start = (self._first + index) * size
        batch = self._load(self._order[start : start + size])
        if self.batch_size is None:
            batch = tuple(jax.tree.map(lambda a: a[0], part) for part in batch)
        for function in self._functions:
            made = hosted(function(*presented(batch)), "What the function of map gives")
            batch = made if isinstance(made, tuple) else (made,)
        whole = batch if len(batch) > 1 else batch[0]
        if self._cached is not None:
            self._cached[index] = whole
        return whole

    def __iter__(self) -> Iterator[Any]:
        """Give all batches in order; the next pass is shuffled again."""
        return map(presented, self._pass())

    def _pass(self) -> Iterator[Any]:
        with prefetch(self) as batches:
            yield from batches
        self.on_epoch_end()

    def as_dataset(self) -> Dataset:
        """Give the batches as a ``kerata.data.Dataset``, which has all methods of ``tf.data``."""
        return Dataset(Stream(self._pass, self.__len__))

    def __getattr__(self, name: str) -> Any:
        # What only a sequence of batches can do, such as ``unbatch``.
        if name.startswith("_") or not hasattr(Dataset, name):
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )
        return getattr(self.as_dataset(), name)

    def on_epoch_end(self) -> None:
        """Shuffle for the next pass."""
        if self._shuffles:
            self._order = self._rng.permutation(self._order)

    @property
    def element_spec(self) -> Any:
        """Shapes and types of a batch, as ``jax.ShapeDtypeStruct``."""
        return jax.tree.map(
            lambda a: jax.ShapeDtypeStruct(np.shape(a), np.asarray(a).dtype), self[0]
        )

    def cardinality(self) -> int:
        """Give the number of batches."""
        return len(self)

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Give all batches as NumPy arrays, in order."""
        return (jax.tree.map(np.asarray, batch) for batch in self._pass())

    def map(self, function: Callable[..., Any], num_parallel_calls: Any = None) -> Self:
        """Give a data set whose batches go through a function of x, or of x and y.

        Arguments:
            function: gives a new x, or a tuple; called on several threads at once.
            num_parallel_calls: accepted for TensorFlow's sake.
        """
        return self._changed(_functions=(*self._functions, function), _cached=None)

    def take(self, count: int) -> Self:
        """Give a data set of the first batches only; -1 gives all."""
        _check_count("take", count)
        most = self._most if count < 0 else count if self._most < 0 else min(count, self._most)
        return self._changed(_most=most)

    def skip(self, count: int) -> Self:
        """Give a data set without the first batches; -1 leaves none."""
        _check_count("skip", count)
        left = 0 if count < 0 else max(len(self) - count, 0)
        return self._changed(_first=self._first + max(count, 0), _most=left, _cached=None)

    def prefetch(self, buffer_size: int) -> Self:
        """Give a data set that loads ``buffer_size`` batches ahead; TensorFlow's AUTOTUNE is -1."""
        return self._changed(max_queue_size=buffer_size if buffer_size > 0 else 10)

    def cache(self) -> Self:
        """Give a data set that keeps its batches in memory once they are made.

        One that is shuffled makes others in each pass, so it keeps nothing.
        """
        return self if self._shuffles else self._changed(_cached={})

    def batch(self, batch_size: int, drop_remainder: bool = False) -> BatchDataset:
        """Give a data set that stacks so many elements of this one to a batch.

        Arguments:
            batch_size: int, elements in a batch; the last one may have fewer.
            drop_remainder: bool, whether to leave out a last batch that is not full.
        """
        if not is_integer(batch_size) or batch_size < 1:
            raise ValueError(f"batch takes a whole number of at least 1, got {batch_size!r}.")
        if self.batch_size is None and not self._functions and len(self) == len(self._order):
            return self._changed(batch_size=batch_size, _drop_remainder=drop_remainder)
        return _Stacked(self, batch_size, drop_remainder)

    def shuffle(
        self, buffer_size: int, seed: int | None = None, reshuffle_each_iteration: bool = True
    ) -> BatchDataset:
        """Give a data set with the same elements in random order, another one in each pass.

        Arguments:
            buffer_size: accepted for TensorFlow's sake: all elements are shuffled, since each
                can be made by its number.
            seed: int, of the order; drawn if left out.
            reshuffle_each_iteration: bool, False keeps the first pass's order.
        """
        _check_count("shuffle", buffer_size)
        rng = np.random.default_rng(draw_seed(seed))
        same = self.batch_size is None and not self._functions and len(self) == len(self._order)
        other = self._changed() if same else _Stacked(self, None, False)
        other._order, other._rng = rng.permutation(other._order), rng
        other._shuffles = reshuffle_each_iteration
        return other

    def _changed(self, **attributes: Any) -> Self:
        other = copy.copy(self)
        other.__dict__ |= attributes
        other._rng = copy.deepcopy(self._rng)
        return other


def _check_count(method: str, count: Any) -> None:
    if not is_integer(count):
        raise TypeError(f"{method} takes a whole number of batches, got {count!r}.")


class _Stacked(BatchDataset):
    """Elements of another data set, stacked to batches or one by one."""

    def __init__(self, source: BatchDataset, batch_size: int | None, drop_remainder: bool) -> None:
        super().__init__(len(source), batch_size, workers=source.workers)
        self.max_queue_size = source.max_queue_size
        self._source, self._drop_remainder = source, drop_remainder

    def _load(self, items: np.ndarray) -> tuple[Any, ...]:
        elements = [self._source[int(i)] for i in items]
        first = elements[0]
        stacked = jax.tree.map(lambda *parts: np.stack(parts), *elements)
        return stacked if isinstance(first, tuple) else (stacked,)

    def on_epoch_end(self) -> None:
        """Shuffle for the next pass, here and in what is stacked."""
        super().on_epoch_end()
        self._source.on_epoch_end()
