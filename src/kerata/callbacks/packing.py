"""Lists, dictionaries, numbers, texts and arrays in one ``.npz`` file, without pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any

import jax
import ml_dtypes
import numpy as np

from kerata.utils.files import write_beside

_CONTENTS = "contents"


def write_pack(path: Path, value: Any) -> None:
    """Write a value beside its place and rename the file when it is whole.

    Raises:
        OSError: the folder can't be written, the disk is full; the old file stays.
        TypeError: something that can't be written.
    """
    arrays: dict[str, np.ndarray] = {}
    text = json.dumps(_pack(value, arrays))
    arrays[_CONTENTS] = np.frombuffer(text.encode(), np.uint8)
    write_beside(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]  # names are ours


def read_pack(path: Path | IO[bytes]) -> Any:
    """Read what ``write_pack`` wrote, from its file or from the bytes of it.

    Raises:
        ValueError, KeyError, zipfile.BadZipFile: a damaged file.
    """
    with np.load(path, allow_pickle=False) as arrays:
        return _unpack(json.loads(arrays[_CONTENTS].tobytes()), arrays)


def _pack(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, (np.ndarray, jax.Array)):
        name = f"array_{len(arrays)}"
        array = np.asarray(value)
        # Bytes of any type; NumPy's format knows nothing of bfloat16 and its like.
        arrays[name] = np.frombuffer(array.tobytes(), np.uint8)
        return {"array": name, "dtype": array.dtype.name, "shape": array.shape}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return {"tuple": [_pack(v, arrays) for v in value]}
    if isinstance(value, list):
        return [_pack(v, arrays) for v in value]
    if isinstance(value, dict):
        # Pairs, since JSON turns the keys of objects into texts.
        return {"dict": [[_pack(k, arrays), _pack(v, arrays)] for k, v in value.items()]}
    return value


def _unpack(value: Any, arrays: Any) -> Any:
    if isinstance(value, list):
        return [_unpack(v, arrays) for v in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        name = value["dtype"]
        dtype = np.dtype(getattr(ml_dtypes, name, name))
        return np.frombuffer(arrays[value["array"]].tobytes(), dtype).reshape(value["shape"]).copy()
    if "tuple" in value:
        return tuple(_unpack(v, arrays) for v in value["tuple"])
    return {_unpack(k, arrays): _unpack(v, arrays) for k, v in value["dict"]}
