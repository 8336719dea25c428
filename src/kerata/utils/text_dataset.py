"""Texts in a folder as a data set."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

import numpy as np

from kerata.utils.file_dataset import datasets_of_folder
from kerata.utils.plain_files import open_plain


def text_dataset_from_directory(
    directory: str | Path,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: list[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Make a data set of the ``.txt`` files in a folder.

    Arguments:
        directory, labels, label_mode, class_names, batch_size, shuffle, seed,
            validation_split, subset, follow_links, format, verbose: as for
            ``image_dataset_from_directory``.
        max_length: characters kept of each text, all by default.

    Returns:
        A data set of batches ``(texts, labels)``, texts an array of strings ``(batch,)``.
        Before training, turn them into numbers with ``.map``.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: arguments that make no sense, no files.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("bad", "good"):
    ...     _ = (folder / name).mkdir(), (folder / name / "1.txt").write_text(f"so {name}")
    >>> data = text_dataset_from_directory(folder, shuffle=False)
    2 files of 2 classes found.
    >>> [(x.tolist(), y.tolist()) for x, y in data]
    [(['so bad', 'so good'], [0, 1])]
    """
    return datasets_of_folder(
        directory,
        (".txt",),
        functools.partial(_read, max_length),
        label_mode,
        batch_size,
        shuffle,
        seed,
        format,
        labels=labels,
        class_names=class_names,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )


def _read(max_length: int | None, path: str) -> Any:
    try:
        with open_plain(path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8").read()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a text in UTF-8: {error}.") from None
    return np.array(text[:max_length], dtype=object)
