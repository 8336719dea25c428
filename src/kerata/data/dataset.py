"""The data set that programs put together."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.eager import present
from kerata.base.randomness import draw_seed
from kerata.data import sources, streams
from kerata.data.ahead import AUTOTUNE, computed, read_ahead, threads_for
from kerata.data.cache_files import kept_in_file
from kerata.data.rows import count_rows, gathered, padded, row, stacked
from kerata.data.spec import DatasetSpec, TensorSpec, spec_of
from kerata.data.streams import INFINITE, UNKNOWN, Stream
from kerata.data.structure import called, host, hosted, is_nest, leaves, mapped, presented

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


class Dataset:
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

    # Making --------------------------------------------------------------------------------

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """Give the rows of arrays as elements.

        Arguments:
            tensors: array, list or table, or tuples and dictionaries of them; all with the same
                number of rows.
            name: accepted for TensorFlow's sake, here and in all methods.

        Raises:
            ValueError: different numbers of rows, or ragged lists.

        >>> [int(row["a"]) for row in Dataset.from_tensor_slices({"a": [1, 2]})]
        [1, 2]
        """
        arrays = sources.as_arrays(tensors, "Dataset.from_tensor_slices")
        return Dataset._of_rows(arrays, streams.counting(0, count_rows(arrays)))

    @staticmethod
    def _of_rows(arrays: Any, order: Stream) -> Dataset:
        def walk() -> Iterator[Any]:
            return (row(arrays, i) for i in order.start())

        def spec() -> Any:
            return mapped(lambda a: TensorSpec(a.shape[1:], a.dtype), arrays)

        return Dataset(Stream(walk, order.count), spec, rows=(arrays, order))

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """Give one element: the arrays as they are.

        >>> len(Dataset.from_tensors([1, 2, 3]))
        1
        """
        element = sources.as_arrays(tensors, "Dataset.from_tensors")
        return Dataset(Stream(lambda: iter([element]), lambda: 1), lambda: spec_of(element))

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """Give what an iterator of Python gives.

        Arguments:
            generator: function that gives an iterator anew for each pass.
            output_types, output_shapes: types and shapes of the elements, as older programs say
                them.
            args: arguments for ``generator``.
            output_signature: nested ``TensorSpec``; elements are checked by it. Without any of
                these, elements are what they are.

        Raises:
            TypeError: ``generator`` is no function; an element of another type.
            ValueError: an element of another shape.

        >>> spec = TensorSpec((), "int32")
        >>> data = Dataset.from_generator(lambda: iter([1, 2]), output_signature=spec)
        >>> [int(x) for x in data]
        [1, 2]
        """
        if not callable(generator):
            raise TypeError(
                "Dataset.from_generator takes a function that gives an iterator, got "
                f"{type(generator).__name__}; for an iterator there is `lambda: iterator`."
            )
        signature = sources.signature_of(output_signature, output_types, output_shapes)
        stream = sources.generated(
            generator, signature, tuple(presented(hosted(a)) for a in args or ())
        )
        return Dataset(stream, None if signature is None else lambda: _as_tuples(signature))

    @staticmethod
    def range(*bounds: Any, output_type: Any = "int64", name: str | None = None) -> Dataset:
        """Give the integers ``start`` to ``stop`` (exclusive) in steps, as Python's ``range``.

        >>> [int(x) for x in Dataset.range(1, 6, 2)]
        [1, 3, 5]
        """
        stream = sources.numbers(bounds, output_type)
        return Dataset(stream, lambda: TensorSpec((), output_type))

    @staticmethod
    def list_files(
        file_pattern: Any,
        shuffle: bool | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Give the paths that fit patterns such as ``'images/*/*.png'``.

        Arguments:
            shuffle: whether each pass has another order; True by default.
            seed: of the order.

        Raises:
            FileNotFoundError: no file fits.
        """
        paths = sources.files_like(file_pattern)
        data = Dataset.from_tensor_slices(np.array(paths, object))
        return data if shuffle is False else data.shuffle(len(paths), seed)

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Give the elements of several data sets together, as many as the shortest has.

        Arguments:
            args: data sets, or one nested structure of them.

        >>> one, two = Dataset.range(2), Dataset.range(5, 9)
        >>> [(int(a), int(b)) for a, b in Dataset.zip((one, two))]
        [(0, 5), (1, 6)]
        """
        nest = datasets if datasets is not None else args[0] if len(args) == 1 else args
        nest = tuple(nest) if isinstance(nest, list) else nest
        parts = list(leaves(nest))
        for part in parts:
            if not isinstance(part, Dataset):
                raise TypeError(f"Dataset.zip takes data sets, got {type(part).__name__}.")

        def together(items: tuple[Any, ...]) -> Any:
            left = iter(items)
            return mapped(lambda _: next(left), nest)

        stream = streams.zipped([part._stream for part in parts], together)
        return Dataset(stream, lambda: mapped(lambda part: part.element_spec, nest))

    @staticmethod
    def sample_from_datasets(
        datasets: list[Dataset],
        weights: Any = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """Give elements of several data sets, drawn at random.

        Arguments:
            datasets: from which to draw.
            weights: probability of each; equal by default.
            seed: of the draws.
            stop_on_empty_dataset: whether to end where one of them ends.
        """
        shares = np.ones(len(datasets)) if weights is None else np.asarray(weights, float)
        shuffler = streams.Shuffler(draw_seed(seed), rerandomize_each_iteration is not False)

        def walk() -> Iterator[Any]:
            rng, left = shuffler.generator(), shares.copy()
            running = [data._stream.start() for data in datasets]
            while left.sum() > 0:
                chosen = int(rng.choice(len(running), p=left / left.sum()))
                item = next(running[chosen], _END)
                if item is not _END:
                    yield item
                elif stop_on_empty_dataset:
                    return
                else:
                    left[chosen] = 0

        return Dataset(Stream(walk, lambda: UNKNOWN), lambda: datasets[0].element_spec)

    # Choosing ------------------------------------------------------------------------------

    def _chosen(self, choose: Callable[..., Stream], *arguments: Any) -> Dataset:
        """Give a data set of some elements, in some order."""
        if self._rows is not None:
            arrays, order = self._rows
            return Dataset._of_rows(arrays, choose(order, *arguments))
        return Dataset(choose(self._stream, *arguments), lambda: self.element_spec)

    def shuffle(
        self,
        buffer_size: Any,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Give the elements in random order: each is drawn from the next ``buffer_size`` ones.

        Arguments:
            buffer_size: elements among which is drawn; all of them for an even mix.
            seed: of the order; drawn by default.
            reshuffle_each_iteration: whether each pass has another order; True by default.

        Raises:
            ValueError: ``buffer_size`` is no positive integer.

        >>> sorted(int(x) for x in Dataset.range(4).shuffle(4, seed=1))
        [0, 1, 2, 3]
        """
        if hasattr(buffer_size, "cardinality"):
            raise TypeError("Dataset.shuffle takes a number of elements as buffer_size.")
        room = _positive("shuffle", "buffer_size", buffer_size)
        anew = reshuffle_each_iteration is not False
        return self._chosen(streams.shuffled, room, streams.Shuffler(draw_seed(seed), anew))

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """Give the first elements; all for -1.

        >>> len(Dataset.range(9).take(2))
        2
        """
        return self._chosen(streams.taken, _integer("take", "count", count))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """Leave the first elements out.

        >>> [int(x) for x in Dataset.range(4).skip(2)]
        [2, 3]
        """
        return self._chosen(streams.skipped, _integer("skip", "count", count))

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Give every ``num_shards``-th element, from the one with number ``index`` on.

        >>> [int(x) for x in Dataset.range(5).shard(2, 1)]
        [1, 3]
        """
        shards, place = _positive("shard", "num_shards", num_shards), _integer("shard", "i", index)
        if not 0 <= place < shards:
            raise ValueError(f"Dataset.shard needs an index from 0 to {shards - 1}, got {place}.")
        return self._chosen(streams.sharded, shards, place)

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """Go through the data set ``count`` times, without end by default.

        >>> [int(x) for x in Dataset.range(2).repeat(2)]
        [0, 1, 0, 1]
        """
        times = -1 if count is None else _integer("repeat", "count", count)
        return self._chosen(streams.repeated, times)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """Give this data set's elements and then another one's."""
        if not isinstance(dataset, Dataset):
            raise TypeError(f"Dataset.concatenate takes a data set, got {type(dataset).__name__}.")
        stream = streams.joined(self._stream, dataset._stream)
        return Dataset(stream, lambda: self.element_spec)

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Give the elements for which a function is true.

        >>> [int(x) for x in Dataset.range(5).filter(lambda x: x % 2 == 0)]
        [0, 2, 4]
        """

        def fits(element: Any) -> bool:
            with _noting("filter"):
                return bool(host(called(predicate, element)))

        def walk() -> Iterator[Any]:
            return (element for element in self._stream.start() if fits(element))

        return Dataset(Stream(walk, self._fewer), lambda: self.element_spec)

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Give the elements until a function is false for one."""

        def walk() -> Iterator[Any]:
            def fits(element: Any) -> bool:
                return bool(host(called(predicate, element)))

            return itertools.takewhile(fits, self._stream.start())

        return Dataset(Stream(walk, lambda: UNKNOWN), lambda: self.element_spec)

    def unique(self, name: str | None = None) -> Dataset:
        """Leave out elements that came before."""

        def walk() -> Iterator[Any]:
            seen = set()
            for element in self._stream.start():
                key = tuple((str(a.dtype), a.shape, str(a.tolist())) for a in leaves(element))
                if key not in seen:
                    seen.add(key)
                    yield element

        return Dataset(Stream(walk, self._fewer), lambda: self.element_spec)

    def _fewer(self) -> int:
        return 0 if self._stream.count() == 0 else UNKNOWN

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
            with _noting("map"):
                return hosted(
                    _as_tuples(called(map_func, element)), "What the function of map gives"
                )

        def spec() -> Any:
            before = self.element_spec
            first = next(iter(self._stream.start()), _END)
            return None if first is _END else _open_sizes(spec_of(made(first)), before, first)

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
        block = 1 if block_length is None else _positive("interleave", "block_length", block_length)

        def inner(element: Any) -> Dataset:
            with _noting("interleave"):
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
                    following = next(elements, _END)
                    ended = following is _END
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
            first = next(iter(self._stream.start()), _END)
            return None if first is _END else inner(first).element_spec

        return Dataset(Stream(walk, lambda: UNKNOWN), spec)

    def enumerate(self, start: Any = 0, name: str | None = None) -> Dataset:
        """Give each element with its number, ``(int64, element)``."""
        numbered = Dataset.range(_integer("enumerate", "start", start), 2**62)
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
        size, drop = _positive("batch", "batch_size", batch_size), bool(drop_remainder)

        def spec() -> Any:
            return _longer(self.element_spec, size if drop else None)

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
        size, drop = _positive("padded_batch", "batch_size", batch_size), bool(drop_remainder)

        def together(elements: list[Any]) -> Any:
            return padded(elements, padded_shapes, padding_values)

        def spec() -> Any:
            if padded_shapes is None:
                return _unsized(_longer(self.element_spec, size if drop else None))
            first = next(iter(self._stream.start()))
            return _longer(spec_of(_first_row(together([first]))), size if drop else None)

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
        size = _positive("window", "size", size)
        shift = size if shift is None else _positive("window", "shift", shift)
        stride = _positive("window", "stride", stride)
        made = streams.windows(self._stream, size, shift, stride, drop_remainder)

        def parted(elements: list[Any]) -> Any:
            paths = _paths(elements[0])

            def one(path: tuple[Any, ...]) -> Dataset:
                items = [_at(element, path) for element in elements]
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
        size = _integer("prefetch", "buffer_size", buffer_size)
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
        return ElementIterator(self._stream.start(), _as_numpy)

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
                first = next(iter(self._stream.start()), _END)
                self._spec = None if first is _END else spec_of(first)
        return self._spec

    def __repr__(self) -> str:
        return f"<Dataset element_spec={self.element_spec!r}>"


class ElementIterator:
    """One pass through a data set.

    Arguments:
        elements: nested NumPy arrays.
        shown: turns an element into what the program gets.
    """

    def __init__(self, elements: Iterator[Any], shown: Callable[[Any], Any]) -> None:
        self._elements, self._shown = elements, shown

    def __iter__(self) -> ElementIterator:
        return self

    def __next__(self) -> Any:
        return self._shown(next(self._elements))

    def get_next(self) -> Any:
        """Give the next element."""
        return next(self)


_END = object()


class _noting:
    """Adds to errors of a program's function where it was called."""

    def __init__(self, method: str) -> None:
        self.method = method

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, Exception):
            error.add_note(f"This happened in the function that Dataset.{self.method} got.")


