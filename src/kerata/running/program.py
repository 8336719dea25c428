"""One program file, run as Python would run it, with Kerata in the place of Keras."""

from __future__ import annotations

import re
import runpy
import sys
import traceback
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kerata.base.origin import is_own_class
from kerata.running.keras_imports import serve_keras_imports

# Objects whose missing methods are pieces of TensorFlow.
_KINDS = {
    "Dataset": "tensorflow.data.Dataset",
    "GradientTape": "tensorflow.GradientTape",
    "Tensor": "tensorflow.Tensor",
    "Variable": "tensorflow.Variable",
}


class MissingPiece(Exception):
    """A program uses something of Keras or TensorFlow that Kerata lacks."""


def run_program(path: str | Path, arguments: Sequence[str] = ()) -> dict[str, Any]:
    """Run a Keras program from its file.

    Arguments:
        path: the program.
        arguments: what follows its name in ``sys.argv``.

    Returns:
        The program's global names.

    Raises:
        FileNotFoundError: no such file.
        MissingPiece: the program uses what Kerata lacks, with file, line and name.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(2, "No such program", str(path))
    before = sys.argv, sys.path[:]
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        with serve_keras_imports():
            return runpy.run_path(str(path), run_name="__main__")
    except (ImportError, AttributeError) as error:
        lacks = _what_lacks(error)
        if lacks is None:
            raise
        raise MissingPiece(
            f"{_place(error, path)}: Kerata has no {lacks} yet. Leave it out, or run this part "
            "with Keras itself."
        ) from error
    finally:
        sys.argv, sys.path[:] = before


def _what_lacks(error: ImportError | AttributeError) -> str | None:
    """Name the missing piece as the program knows it, or None for other errors."""
    if isinstance(error, AttributeError):
        found, name = error.obj, error.name
        if isinstance(found, types.ModuleType):
            module = found.__name__
        elif is_own_class(type(found)) and type(found).__name__ in _KINDS:
            module = _KINDS[type(found).__name__]
        else:
            return None
    else:
        # Python 3.11 has the name only in its message.
        wanted = re.match(r"cannot import name '(\w+)'", error.msg)
        module, name = error.name or "", wanted and wanted[1]
    root = module.partition(".")[0]
    if root not in ("kerata", "keras", "tensorflow"):
        return None
    module = module.removeprefix("kerata.compat.").replace("kerata", "keras", 1)
    return f"{module}.{name}" if name else module


def _place(error: BaseException, path: Path) -> str:
    """Say where in the program an error came from."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == path
    ]
    return f"{path}, line {lines[-1]}" if lines else str(path)
