"""Weights in a file: looked at, compared with a model, changed, and saved again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.json_text import read_json_text
from kerata.base.messages import did_you_mean, printable
from kerata.saving import archive, hdf5, hdf5_probe
from kerata.saving.model_files import opened, write_hdf5
from kerata.saving.state import own_weights, places

# No model has layers within layers as deep as this.
_DEEPEST = 64


class KerasFileEditor:
    """Look at the weights in a ``.keras`` or ``.weights.h5`` file, change them, save them.

    An object (a layer, the optimizer) is a dict of its weights and of the objects inside it,
    under the names they have in the file: ``{"layers": {"dense": {"0": kernel, "1": bias}}}``.
    Unlike Keras's, it keeps what lies inside an object that has weights of its own, and
    ``compare`` counts each weight once.

    Arguments:
        filepath: the file. It is only read; nothing in it is run.

    Attributes:
        weights_dict: the objects and weights, NumPy arrays.
        object_metadata: the layers' own names, by the object's path (``"/layers/dense"``).
        config: the model's config as a dict, of a ``.keras`` file; otherwise None.
        metadata: version and date of a ``.keras`` file; otherwise None.

    Raises:
        FileNotFoundError: no such file.
        ValueError: another ending, or a file that is damaged or claims too much.

    >>> import tempfile, kerata
    >>> model = kerata.Sequential([kerata.Input((2,)), kerata.layers.Dense(3)])
    >>> model.save_weights(path := tempfile.mkdtemp() + "/old.weights.h5")
    >>> editor = KerasFileEditor(path).rename_object("dense", "dense_7")  # doctest: +ELLIPSIS
    Keras model file '...old.weights.h5'
    """

    def __init__(self, filepath: Any) -> None:
        self.filepath = str(filepath)
        self.config: dict[str, Any] | None = None
        self.metadata: dict[str, Any] | None = None
        self.weights_dict: dict[str, Any] = {}
        self.object_metadata: dict[str, dict[str, str]] = {}
        if not self.filepath.endswith((".keras", ".weights.h5")):
            raise ValueError(
                f"The name of a file to edit ends in .keras or .weights.h5, got {filepath!r}."
            )
        with opened(self.filepath) as (file, kind):
            own, source = hdf5_probe.is_own(file), file
            if kind == "zip":
                with archive.entries(file) as entries:
                    self.config = read_json_text(entries.read("config.json"), "its config.json")
                    about = entries.read("metadata.json")
                    self.metadata = read_json_text(about, "its metadata.json")
                    source = io.BytesIO(entries.read(archive.WEIGHTS))
            most = 4 * archive.most_numbers(source.seek(0, io.SEEK_END))
            with hdf5.reading(source, own) as f:
                if any(name in f.attrs for name in ("layer_names", "layer_names0")):
                    raise ValueError("it has the layout of Keras 2; load and save its model first")
                self._budget, self._seen = most, set[int]()
                self._read(f, self.weights_dict, "", 0)
        print(printable(f"Keras model file '{self.filepath}'"))
        if self.metadata is not None:
            version, date = (self.metadata.get(k) for k in ("keras_version", "date_saved"))
            print(printable(f"Saved with Keras {version} - date: {date}"))

    def summary(self) -> None:
        """Print the objects in the file with the shapes and types of their weights."""
        print("Weights structure")
        for line in self._lines(self.weights_dict, "", ""):
            print(printable(line))

    def compare(self, reference_model: Any) -> dict[str, Any]:
        """Compare the weights with those of a model, and print what differs.

        Arguments:
            reference_model: built model.

        Returns:
            ``status`` (``'success'`` or ``'error'``), ``error_count`` (objects and weights
            that one side lacks, and weights of another shape; what is inside a lacking object
            is not counted again) and ``match_count`` (weights of equal place and shape).
        """
        reference: dict[str, Any] = {}
        for path, obj in places(reference_model):
            weights = own_weights(obj)
            if weights:
                _descend(reference, path.split("/") if path else [], make=True).update(weights)
        print("Running comparison")
        problems, matching = _differences(self.weights_dict, reference, "")
        for problem in problems:
            print(printable(f"...{problem}"))
        if problems:
            print(f"Found {_counted(len(problems), 'error')}: the file does not fit the model")
        else:
            print(f"The file fits the model: {_counted(matching, 'matching weight')}")
        status = "error" if problems else "success"
        return {"status": status, "error_count": len(problems), "match_count": matching}

    def rename_object(self, object_name: str, new_name: str) -> KerasFileEditor:
        """Give an object another name.

        Arguments:
            object_name: its name, if no other has it, or its path (``"layers/dense_2"``).
            new_name: the new name, without slashes.

        Returns:
            The editor.

        Raises:
            ValueError: no such object or several; a path as the new name, or one that is taken.
        """
        if "/" in new_name:
            raise ValueError(f"The new name of an object has no slashes, got {new_name!r}.")
        holder, name = self._find(object_name)
        if new_name in holder and new_name != name:
            raise ValueError(f"There is an object {new_name!r} beside {object_name!r} already.")
        # The order of objects stays.
        items = [(new_name if key == name else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(items)
        return self

    def delete_object(self, object_name: str) -> KerasFileEditor:
        """Remove an object with all inside it.

        Arguments:
            object_name: name or path, as for ``rename_object``.

        Raises:
            ValueError: no such object, or several.
        """
        holder, name = self._find(object_name)
        del holder[name]
        return self

    def add_object(self, object_path: str, weights: dict[str, Any]) -> KerasFileEditor:
        """Add an object; one at the same place is replaced, as in Keras.

        Arguments:
            object_path: the whole path, for example ``"layers/dense_2"``.
            weights: arrays by name, usually ``"0"``, ``"1"``, ...; dicts are objects inside it.

        Raises:
            ValueError: no object that would hold it; weights that are no dict of arrays.
        """
        *above, name = object_path.split("/")
        holder = _descend(self.weights_dict, above)
        if holder is None:
            raise ValueError(f"There is no object {'/'.join(above)!r} to add {name!r} to.")
        holder[name] = _checked(weights)
        return self

    def add_weights(self, object_name: str, weights: dict[str, Any]) -> KerasFileEditor:
        """Add weights to an object; those of the same name are replaced.

        Arguments:
            object_name: name or path, as for ``rename_object``.
            weights: arrays by name.

        Raises:
            ValueError: no such object, or several; weights that are no dict of arrays.
        """
        holder, name = self._find(object_name)
        holder[name].update(_checked(weights))
        return self

    def delete_weight(self, object_name: str, weight_name: str) -> KerasFileEditor:
        """Remove one weight of an object.

        Arguments:
            object_name: name or path, as for ``rename_object``.
            weight_name: the weight's name, for example ``"0"``.

        Raises:
            ValueError: no such object or weight, or several objects.
        """
        holder, name = self._find(object_name)
        if weight_name not in holder[name]:
            has = ", ".join(map(repr, holder[name])) or "none"
            raise ValueError(f"Object {object_name!r} has no weight {weight_name!r}; it has {has}.")
        del holder[name][weight_name]
        return self

    def save(self, filepath: Any) -> None:
        """Write the weights as they are now, in the layout that ``load_weights`` reads.

        Arguments:
            filepath: ends in ``.weights.h5``; a file that is there is replaced.

        Raises:
            ValueError: another ending.
            OSError: the folder can't be written or is full; what was there stays.
        """
        path = Path(filepath)
        if not path.name.endswith(".weights.h5"):
            raise ValueError(f"Edited weights are saved as .weights.h5, got {str(path)!r}.")
        write_hdf5(path, True, lambda file: _write(file, self.weights_dict))

    resave_weights = save

    def _read(self, group: Any, into: dict[str, Any], path: str, depth: int) -> None:
        import h5py

        if depth > _DEEPEST:
            raise ValueError(f"its groups lie more than {_DEEPEST} deep in each other")
        for name in group:
            found = hdf5.child(group, name)
            address = h5py.h5o.get_info(found.id).addr
            if address in self._seen:
                raise ValueError(f"{group.name}/{name} is another name of something in the file")
            self._seen.add(address)
            if isinstance(found, h5py.Dataset):
                self._budget -= found.nbytes or 0
                if self._budget < 0:
                    raise ValueError("its weights claim far more bytes than the file has")
                if name in into:
                    raise ValueError(f"{path}/{name} is a weight and an object at once")
                into[name] = hdf5.read(group, name)
            elif isinstance(found, h5py.Group) and name == "vars":
                if "name" in found.attrs:
                    said = hdf5.text(hdf5.attribute(found, "name"))
                    self.object_metadata[path] = {"name": said}
                self._read(found, into, path, depth + 1)
            elif isinstance(found, h5py.Group):
                inner: dict[str, Any] = {}
                self._read(found, inner, f"{path}/{name}", depth + 1)
                if inner:
                    if name in into:
                        raise ValueError(f"{path}/{name} is a weight and an object at once")
                    into[name] = inner

    def _lines(self, objects: dict[str, Any], prefix: str, path: str) -> Iterator[str]:
        for i, (name, value) in enumerate(objects.items()):
            last = i == len(objects) - 1
            start = f"{prefix}{'└─ ' if last else '├─ '}{name}"
            if not isinstance(value, dict):
                yield f"{start}: shape={value.shape}, dtype={value.dtype}"
                continue
            here = f"{path}/{name}"
            called = self.object_metadata.get(here)
            yield start + (f" ('{called['name']}')" if called else "")
            yield from self._lines(value, prefix + ("    " if last else "│   "), here)

    def _find(self, name: str) -> tuple[dict[str, Any], str]:
        """Give the dict that holds an object, and the object's key in it."""
        *above, last = name.split("/")
        if above:
            holder = _descend(self.weights_dict, above)
            found = [holder] if holder is not None and isinstance(holder.get(last), dict) else []
        else:
            found = [d for d in _dicts(self.weights_dict) if isinstance(d.get(last), dict)]
        if len(found) > 1:
            raise ValueError(f"{len(found)} objects are called {name!r}; give the whole path.")
        if not found:
            names = {
                key for d in _dicts(self.weights_dict) for key in d if isinstance(d[key], dict)
            }
            raise ValueError(
                f"The file has no object {name!r}. {did_you_mean(last, sorted(names))}"
            )
        return found[0], last


