"""What layers keep in files of their own, such as vocabularies: a folder for each layer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from kerata.base.registry import naming
from kerata.saving.state import places


def write_assets(folder: Path, model: Any) -> Iterator[str]:
    """Let layers with ``save_assets(folder)`` write; yield the files' places in the folder."""
    for path, obj in places(model):
        if hasattr(obj, "save_assets"):
            own = folder / path
            own.mkdir(parents=True, exist_ok=True)
            obj.save_assets(str(own))
            yield from sorted(f"{path}/{file.name}" for file in own.iterdir() if file.is_file())


def read_assets(
    model: Any, files: Callable[[str], Iterable[str]], read: Callable[[str], bytes]
) -> None:
    """Let layers with ``load_assets(folder)`` read what they wrote; nothing else is unpacked.

    Arguments:
        files: gives the names of the files stored for a layer's path.
        read: gives the content of one of them.
    """
    for path, obj in places(model):
        names = list(files(path)) if hasattr(obj, "load_assets") else []
        if names:
            with tempfile.TemporaryDirectory() as folder:
                for name in names:
                    Path(folder, name.rpartition("/")[2]).write_bytes(read(name))
                with naming(f"Layer {obj.name!r}", "load_assets()"):
                    obj.load_assets(folder)
