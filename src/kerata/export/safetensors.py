"""Weights as a safetensors file, by the names that a PyTorch user expects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kerata.export.errors import ExportError
from kerata.export.torch_names import weights_of
from kerata.utils.files import write_beside
from kerata.utils.plain_files import open_plain

# What PyTorch keeps beside weights.
_IGNORED = ("num_batches_tracked",)


def save_safetensors(model: Any, filepath: Any) -> list[str]:
    """Write a model's weights as a safetensors file.

    Names are those of ``state_dict()`` of a module whose parts are called as the layers are:
    ``dense.weight``, ``dense.bias``, ``norm.running_mean``. Kernels of Dense, convolution,
    normalization and embedding layers lie as PyTorch's do; weights of other layers keep Kerata's
    names and layouts. A Dense layer after Flatten sees the channels last, as here.

    Arguments:
        model: built.
        filepath: string or path of the file.

    Returns:
        The names.

    Raises:
        ExportError: a model without weights; two weights of one name.
        ImportError: ``safetensors`` is missing.
    """
    numpy_files = _needed()
    weights = weights_of(model)
    if not weights:
        raise ExportError(f"Model {model.name!r} has no weights yet: build it or call it once.")
    arrays = {w.name: np.ascontiguousarray(w.there(np.asarray(w.variable.value))) for w in weights}
    content = numpy_files.save(arrays, metadata={"format": "pt"})
    write_beside(Path(filepath), lambda file: file.write(content))
    return list(arrays)


def load_safetensors(model: Any, filepath: Any, names: Mapping[str, str] | None = None) -> None:
    """Set a model's weights from a safetensors file that Kerata or PyTorch wrote.

    Arguments:
        model: built, with the layers that the names say.
        filepath: string or path of the file.
        names: for parts that are called otherwise there, the layers' names: ``{"0": "dense"}``.

    Raises:
        ValueError: a damaged file; weights that are missing, of another shape, or not known. No
            weight is changed then.
        ImportError: ``safetensors`` is missing.

    >>> import tempfile
    >>> from kerata import Input, Sequential, layers
    >>> model = Sequential([Input((3,)), layers.Dense(2, name="dense")])
    >>> save_safetensors(model, Path(tempfile.mkdtemp()) / "model.safetensors")
    ['dense.weight', 'dense.bias']
    """
    numpy_files = _needed()
    with open_plain(filepath) as file:
        content = file.read()
    try:
        found = numpy_files.load(content)
    except Exception as error:
        raise ValueError(f"{filepath} is no safetensors file, or damaged: {error}.") from None
    given = {_renamed(name, names or {}): value for name, value in found.items()}
    given = {name: value for name, value in given.items() if not name.endswith(_IGNORED)}
    weights = weights_of(model)
    known = {weight.name for weight in weights}
    for what, some in (("lacks", known - given.keys()), ("has unknown", given.keys() - known)):
        if some:
            listed = ", ".join(sorted(some)[:5])
            raise ValueError(f"{filepath} {what} {len(some)} of the weights: {listed}.")
    values = []
    for weight in weights:
        shape = weight.there(np.asarray(weight.variable.value)).shape
        value = given[weight.name]
        if value.shape != shape:
            raise ValueError(
                f"{filepath}: {weight.name!r} has shape {value.shape}, the layer's is {shape}."
            )
        values.append(weight.back(value))
    for weight, value in zip(weights, values, strict=True):
        weight.variable.assign(value)


def _renamed(name: str, names: Mapping[str, str]) -> str:
    for there, here in names.items():
        if name == there or name.startswith(f"{there}."):
            return here + name[len(there) :]
    return name


def _needed() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError(
            "Files of this kind need safetensors: pip install 'kerata[safetensors]'."
        ) from None
    return safetensors.numpy
