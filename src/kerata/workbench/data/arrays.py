"""Arrays in ``.npz`` files and in memory as tables, texts or images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerata.datasets.archives import read_npz, reading
from kerata.workbench.core.extras import need
from kerata.workbench.core.task import spell
from kerata.workbench.data.containers import Images, Part, Source, Table, Texts
from kerata.workbench.data.opening import fingerprint

_INPUTS = ("x", "X", "data", "features", "images", "inputs", "texts")
_TARGETS = ("y", "Y", "target", "targets", "label", "labels")


def read_arrays(path: Path, *, labelled: bool = True) -> Source:
    """Read a ``.npz`` file with ``x`` and ``y``, or both with ``_train`` and ``_test``.

    Arguments:
        path: of the file. Rows of numbers ``(n, k)`` become a table with the target
            ``target``, ``(n, h, w)`` and ``(n, h, w, c)`` images, text ``(n,)`` texts.
        labelled: whether there must be a ``y``.

    Raises:
        ValueError: it is damaged, or names and shapes are others.
    """
    with reading(path, "arrays of numbers or text"):
        arrays = read_npz(path)
    notes: list[str] = []
    pairs = [_pair(path, arrays, "_train", labelled) or _pair(path, arrays, "", labelled)]
    if pairs[0] is None:
        raise ValueError(
            f"{path} has {', '.join(sorted(arrays)[:12]) or 'no arrays'}; x and y are expected, "
            "or x_train, y_train, x_test and y_test."
        )
    pairs.append(_pair(path, arrays, "_test", labelled))
    return source_of_arrays(
        path.stem, pairs[0], pairs[1], notes, fingerprint([("", path)]), where=str(path)
    )


def source_of_arrays(
    name: str,
    train: tuple[np.ndarray, np.ndarray | None],
    test: tuple[np.ndarray, np.ndarray | None] | None,
    notes: list[str],
    digest: str,
    *,
    names: Sequence[str] | None = None,
    target: str = "target",
    classes: Sequence[str] | None = None,
    where: str = "",
) -> Source:
    """Make a source of arrays.

    Arguments:
        name: of the source.
        train: inputs and targets, None for none.
        test: the same of the official test set, if there is one.
        notes: sentences so far.
        digest: the fingerprint.
        names: of a table's columns.
        target: name of a table's target.
        classes: names of numbered classes.
        where: the file, for errors.
    """
    notes = list(notes)
    # Brightest of both parts, so that they are scaled alike.
    parts = [train] + ([test] if test is not None else [])
    top = _top(parts, notes)
    made = [_part(x, y, names, target, classes, top, where or name) for x, y in parts]
    kinds = {Table: "table", Texts: "texts", Images: "images"}
    kind = kinds[type(made[0])]
    known = target if kind == "table" and train[1] is not None else None
    return Source(name, kind, made[0], made[1] if test else None, known, notes, digest)


def _pair(
    path: Path, arrays: Mapping[str, np.ndarray], suffix: str, labelled: bool
) -> tuple[np.ndarray, np.ndarray | None] | None:
    x = next((arrays[n + suffix] for n in _INPUTS if n + suffix in arrays), None)
    y = next((arrays[n + suffix] for n in _TARGETS if n + suffix in arrays), None)
    if x is None:
        return None
    if y is None and labelled:
        raise ValueError(f"{path} has inputs but no y{suffix} to learn.")
    if y is not None and len(x) != len(y):
        raise ValueError(f"{path} has {len(x):,} rows in x{suffix} but {len(y):,} in y{suffix}.")
    if not len(x):
        raise ValueError(f"{path} has no rows.")
    return x, y


def _top(parts: Sequence[tuple[np.ndarray, Any]], notes: list[str]) -> float:
    """Find the brightest pixel of images; bytes stay as they are."""
    x = parts[0][0]
    if x.ndim < 3 or x.dtype == np.uint8 or x.dtype.kind not in "iuf":
        return 255.0
    low = min(float(x.min()) for x, _ in parts if x.size)
    top = max(float(x.max()) for x, _ in parts if x.size)
    if low < 0:
        raise ValueError("Images must not have pixels below 0: give them from 0 to 1 or 0 to 255.")
    top = 255.0 if 16 < top <= 255 else top or 1.0
    if top != 255:
        notes.append(f"Pixels from 0 to {top:g} are stored as bytes from 0 to 255.")
    return top


def _part(
    x: np.ndarray,
    y: np.ndarray | None,
    names: Sequence[str] | None,
    target: str,
    classes: Sequence[str] | None,
    top: float,
    where: str,
) -> Part:
    if y is not None and y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y is not None and y.ndim == 2 and x.ndim != 2:
        y = y.argmax(axis=1)
    if x.ndim in (3, 4) and x.dtype.kind in "iufb":
        images = x if x.dtype == np.uint8 else np.round(x * (255 / top)).astype("uint8")
        images = images[..., None] if images.ndim == 3 else images
        return Images(images, _labels(y, classes), _rows(x))
    if x.ndim == 1 and x.dtype.kind in "US":
        texts = [t.decode("utf-8", "replace") if isinstance(t, bytes) else str(t) for t in x]
        return Texts(texts, _labels(y, classes), _rows(x))
    if x.ndim == 2 and x.dtype.kind in "iufb":
        return Table(_frame(x, y, names, target, classes))
    raise ValueError(
        f"{where} holds inputs of shape {x.shape} and type {x.dtype}; rows of numbers (n, k), "
        "images (n, h, w) or (n, h, w, c), or texts (n,) are expected."
    )


def _frame(
    x: np.ndarray,
    y: np.ndarray | None,
    names: Sequence[str] | None,
    target: str,
    classes: Sequence[str] | None,
) -> Any:
    pandas = need("pandas", "A table")
    names = names or [f"x{number}" for number in range(1, x.shape[1] + 1)]
    frame = pandas.DataFrame(np.where(np.isfinite(x), x, np.nan), columns=list(names))
    if y is not None and y.ndim == 2:
        frame[target] = ["|".join(f"class_{i}" for i in np.flatnonzero(row)) for row in y]
    elif y is not None:
        labels = y.dtype.kind in "USO" or classes is not None
        frame[target] = _labels(y, classes) if labels else y
    return frame


def _labels(y: np.ndarray | None, classes: Sequence[str] | None) -> list[str] | None:
    if y is None:
        return None
    if classes is not None:
        return [classes[int(label)] for label in y]
    return [spell(label) for label in y.tolist()]


def _rows(x: np.ndarray) -> list[str]:
    return [f"row {number}" for number in range(1, len(x) + 1)]
