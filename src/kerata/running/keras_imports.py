"""Imports of ``keras`` and ``tensorflow``, answered by Kerata."""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

from kerata.base.eager import current_front, set_front

# Where older versions of Keras kept things.
_MOVED = {
    "layers.advanced_activations": "layers",
    "layers.convolutional": "layers",
    "layers.core": "layers",
    "layers.embeddings": "layers",
    "layers.merge": "layers",
    "layers.noise": "layers",
    "layers.normalization": "layers",
    "layers.pooling": "layers",
    "engine": "models",
    "engine.topology": "layers",
    "engine.training": "models",
    "utils.generic_utils": "utils",
    "utils.data_utils": "utils",
}
_ROOTS = ("keras", "tensorflow.keras", "tensorflow.python.keras", "tf_keras", "scikeras")


def kerata_name(name: str) -> str | None:
    """Give the module of Kerata that stands for a module of Keras, or None.

    >>> kerata_name("tensorflow.keras.layers"), kerata_name("keras.utils.np_utils")
    ('kerata.layers', 'kerata.utils.np_utils')
    """
    if name == "tensorflow.python":
        return "kerata.compat.tensorflow"
    for root in _ROOTS:
        if name == root:
            return "kerata"
        if name.startswith(f"{root}."):
            rest = name.removeprefix(f"{root}.")
            return f"kerata.{_MOVED.get(rest, rest)}"
    return f"kerata.compat.{name}" if name.partition(".")[0] == "tensorflow" else None


class _Loader(importlib.abc.Loader):
    """Puts an existing module under a second name."""

    def __init__(self, target: Any) -> None:
        self.target = target

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        sys.modules[module.__name__] = self.target


class KerasFinder(importlib.abc.MetaPathFinder):
    """Answers imports of Keras with Kerata, and of TensorFlow with ``kerata.compat``."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Give the spec of a stand-in module, or None for modules that aren't Keras's."""
        name = kerata_name(fullname)
        if name is not None:
            try:
                module = importlib.import_module(name)
            except ModuleNotFoundError as error:
                if error.name is not None and error.name.startswith("kerata"):
                    raise ModuleNotFoundError(
                        f"Kerata has no module {fullname!r}.", name=fullname
                    ) from None
                raise
            if fullname == "tensorflow":
                set_front(module.FRONT)
        else:
            return None
        return importlib.machinery.ModuleSpec(fullname, _Loader(module), is_package=True)


@contextlib.contextmanager
def serve_keras_imports() -> Iterator[None]:
    """Answer imports of ``keras`` and ``tensorflow`` with Kerata inside the block.

    Modules of the real ones that are imported already stay out of the way until the end.

    >>> with serve_keras_imports():
    ...     from tensorflow.keras.layers import Dense
    >>> Dense.__module__
    'kerata.layers.core.dense'
    """
    finder = KerasFinder()
    front = current_front()

    def ours() -> list[str]:
        roots = ("keras", "tensorflow", "tf_keras", "scikeras")
        return [m for m in sys.modules if m.partition(".")[0] in roots]

    hidden = {name: sys.modules.pop(name) for name in ours()}
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        set_front(front)
        for name in ours():
            del sys.modules[name]
        sys.modules.update(hidden)
