"""A data set whose rows are files, loaded batch by batch on threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.randomness import draw_seed
from kerata.utils.batch_dataset import BatchDataset
from kerata.utils.folder import Listing, encode_labels, list_folder


class FileDataset(BatchDataset):
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
        join: makes the x of a batch of what was loaded.

    Attributes:
        class_names: names of the classes, None without labels.
        file_paths: paths of the files.
    """

    def __init__(
        self,
        files: Listing,
        load: Callable[[str], Any],
        label_mode: str | None = None,
        batch_size: int | None = 32,
        shuffle: bool = False,
        seed: int | None = None,
        join: Callable[[list[Any]], Any] = np.stack,
    ) -> None:
        threads = min(8, os.cpu_count() or 1)
        super().__init__(len(files.paths), batch_size, shuffle, seed, workers=threads)
        self.class_names, self.file_paths = files.class_names, files.paths
        self._files, self._read, self._label_mode = files, load, label_mode
        self._join = join

    def _load(self, items: np.ndarray) -> tuple[Any, ...]:
        x = self._join([self._read(self._files.paths[i]) for i in items])
        if self._label_mode is None or self._files.labels is None:
            return (x,)
        classes = len(self.class_names or ())
        return x, encode_labels(self._files.labels[items], self._label_mode, classes)


def datasets_of_folder(
    directory: str | Path,
    endings: tuple[str, ...],
    load: Callable[[str], Any],
    label_mode: str | None,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    format: str,
    join: Callable[[list[Any]], Any] = np.stack,
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
        FileDataset(files, load, mode, batch_size, shuffle and i == 0, seed, join)
        for i, files in enumerate(found)
    ]
    return made if len(made) > 1 else made[0]
