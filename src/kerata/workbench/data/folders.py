"""Folders with one subfolder for each class, of texts or of images."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Images, Source, Texts
from kerata.workbench.data.encodings import decode_text, told_encoding
from kerata.workbench.data.opening import IMAGE_ENDINGS, TEXT_ENDINGS, fingerprint

_TRAIN = ("train", "training")
_TEST = ("test", "testing")
_VALIDATION = ("val", "valid", "validation")

# Pixels of a side where images differ in size, or are larger than networks here take.
MOST_SIDE = 128
_LARGEST_SIDE = 256
# Bytes of all images together.
_MOST_BYTES = 2 << 30

Files = list[tuple[str, Path]]  # class, file


def read_folder(folder: Path, *, labelled: bool = True) -> Source:
    """Read the texts or images in a folder.

    Folders called ``train`` and ``test`` (and ``val``, which joins the training files) hold
    the classes' folders, or the folder itself does.

    Arguments:
        folder: the folder.
        labelled: whether there must be one subfolder for each class.

    Raises:
        ValueError: no subfolders, no files of a known kind, a file that is damaged.
    """
    notes: list[str] = []
    parts = _parts(folder)
    train = [pair for part in parts.get("train", [folder]) for pair in _files(part, labelled)]
    test = [pair for part in parts.get("test", []) for pair in _files(part, labelled)]
    kind, endings = _kind(folder, train, notes)
    train = [(label, path) for label, path in train if path.suffix.lower() in endings]
    test = [(label, path) for label, path in test if path.suffix.lower() in endings]
    if test:
        train = _only_tested(train, test, notes)
    notes.insert(
        0, _sentence(train, kind) + (f" {len(test):,} more are for the test." if test else "")
    )
    every = [(os.fspath(path.relative_to(folder)), path) for _, path in [*train, *test]]
    read: Callable[[Path, Files, list[str]], Texts | Images]
    read = _images if kind == "images" else _texts
    whole = read(folder, [*train, *test], notes)
    return Source(
        folder.resolve().name,
        kind,
        _cut(whole, slice(0, len(train))),
        _cut(whole, slice(len(train), None)) if test else None,
        notes=notes,
        fingerprint=fingerprint(every),
    )


def read_one(path: Path) -> Source:
    """Read one image, to be predicted."""
    notes: list[str] = []
    image = _images(path.parent, [("", path)], notes)
    return Source(path.stem, "images", image, notes=notes, fingerprint=fingerprint([("", path)]))


def _parts(folder: Path) -> dict[str, list[Path]]:
    known = {name.lower(): folder / name for name in os.listdir(folder)}
    found: dict[str, list[Path]] = {}
    for part, names in (("train", _TRAIN + _VALIDATION), ("test", _TEST)):
        folders = [known[name] for name in names if name in known and known[name].is_dir()]
        if folders:
            found[part] = folders
    # Classes may be called "test" too; the training folder must have classes inside.
    train = found.get("train", [])
    return found if any(child.is_dir() for part in train for child in part.iterdir()) else {}


def _files(folder: Path, labelled: bool) -> Files:
    classes = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not classes:
        if labelled:
            raise ValueError(
                f"{folder} has no subfolders: it needs one for each class, named after it, "
                "with that class's texts or images inside." + _tables(folder)
            )
        return [("", path) for path in sorted(folder.iterdir()) if _wanted(path)]
    return [
        (child.name, Path(root) / name)
        for child in classes
        for root, _, names in sorted(os.walk(child))
        for name in sorted(names)
        if _wanted(Path(root) / name)
    ]


def _tables(folder: Path) -> str:
    """Point to a table, where a person named the folder that it is in."""
    endings = (".csv", ".tsv", ".parquet", ".xlsx", ".jsonl", ".feather")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in endings)
    return f" To read a table, name the file: {found[0]}." if found else ""


def _wanted(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.name != "Thumbs.db"


def _kind(folder: Path, files: Files, notes: list[str]) -> tuple[str, tuple[str, ...]]:
    endings = Counter(path.suffix.lower() for _, path in files)
    images = sum(endings[ending] for ending in IMAGE_ENDINGS)
    texts = sum(endings[ending] for ending in TEXT_ENDINGS)
    if not images and not texts:
        found = ", ".join(ending or "no ending" for ending, _ in endings.most_common(4))
        raise ValueError(
            f"{folder} has no texts ({', '.join(TEXT_ENDINGS[:3])}, ...) and no images "
            f"({', '.join(IMAGE_ENDINGS[:3])}, ...) in its subfolders"
            + (f"; found {found}." if found else ": they are empty.")
        )
    kind, kept = ("images", images) if images >= texts else ("texts", texts)
    if kept < len(files):
        more = len(files) - kept
        were = "was" if more == 1 else "were"
        notes.append(f"{counted(more, 'file')} of another kind {were} left out.")
    return kind, IMAGE_ENDINGS if kind == "images" else TEXT_ENDINGS


def _only_tested(train: Files, test: Files, notes: list[str]) -> Files:
    """Leave out folders that the test part lacks, as IMDB's of reviews without a verdict."""
    tested = {label for label, _ in test}
    for label, count in Counter(label for label, _ in train if label not in tested).items():
        notes.append(
            f"{label!r} ({counted(count, 'file')}) has no counterpart in the test: left out."
        )
    return [pair for pair in train if pair[0] in tested]


