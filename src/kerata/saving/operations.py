"""Plain operations of functional graphs as Keras 3 writes them: a class for each function."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import kerata.ops  # noqa: F401  # fills the table of functions
from kerata.ops.symbolic_call import _functions

# Function: Keras's module and class, and the arguments its constructor takes.
_REDUCED = ("axis", "keepdims")
_TABLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    **{
        name: ("numpy", "".join(part.capitalize() for part in name.split("_")), ())
        for name in [
            "abs",
            "absolute",
            "add",
            "arctan",
            "arctan2",
            "ceil",
            "cos",
            "cosh",
            "divide",
            "equal",
            "exp",
            "expm1",
            "floor",
            "floor_divide",
            "greater",
            "greater_equal",
            "isnan",
            "less",
            "less_equal",
            "log",
            "log10",
            "log1p",
            "log2",
            "logical_and",
            "logical_not",
            "logical_or",
            "matmul",
            "maximum",
            "minimum",
            "mod",
            "multiply",
            "negative",
            "not_equal",
            "outer",
            "power",
            "reciprocal",
            "round",
            "sign",
            "sin",
            "sinh",
            "sqrt",
            "square",
            "subtract",
            "tan",
            "tanh",
            "true_divide",
            "where",
            "zeros_like",
            "ones_like",
        ]
    },
    "abs": ("numpy", "Absolute", ()),
    "expm1": ("numpy", "Expm1", ()),
    "get_item": ("numpy", "GetItem", ()),
    "sum": ("numpy", "Sum", _REDUCED),
    "mean": ("numpy", "Mean", _REDUCED),
    "max": ("numpy", "Max", (*_REDUCED, "initial")),
    "min": ("numpy", "Min", (*_REDUCED, "initial")),
    "std": ("numpy", "Std", _REDUCED),
    "var": ("numpy", "Var", _REDUCED),
    "prod": ("numpy", "Prod", (*_REDUCED, "dtype")),
    "argmax": ("numpy", "Argmax", _REDUCED),
    "argmin": ("numpy", "Argmin", _REDUCED),
    "clip": ("numpy", "Clip", ("x_min", "x_max")),
    "concatenate": ("numpy", "Concatenate", ("axis",)),
    "stack": ("numpy", "Stack", ("axis",)),
    "expand_dims": ("numpy", "ExpandDims", ("axis",)),
    "squeeze": ("numpy", "Squeeze", ("axis",)),
    "reshape": ("numpy", "Reshape", ("newshape",)),
    "transpose": ("numpy", "Transpose", ("axes",)),
    "cast": ("core", "Cast", ("dtype",)),
    "softmax": ("nn", "Softmax", ("axis",)),
    "log_softmax": ("nn", "LogSoftmax", ("axis",)),
    "relu": ("nn", "Relu", ()),
    "sigmoid": ("nn", "Sigmoid", ()),
    "softplus": ("nn", "Softplus", ()),
    "silu": ("nn", "Silu", ()),
    "gelu": ("nn", "Gelu", ("approximate",)),
    "elu": ("nn", "Elu", ("alpha",)),
}
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
        if settings not in ({}, own):
            raise ValueError(f"Operation {name!r} is called in two ways; call it once for each.")
        settings = own
        rest = [v for k, v in bound.arguments.items() if k not in constructed]
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
    known = any((m, entry.get("class_name")) in _BACK for m in ("numpy", "core", "nn"))
    return known and isinstance(config, Mapping) and "trainable" not in config


def from_keras(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Turn Keras's operation in a graph's config into ours.

    Raises:
        ValueError: an operation that is not known here.
    """
    module = str(entry.get("module") or "").rpartition(".")[2]
    modules = [module] if module else ["numpy", "core", "nn"]
    found = [_BACK[m, entry["class_name"]] for m in modules if (m, entry["class_name"]) in _BACK]
    if not found:
        raise ValueError(f"the operation {entry['class_name']!r} of Keras is not known here")
    settings = {k: v for k, v in entry["config"].items() if k != "name" and v is not None}
    accepted = inspect.signature(_functions[found[0]]).parameters
    settings = {k: v for k, v in settings.items() if k in accepted}
    name = entry["config"].get("name", entry["name"])
    nodes = []
    for node in entry["inbound_nodes"]:
        args = list(node["args"])
        if found[0] == "get_item" and len(args) == 2 and isinstance(args[1], list):
            # x[:, 0] has a tuple between the brackets, which JSON turns into a list.
            args[1] = {"class_name": "__tuple__", "items": args[1]}
        nodes.append({"args": args, "kwargs": {**node["kwargs"], **settings}})
    return {
        "module": "keras.ops",
        "class_name": "OpCall",
        "config": {"function": found[0], "name": name},
        "name": entry["name"],
        "inbound_nodes": nodes,
    }
