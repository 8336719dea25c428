"""Plain operations of functional graphs as Keras 3 writes them: a class for each function."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import kerata.ops  # noqa: F401  # fills the table of functions
from kerata.ops.symbolic_call import _functions
from kerata.saving.operation_classes import operation_classes

_TABLE = operation_classes()
_BACK = {(module, cls): name for name, (module, cls, _) in _TABLE.items() if name in _functions}


def to_keras(entry: dict[str, Any]) -> dict[str, Any]:
    """Turn one of our operations in a graph's config into Keras's.

    Raises:
        ValueError: an operation that Keras's files can't hold in this way.
    """
    function, name = entry["config"]["function"], entry["config"]["name"]
    if function not in _TABLE:
        raise ValueError(
            f"The model uses ops.{function} as a plain operation ({name!r}), which can't be "
            "written into a file. Put it into a layer of your own or into a Lambda with a "
            "registered function."
        )
    module, cls, constructed = _TABLE[function]
    settings: dict[str, Any] = {}
    nodes = []
    for node in entry["inbound_nodes"]:
        bound = inspect.signature(_functions[function]).bind(*node["args"], **node["kwargs"])
        own = {k: v for k, v in bound.arguments.items() if k in constructed}
        if _holds_tensor(own):
            raise ValueError(
                f"Operation {name!r} (ops.{function}) takes a tensor of the model for "
                f"{', '.join(k for k, v in own.items() if _holds_tensor(v))}, which a file can't "
                "hold: put it into a layer of your own."
            )
        if settings not in ({}, own):
            raise ValueError(f"Operation {name!r} is called in two ways; call it once for each.")
        settings = own
        rest = _in_places(function, constructed, bound.arguments)
        nodes.append({"args": rest, "kwargs": {}})
    return {
        "module": f"keras.src.ops.{module}",
        "class_name": cls,
        "config": {"name": name, **settings},
        "registered_name": cls,
        "name": name,
        "inbound_nodes": nodes,
    }


def is_keras(entry: Mapping[str, Any]) -> bool:
    """Say whether an entry of a graph's config is one of Keras's operations."""
    module = entry.get("module")
    if module is not None:
        return str(module).startswith("keras.src.ops")
    # Older files name no module; a layer's config always says whether it is trained.
    config = entry.get("config")
    name = entry.get("class_name")
    known = name == "ConvertToTensor" or any((m, name) in _BACK for m in ("numpy", "core", "nn"))
    return known and isinstance(config, Mapping) and "trainable" not in config


def from_keras(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Turn Keras's operation in a graph's config into ours.

    Raises:
        ValueError: an operation that is not known here.
    """
    module = str(entry.get("module") or "").rpartition(".")[2]
    modules = [module] if module else ["numpy", "core", "nn"]
    found = [_BACK[m, entry["class_name"]] for m in modules if (m, entry["class_name"]) in _BACK]
    if not found and (module or "core", entry["class_name"]) == ("core", "ConvertToTensor"):
        # Keras has it in graphs, with masks of attention; a symbolic tensor here just stays.
        found = ["cast" if entry["config"].get("dtype") else "copy"]
    if not found:
        raise ValueError(f"the operation {entry['class_name']!r} of Keras is not known here")
    accepted = inspect.signature(_functions[found[0]]).parameters
    given = {k: v for k, v in entry["config"].items() if k in accepted and k != "name"}
    settings = {k: _as_tuples(v) for k, v in given.items()}
    name = entry["config"].get("name", entry["name"])
    nodes = []
    for node in entry["inbound_nodes"]:
        args = list(node["args"])
        if found[0] == "get_item" and len(args) == 2 and isinstance(args[1], list):
            # x[:, 0] has a tuple between the brackets, which JSON turns into a list.
            args[1] = {"class_name": "__tuple__", "items": args[1]}
        args, named = _by_name(found[0], args, settings)
        nodes.append({"args": args, "kwargs": {**node["kwargs"], **named}})
    return {
        "module": "keras.ops",
        "class_name": "OpCall",
        "config": {"function": found[0], "name": name},
        "name": entry["name"],
        "inbound_nodes": nodes,
    }


def _holds_tensor(value: Any) -> bool:
    """Say whether what goes into a config holds one of the graph's tensors."""
    if isinstance(value, Mapping):
        return value.get("class_name") == "__keras_tensor__" or any(
            map(_holds_tensor, value.values())
        )
    return isinstance(value, (list, tuple)) and any(map(_holds_tensor, value))


def _as_tuples(value: Any) -> Any:
    """Turn JSON's lists into the tuples that sizes and axes were."""
    if isinstance(value, list):
        return {"class_name": "__tuple__", "items": [_as_tuples(v) for v in value]}
    return value


def _in_places(function: str, constructed: tuple[str, ...], given: Mapping[str, Any]) -> list[Any]:
    """Give the arguments of a call besides those of the constructor, in their places."""
    found: list[Any] = []
    missing = False
    for name, parameter in inspect.signature(_functions[function]).parameters.items():
        if name in constructed:
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            found += given.get(name, ())
        elif name in given and parameter.kind is not parameter.VAR_KEYWORD:
            found += [given[name]]
        elif parameter.kind is not parameter.VAR_KEYWORD:
            found += [parameter.default]
            missing = True
    while missing and found and found[-1] is None:
        found.pop()
    return found


def _by_name(
    function: str, args: list[Any], settings: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Give a call's arguments, by place and by name, where some come from a constructor."""
    parameters = inspect.signature(_functions[function]).parameters
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        first = [n for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
        rest = {k: v for k, v in settings.items() if k not in first}
        return [*(settings[n] for n in first if n in settings), *args], rest
    free = [n for n in parameters if n not in _TABLE[function][2]]
    places = list(parameters)[: len(args)]
    if free[: len(args)] == places:
        return args, dict(settings)
    return [], {**dict(zip(free, args, strict=False)), **settings}
