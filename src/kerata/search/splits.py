"""Folds: which rows a network learns from and by which it is judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from kerata.base.arguments import is_integer

Pairs = list[tuple[np.ndarray, np.ndarray]]


def folds_of(
    folds: Any,
    rows: int,
    classes: np.ndarray | None = None,
    groups: Any = None,
    repeats: int = 1,
    shuffle: bool = True,
    seed: int = 0,
) -> Pairs:
    """Give pairs ``(rows to learn from, rows held back)``, each sorted, int32.

    Arguments:
        folds: how many; or pairs of row numbers; or an object of scikit-learn's with
            ``split(x, y, groups)``.
        rows: how many rows there are.
        classes: class of each row, of which every fold gets its share; None for numbers.
        groups: a label for each row; rows of one label stay together.
        repeats: how often the splits are drawn.
        shuffle: whether rows are dealt out at random; else in the order they come in.
        seed: of the shuffling.

    Raises:
        ValueError: fewer than 2 folds; more folds than rows, than groups or than rows of
            the smallest class; pairs that are none.

    >>> [held.tolist() for _, held in folds_of(2, 5, shuffle=False)]
    [[0, 1, 2], [3, 4]]
    """
    if not is_integer(repeats) or repeats < 1:
        raise ValueError(f"repeats must be a whole number of at least 1, got {repeats!r}.")
    if not is_integer(folds):
        return _given(folds, rows, classes, groups)
    _check_count(folds, rows)
    labels = None if groups is None else _labels(groups, rows, folds)
    if classes is not None and labels is None:
        _check_classes(classes, folds)
    pairs: Pairs = []
    for repeat in range(repeats):
        rng = np.random.default_rng([seed, repeat]) if shuffle or repeat else None
        if labels is not None:
            held = _by_group(labels, folds, rng)
        elif classes is not None:
            held = _stratified(classes, folds, rng)
        else:
            order = np.arange(rows) if rng is None else rng.permutation(rows)
            held = np.empty(rows, int)
            for fold, part in enumerate(np.array_split(order, folds)):
                held[part] = fold
        pairs += [_pair(held == fold) for fold in range(folds)]
    return pairs


def classes_of(y: Any) -> np.ndarray:
    """Give the class of each row of targets: class numbers, or the largest column of one-hot."""
    y = np.asarray(y)
    if y.ndim > 1 and y.shape[-1] > 1:
        return np.argmax(y, axis=-1)
    return y.reshape(len(y), -1)[:, 0]


def _pair(held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.flatnonzero(~held).astype(np.int32), np.flatnonzero(held).astype(np.int32)


def _stratified(classes: np.ndarray, folds: int, rng: Any) -> np.ndarray:
    """Deal each class out over the folds, going on where the class before stopped."""
    held = np.empty(len(classes), int)
    begun = 0
    for label in np.unique(classes):
        members = np.flatnonzero(classes == label)
        if rng is not None:
            members = rng.permutation(members)
        # In the order they come in, a fold gets neighbours, as in folds without classes.
        turns = (np.arange(len(members)) + begun) % folds
        held[members] = turns if rng is not None else np.sort(turns)
        begun += len(members)
    return held


def _by_group(labels: np.ndarray, folds: int, rng: Any) -> np.ndarray:
    """Put whole groups into folds, the largest first, each into the smallest fold so far."""
    sizes = np.bincount(labels)
    order = np.arange(len(sizes)) if rng is None else rng.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    fold_of = np.empty(len(sizes), int)
    filled = np.zeros(folds, int)
    for group in order:
        fold_of[group] = np.argmin(filled)
        filled[fold_of[group]] += sizes[group]
    return fold_of[labels]


def _labels(groups: Any, rows: int, folds: int) -> np.ndarray:
    values = np.asarray(groups)
    if values.shape != (rows,):
        raise ValueError(
            f"groups must have a label for each of the {rows} rows, got {values.shape}."
        )
    names, labels = np.unique(values, return_inverse=True)
    if len(names) < folds:
        raise ValueError(f"{folds} folds need at least {folds} groups, but there are {len(names)}.")
    return labels


def _check_count(folds: int, rows: int) -> None:
    if folds < 2:
        raise ValueError(f"folds must be at least 2, got {folds}.")
    if folds > rows:
        raise ValueError(f"folds={folds} is more than there are rows ({rows}).")


def _check_classes(classes: np.ndarray, folds: int) -> None:
    names, counts = np.unique(classes, return_counts=True)
    smallest = int(np.argmin(counts))
    if counts[smallest] < folds:
        raise ValueError(
            f"folds={folds} is more than class {names[smallest]} has rows ({counts[smallest]}), "
            "so that some folds would lack it. Use fewer folds, leave the class out, or give "
            "stratify=False."
        )


def _given(folds: Any, rows: int, classes: Any, groups: Any) -> Pairs:
    if hasattr(folds, "split"):
        y = np.zeros(rows) if classes is None else classes
        folds = folds.split(np.zeros((rows, 1)), y, groups)
    if not isinstance(folds, Iterable):
        raise ValueError(
            "folds must be a whole number, pairs of row numbers (train, test) or one of "
            f"scikit-learn's splitters, got {folds!r}."
        )
    pairs = []
    for pair in folds:
        parts = [_numbers(part, rows) for part in pair] if len(tuple(pair)) == 2 else []
        if not parts or not all(len(p) for p in parts):
            raise ValueError(
                "folds: each fold must be a pair of row numbers (train, test), neither empty."
            )
        pairs.append((parts[0], parts[1]))
    if not pairs:
        raise ValueError("folds is empty; give at least one pair of row numbers.")
    return pairs


def _numbers(part: Any, rows: int) -> np.ndarray:
    part = np.asarray(part)
    if part.dtype == bool and part.shape == (rows,):
        part = np.flatnonzero(part)
    if part.ndim != 1 or (len(part) and part.dtype.kind not in "iu"):
        raise ValueError(f"folds: row numbers must be whole numbers in a list, got {part!r:.60}.")
    if len(part) and (part.min() < 0 or part.max() >= rows):
        raise ValueError(f"folds: row numbers must be from 0 to {rows - 1}, got {part.max()}.")
    return part.astype(np.int32)
