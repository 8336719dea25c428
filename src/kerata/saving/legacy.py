"""Whole models and weights in the HDF5 layout of Keras 2, which Keras 3 reads and writes too."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from kerata.base.json_text import read_json_text
from kerata.base.messages import warn
from kerata.base.naming import to_snake_case
from kerata.base.registry import serialize
from kerata.base.variable import Variable
from kerata.losses.names import namespace
from kerata.saving import hdf5
from kerata.saving.metadata import KERAS_VERSION
from kerata.saving.structure import compile_from, model_config, model_from

# Keras 2's Adam kept all means, then all squares; newer ones keep them weight by weight.
_OLD_SLOT = re.compile(r"/(m|v|vhat|momentum|rms|mg|accumulator|accum_grad|accum_var)(_\d+)?:0$")


def write_model(file: Any, model: Any, include_optimizer: bool = True) -> None:
    """Write structure, weights and optimizer into an open HDF5 file.

    Raises:
        ValueError: a subclass of ``Model``, whose structure is code.
    """
    config = model_config(model)
    if "layers" not in config["config"]:
        raise ValueError(
            f"Model {model.name!r} is a class of its own: its structure is code, which .h5 files "
            "can't hold. Save it as .keras."
        )
    compiled = config.pop("compile_config", None)
    file.attrs["backend"] = "jax"
    file.attrs["keras_version"] = KERAS_VERSION
    _write_text(file, "model_config", {k: config[k] for k in ("class_name", "config")})
    write_weights(file.create_group("model_weights"), model)
    if include_optimizer and compiled:
        optimizer = compiled.pop("optimizer")
        compiled["loss"] = _with_classes(compiled["loss"])
        compiled["optimizer_config"] = {k: optimizer[k] for k in ("class_name", "config")}
        _write_text(file, "training_config", compiled)
        group = file.create_group("optimizer_weights")
        _write_arrays(group, model.optimizer.variables)


def write_weights(group: Any, model: Any) -> None:
    """Write the weights, layer by layer, into a group."""
    hdf5.write_names(group, "layer_names", [layer.name for layer in model.layers])
    group.attrs["backend"] = "jax"
    group.attrs["keras_version"] = KERAS_VERSION
    for layer in model.layers:
        _write_arrays(group.create_group(layer.name), _weights(layer))
    _write_arrays(group.create_group("top_level_model_weights"), model._own_variables())


def read_model(file: Any, compile: bool) -> Any:
    """Build a model from an open HDF5 file.

    Raises:
        ValueError: no model in the file, or one that can't be built.
    """
    if "model_config" not in file.attrs:
        raise ValueError("it holds no model, perhaps weights alone; use load_weights()")
    model = model_from(_read_text(file, "model_config"))
    weights = hdf5.child(file, "model_weights")
    if weights is None:
        raise ValueError("it holds no weights")
    read_weights(weights, model)
    if compile and "training_config" in file.attrs:
        training = dict(_read_text(file, "training_config"))
        training["optimizer"] = training.get("optimizer_config")
        compile_from(model, training)
        _read_optimizer(file, model.optimizer)
    return model


def read_weights(
    group: Any, model: Any, skip_mismatch: bool = False, by_name: bool = False
) -> None:
    """Read weights layer by layer; nothing changes if something does not fit.

    Arguments:
        group: group with the attribute ``layer_names``.
        model: built model.
        skip_mismatch: leave layers whose weights don't fit as they are, with a warning.
        by_name: match layers by their names instead of their order; others are left alone.

    Raises:
        ValueError: weights that don't fit.
    """
    stored = [(name, _group(group, name)) for name in hdf5.read_names(group, "layer_names")]
    stored = [(name, g) for name, g in stored if hdf5.read_names(g, "weight_names")]
    layers = [layer for layer in model.layers if layer.weights]
    if by_name:
        named = {layer.name: layer for layer in layers}
        pairs = [(named[name], g) for name, g in stored if name in named]
    elif len(layers) != len(stored):
        raise ValueError(
            f"the model has {len(layers)} layers with weights, the file has {len(stored)}"
        )
    else:
        pairs = [(layer, g) for layer, (_, g) in zip(layers, stored, strict=True)]
    top = hdf5.child(group, "top_level_model_weights")
    if top is not None and model._own_variables():
        pairs.append((model, top))
    found: list[tuple[Variable, np.ndarray]] = []
    for layer, g in pairs:
        own = model._own_variables() if layer is model else _weights(layer)
        try:
            found += _fitting(g, own)
        except ValueError as problem:
            if not skip_mismatch:
                raise ValueError(f"layer {layer.name!r} does not fit: {problem}") from problem
            warn(f"Layer {layer.name!r} is left as it is: {problem}.", stacklevel=4)
    for variable, value in found:
        variable.assign(value)


def _fitting(group: Any, variables: list[Variable]) -> list[tuple[Variable, np.ndarray]]:
    names = hdf5.read_names(group, "weight_names")
    if len(names) != len(variables):
        raise ValueError(f"it has {len(variables)} weights, the file has {len(names)}")
    pairs = zip(variables, names, strict=True)
    return [(v, hdf5.read(group, name, v.shape)) for v, name in pairs]


def _read_optimizer(file: Any, optimizer: Any) -> None:
    """Read the state if there is one that fits; a fresh one does too."""
    group = hdf5.child(file, "optimizer_weights")
    if group is None:
        return
    names = hdf5.read_names(group, "weight_names")
    variables = optimizer.variables
    slots = [n for n in names if _OLD_SLOT.search(n)]
    kinds = {_OLD_SLOT.search(n).group(1) for n in slots}  # type: ignore[union-attr] # matched
    if slots and len(slots) % len(kinds) == 0:
        count = len(slots) // len(kinds)
        one_by_one = [slots[k * count + i] for i in range(count) for k in range(len(kinds))]
        names = [n for n in names if n not in slots] + one_by_one
    if len(names) == len(variables) - 1:
        # Keras 2 kept the learning rate in the config alone.
        variables = [v for v in variables if v is not optimizer._learning_rate]
    try:
        if len(names) != len(variables):
            raise ValueError(f"it has {len(variables)} variables, the file has {len(names)}")
        pairs = zip(variables, names, strict=True)
        found = [(v, hdf5.read(group, name, v.shape)) for v, name in pairs]
    except ValueError as problem:
        if len(names) > 2:
            warn(
                f"The state of optimizer {optimizer.name!r} starts afresh: {problem}.",
                stacklevel=5,
            )
        return
    for variable, value in found:
        variable.assign(value)


def _with_classes(loss: Any) -> Any:
    """Replace names of losses by their classes' configs: Keras doesn't find names like 'mse'."""
    if isinstance(loss, list):
        return [_with_classes(x) for x in loss]
    if isinstance(loss, dict) and loss.get("class_name") == "function":
        known = isinstance(loss["config"], str) and loss["config"] in namespace.objects
        return _with_classes(loss["config"]) if known else loss
    if isinstance(loss, dict) and "class_name" not in loss:
        return {k: _with_classes(v) for k, v in loss.items()}
    function = namespace.objects.get(loss) if isinstance(loss, str) else None
    for found in namespace.objects.values():
        same = found is function or to_snake_case(found.__name__) == getattr(
            function, "__name__", None
        )
        if inspect.isclass(found) and same:
            return serialize(found())
    return loss


def _write_arrays(group: Any, variables: Iterable[Variable]) -> None:
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for variable in variables:
        name = variable.path
        while name in names:
            numbers[variable.path] = numbers.get(variable.path, 0) + 1
            name = f"{variable.path}_{numbers[variable.path]}"
        names[name] = None
        hdf5.write(group, name, variable._value)
    hdf5.write_names(group, "weight_names", names)


def _write_text(file: Any, name: str, value: Any) -> None:
    content = json.dumps(value)
    if len(content) > 60_000:
        # Larger ones don't fit in a header; the newer layout keeps them elsewhere.
        import h5py

        file.attrs.create(name, content, dtype=h5py.string_dtype())
    else:
        file.attrs[name] = content


def _read_text(file: Any, name: str) -> Any:
    return read_json_text(hdf5.text(hdf5.attribute(file, name)), f"its {name}")


def _group(group: Any, name: str) -> Any:
    found = hdf5.child(group, name)
    if found is None:
        raise ValueError(f"{group.name}/{name} is missing")
    return found


def _weights(layer: Any) -> list[Variable]:
    return layer.trainable_weights + layer.non_trainable_weights
