"""Data larger than memory: rows that stay in their files and are read chunk by chunk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from kerata.base.placement import Placement, current_placement
from kerata.base.randomness import global_generator
from kerata.training.chunk import Chunk
from kerata.training.class_weights import row_weights, weights_of_rows
from kerata.training.data_adapter import (
    ArrayData,
    aligned_empty,
    check_integers,
    cut_for,
    to_arrays,
)
from kerata.training.nested_outputs import Outputs
from kerata.training.row_files import RowSource, SlicedRows, is_stored, row_source
from kerata.training.shuffling import Runs, chunks_of_runs, runs_of_rows
from kerata.utils.data_iterator import prefetch

# Files smaller than this are simply loaded.
WHOLE_BYTES = 128 * 2**20
# Memory of a chunk; two exist at a time, one that is read and one that is trained on.
PIECE_BYTES = 128 * 2**20
# Bytes of the runs of neighbours in which shuffled rows are read. From a disk of
# 2.6 GB/s a row of 3 kB took 50 microseconds when read alone, 4 in runs of 256 kB, 3 in
# runs of 1 MB; from the page cache 2.8, 0.4 and 0.36.
RUN_BYTES = 256 * 2**10
# So many rows with NaN or infinite values are tried, to see whether they are handled.
TRIED_ROWS = 256


@dataclass(frozen=True)
class _Part:
    """One array of the data."""

    name: str
    source: RowSource
    dtype: Any  # type that the program gets
    in_memory: bool

    def load(self, runs: Runs, out: np.ndarray) -> None:
        """Read runs of rows, one after the other, into an array of the program's type."""
        same = self.source.dtype == out.dtype
        rows = sum(length for _, length in runs)
        raw = out if same else np.empty((rows, *out.shape[1:]), self.source.dtype)
        place = 0
        for start, length in runs:
            self.source.read(start, start + length, raw[place : place + length])
            place += length
        self.source.forget()
        if not same:
            if np.dtype(self.dtype).kind == "i":
                check_integers(raw, self.name)
            out[:rows] = raw

    def check_finite(self, rows: np.ndarray, runs: Runs) -> None:
        """Refuse NaN and infinite values, naming the row."""
        if rows.dtype.kind != "f" or np.isfinite(np.sum(rows)):
            return
        # The sum of finite numbers may overflow, so look again before blaming anyone.
        bad = ~np.isfinite(rows.reshape(len(rows), -1)).all(axis=1)
        if bad.any():
            numbers = np.concatenate([np.arange(s, s + n) for s, n in runs])
            raise ValueError(
                f"{self.name} has NaN or infinite values in row {numbers[bad].min()}. Fill them "
                "in or drop those rows before training."
            )


