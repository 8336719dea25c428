"""A cache of elements in a file: arrays alone, nothing that could be executed."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kerata.data.streams import Stream
from kerata.data.structure import children, is_nest, leaves

_FORM = "form.json"


def kept_in_file(stream: Stream, path: str) -> Stream:
    """Keep the elements of the first whole pass in a file, from which later passes read.

    Arguments:
        stream: elements of NumPy arrays.
        path: where the file is, without its ending; a file that is there already is read.
    """
    place = Path(f"{path}.npz")

    def count() -> int:
        if not place.exists():
            return stream.count()
        with zipfile.ZipFile(place) as file:
            return int(json.loads(file.read(_FORM))["count"])

    return Stream(lambda: _read(place) if place.exists() else _written(stream, place), count)


def _written(stream: Stream, place: Path) -> Iterator[Any]:
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f"{place.name}.{os.getpid()}.part")
    number, form = 0, None
    try:
        with zipfile.ZipFile(unfinished, "w") as file:
            for element in stream.start():
                if number == 0:
                    form = _form(element)
                for i, array in enumerate(leaves(element)):
                    with file.open(f"{number}.{i}.npy", "w", force_zip64=True) as out:
                        np.lib.format.write_array(out, _plain(array), allow_pickle=False)
                number += 1
                yield element
            file.writestr(_FORM, json.dumps({"form": form, "count": number}))
        os.replace(unfinished, place)
    finally:
        unfinished.unlink(missing_ok=True)


def _read(place: Path) -> Iterator[Any]:
    with zipfile.ZipFile(place) as file:
        head = json.loads(file.read(_FORM))
        for number in range(head["count"]):
            yield _built(head["form"], iter(range(2**31)), file, number)


def _built(form: Any, places: Iterator[int], file: zipfile.ZipFile, number: int) -> Any:
    if isinstance(form, list):
        return tuple(_built(part, places, file, number) for part in form)
    if isinstance(form, dict):
        return {key: _built(part, places, file, number) for key, part in form.items()}
    data = io.BytesIO(file.read(f"{number}.{next(places)}.npy"))
    array = np.lib.format.read_array(data, allow_pickle=False)
    if array.dtype.kind not in "US":
        return array
    # A sign was put behind each, since NumPy drops zeros at the end.
    texts = np.empty(array.size, object)
    texts[:] = [text[:-1] for text in array.reshape(-1).tolist()]
    return texts.reshape(array.shape)


def _form(element: Any) -> Any:
    if isinstance(element, Mapping):
        if not all(isinstance(key, str) for key in element):
            raise TypeError(f"Dataset.cache(filename) takes names as keys, got {list(element)!r}.")
        return {key: _form(part) for key, part in element.items()}
    return [_form(part) for _, part in children(element)] if is_nest(element) else 0


def _plain(array: Any) -> np.ndarray:
    if not isinstance(array, np.ndarray):
        raise TypeError(
            f"Dataset.cache(filename) keeps arrays and texts, got {type(array).__name__}; "
            "cache in memory, without a file name, or cache at an earlier place."
        )
    if array.dtype.kind != "O":
        return array
    texts = array.reshape(-1).tolist()
    if not any(isinstance(text, bytes) for text in texts):
        return np.array([t + "." for t in texts], np.str_).reshape(array.shape)
    marked = [(t if isinstance(t, bytes) else t.encode()) + b"." for t in texts]
    return np.array(marked, np.bytes_).reshape(array.shape)
