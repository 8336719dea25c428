"""The ``.keras`` file: a zip of ``config.json``, ``metadata.json`` and ``model.weights.h5``."""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from kerata._version import __version__
from kerata.base.json_text import read_json_text
from kerata.base.variable import limited_size
from kerata.saving import hdf5
from kerata.saving.assets import read_assets, write_assets
from kerata.saving.metadata import KERAS_VERSION
from kerata.saving.state import read_state, write_state
from kerata.saving.structure import compile_from, model_config, model_from

ASSETS = "assets"
WEIGHTS = "model.weights.h5"
# Limits of the bytes of all entries together: in any case, and for each byte of the file.
_ALWAYS_ALLOWED = 1 << 26
_EXPANSION = 20
# The list of entries; each of them costs some hundred bytes of memory.
_LONGEST_LIST = 1 << 23
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"


def write_archive(file: IO[bytes], model: Any, folder: str) -> None:
    """Write a model into an open file.

    Arguments:
        folder: where a temporary file can be, for large weights.
    """
    config = json.dumps(model_config(model))
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    about = {"keras_version": KERAS_VERSION, "date_saved": now, "kerata_version": __version__}
    # Weights hardly get smaller by packing.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("metadata.json", json.dumps(about))
        archive.writestr("config.json", config)
        with archive.open(WEIGHTS, "w", force_zip64=True) as entry:
            hdf5.write_file(entry, folder, lambda f: write_state(f, model))
        with tempfile.TemporaryDirectory() as assets:
            for place in write_assets(Path(assets), model):
                archive.write(Path(assets, place), f"{ASSETS}/{place}")


def read_archive(file: IO[bytes], compile: bool, own: bool = True) -> Any:
    """Build a model from an open file.

    Arguments:
        own: whether this process wrote the file.

    Raises:
        ValueError: anything in the file that is not as it should be.
    """
    with entries(file) as found:
        config = read_json_text(found.read("config.json"), "its config.json")
        content = found.read(WEIGHTS)
        with limited_size(most_numbers(len(content))):
            model = model_from(config)
            if compile and config.get("compile_config"):
                compile_from(model, config["compile_config"])
        with hdf5.reading(io.BytesIO(content), own) as weights:
            read_state(weights, model)
        read_assets(model, lambda path: found.files(f"{ASSETS}/{path}"), found.read)
    return model


def read_weights_entry(file: IO[bytes]) -> io.BytesIO:
    """Give the weights of an archive as a file in memory."""
    with entries(file) as found:
        return io.BytesIO(found.read(WEIGHTS))


def most_numbers(size: int) -> int:
    """Give how many numbers a model may hold whose weights take ``size`` bytes in a file."""
    return _ALWAYS_ALLOWED // 4 + _EXPANSION * size


class Entries:
    """The entries of an archive of unknown origin; names and sizes are checked once.

    Raises:
        ValueError: a name that leads elsewhere or comes twice; entries that hold far more
            than the whole file.
    """

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self._folders: dict[str, list[str]] = {}
        total = 0
        for info in archive.infolist():
            name = info.filename
            parts = re.split(r"[/\\]", name)
            if ".." in parts or parts[0] == "" or ":" in parts[0]:
                raise ValueError(f"its entry {name!r} points out of the archive")
            if name in self._entries:
                raise ValueError(f"it has two entries {name!r}")
            total += info.file_size
            if total > _ALWAYS_ALLOWED + _EXPANSION * size:
                raise ValueError(
                    f"its entries claim {total} bytes or more (up to {name!r}), "
                    f"far more than the {size} of the whole file"
                )
            self._entries[name] = info
            if not info.is_dir():
                self._folders.setdefault(name.rpartition("/")[0], []).append(name)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """Give an entry's content.

        Raises:
            ValueError: there is none.
        """
        if name not in self._entries:
            raise ValueError(f"it has no entry {name!r}")
        return self._archive.read(self._entries[name])

    def files(self, folder: str) -> list[str]:
        """Give the names of the files directly in a folder."""
        return self._folders.get(folder, [])


@contextlib.contextmanager
def entries(file: IO[bytes]) -> Iterator[Entries]:
    """Open an archive of unknown origin.

    Raises:
        ValueError: its list of entries is too long, or see ``Entries``.
        zipfile.BadZipFile: it is damaged.
    """
    size = file.seek(0, io.SEEK_END)
    _check_list(file, size)
    with zipfile.ZipFile(file) as archive:
        yield Entries(archive, size)


def _check_list(file: IO[bytes], size: int) -> None:
    """Refuse a list of entries that would fill the memory by itself."""
    tail = 1 << 16
    file.seek(max(0, size - tail - 98))
    end = file.read()
    place = end.rfind(_END)
    length = int.from_bytes(end[place + 12 : place + 16], "little") if place >= 0 else 0
    place64 = end.rfind(_END64)
    if length == 0xFFFFFFFF and place64 >= 0:
        length = int.from_bytes(end[place64 + 40 : place64 + 48], "little")
    if length > _LONGEST_LIST:
        raise ValueError(f"its list of entries has {length} bytes, which is refused")
    file.seek(0)
