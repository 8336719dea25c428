"""What layers keep in files of their own, such as vocabularies: a folder for each layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerata.saving.state import places


def write_assets(folder: Path, model: Any) -> Iterator[str]:
    """Let layers with ``save_assets(folder)`` write; yield the files' places in the folder."""
    for path, obj in places(model):
        if hasattr(obj, "save_assets"):
            own = folder / path
            own.mkdir(parents=True, exist_ok=True)
            obj.save_assets(str(own))
            yield from sorted(f"{path}/{file.name}" for file in own.iterdir() if file.is_file())


def read_assets(folder: Path, model: Any) -> None:
    """Let layers with ``load_assets(folder)`` read what they wrote."""
    for path, obj in places(model):
        if hasattr(obj, "load_assets") and (folder / path).is_dir():
            obj.load_assets(str(folder / path))
