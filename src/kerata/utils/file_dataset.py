"""A data set whose rows are files, loaded batch by batch on threads."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np

from kerata.base.randomness import draw_seed
from kerata.utils.data_iterator import prefetch
from kerata.utils.folder import Listing, encode_labels, list_folder
from kerata.utils.py_dataset import PyDataset


class FileDataset(PyDataset):
    """Batches of files; ``fit``, ``evaluate``, ``predict`` and ``for`` take it.

    Threads load batches ahead; the order is kept. If it is shuffled, the order is another
    one in each pass and follows from the seed.

    Arguments:
        files: which files, with their labels.
        load: makes an array or a text of a path.
        label_mode: how labels are given, None for no labels.
        batch_size: files in a batch; None gives single rows without a batch axis.
        shuffle: whether to shuffle before each pass but the first, whose order is that of
            the listing.
        seed: of the shuffling.

    Attributes:
        class_names: names of the classes, None without labels.
        file_paths: paths of the files.
    """

    keeps_order = True

    def __init__(
        self,
        files: Listing,
        load: Callable[[str], Any],
        label_mode: str | None = None,
        batch_size: int | None = 32,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> None:
        super().__init__(workers=min(8, os.cpu_count() or 1))
        self.class_names, self.file_paths = files.class_names, files.paths
        self.batch_size, self.shuffle = batch_size, shuffle
        self._files, self._load, self._label_mode = files, load, label_mode
        self._rng = np.random.default_rng(draw_seed(seed) if shuffle else 0)
        self._order = np.arange(len(files.paths))
        self._functions: tuple[Callable[..., Any], ...] = ()
        self._most: int | None = None

    def __len__(self) -> int:
        """Number of batches."""
        all_batches = -(-len(self._order) // (self.batch_size or 1))
        return all_batches if self._most is None else min(self._most, all_batches)

    def __getitem__(self, index: int) -> Any:
        """Load a batch: x, or x and labels."""
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} batches, got index {index}.")
        size = self.batch_size or 1
        rows = self._order[index * size : (index + 1) * size]
        x: Any = np.stack([self._load(self._files.paths[i]) for i in rows])
        batch: tuple[Any, ...] = (x,)
        if self._label_mode is not None and self._files.labels is not None:
            classes = len(self.class_names or ())
            batch = (x, encode_labels(self._files.labels[rows], self._label_mode, classes))
        if self.batch_size is None:
            batch = tuple(part[0] for part in batch)
        for function in self._functions:
            made = function(*batch)
            batch = made if isinstance(made, tuple) else (made,)
        return batch if len(batch) > 1 else batch[0]

    def __iter__(self) -> Iterator[Any]:
        """Give all batches in order; the next pass is shuffled again."""
        with prefetch(self) as batches:
            yield from batches
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Shuffle for the next pass."""
        if self.shuffle:
            self._order = self._rng.permutation(len(self._order))

    def map(self, function: Callable[..., Any], num_parallel_calls: Any = None) -> Self:
        """Give a data set whose batches go through a function of x, or of x and labels.

        Arguments:
            function: gives a new x, or a tuple; called on several threads at once.
            num_parallel_calls: accepted for TensorFlow's sake.
        """
        return self._changed(_functions=(*self._functions, function))

    def take(self, count: int) -> Self:
        """Give a data set of the first batches only."""
        return self._changed(_most=count if self._most is None else min(count, self._most))

    def prefetch(self, buffer_size: int) -> Self:
        """Give a data set that loads ``buffer_size`` batches ahead; TensorFlow's AUTOTUNE is -1."""
        return self._changed(max_queue_size=buffer_size if buffer_size > 0 else 10)

    def _changed(self, **attributes: Any) -> Self:
        other = copy.copy(self)
        other.__dict__ |= attributes
        other._rng = copy.deepcopy(self._rng)
        return other


def datasets_of_folder(
    directory: str | Path,
    endings: tuple[str, ...],
    load: Callable[[str], Any],
    label_mode: str | None,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    format: str,
    **listing: Any,
) -> Any:
    """Make the data set of a folder, or a list of two for ``subset='both'``."""
    if format not in ("tf", "grain"):
        raise ValueError(f"format must be 'tf' or 'grain' (both mean the same), got {format!r}.")
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"batch_size must be at least 1 or None, got {batch_size!r}.")
    if shuffle and seed is None and not listing["validation_split"]:
        seed = draw_seed(None)
    found = list_folder(
        directory,
        label_mode=label_mode,
        endings=endings,
        shuffle=shuffle,
        seed=seed,
        **listing,
    )
    mode = None if found[0].labels is None else label_mode
    made = [
        # Validation files keep their order.
        FileDataset(files, load, mode, batch_size, shuffle and i == 0, seed)
        for i, files in enumerate(found)
    ]
    return made if len(made) > 1 else made[0]