def _integer(method: str, name: str, value: Any) -> int:
    found = host(value)
    found = found.item() if getattr(found, "ndim", None) == 0 else found
    if not is_integer(found):
        raise ValueError(f"Dataset.{method} needs an integer as {name}, got {value!r}.")
    return int(found)


def _positive(method: str, name: str, value: Any) -> int:
    found = _integer(method, name, value)
    if found < 1:
        raise ValueError(f"Dataset.{method} needs a positive integer as {name}, got {value!r}.")
    return found


def _as_tuples(signature: Any) -> Any:
    if isinstance(signature, (list, tuple)):
        return tuple(map(_as_tuples, signature))
    if isinstance(signature, dict):
        return {key: _as_tuples(part) for key, part in signature.items()}
    return signature


def _longer(spec: Any, size: int | None) -> Any:
    """Describe a batch of elements."""

    def longer(one: Any) -> Any:
        shape = None if one.shape is None else [size, *one.shape]
        return TensorSpec(shape, one.dtype)

    return mapped(longer, spec)


def _unsized(spec: Any) -> Any:
    """Leave all sizes but the first open."""

    def unsized(one: TensorSpec) -> TensorSpec:
        if one.shape is None:
            return one
        return TensorSpec([one.shape[0], *[None] * (len(one.shape) - 1)], one.dtype)

    return mapped(unsized, spec)


