"""Folders with one subfolder for each class, of texts or of images."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Images, Source, Texts
from kerata.workbench.data.encodings import decode_text, told_encoding
from kerata.workbench.data.opening import IMAGE_ENDINGS, TEXT_ENDINGS, fingerprint
from kerata.workbench.data.pictures import read_pictures

_TRAIN = ("train", "training")
_TEST = ("test", "testing")
_VALIDATION = ("val", "valid", "validation")

Files = list[tuple[str, Path]]  # class, file


def read_folder(folder: Path, *, labelled: bool = True, photos: bool | None = None) -> Source:
    """Read the texts or images in a folder.

    Folders called ``train`` and ``test`` (and ``val``, which joins the training files) hold
    the classes' folders, or the folder itself does.

    Arguments:
        folder: the folder.
        labelled: whether there must be one subfolder for each class.
        photos: whether images are read as photos; by default what they look like.

    Raises:
        ValueError: no subfolders, no files of a known kind, a text that is damaged, no image
            that can be read.
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
    whole: Texts | Images
    first = len(train)
    if kind == "images":
        whole, kept = _images(folder, [*train, *test], notes, photos)
        first = sum(number < first for number in kept)
    else:
        whole = _texts(folder, [*train, *test], notes)
    return Source(
        folder.resolve().name,
        kind,
        _cut(whole, slice(0, first)),
        _cut(whole, slice(first, None)) if len(whole) > first else None,
        notes=notes,
        fingerprint=fingerprint(every),
    )


def read_one(path: Path, *, photos: bool | None = None) -> Source:
    """Read one image, to be predicted.

    Raises:
        ValueError: it is damaged.
    """
    notes: list[str] = []
    image, _ = _images(path.parent, [("", path)], notes, photos)
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
        return f"{counted(len(files), kind.removesuffix('s'))}."
    shown = ", ".join(f"{label} {count:,}" for label, count in sorted(counts.items())[:8])
    more = ", ..." if len(counts) > 8 else ""
    named = counted(len(counts), "class", "classes")
    return f"{counted(len(files), kind.removesuffix('s'))} of {named}: {shown}{more}."


def _texts(folder: Path, files: Files, notes: list[str]) -> Texts:
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda pair: decode_text(pair[1].read_bytes()), files))
    texts = [text for text, _ in read]
    foreign = Counter(told_encoding(encoding) for _, encoding in read)
    for message, count in foreign.most_common():
        if message != "UTF-8":
            notes.append(f"{counted(count, 'text is', 'texts are')} in {message}.")
    empty = sum(not text.strip() for text in texts)
    if empty:
        notes.append(f"{counted(empty, 'text is', 'texts are')} empty.")
    return Texts(texts, _labels(files), _origins(folder, files))


def _images(
    folder: Path, files: Files, notes: list[str], photos: bool | None = None
) -> tuple[Images, list[int]]:
    read = read_pictures(folder, [path for _, path in files], notes, photos)
    files = [files[number] for number in read.kept]
    images = Images(read.images, _labels(files), _origins(folder, files), read.cropped)
    return images, read.kept


def _labels(files: Files) -> list[str] | None:
    labels = [label for label, _ in files]
    return labels if any(labels) else None


def _origins(folder: Path, files: Files) -> list[str]:
    return [os.fspath(path.relative_to(folder)) for _, path in files]


def _cut(part: Texts | Images, rows: slice) -> Texts | Images:
    labels = None if part.labels is None else part.labels[rows]
    if isinstance(part, Images):
        return Images(part.images[rows], labels, part.origins[rows], part.cropped)
    return Texts(part.texts[rows], labels, part.origins[rows])
