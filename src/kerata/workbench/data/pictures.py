"""Pictures in files to arrays of one size: photos cut to their middle, others filled up."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kerata.applications import efficientnet_lite
from kerata.workbench.core.extras import need
from kerata.workbench.core.wording import counted

# Pixels of a side where images differ in size, or are larger than networks here take.
MOST_SIDE = 128
_LARGEST_SIDE = 256
# Bytes of all images together.
_MOST_BYTES = 2 << 30
# Pictures whose shorter side is usually longer are photos; so many are few.
PHOTO_FROM, FEW_PHOTOS = 64, 5000
# Photos are read larger than the 224 pixels with which the network was trained that looks at them:
# things look larger in the crops that it learned from than in whole photos (Touvron and others
# 2019, arXiv:1906.06423). Log loss of 245 photos of ants and bees, 5 folds dealt twice: 0.118 with
# 224 pixels, 0.118 with 256, 0.102 with 288, 0.114 with 320.
PHOTO_SIDE = 288
# Damaged files that are named.
_NAMED = 5
_GREY = ("1", "L", "I", "F", "I;16", "I;16B", "LA")


@dataclass(frozen=True)
class Pictures:
    """Pictures that were read.

    Arguments:
        images: uint8 ``(n, height, width, channels)``, of the files that could be read.
        kept: numbers of these files.
        cropped: whether they are the middles of photos.
    """

    images: np.ndarray
    kept: list[int]
    cropped: bool


def read_pictures(
    folder: Path, paths: Sequence[Path], notes: list[str], photos: bool | None = None
) -> Pictures:
    """Read pictures; damaged ones are left out, with a note that names them.

    Arguments:
        folder: that the paths are named from.
        paths: the files.
        notes: what was found and decided is added.
        photos: whether they are read as photos, the middle of each; by default where a
            pretrained network for them is installed and they are few and larger than icons.

    Raises:
        ValueError: none of them can be read.
    """
    picture = need("PIL.Image", "Reading images")
    problems: dict[int, str] = {}
    with ThreadPoolExecutor(8) as pool:
        facts = list(pool.map(lambda path: _tried(_facts, picture, path), paths))
        problems |= {i: fact for i, fact in enumerate(facts) if isinstance(fact, str)}
        known = [fact for fact in facts if not isinstance(fact, str)]
        if not known:
            raise ValueError(next(iter(problems.values())))
        colour = any(colour for _, _, colour in known)
        channels = 3 if colour else 1
        sizes = Counter((height, width) for height, width, _ in known)
        cropped = _are_photos(sizes) if photos is None else photos
        size = (PHOTO_SIDE, PHOTO_SIDE) if cropped else _size(sizes, channels)
        images = np.empty((len(paths), *size, channels), "uint8")

        def load(number: int) -> str | None:
            found = _tried(_load, picture, paths[number], size, colour, cropped)
            if isinstance(found, str):
                return found
            images[number] = found
            return None

        todo = [number for number in range(len(paths)) if number not in problems]
        for number, problem in zip(todo, pool.map(load, todo), strict=True):
            if problem is not None:
                problems[number] = problem
    if len(problems) == len(paths):
        raise ValueError(next(iter(problems.values())))
    if problems:
        notes.append(_left_out(folder, paths, problems))
    notes += _told_sizes(sizes, size, cropped)
    kept = [number for number in range(len(paths)) if number not in problems]
    return Pictures(images[kept] if problems else images, kept, cropped)


def _left_out(folder: Path, paths: Sequence[Path], problems: dict[int, str]) -> str:
    numbers = sorted(problems)
    named = "; ".join(
        problems[i].replace(os.fspath(paths[i]), os.fspath(paths[i].relative_to(folder)), 1)[:-1]
        for i in numbers[:_NAMED]
    )
    more = f"; and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else ""
    were = "was" if len(numbers) == 1 else "were"
    return f"{counted(len(numbers), 'image')} {were} left out: {named}{more}."


def _told_sizes(sizes: Counter[Any], size: tuple[int, int], cropped: bool) -> list[str]:
    several = f"Images come in {len(sizes):,} sizes" if len(sizes) > 1 else ""
    if cropped:
        [(height, width)] = [*sizes][:1]
        said = several or f"Images have {height} by {width} pixels"
        if not several and (height, width) == size:
            return []
        return [f"{said}: the middle of each, a square, is brought to {size[0]} by {size[1]}."]
    if several:
        return [
            f"{several}: all are brought to {size[0]} by {size[1]} "
            "pixels, edges filled with black so that nothing is distorted."
        ]
    if size not in sizes:
        [(height, width)] = sizes
        return [f"Images of {height} by {width} pixels are made {size[0]} by {size[1]}."]
    return []


def _are_photos(sizes: Counter[tuple[int, int]]) -> bool:
    shorter = float(np.median([min(size) for size in sizes.elements()]))
    few = sizes.total() <= FEW_PHOTOS
    return few and shorter > PHOTO_FROM and efficientnet_lite.is_installed()


def _tried(function: Any, picture: Any, path: Path, *others: Any) -> Any:
    """Call a function that reads a file; give a sentence if it can't be read."""
    try:
        with warnings.catch_warnings():
            # Of a hundred million pixels Pillow warns, and of twice as many it raises.
            warnings.simplefilter("ignore", picture.DecompressionBombWarning)
            return function(picture, path, *others)
    except Exception as error:
        # Pillow raises whatever its decoders raise for a file of that kind.
        # Its sentences end with or without a full stop, and some name the file again.
        why = str(error).replace(f" {os.fspath(path)!r}", "").rstrip(".")
        return f"{path} is damaged or no image: {why}."


def _facts(picture: Any, path: Path) -> tuple[int, int, bool]:
    with picture.open(path) as image:
        return image.height, image.width, image.mode not in _GREY


def _load(
    picture: Any, path: Path, size: tuple[int, int], colour: bool, cropped: bool
) -> np.ndarray:
    operations = need("PIL.ImageOps", "Reading images")
    mode = "RGB" if colour else "L"
    with picture.open(path) as image:
        # A JPEG file is decoded at a half, a quarter or an eighth of its size if that is enough.
        image.draft(mode, (size[1], size[0]))
        if image.mode.startswith(("I", "F")):
            levels = np.nan_to_num(np.asarray(image, "float64"), posinf=0, neginf=0)
            most = levels.max()
            top = 65535 if most > 255 else 1 if image.mode == "F" and most <= 1 else 255
            levels = np.clip(levels * (255 / top), 0, 255)
            image = picture.fromarray(levels.astype("uint8"))
        image = operations.exif_transpose(image).convert(mode)
        if (image.height, image.width) != size:
            fit = operations.fit if cropped else operations.pad
            filters = {"method": picture.Resampling.BILINEAR} if cropped else {}
            image = fit(image, (size[1], size[0]), **filters)
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
