"""Files of pretrained weights: Keras's own, by address and hash."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kerata.base.messages import warn
from kerata.config import image_data_format
from kerata.utils.get_file import get_file

STORE = "https://storage.googleapis.com/tensorflow/keras-applications/"
_FOLDER = "models"


class Weights(Protocol):
    """Where published weights come from."""

    def load(self, model: Any) -> None:
        """Put them into a network."""


@dataclass(frozen=True)
class WeightFile:
    """One file.

    Arguments:
        name: its name in the cache.
        digest: MD5 or SHA-256, hexadecimal; None where Keras has none.
        folder: address of its folder.
        remote: its name there, if it is another.
    """

    name: str
    digest: str | None
    folder: str
    remote: str | None = None

    def path(self) -> Path:
        """Give the path of the file, which is downloaded if neither cache has it.

        Raises:
            ConnectionError: it can't be downloaded.
            ValueError: what was downloaded has another digest.
        """
        theirs = keras_home()
        there = (theirs / _FOLDER / self.name).is_file()
        return Path(
            get_file(
                self.name,
                self.folder + (self.remote or self.name),
                cache_subdir=_FOLDER,
                file_hash=self.digest,
                cache_dir=theirs if there else None,
            )
        )

    def load(self, model: Any) -> None:
        """Put the weights into a network."""
        model.load_weights(self.path())


def keras_home() -> Path:
    """Give the folder where Keras keeps what it has downloaded."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()


def two_files(
    place: str, with_top: str | None, without: str | None, without_ending: str = "_notop"
) -> dict[bool, WeightFile]:
    """Give the files with and without the top, by whether there is one.

    Arguments:
        place: folder and name below ``STORE``, without the ending.
        with_top: digest of the whole network's file.
        without: digest of the other.
        without_ending: what the other one's name ends in, before ``.h5``.
    """
    folder, _, name = place.rpartition("/")
    return {
        True: WeightFile(f"{name}.h5", with_top, f"{STORE}{folder}/"),
        False: WeightFile(f"{name}{without_ending}.h5", without, f"{STORE}{folder}/"),
    }


def one_of(called: str, argument: str, value: Any, published: tuple[Any, ...]) -> None:
    """Refuse a form of a network whose weights were not published.

    Raises:
        ValueError: the argument has another value.
    """
    if value not in published:
        raise ValueError(
            f"{called}: there are 'imagenet' weights for {argument} of "
            f"{', '.join(map(str, published))}, got {value!r}."
        )


def rows_and_columns(a: Any) -> tuple[int | None, int | None]:
    """Give height and width of the pictures that the arguments describe, None where unknown."""
    shape = a.input_shape if a.input_tensor is None else a.input_tensor.shape[1:]
    if shape is None:
        return None, None
    return tuple(shape[1:]) if image_data_format() == "channels_first" else tuple(shape[:2])


def trained_size(a: Any, published: tuple[int, ...]) -> int:
    """Give the size that weights were trained with: that of the pictures, or 224."""
    rows, columns = rows_and_columns(a)
    return rows if rows == columns and rows in published else 224


def rows_named(a: Any) -> int | None:
    """Give the number of rows in a model's name."""
    return a.size if a.pretrained else rows_and_columns(a)[0]


def tell_of_another_size(called: str, a: Any) -> None:
    """Warn if the weights were trained with pictures of another size."""
    if rows_and_columns(a) != (a.size, a.size) and not a.include_top:
        warn(
            f"{called}: the weights were trained with pictures of {a.size}x{a.size} pixels.",
            stacklevel=5,
        )
