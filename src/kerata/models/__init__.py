"""Models: stacks, graphs and subclasses of layers that can be trained."""

from __future__ import annotations

from typing import Any

from kerata.base.registry import Namespace
from kerata.models.cloning import clone_model
from kerata.models.model import Functional, Model
from kerata.models.sequential import Sequential

Namespace("keras", "model").add(Sequential)
Namespace("keras", "model").add(Model)
# Where Keras's files say that it is.
Namespace("keras.src.models.functional", "model").add(Functional)

_FROM_SAVING = ("load_model", "model_from_json", "save_model")

__all__ = ["Functional", "Model", "Sequential", "clone_model", *_FROM_SAVING]


def __getattr__(name: str) -> Any:
    # Saving stands above models.
    if name in _FROM_SAVING:
        import kerata.saving

        return getattr(kerata.saving, name)
    raise AttributeError(f"kerata.models has no attribute {name!r}.")