def _open_sizes(spec: Any, before: Any, first: Any) -> Any:
    """Leave the first size open where it is that of a batch whose size is open."""
    open_ones = {
        item.shape[0]
        for one, item in zip(leaves(before), leaves(first), strict=True)
        if isinstance(one, TensorSpec) and one.shape and one.shape[0] is None
    }

    def opened(one: Any) -> Any:
        if not isinstance(one, TensorSpec) or not one.shape or one.shape[0] not in open_ones:
            return one
        return TensorSpec([None, *one.shape[1:]], one.dtype)

    return mapped(opened, spec)


def _first_row(batch: Any) -> Any:
    return mapped(lambda a: np.asarray(a[0]), batch)


def _paths(nest: Any) -> list[tuple[Any, ...]]:
    if not is_nest(nest):
        return [()]
    pairs = nest.items() if isinstance(nest, dict) else enumerate(nest)
    return [(key, *path) for key, part in pairs for path in _paths(part)]


def _at(nest: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        nest = nest[key]
    return nest


def _as_numpy(element: Any) -> Any:
    def plain(item: Any) -> Any:
        if not isinstance(item, np.ndarray):
            return item.as_numpy_iterator() if isinstance(item, Dataset) else item
        shown = present(item)
        found = shown.numpy() if hasattr(shown, "numpy") else shown
        return found[()] if isinstance(found, np.ndarray) and found.ndim == 0 else found

    return mapped(plain, element)