def _descend(objects: dict[str, Any], path: list[str], make: bool = False) -> Any:
    """Give the dict at a path, or None; made if asked for."""
    for name in path:
        inner = objects.setdefault(name, {}) if make else objects.get(name)
        if not isinstance(inner, dict):
            return None
        objects = inner
    return objects


def _dicts(objects: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield objects
    for value in objects.values():
        if isinstance(value, dict):
            yield from _dicts(value)


def _checked(weights: Any) -> dict[str, Any]:
    if not isinstance(weights, dict):
        raise ValueError(
            f"weights is a dict of arrays by name ('0', '1', ...), got {type(weights).__name__}."
        )
    checked: dict[str, Any] = {}
    for name, value in weights.items():
        checked[name] = _checked(value) if isinstance(value, dict) else np.asarray(value)
        if not isinstance(value, dict) and checked[name].dtype.kind not in "biufcV":
            raise ValueError(f"Weight {name!r} is an array of numbers, got {value!r}.")
        if not isinstance(name, str) or not name or "/" in name:
            raise ValueError(f"Names of weights are text without slashes, got {name!r}.")
    return checked


def _differences(stored: Any, reference: Any, path: str) -> tuple[list[str], int]:
    problems: list[str] = []
    matching = 0
    for name in [*reference, *(n for n in stored if n not in reference)]:
        here = f"{path}/{name}"
        one, other = stored.get(name), reference.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            inner, count = _differences(one, other, here)
            problems += inner
            matching += count
        elif one is None or other is None:
            kind = "Object" if isinstance(one if other is None else other, dict) else "Weight"
            has, lacks = ("file", "model") if other is None else ("model", "file")
            problems.append(f"{kind} {here} is in the {has}, missing from the {lacks}")
        elif isinstance(one, dict) or isinstance(other, dict):
            problems.append(f"{here} is a weight on one side, an object on the other")
        elif tuple(one.shape) != tuple(other.shape):
            problems.append(
                f"Weight {here} has shape {tuple(one.shape)} in the file, "
                f"{tuple(other.shape)} in the model"
            )
        else:
            matching += 1
    return problems, matching


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)


def _write(group: Any, objects: dict[str, Any]) -> None:
    for name, value in objects.items():
        if isinstance(value, dict):
            _write(group.require_group(name), value)
        else:
            hdf5.write(group.require_group("vars"), name, value)
