"""Files in a folder with a subfolder for each class: found, labelled, split."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.console import show
from kerata.base.messages import did_you_mean


@dataclass(frozen=True)
class Listing:
    """Files and what is known about them."""

    paths: list[str]
    labels: np.ndarray | None  # int, one a file
    class_names: list[str] | None

    def part(self, chosen: slice) -> Listing:
        """Give some of the files."""
        labels = None if self.labels is None else self.labels[chosen]
        return Listing(self.paths[chosen], labels, self.class_names)


def list_folder(
    directory: str | Path,
    labels: Any,
    label_mode: str | None,
    class_names: list[str] | None,
    endings: tuple[str, ...],
    shuffle: bool,
    seed: int | None,
    validation_split: float | None,
    subset: str | None,
    follow_links: bool,
    verbose: bool,
) -> list[Listing]:
    """Find files, in the order and with the split that Keras gives them for the same seed.

    Arguments: those of ``image_dataset_from_directory``, and the endings of file names.

    Returns:
        One listing, or for ``subset='both'`` those of training and validation.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: arguments that make no sense, no files.
    """
    _check(labels, label_mode, class_names, validation_split, subset, shuffle, seed)
    folder = Path(directory)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {str(directory)!r}.")
    if labels is None or label_mode is None:
        found = Listing(_files(folder, endings, follow_links), None, None)
    elif isinstance(labels, str):
        found = _inferred(folder, class_names, endings, follow_links)
    else:
        found = _given(folder, labels, endings, follow_links)
    if not found.paths:
        raise ValueError(
            f"There are no files ending in {', '.join(endings)} in {str(directory)!r}"
            + (" or its subfolders, one for each class." if isinstance(labels, str) else ".")
        )
    if label_mode == "binary" and found.class_names is not None and len(found.class_names) != 2:
        raise ValueError(
            f"label_mode='binary' needs exactly 2 classes, found {len(found.class_names)}: "
            f"{', '.join(found.class_names)}. Use 'int' or 'categorical'."
        )
    if verbose:
        classes = "" if found.class_names is None else f" of {len(found.class_names)} classes"
        show(f"{len(found.paths)} files{classes} found.")
    if shuffle:
        order = np.arange(len(found.paths))
        np.random.RandomState(seed).shuffle(order)
        shuffled = None if found.labels is None else found.labels[order]
        found = Listing([found.paths[i] for i in order], shuffled, found.class_names)
    return _split(found, validation_split, subset, verbose)


def encode_labels(labels: np.ndarray, label_mode: str, classes: int) -> np.ndarray:
    """Turn numbers of classes into targets.

    >>> encode_labels(np.array([0, 2]), "categorical", 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    >>> encode_labels(np.array([0, 1]), "binary", 2).tolist()
    [[0.0], [1.0]]
    """
    if label_mode == "binary":
        return labels.astype("float32").reshape(*labels.shape, 1)
    if label_mode == "categorical":
        return np.eye(classes, dtype="float32")[labels]
    return labels.astype("int32")


def _files(folder: Path, endings: tuple[str, ...], follow_links: bool) -> list[str]:
    found = []
    for root, _, names in sorted(os.walk(folder, followlinks=follow_links)):
        found += [os.path.join(root, n) for n in sorted(names) if n.lower().endswith(endings)]
    return found


def _inferred(
    folder: Path, class_names: list[str] | None, endings: tuple[str, ...], follow_links: bool
) -> Listing:
    present = sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name[0] != ".")
    for name in class_names or ():
        if name not in present:
            raise ValueError(
                f"class_names has {name!r}, but {str(folder)!r} has no such subfolder. "
                + did_you_mean(name, present)
            )
    classes = present if class_names is None else list(class_names)
    paths: list[str] = []
    labels: list[int] = []
    for number, name in enumerate(classes):
        files = _files(folder / name, endings, follow_links)
        paths += files
        labels += [number] * len(files)
    return Listing(paths, np.array(labels, int), classes)


def _given(folder: Path, labels: Any, endings: tuple[str, ...], follow_links: bool) -> Listing:
    paths = _files(folder, endings, follow_links)
    if len(labels) != len(paths):
        raise ValueError(
            f"labels has {len(labels)} elements, but there are {len(paths)} files in "
            f"{str(folder)!r}; give one label for each file, in the order of their paths."
        )
    return Listing(paths, np.array(labels, int), [str(x) for x in sorted(set(labels))])


def _split(
    found: Listing, validation_split: float | None, subset: str | None, verbose: bool
) -> list[Listing]:
    if not validation_split:
        return [found]
    last = int(validation_split * len(found.paths))
    parts = {
        "training": found.part(slice(0, len(found.paths) - last)),
        "validation": found.part(slice(len(found.paths) - last, None)),
    }
    chosen = list(parts) if subset == "both" else [str(subset)]
    for name in chosen:
        if not parts[name].paths:
            raise ValueError(
                f"validation_split={validation_split} of {len(found.paths)} files leaves none "
                f"for {name}."
            )
        if verbose:
            show(f"{len(parts[name].paths)} of them for {name}.")
    return [parts[name] for name in chosen]


def _check(
    labels: Any,
    label_mode: Any,
    class_names: Any,
    validation_split: Any,
    subset: Any,
    shuffle: bool,
    seed: Any,
) -> None:
    named = isinstance(labels, str) and labels == "inferred"
    if labels is not None and not named and not isinstance(labels, (list, tuple, np.ndarray)):
        raise ValueError(f"labels must be 'inferred', a list or None, got {labels!r}.")
    if class_names is not None and not named:
        raise ValueError("class_names can be given only with labels='inferred'.")
    if label_mode not in ("int", "categorical", "binary", None):
        raise ValueError(
            f"label_mode must be 'int', 'categorical', 'binary' or None, got {label_mode!r}."
        )
    if subset not in ("training", "validation", "both", None):
        raise ValueError(f"subset must be 'training', 'validation' or 'both', got {subset!r}.")
    if bool(validation_split) != bool(subset):
        raise ValueError("validation_split and subset belong together: give both or neither.")
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(f"validation_split must lie between 0 and 1, got {validation_split!r}.")
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "With validation_split and shuffle, give a seed, so that training and validation "
            "never share a file."
        )