def _sentence(files: Files, kind: str) -> str:
    counts = Counter(label for label, _ in files)
    if set(counts) == {""}:
        return f"{len(files):,} {kind}."
    shown = ", ".join(f"{label} {count:,}" for label, count in sorted(counts.items())[:8])
    more = ", ..." if len(counts) > 8 else ""
    return f"{len(files):,} {kind} of {len(counts)} classes: {shown}{more}."


def _texts(folder: Path, files: Files, notes: list[str]) -> Texts:
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda pair: decode_text(pair[1].read_bytes()), files))
    texts = [text for text, _ in read]
    foreign = Counter(told_encoding(encoding) for _, encoding in read)
    for message, count in foreign.most_common():
        if message != "UTF-8":
            notes.append(f"{count:,} texts are in {message}.")
    empty = sum(not text.strip() for text in texts)
    if empty:
        notes.append(f"{empty:,} texts are empty.")
    return Texts(texts, _labels(files), _origins(folder, files))


def _images(folder: Path, files: Files, notes: list[str]) -> Images:
    picture = need("PIL.Image", "Reading images")
    with ThreadPoolExecutor(8) as pool:
        facts = list(pool.map(lambda pair: _facts(picture, pair[1]), files))
    sizes = Counter((height, width) for height, width, _ in facts)
    colour = any(colour for _, _, colour in facts)
    size = _size(sizes, 3 if colour else 1)
    if len(sizes) > 1:
        notes.append(
            f"Images come in {len(sizes):,} sizes: all are brought to {size[0]} by {size[1]} "
            "pixels, edges filled with black so that nothing is distorted."
        )
    elif size not in sizes:
        [(height, width)] = sizes
        notes.append(f"Images of {height} by {width} pixels are made {size[0]} by {size[1]}.")
    images = np.empty((len(files), *size, 3 if colour else 1), "uint8")

    def load(number: int) -> None:
        images[number] = _load(picture, files[number][1], size, colour)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(load, range(len(files))))
    return Images(images, _labels(files), _origins(folder, files))


def _facts(picture: Any, path: Path) -> tuple[int, int, bool]:
    with _open(picture, path) as image:
        colour = image.mode not in ("1", "L", "I", "F", "I;16", "LA")
        return image.height, image.width, colour


def _open(picture: Any, path: Path) -> Any:
    try:
        return picture.open(path)
    except Exception as error:
        raise ValueError(f"{path} is damaged or no image: {error}.") from error


def _load(picture: Any, path: Path, size: tuple[int, int], colour: bool) -> np.ndarray:
    operations = need("PIL.ImageOps", "Reading images")

    with _open(picture, path) as image:
        try:
            if image.mode.startswith(("I", "F")):
                levels = np.asarray(image, "float64")
                top = 65535 if levels.max() > 255 else 255
                image = picture.fromarray((levels * (255 / top)).astype("uint8"))
            image = operations.exif_transpose(image).convert("RGB" if colour else "L")
            if (image.height, image.width) != size:
                image = operations.pad(image, (size[1], size[0]))
        except Exception as error:
            raise ValueError(f"{path} is damaged or cut short: {error}.") from error
        return np.asarray(image, "uint8").reshape(*size, -1)


def _size(sizes: Counter[tuple[int, int]], channels: int) -> tuple[int, int]:
    """Choose a size for all: theirs if it is one, else a middle one; all must fit in memory."""
    each = _MOST_BYTES / (channels * sizes.total())
    if len(sizes) == 1 and max(next(iter(sizes))) <= _LARGEST_SIDE and _area(sizes) <= each:
        return next(iter(sizes))
    heights, widths = (np.array([size[axis] for size in sizes.elements()]) for axis in (0, 1))
    height, width = float(np.median(heights)), float(np.median(widths))
    scale = min(1.0, MOST_SIDE / max(height, width), (each / (height * width)) ** 0.5)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _area(sizes: Counter[tuple[int, int]]) -> int:
    height, width = next(iter(sizes))
    return height * width


def _labels(files: Files) -> list[str] | None:
    labels = [label for label, _ in files]
    return labels if any(labels) else None


def _origins(folder: Path, files: Files) -> list[str]:
    return [os.fspath(path.relative_to(folder)) for _, path in files]


def _cut(part: Texts | Images, rows: slice) -> Texts | Images:
    labels = None if part.labels is None else part.labels[rows]
    if isinstance(part, Images):
        return Images(part.images[rows], labels, part.origins[rows])
    return Texts(part.texts[rows], labels, part.origins[rows])