class OutOfCoreData:
    """Rows in files, or in arrays that the device has no room for.

    An epoch is cut into chunks of 128 MB; a thread reads one while the one before is
    trained on. To shuffle, runs of neighbouring rows (256 kB each, or single rows if they
    are larger) are dealt to the chunks at random, and all rows of a chunk are permuted, so
    that a batch mixes rows of several hundred places. Where runs begin changes from epoch
    to epoch.

    Arguments:
        x, y, sample_weight: as for ``fit``; any of them, or parts of them, may be stored.
        n_inputs: how many inputs the model has.
        shuffle: True, False, or ``'batch'`` for whole batches in random order.
        check_values: called with rows that hold NaN or infinite values, once for each chunk of
            the first epoch; raises ValueError if nobody handles them.

    Raises:
        ValueError: different lengths, no rows.
        TypeError: something that is not numbers.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        n_inputs: int = 1,
        shuffle: Any = False,
        check_values: Callable[[ArrayData], Any] | None = None,
    ) -> None:
        tree = [
            _parts(x, "x", several=n_inputs > 1),
            None if y is None else _parts(y, "y"),
            None if sample_weight is None else _parts(sample_weight, "sample_weight"),
        ]
        self._sample_weight = sample_weight
        self._parts: list[_Part]
        self._parts, self._structure = jax.tree.flatten(tree)
        self.first, self.last = 0, _common_length(self._parts)
        self.shuffle = shuffle
        self.batch_size = 1
        self._check_values = check_values
        self._finite = check_values is None

    @property
    def count(self) -> int:
        """Number of rows."""
        return self.last - self.first

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return -(-self.count // self.batch_size)

    def split(self, fraction: Any) -> tuple[OutOfCoreData, OutOfCoreData]:
        """Split off the last rows for validation, which are not shuffled."""
        cut = self.first + cut_for(self.count, fraction)
        return self._between(self.first, cut, self.shuffle), self._between(cut, self.last, False)

    def weighted(
        self, class_weight: Any, outputs: Callable[[Any], Outputs | None]
    ) -> OutOfCoreData:
        """Give the same rows with the weights of their classes."""
        whole = self._between(self.first, self.last, self.shuffle)
        tree = jax.tree.unflatten(self._structure, self._parts)
        weights = weights_of_rows(
            tree[1],
            self._sample_weight,
            class_weight,
            _stored_weights,
            lambda: outputs(self.peek().x),
        )
        tree[2] = _parts(weights, "sample_weight")
        whole._parts, whole._structure = jax.tree.flatten(tree)
        return whole

    def first_rows(self, count: int) -> OutOfCoreData:
        """Give the first so many rows, which are not shuffled."""
        return self._between(self.first, self.first + count, False)

    def _between(self, first: int, last: int, shuffle: Any) -> OutOfCoreData:
        part = object.__new__(OutOfCoreData)
        part.__dict__ |= self.__dict__
        part.first, part.last, part.shuffle = first, last, shuffle
        return part

    def peek(self) -> ArrayData:
        """Give a few rows of x, and of targets in memory all."""
        few = min(self.count, 64)
        arrays = self._room(few)
        self._load([(0, few)], arrays)
        x, y, weight = jax.tree.unflatten(self._structure, arrays)
        parts = jax.tree.leaves(jax.tree.unflatten(self._structure, self._parts)[1])
        if parts and all(part.in_memory for part in parts):
            # So that a wrong target is found before training, wherever it is.
            found = [np.empty((self.count, *p.source.shape[1:]), p.dtype) for p in parts]
            for part, out in zip(parts, found, strict=True):
                part.load([(self.first, self.count)], out)
            y = jax.tree.unflatten(jax.tree.structure(y), found)
        return ArrayData(x, y, weight, few)

    def skip(self, epochs: int) -> None:
        """Pass over epochs that an earlier run has done: there is nothing to do."""

    @contextlib.contextmanager
    def epoch(
        self, check: Callable[[], None] = lambda: None, ahead: bool = True
    ) -> Iterator[Iterator[Chunk]]:
        """Yield an iterator over the chunks of an epoch, each valid until the next.

        Arguments:
            check: called while waiting; a chunk is read too fast to need it.
            ahead: whether chunks may be sent to an accelerator as soon as they are read.
        """
        seed = global_generator().next_seed() if self.shuffle else 0
        # Two in the queue: one in the consumer's hands, and one that is being read.
        chunks = self._chunks(np.random.default_rng(seed))
        if ahead and _sends_ahead():
            chunks = map(_sent, chunks)
        with prefetch(chunks, queue_size=2) as prefetched:
            yield prefetched

    def _chunks(self, rng: np.random.Generator) -> Iterator[Chunk]:
        batch = self.batch_size
        bytes_each = sum(_bytes_a_row(p) for p in self._parts)
        size = batch * max(1, min(PIECE_BYTES // (bytes_each * batch), self.count // batch))
        run = max(1, RUN_BYTES // bytes_each)
        runs = chunks_of_runs(*runs_of_rows(self.count, batch, run, self.shuffle, rng), size)
        # One is read while the other is in the consumer's hands.
        rooms = self._room(size), self._room(size)
        for number, chunk in enumerate(runs):
            arrays = rooms[number % 2]
            rows = sum(length for _, length in chunk)
            order = np.arange(size, dtype=np.int32)
            if self.shuffle is True:
                # The rows are permuted anyway, so they can be read in the file's order.
                chunk.sort()
                rng.shuffle(order[:rows])
            self._load(chunk, arrays)
            if not self._finite:
                self._check(
                    [(self.first + s, n) for s, n in chunk], [array[:rows] for array in arrays]
                )
            steps, rest = divmod(rows, batch)
            if steps:
                yield Chunk(jax.tree.unflatten(self._structure, arrays), order, batch, steps)
            if rest:
                last = [a[order[rows - rest : rows]] for a in arrays]
                numbers = np.arange(rest, dtype=np.int32)
                yield Chunk(jax.tree.unflatten(self._structure, last), numbers, rest, 1)
        self._finite = True

    def _room(self, rows: int) -> list[np.ndarray]:
        return [aligned_empty((rows, *p.source.shape[1:]), p.dtype) for p in self._parts]

    def _load(self, runs: Runs, arrays: list[np.ndarray]) -> None:
        runs = [(self.first + start, length) for start, length in runs]
        rows = sum(length for _, length in runs)
        for part, array in zip(self._parts, arrays, strict=True):
            part.load(runs, array[:rows])

    def _check(self, runs: Runs, arrays: list[np.ndarray]) -> None:
        """Refuse NaN and infinite values that nobody handles, naming the row in the file."""
        for part, array in zip(self._parts, arrays, strict=True):
            try:
                part.check_finite(array, runs)
            except ValueError as found:
                bad = np.zeros(len(array), bool)
                for other in (a for a in arrays if a.dtype.kind == "f"):
                    bad |= ~np.isfinite(other.reshape(len(other), -1)).all(axis=1)
                some = [a[np.flatnonzero(bad)[:TRIED_ROWS]] for a in arrays]
                x, y, weight = jax.tree.unflatten(self._structure, some)
                assert self._check_values is not None
                try:
                    self._check_values(ArrayData(x, y, weight, len(some[0])))
                except ValueError:
                    raise found from None
                return


def _sends_ahead() -> bool:
    """Say whether sending data to the device takes time, and there is but one device."""
    return jax.default_backend() != "cpu" and type(current_placement()) is Placement


def _sent(chunk: Chunk) -> Chunk:
    # Their memory is filled again, so they must have arrived.
    return replace(chunk, arrays=jax.block_until_ready(jax.device_put(chunk.arrays)))


def is_large(*data: Any) -> bool:
    """Say whether some of the data is stored outside memory and too large to load."""
    leaves = [a for a in jax.tree.leaves(data, is_leaf=_is_rows) if is_stored(a)]
    return sum(int(np.prod(a.shape)) * a.dtype.itemsize for a in leaves) > WHOLE_BYTES


def _is_rows(value: Any) -> bool:
    """Stop at lists of numbers, which may be long; lists of arrays are looked into."""
    if isinstance(value, (list, tuple)):
        return not any(hasattr(v, "shape") or not _is_rows(v) for v in value[:1])
    return not isinstance(value, dict)


def _parts(value: Any, name: str, several: bool = False) -> Any:
    """Turn one argument of ``fit`` into nested parts."""
    if isinstance(value, dict):
        return {key: _parts(v, f"{name}[{key!r}]") for key, v in value.items()}
    if isinstance(value, (list, tuple)) and (several or _holds_stored(value)):
        return [_parts(v, f"{name}[{i}]") for i, v in enumerate(value)]
    if not is_stored(value):
        array = to_arrays(value, name, deep=name[0] != "x")
        return jax.tree.map(lambda a: _Part(name, SlicedRows(np.asarray(a)), a.dtype, True), array)
    # Its first row goes the way of all data, which refuses what is not numbers.
    first = np.empty((1, *value.shape[1:]), value.dtype)
    source = row_source(value)
    source.read(0, 1, first)
    return _Part(name, source, to_arrays(first, name).dtype, False)


def _holds_stored(value: Any) -> bool:
    return any(map(is_stored, jax.tree.leaves(value, is_leaf=_is_rows)))


def _common_length(parts: list[_Part]) -> int:
    for part in parts:
        if part.source.shape[0] != parts[0].source.shape[0]:
            raise ValueError(
                f"{parts[0].name} has {parts[0].source.shape[0]} rows but {part.name} has "
                f"{part.source.shape[0]}; they must have the same number."
            )
    return parts[0].source.shape[0]


def _bytes_a_row(part: _Part) -> int:
    return max(1, int(np.prod(part.source.shape[1:])) * np.dtype(part.dtype).itemsize)


def _stored_weights(part: _Part, class_weight: dict[Any, float]) -> np.ndarray:
    """Give the weight of each row, reading stored targets chunk by chunk."""
    count = part.source.shape[0]
    weights = np.ones(count, np.float32)
    size = max(1, RUN_BYTES // _bytes_a_row(part))
    for start in range(0, count, size):
        rows = np.empty((min(size, count - start), *part.source.shape[1:]), part.dtype)
        part.load([(start, len(rows))], rows)
        weights[start : start + len(rows)] = row_weights(rows, class_weight)
    return weights
