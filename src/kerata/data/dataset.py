"""The data set that programs put together."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from kerata.base.eager import present
from kerata.data import streams
from kerata.data.ahead import AUTOTUNE, computed, read_ahead, threads_for
from kerata.data.cache_files import kept_in_file
from kerata.data.choosing import Choosing
from kerata.data.elements import (
    END,
    ElementIterator,
    as_numpy,
    as_tuples,
    first_row,
    integer,
    longer,
    noting,
    open_sizes,
    part_at,
    paths_of,
    positive,
    unsized,
)
from kerata.data.rows import count_rows, gathered, padded, row, stacked
from kerata.data.spec import DatasetSpec, TensorSpec, spec_of
from kerata.data.streams import INFINITE, UNKNOWN, Stream
from kerata.data.structure import called, hosted, leaves, mapped, presented

INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = INFINITE, UNKNOWN


@dataclass(frozen=True)
class RowBatches:
    """Batches of rows of arrays: what is read, without reading it.

    Attributes:
        arrays: nested arrays.
        order: numbers of the rows.
        size: rows of a batch.
        drop: whether a smaller last batch is left out.
    """

    arrays: Any
    order: Stream
    size: int
    drop: bool


class Dataset(Choosing):
    """A sequence of elements that is made as it is read, as often as it is gone through.

    Elements are arrays, or tuples and dictionaries of arrays. ``fit``, ``evaluate``, ``predict``
    and ``validation_data`` take a data set of batches. In loops, elements are NumPy arrays that
    have ``.numpy()`` too; numbers of Python are float32 or int32.

    Data sets are made by ``from_tensor_slices``, ``from_generator`` and the other functions of
    the class, and never change: each method gives a new one.

    >>> data = Dataset.from_tensor_slices(([1.0, 2.0, 3.0], [0, 1, 0]))
    >>> for x, y in data.map(lambda x, y: (10 * x, y)).batch(2):
    ...     print(x.numpy().tolist(), y.numpy().tolist())
    [10.0, 20.0] [0, 1]
    [30.0] [0]
    """

    def __init__(
        self,
        stream: Stream,
        spec: Callable[[], Any] | None = None,
        rows: tuple[Any, Stream] | None = None,
        batches: RowBatches | None = None,
    ) -> None:
        self._stream = stream
        self._find_spec = spec
        self._spec: Any = None
        # Rows of arrays: what only chooses among elements chooses among their numbers.
        self._rows = rows
        self.row_batches = batches

    # Changing ------------------------------------------------------------------------------

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Give what a function makes of each element.

        Arguments:
            map_func: gets the parts of a tuple one by one, anything else as it is; gives arrays,
                or tuples, lists and dictionaries of them. It runs as plain Python on each element.
            num_parallel_calls: threads; ``AUTOTUNE`` for as many as there are cores. The order
                stays, whatever ``deterministic`` says.

        >>> [int(x) for x in Dataset.range(3).map(lambda x: x * x)]
        [0, 1, 4]
        """

        def made(element: Any) -> Any:
            with noting("map"):
                return hosted(
                    as_tuples(called(map_func, element)), "What the function of map gives"
                )

        def spec() -> Any:
            before = self.element_spec
            first = next(iter(self._stream.start()), END)
            return None if first is END else open_sizes(spec_of(made(first)), before, first)

        return Dataset(computed(self._stream, made, threads_for(num_parallel_calls)), spec)

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """Give the elements of the data sets that a function makes, one after the other.

        >>> [int(x) for x in Dataset.range(3).flat_map(lambda n: Dataset.range(n))]
        [0, 0, 1]
        """
        return self.interleave(map_func, cycle_length=1)

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = None,
        block_length: Any = None,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Give the elements of several data sets at a time that a function makes, in turn.

        Arguments:
            map_func: gives a data set for an element.
            cycle_length: data sets that are read in turn; as many as cores by default.
            block_length: elements taken of one at a time; 1 by default.
        """
        cycle = threads_for(AUTOTUNE) if cycle_length in (None, -1) else int(cycle_length)
        block = 1 if block_length is None else positive("interleave", "block_length", block_length)

        def inner(element: Any) -> Dataset:
            with noting("interleave"):
                found = called(map_func, element)
            if not isinstance(found, Dataset):
                raise TypeError(
                    "The function of Dataset.interleave and flat_map must give a data set, got "
                    f"{type(found).__name__}; a function that gives arrays goes into map."
                )
            return found

        def walk() -> Iterator[Any]:
            elements = self._stream.start()
            running: list[Iterator[Any] | None] = [None] * cycle
            place, ended = 0, False
            while not ended or any(r is not None for r in running):
                if running[place] is None and not ended:
                    following = next(elements, END)
                    ended = following is END
                    if not ended:
                        running[place] = inner(following)._stream.start()
                now = running[place]
                if now is not None:
                    items = list(itertools.islice(now, block))
                    yield from items
                    if len(items) < block:
                        running[place] = None
                place = (place + 1) % cycle

        def spec() -> Any:
            first = next(iter(self._stream.start()), END)
            return None if first is END else inner(first).element_spec

        return Dataset(Stream(walk, lambda: UNKNOWN), spec)

    def enumerate(self, start: Any = 0, name: str | None = None) -> Dataset:
        """Give each element with its number, ``(int64, element)``."""
        numbered = Dataset.range(integer("enumerate", "start", start), 2**62)
        return Dataset.zip(numbered, self)

    def batch(
        self,
        batch_size: Any,
        drop_remainder: Any = False,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Put elements together along a new first axis.

        Arguments:
            batch_size: elements of a batch; the last one may be smaller.
            drop_remainder: whether it is left out then.

        Raises:
            ValueError: ``batch_size`` is no positive integer; elements of different shapes.

        >>> [x.tolist() for x in Dataset.range(3).batch(2)]
        [[0, 1], [2]]
        """
        size, drop = positive("batch", "batch_size", batch_size), bool(drop_remainder)

        def spec() -> Any:
            return longer(self.element_spec, size if drop else None)

        if self._rows is None:
            return Dataset(streams.batched(self._stream, size, drop, stacked), spec)
        arrays, order = self._rows
        stream = streams.batched(order, size, drop, lambda some: gathered(arrays, some))
        return Dataset(stream, spec, batches=RowBatches(arrays, order, size, drop))

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: Any = False,
        name: str | None = None,
    ) -> Dataset:
        """Put elements of different sizes together, filled up behind.

        Arguments:
            batch_size: elements of a batch.
            padded_shapes: sizes to fill up to, None for the largest of the batch.
            padding_values: what fills up; 0 or an empty text by default.
            drop_remainder: whether a smaller last batch is left out.

        >>> data = Dataset.from_generator(lambda: ([1], [2, 3]))
        >>> [x.tolist() for x in data.padded_batch(2)]
        [[[1, 0], [2, 3]]]
        """
        size, drop = positive("padded_batch", "batch_size", batch_size), bool(drop_remainder)

        def together(elements: list[Any]) -> Any:
            return padded(elements, padded_shapes, padding_values)

        def spec() -> Any:
            if padded_shapes is None:
                return unsized(longer(self.element_spec, size if drop else None))
            first = next(iter(self._stream.start()))
            return longer(spec_of(first_row(together([first]))), size if drop else None)

        return Dataset(streams.batched(self._stream, size, drop, together), spec)

    def unbatch(self, name: str | None = None) -> Dataset:
        """Give the rows of each element as elements.

        >>> [int(x) for x in Dataset.from_tensors([1, 2]).unbatch()]
        [1, 2]
        """
        batches = self.row_batches
        if batches is not None and not batches.drop:
            return Dataset._of_rows(batches.arrays, batches.order)

        def walk() -> Iterator[Any]:
            for element in self._stream.start():
                for i in range(count_rows(element)):
                    yield row(element, i)

        def spec() -> Any:
            return mapped(lambda s: TensorSpec(s.shape[1:], s.dtype), self.element_spec)

        def count() -> int:
            n = self._stream.count()
            if self._rows is None or n == INFINITE:
                return n if n == INFINITE else self._fewer()
            return n * next(leaves(self._rows[0])).shape[1]

        return Dataset(Stream(walk, count), spec)

    def window(
        self,
        size: Any,
        shift: Any = None,
        stride: Any = 1,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Give data sets of ``size`` neighbouring elements each.

        Arguments:
            size: elements of a window.
            shift: elements from one window's beginning to the next one's; ``size`` by default.
            stride: distance of the elements in a window.
            drop_remainder: whether windows with fewer elements at the end are left out.

        >>> windows = Dataset.range(4).window(2, shift=1, drop_remainder=True)
        >>> [x.tolist() for x in windows.flat_map(lambda w: w.batch(2))]
        [[0, 1], [1, 2], [2, 3]]
        """
        size = positive("window", "size", size)
        shift = size if shift is None else positive("window", "shift", shift)
        stride = positive("window", "stride", stride)
        made = streams.windows(self._stream, size, shift, stride, drop_remainder)

        def parted(elements: list[Any]) -> Any:
            paths = paths_of(elements[0])

            def one(path: tuple[Any, ...]) -> Dataset:
                items = [part_at(element, path) for element in elements]
                return Dataset(Stream(lambda: iter(items), lambda: len(items)), None)

            found = iter([one(path) for path in paths])
            return mapped(lambda _: next(found), elements[0])

        def spec() -> Any:
            return mapped(DatasetSpec, self.element_spec)

        return Dataset(computed(made, parted, 0), spec)

    def apply(self, transformation_func: Callable[[Dataset], Any], name: str | None = None) -> Any:
        """Give what a function makes of the data set.

        >>> len(Dataset.range(4).apply(lambda data: data.batch(2)))
        2
        """
        return transformation_func(self)

    def ragged_batch(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: there are no ragged tensors."""
        raise NotImplementedError("There are no ragged tensors in Kerata: use padded_batch.")

    # Reading -------------------------------------------------------------------------------

    def cache(self, filename: Any = "", name: str | None = None) -> Dataset:
        """Keep the elements of the first whole pass for those that follow.

        Arguments:
            filename: path of a file for them, without its ending; by default they stay in memory.
        """
        path = str(filename.numpy() if hasattr(filename, "numpy") else filename)
        if self._rows is not None and not path:
            return self._chosen(streams.kept)
        batches = self.row_batches
        if batches is not None and not path:
            kept = RowBatches(
                batches.arrays, streams.kept(batches.order), batches.size, batches.drop
            )
            return Dataset(streams.kept(self._stream), lambda: self.element_spec, batches=kept)
        stream = kept_in_file(self._stream, path) if path else streams.kept(self._stream)
        return Dataset(stream, lambda: self.element_spec)

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """Let a thread make so many elements ahead; ``AUTOTUNE`` is 4."""
        size = integer("prefetch", "buffer_size", buffer_size)
        stream = read_ahead(self._stream, 4 if size == AUTOTUNE else max(1, size))
        data = Dataset(stream, lambda: self.element_spec, batches=self.row_batches)
        # Rows that lie in memory need no thread, and what follows may choose among them.
        return self if self._rows is not None else data

    def with_options(self, options: Any, name: str | None = None) -> Dataset:
        """Give the data set as it is: options change how TensorFlow computes, not what."""
        return self

    def options(self) -> Any:
        """Give no options."""
        return None

    def arrays(self) -> Iterator[Any]:
        """Go through the elements as plain NumPy arrays, as training wants them."""
        return self._stream.start()

    def __iter__(self) -> ElementIterator:
        return ElementIterator(self._stream.start(), presented)

    def as_numpy_iterator(self) -> ElementIterator:
        """Go through the elements as NumPy arrays; single numbers are NumPy's numbers."""
        return ElementIterator(self._stream.start(), as_numpy)

    def get_single_element(self, name: str | None = None) -> Any:
        """Give the only element.

        Raises:
            ValueError: none, or more than one.
        """
        found = list(itertools.islice(self, 2))
        if len(found) != 1:
            raise ValueError("get_single_element() wants a data set of exactly one element.")
        return found[0]

    def reduce(
        self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None
    ) -> Any:
        """Put all elements together: the function gets the state so far and an element.

        >>> int(Dataset.range(5).reduce(0, lambda total, x: total + x))
        10
        """
        state = presented(hosted(initial_state))
        for element in self:
            state = reduce_func(state, element)
        return presented(hosted(state))

    def cardinality(self, name: str | None = None) -> Any:
        """Count the elements: -1 for an endless data set, -2 if unknown.

        >>> int(Dataset.range(5).batch(2).cardinality())
        3
        """
        return present(np.asarray(self._stream.count(), np.int64))

    def __len__(self) -> int:
        count = self._stream.count()
        if count == INFINITE:
            raise TypeError("The data set is endless and has no length.")
        if count == UNKNOWN:
            raise TypeError("The length of the data set is known only after a pass through it.")
        return count

    def __bool__(self) -> bool:
        return True

    @property
    def element_spec(self) -> Any:
        """Structure, shapes and types of the elements, as nested ``TensorSpec``.

        What only a function or a generator of the user's decides is seen from the first element.

        >>> Dataset.range(5).batch(2).element_spec
        TensorSpec(shape=(None,), dtype=tf.int64, name=None)
        """
        if self._spec is None:
            if self._find_spec is not None:
                self._spec = self._find_spec()
            else:
                first = next(iter(self._stream.start()), END)
                self._spec = None if first is END else spec_of(first)
        return self._spec

    def __repr__(self) -> str:
        return f"<Dataset element_spec={self.element_spec!r}>"
