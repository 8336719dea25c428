"""Parquet files as a data set that never has to fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.base.randomness import draw_seed

# Rows decoded at once, and rows that are shuffled together, unless a batch is larger.
_DECODED = 2**14
_SHUFFLED = 2**17


def parquet_dataset(
    path: str | Path | Sequence[str | Path],
    target: str | Sequence[str] | None = None,
    features: Sequence[str] | None = None,
    sample_weight: str | None = None,
    batch_size: int = 32,
    shuffle: bool = True,
    seed: int | None = None,
    as_dict: bool = False,
    fill: float | None = None,
) -> ParquetDataset:
    """Make a data set of Parquet files, which are read again in each pass.

    Arguments:
        path: file, folder (all ``.parquet`` files below it), or a list of files.
        target: column of the targets ``(batch,)``, or several ``(batch, targets)``.
        features: columns of x; all others by default. Columns of lists must have the same
            length in every row and give as many numbers.
        sample_weight: column of the rows' weights.
        batch_size: rows in a batch; the last one may be smaller.
        shuffle: whether each pass has another order: row groups come in random order, and
            rows are permuted within some 130,000.
        seed: of the shuffling.
        as_dict: give x as a dictionary of columns ``(batch, 1)`` for models with named
            inputs, instead of one float32 matrix.
        fill: number in the place of missing values; by default they are an error.

    Returns:
        An iterable of batches for ``fit``, ``evaluate``, ``predict`` and ``for``.

    Raises:
        ImportError: pyarrow is missing.
        FileNotFoundError: no such files.
        ValueError: columns that don't exist, are not numbers, have missing values.

    >>> import tempfile
    >>> import pyarrow as pa, pyarrow.parquet as pq
    >>> file = Path(tempfile.mkdtemp()) / "cars.parquet"
    >>> pq.write_table(pa.table({"age": [3, 9], "power": [90, 60], "price": [9.5, 1.5]}), file)
    >>> cars = parquet_dataset(file, target="price", shuffle=False)
    >>> cars.feature_names, [(x.tolist(), y.tolist()) for x, y in cars]
    (['age', 'power'], [([[3.0, 90.0], [9.0, 60.0]], [9.5, 1.5])])
    """
    return ParquetDataset(
        path, target, features, sample_weight, batch_size, shuffle, seed, as_dict, fill
    )


class ParquetDataset:
    """Batches from Parquet files; made by ``parquet_dataset``.

    Attributes:
        feature_names: columns of x.
        num_rows: rows of all files.
    """

    def __init__(
        self,
        path: Any,
        target: Any,
        features: Any,
        sample_weight: str | None,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        as_dict: bool,
        fill: float | None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size!r}.")
        self.files = _find(path)
        self.batch_size, self.shuffle = batch_size, shuffle
        self._as_dict, self._fill = as_dict, fill
        self._targets = [target] if isinstance(target, str) else list(target or ())
        self._one_target, self._weight = isinstance(target, str), sample_weight
        others = [*self._targets, *([] if sample_weight is None else [sample_weight])]
        opened = [_open(file) for file in self.files]
        known = opened[0].schema_arrow.names
        self.feature_names = [n for n in known if n not in others]
        if features is not None:
            self.feature_names = list(features)
        self._columns = [*self.feature_names, *others]
        for file, parquet in zip(self.files, opened, strict=True):
            _check_columns(file, parquet.schema_arrow, self._columns)
        self.num_rows = sum(parquet.metadata.num_rows for parquet in opened)
        self._groups = [(i, g) for i, p in enumerate(opened) for g in range(p.num_row_groups)]
        self._rng = np.random.default_rng(draw_seed(seed) if shuffle else 0)

    def __len__(self) -> int:
        """Number of batches."""
        return -(-self.num_rows // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        """Read the files once."""
        groups = self._groups
        if self.shuffle:
            groups = [groups[i] for i in self._rng.permutation(len(groups))]
        at_once = max(_SHUFFLED, self.batch_size) if self.shuffle else self.batch_size
        waiting: list[dict[str, np.ndarray]] = []
        rows = 0
        for part in self._parts(groups):
            waiting.append(part)
            rows += len(part[self._columns[0]])
            if rows >= at_once:
                joined = self._joined(waiting)
                full = rows // self.batch_size * self.batch_size
                yield from self._batches(joined, full)
                # What is left goes into the next batch.
                waiting = [{name: a[full:] for name, a in joined.items()}]
                rows -= full
        if rows:
            yield from self._batches(self._joined(waiting), rows)

    def _parts(self, groups: list[tuple[int, int]]) -> Iterator[dict[str, np.ndarray]]:
        """Decode row groups, some thousand rows at a time."""
        for number, group in groups:
            with _open(self.files[number]) as parquet:
                for part in parquet.iter_batches(_DECODED, [group], columns=self._columns):
                    part.validate()
                    yield {n: self._numbers(part.column(n), n) for n in self._columns}

    def _joined(self, parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        joined = {name: np.concatenate([p[name] for p in parts]) for name in self._columns}
        if not self.shuffle:
            return joined
        order = self._rng.permutation(len(joined[self._columns[0]]))
        return {name: array[order] for name, array in joined.items()}

    def _batches(self, columns: dict[str, np.ndarray], rows: int) -> Iterator[Any]:
        for start in range(0, rows, self.batch_size):
            stop = min(start + self.batch_size, rows)
            yield self._batch({name: a[start:stop] for name, a in columns.items()})

    def _batch(self, columns: dict[str, np.ndarray]) -> Any:
        x: Any = {n: _two_axes(columns[n]) for n in self.feature_names}
        if not self._as_dict:
            x = np.concatenate(list(x.values()), axis=1, dtype=np.float32)
        y: Any = None
        if self._one_target:
            y = columns[self._targets[0]]
        elif self._targets:
            y = np.concatenate([_two_axes(columns[n]) for n in self._targets], axis=1)
        if self._weight is not None:
            return x, y, columns[self._weight]
        return x if y is None else (x, y)

    def _numbers(self, column: Any, name: str) -> np.ndarray:
        """Turn a column of pyarrow's into an array."""
        if column.null_count:
            if self._fill is None:
                raise ValueError(
                    f"Column {name!r} has missing values; give fill= a number for them, or leave "
                    "the column out of features=."
                )
            column = column.fill_null(self._fill)
        array = column.to_numpy(zero_copy_only=False)
        if array.dtype == object and len(array) and isinstance(array[0], np.ndarray):
            lengths = {len(row) for row in array}
            if len(lengths) > 1:
                raise ValueError(
                    f"Column {name!r} holds lists of {min(lengths)} to {max(lengths)} elements; "
                    "all rows must have the same number."
                )
            array = np.stack(array)
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"Column {name!r} holds {column.type}, not numbers. Encode it before writing "
                "the file, or leave it out of features=."
            )
        return array


def _two_axes(array: np.ndarray) -> np.ndarray:
    return array.reshape(len(array), -1)


def _find(path: Any) -> list[Path]:
    if not isinstance(path, (str, Path)):
        files = [Path(p) for p in path]
    else:
        files = sorted(Path(path).rglob("*.parquet")) if Path(path).is_dir() else [Path(path)]
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"There is no file {str(file)!r}.")
    if not files:
        raise FileNotFoundError(f"There are no .parquet files in {str(path)!r}.")
    return files


def _open(file: Path) -> Any:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ImportError("Parquet files need pyarrow: pip install 'kerata[tables]'.") from None
    try:
        return parquet.ParquetFile(file)
    except pyarrow.ArrowInvalid as error:
        raise ValueError(f"{file} can't be read as a Parquet file: {error}") from None


def _check_columns(file: Path, schema: Any, columns: list[str]) -> None:
    if not columns:
        raise ValueError(f"{file} has no columns for x.")
    for name in columns:
        if name not in schema.names:
            raise ValueError(f"{file} has no column {name!r}. " + did_you_mean(name, schema.names))
