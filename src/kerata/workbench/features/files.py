"""A model's preparation, in the same file as the model."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerata import saving
from kerata.base.json_text import read_json_text
from kerata.base.messages import printable
from kerata.saving import archive
from kerata.utils.files import write_beside
from kerata.utils.plain_files import open_plain
from kerata.workbench.core import result
from kerata.workbench.features.choice import MAKERS
from kerata.workbench.features.preparation import Preparation

ENTRY = "preparation.json"


def save_with(model: Any, preparation: result.Preparation, path: str | Path, **more: Any) -> None:
    """Save a model with its preparation as another entry of the ``.keras`` zip.

    Keras opens the file too and does not see the entry. Optimizers are saved as they begin:
    Adam's moments are twice as large as the weights, and what has found its best epoch, or is
    averaged, is not trained on from there.

    Arguments:
        model: the model.
        preparation: a fitted one.
        path: ends in ``.keras``.
        **more: plain values that are saved with it.

    Raises:
        OSError: the folder can't be written or is full; what was there stays.
    """
    path = Path(path)
    entry = json.dumps({"preparation": preparation.to_dict(), **more})
    content = io.BytesIO()
    with fresh_optimizers(model):
        archive.write_archive(content, model, tempfile.gettempdir())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as entries:
        entries.writestr(ENTRY, entry)
    write_beside(path, lambda file: file.write(content.getbuffer()))


@contextlib.contextmanager
def fresh_optimizers(model: Any) -> Iterator[None]:
    """Let a model and those inside it have optimizers without state in a ``with`` block."""
    compiled = [one for one in _nested(model) if getattr(one, "optimizer", None)]
    before = [(one, one.optimizer) for one in compiled]
    try:
        for one, optimizer in before:
            # One of a user's own without a whole config stays as it is: the file is larger.
            with contextlib.suppress(Exception):
                one.optimizer = type(optimizer).from_config(optimizer.get_config())
        yield
    finally:
        for one, optimizer in before:
            one.optimizer = optimizer


def _nested(model: Any) -> Iterator[Any]:
    """Give a model, its layers and, of those that are models, their layers."""
    yield model
    for layer in getattr(model, "layers", ()):
        yield from _nested(layer)


def load_with(path: str | Path, custom_objects: Any = None) -> tuple[Any, Preparation, dict]:
    """Load a model, its preparation and what else was kept.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a damaged file, or a model without preparation.
    """
    model = saving.load_model(path, custom_objects)
    with open_plain(path) as file:
        try:
            with archive.entries(file) as entries:
                text = entries.read(ENTRY) if ENTRY in entries else None
            if text is not None:
                kept = read_json_text(text, f"the entry {ENTRY}")
                return model, from_dict(kept.pop("preparation")), kept
        except Exception as error:
            # Damage shows in any way: as wrong sums, missing names, numbers in place of text.
            message = f"its preparation can't be read ({type(error).__name__}: {error})"
            raise ValueError(printable(f"{path} is damaged: {message}.")) from error
    raise ValueError(f"{path} holds a model without preparation: use load_model().")


def from_dict(stored: dict[str, Any]) -> Preparation:
    """Rebuild a preparation from what ``to_dict`` gave.

    Raises:
        ValueError: an unknown kind.
    """
    if stored.get("kind") not in MAKERS:
        raise ValueError(f"Unknown kind of preparation: {stored.get('kind')!r}.")
    return MAKERS[stored["kind"]].from_dict(stored)
