"""Data sets of some elements of another, in some order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Self

from kerata.base.randomness import draw_seed
from kerata.data import streams
from kerata.data.elements import integer, noting, positive
from kerata.data.making import Making
from kerata.data.streams import UNKNOWN, Stream
from kerata.data.structure import called, host, leaves


class Choosing(Making):
    """The methods of ``Dataset`` that look at no element, or only keep some."""

    _rows: tuple[Any, Stream] | None

    def _chosen(self, choose: Callable[..., Stream], *arguments: Any) -> Self:
        """Give a data set of some elements, in some order."""
        if self._rows is not None:
            arrays, order = self._rows
            return self._of_rows(arrays, choose(order, *arguments))
        return type(self)(choose(self._stream, *arguments), lambda: self.element_spec)

    def shuffle(
        self,
        buffer_size: Any,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Self:
        """Give the elements in random order: each is drawn from the next ``buffer_size`` ones.

        Arguments:
            buffer_size: elements among which is drawn; all of them for an even mix.
            seed: of the order; drawn by default.
            reshuffle_each_iteration: whether each pass has another order; True by default.

        Raises:
            ValueError: ``buffer_size`` is no positive integer.

        >>> from kerata.data import Dataset
        >>> sorted(int(x) for x in Dataset.range(4).shuffle(4, seed=1))
        [0, 1, 2, 3]
        """
        if hasattr(buffer_size, "cardinality"):
            raise TypeError("Dataset.shuffle takes a number of elements as buffer_size.")
        room = positive("shuffle", "buffer_size", buffer_size)
        anew = reshuffle_each_iteration is not False
        return self._chosen(streams.shuffled, room, streams.Shuffler(draw_seed(seed), anew))

    def take(self, count: Any, name: str | None = None) -> Self:
        """Give the first elements; all for -1.

        >>> from kerata.data import Dataset
        >>> len(Dataset.range(9).take(2))
        2
        """
        return self._chosen(streams.taken, integer("take", "count", count))

    def skip(self, count: Any, name: str | None = None) -> Self:
        """Leave the first elements out.

        >>> from kerata.data import Dataset
        >>> [int(x) for x in Dataset.range(4).skip(2)]
        [2, 3]
        """
        return self._chosen(streams.skipped, integer("skip", "count", count))

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Self:
        """Give every ``num_shards``-th element, from the one with number ``index`` on.

        >>> from kerata.data import Dataset
        >>> [int(x) for x in Dataset.range(5).shard(2, 1)]
        [1, 3]
        """
        shards, place = positive("shard", "num_shards", num_shards), integer("shard", "i", index)
        if not 0 <= place < shards:
            raise ValueError(f"Dataset.shard needs an index from 0 to {shards - 1}, got {place}.")
        return self._chosen(streams.sharded, shards, place)

    def repeat(self, count: Any = None, name: str | None = None) -> Self:
        """Go through the data set ``count`` times, without end by default.

        >>> from kerata.data import Dataset
        >>> [int(x) for x in Dataset.range(2).repeat(2)]
        [0, 1, 0, 1]
        """
        times = -1 if count is None else integer("repeat", "count", count)
        return self._chosen(streams.repeated, times)

    def concatenate(self, dataset: Any, name: str | None = None) -> Self:
        """Give this data set's elements and then another one's."""
        if not isinstance(dataset, Choosing):
            raise TypeError(f"Dataset.concatenate takes a data set, got {type(dataset).__name__}.")
        stream = streams.joined(self._stream, dataset._stream)
        return type(self)(stream, lambda: self.element_spec)

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Self:
        """Give the elements for which a function is true.

        >>> from kerata.data import Dataset
        >>> [int(x) for x in Dataset.range(5).filter(lambda x: x % 2 == 0)]
        [0, 2, 4]
        """

        def fits(element: Any) -> bool:
            with noting("filter"):
                return bool(host(called(predicate, element)))

        def walk() -> Iterator[Any]:
            return (element for element in self._stream.start() if fits(element))

        return type(self)(Stream(walk, self._fewer), lambda: self.element_spec)

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> Self:
        """Give the elements until a function is false for one."""

        def walk() -> Iterator[Any]:
            def fits(element: Any) -> bool:
                return bool(host(called(predicate, element)))

            return itertools.takewhile(fits, self._stream.start())

        return type(self)(Stream(walk, lambda: UNKNOWN), lambda: self.element_spec)

    def unique(self, name: str | None = None) -> Self:
        """Leave out elements that came before."""

        def walk() -> Iterator[Any]:
            seen = set()
            for element in self._stream.start():
                key = tuple((str(a.dtype), a.shape, str(a.tolist())) for a in leaves(element))
                if key not in seen:
                    seen.add(key)
                    yield element

        return type(self)(Stream(walk, self._fewer), lambda: self.element_spec)

    def _fewer(self) -> int:
        return 0 if self._stream.count() == 0 else UNKNOWN
