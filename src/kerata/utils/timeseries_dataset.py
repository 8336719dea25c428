"""Windows of a series as a data set."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.randomness import draw_seed
from kerata.utils.batch_dataset import BatchDataset


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> TimeseriesDataset:
    """Make a data set of the sliding windows of a series.

    The series lies in memory once; each batch is gathered from it when it is needed.

    Arguments:
        data: array ``(time, ...)``.
        targets: array ``(time, ...)``, ``targets[i]`` belongs to the window that begins at step
            i of the part between ``start_index`` and ``end_index``; None for windows alone.
        sequence_length: int, steps in a window.
        sequence_stride: int, steps between the beginnings of two windows.
        sampling_rate: int, steps between two neighbours in a window.
        batch_size: int, windows in a batch; None gives single windows without a batch axis.
        shuffle: bool, whether windows come in random order, another one in each pass.
        seed: int, of the shuffling; drawn if left out.
        start_index: int, first step that is used; the first one by default.
        end_index: int, the step before which the used ones end; the end by default.
        format: ``'tf'`` or ``'grain'``; both mean the same here.

    Returns:
        A data set of batches ``(x, y)``, x of shape ``(batch, sequence_length, ...)`` in the
        type of the data; of x alone without targets.

    Raises:
        ValueError: numbers that make no sense, naming them; no window fits.

    >>> series = np.arange(10)
    >>> windows = timeseries_dataset_from_array(series[:-3], series[3:], sequence_length=3)
    >>> [(x.tolist(), y.tolist()) for x, y in windows.take(1)]
    [([[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6]], [3, 4, 5, 6, 7])]
    """
    if format not in ("tf", "grain"):
        raise ValueError(f"format must be 'tf' or 'grain' (both mean the same), got {format!r}.")
    steps = np.asarray(data)
    if steps.ndim == 0:
        raise ValueError(f"data must be an array of steps in time, got {data!r:.60}.")
    _check(len(steps), start_index, end_index, sampling_rate, sequence_stride, sequence_length)
    if batch_size is not None and (not is_integer(batch_size) or batch_size < 1):
        raise ValueError(f"batch_size must be at least 1 or None, got {batch_size!r}.")
    # As in Keras, 0 means "not given".
    first, last = start_index or 0, end_index or len(steps)
    count = last - first - (sequence_length - 1) * sampling_rate
    answers = None
    if targets is not None:
        answers = np.asarray(targets)
        # Targets are cut by the same steps, so the windows end where the targets do.
        count = min(count, len(answers))
    starts = np.arange(0, max(count, 0), sequence_stride)
    if not len(starts):
        raise ValueError(
            f"No window of sequence_length={sequence_length} with sampling_rate={sampling_rate} "
            f"fits into {last - first} steps"
            + (f" with {len(answers)} targets." if answers is not None else ".")
        )
    if answers is not None and first + starts[-1] >= min(len(answers), last):
        raise ValueError(
            f"targets has {len(answers)} rows, but the windows need {first + starts[-1] + 1}; "
            "targets[i] belongs to the window that begins at step i."
        )
    if shuffle:
        seed = draw_seed(None) % 2**32 if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)
    offsets = np.arange(0, sequence_length * sampling_rate, sampling_rate)
    return TimeseriesDataset(
        steps[first:last],
        None if answers is None else answers[first:last],
        starts,
        offsets,
        batch_size,
        shuffle,
        seed,
    )


class TimeseriesDataset(BatchDataset):
    """Windows of a series; made by ``timeseries_dataset_from_array``."""

    def __init__(
        self,
        series: np.ndarray,
        targets: np.ndarray | None,
        starts: np.ndarray,
        offsets: np.ndarray,
        batch_size: int | None,
        shuffle: bool,
        seed: int | None,
    ) -> None:
        super().__init__(len(starts), batch_size, shuffle, seed)
        self._series, self._targets = series, targets
        self._starts, self._offsets = starts, offsets

    def _load(self, items: np.ndarray) -> tuple[Any, ...]:
        starts = self._starts[items]
        # Some times as fast as indexing.
        x = np.take(self._series, starts[:, None] + self._offsets, axis=0)
        return (x,) if self._targets is None else (x, self._targets[starts])


def _check(
    count: int,
    start_index: Any,
    end_index: Any,
    sampling_rate: Any,
    sequence_stride: Any,
    sequence_length: Any,
) -> None:
    given = {
        "sequence_length": sequence_length,
        "sampling_rate": sampling_rate,
        "sequence_stride": sequence_stride,
        "start_index": start_index or 0,
        "end_index": end_index or 0,
    }
    for name, value in given.items():
        if not is_integer(value):
            raise ValueError(f"{name} must be a whole number, got {value!r}.")
    if sequence_length < 1:
        raise ValueError(f"sequence_length must be at least 1, got {sequence_length!r}.")
    for name in ("sampling_rate", "sequence_stride"):
        if not 0 < given[name] < count:
            raise ValueError(
                f"{name} must be at least 1 and less than the {count} steps of the data, got "
                f"{given[name]!r}."
            )
    if start_index and not 0 <= start_index < count:
        raise ValueError(
            f"start_index must lie between 0 and {count - 1}, the last of the data's steps, got "
            f"{start_index!r}."
        )
    if end_index and not (start_index or 0) < end_index < count:
        raise ValueError(
            f"end_index must lie after start_index={start_index or 0} and before {count}, the "
            f"number of the data's steps, got {end_index!r}."
        )
