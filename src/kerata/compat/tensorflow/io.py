"""``tf.io``: files."""

from __future__ import annotations

import glob as python_glob
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from kerata.compat.tensorflow.image import (
    decode_bmp,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
)
from kerata.compat.tensorflow.lacking import lacking
from kerata.compat.tensorflow.strings import texts
from kerata.compat.tensorflow.tensor import Tensor, as_value
from kerata.data.spec import numpy_type

__all__ = [
    "decode_bmp",
    "decode_csv",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "decode_raw",
    "encode_jpeg",
    "encode_png",
    "gfile",
    "matching_files",
    "read_file",
    "write_file",
]


def _path(name: Any) -> str:
    return str(texts(name)[()])


def _text(data: Any) -> Tensor:
    single = np.empty((), object)
    single[()] = data
    return Tensor(single)


def read_file(filename: Any, name: Any = None) -> Tensor:
    """``tf.io.read_file``: the bytes of a file."""
    return _text(Path(_path(filename)).read_bytes())


def write_file(filename: Any, contents: Any, name: Any = None) -> None:
    """``tf.io.write_file``: write bytes into a file."""
    data = np.asarray(as_value(contents)).item()
    Path(_path(filename)).write_bytes(data.encode() if isinstance(data, str) else data)


def matching_files(pattern: Any, name: Any = None) -> Tensor:
    """``tf.io.matching_files``: the files that fit a pattern, sorted."""
    found = sorted(p for text in np.atleast_1d(texts(pattern)) for p in python_glob.glob(text))
    return Tensor(np.array(found, object))


def decode_raw(input_bytes: Any, out_type: Any, little_endian: bool = True, **_: Any) -> Tensor:
    """``tf.io.decode_raw``: bytes as numbers."""
    data = np.asarray(as_value(input_bytes)).item()
    kind = numpy_type(out_type).newbyteorder("<" if little_endian else ">")
    return Tensor(np.frombuffer(data, kind).astype(numpy_type(out_type)))


def decode_csv(
    records: Any,
    record_defaults: Any,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Any = None,
    name: Any = None,
) -> list[Tensor]:
    """``tf.io.decode_csv``: the columns of lines, in the types of their defaults."""
    import csv

    lines = texts(records)
    rows = list(csv.reader(lines.reshape(-1).tolist(), delimiter=field_delim))
    columns = []
    for place, default in enumerate(record_defaults):
        given = np.asarray(as_value(default))
        column = select_cols[place] if select_cols is not None else place
        kind = given.dtype
        cells = [row[column] for row in rows]
        filled = [
            given.reshape(-1)[0] if cell == na_value and given.size else cell for cell in cells
        ]
        array = np.array(filled, object)
        made = array if kind.kind == "O" else array.astype(kind)
        columns.append(Tensor(as_value(made.reshape(lines.shape))))
    return columns


class gfile:
    """``tf.io.gfile``: files and folders of this machine."""

    GFile = staticmethod(open)

    @staticmethod
    def exists(path: Any) -> bool:
        """Say whether there is such a file or folder."""
        return os.path.exists(path)

    @staticmethod
    def isdir(path: Any) -> bool:
        """Say whether it is a folder."""
        return os.path.isdir(path)

    @staticmethod
    def listdir(path: Any) -> list[str]:
        """List what is in a folder."""
        return os.listdir(path)

    @staticmethod
    def glob(pattern: Any) -> list[str]:
        """List what fits a pattern."""
        return sorted(python_glob.glob(pattern))

    @staticmethod
    def makedirs(path: Any) -> None:
        """Make a folder and those above it."""
        os.makedirs(path, exist_ok=True)

    mkdir = makedirs

    @staticmethod
    def remove(path: Any) -> None:
        """Remove a file."""
        os.remove(path)

    @staticmethod
    def rmtree(path: Any) -> None:
        """Remove a folder and what is in it."""
        shutil.rmtree(path)

    @staticmethod
    def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
        """Copy a file.

        Raises:
            FileExistsError: it is there and ``overwrite`` is False.
        """
        if os.path.exists(dst) and not overwrite:
            raise FileExistsError(17, "There is such a file", str(dst))
        shutil.copyfile(src, dst)


__getattr__ = lacking(__name__)
