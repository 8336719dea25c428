"""The ``.keras`` file: a zip of ``config.json``, ``metadata.json`` and ``model.weights.h5``."""

from __future__ import annotations

import datetime
import io
import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Any

from kerata._version import __version__
from kerata.base.variable import limited_size
from kerata.saving import hdf5
from kerata.saving.assets import read_assets, write_assets
from kerata.saving.metadata import KERAS_VERSION
from kerata.saving.state import read_state, write_state
from kerata.saving.structure import compile_from, model_config, model_from

ASSETS = "assets"
WEIGHTS = "model.weights.h5"
# An entry may be this large in any case, and this many times as large as the whole file.
_ALWAYS_ALLOWED = 1 << 26
_EXPANSION = 100


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


def read_archive(file: IO[bytes], compile: bool) -> Any:
    """Build a model from an open file.

    Raises:
        ValueError: anything in the file that is not as it should be.
    """
    import h5py

    with zipfile.ZipFile(file) as archive:
        config = json.loads(_entry(archive, "config.json"))
        content = _entry(archive, WEIGHTS)
        with limited_size(_ALWAYS_ALLOWED // 4 + _EXPANSION * len(content)):
            model = model_from(config)
            if compile and config.get("compile_config"):
                compile_from(model, config["compile_config"])
        with h5py.File(io.BytesIO(content), "r") as weights:
            read_state(weights, model)
        with tempfile.TemporaryDirectory() as assets:
            for info in archive.infolist():
                # _entry() has looked at all names: none leads out of the folder.
                if info.filename.startswith(f"{ASSETS}/") and not info.is_dir():
                    place = Path(assets, *info.filename.split("/")[1:])
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(_entry(archive, info.filename))
            read_assets(Path(assets), model)
    return model


def read_weights_entry(file: IO[bytes]) -> io.BytesIO:
    """Give the weights of an archive as a file in memory."""
    with zipfile.ZipFile(file) as archive:
        return io.BytesIO(_entry(archive, WEIGHTS))


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read one entry after a look at all names and sizes."""
    size = archive.fp.seek(0, io.SEEK_END) if archive.fp else 0
    limit = max(_ALWAYS_ALLOWED, _EXPANSION * size)
    names = archive.namelist()
    for info in archive.infolist():
        parts = re.split(r"[/\\]", info.filename)
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise ValueError(f"its entry {info.filename!r} points out of the archive")
        if info.file_size > limit:
            raise ValueError(
                f"its entry {info.filename!r} claims {info.file_size} bytes, "
                f"far more than the {size} of the whole file"
            )
    if name not in names:
        raise ValueError(f"it has no entry {name!r}")
    return archive.read(name)
