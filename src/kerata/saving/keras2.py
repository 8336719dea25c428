"""Configs of Keras 2 brought into the form of Keras 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.base.custom_objects import find_custom

# Keras 2 wrote these into every config of a class; they say nothing any more.
_IDLE = {
    "DepthwiseConv1D": ("groups",),
    "DepthwiseConv2D": ("groups",),
    "SeparableConv1D": ("groups",),
    "SeparableConv2D": ("groups",),
    "Conv1DTranspose": ("groups",),
    "Conv2DTranspose": ("groups",),
    "Conv3DTranspose": ("groups",),
    "Embedding": ("input_length",),
    "BatchNormalization": ("virtual_batch_size", "fused", "adjustment"),
}
_INITIALIZERS = ("Zeros", "Ones", "Constant", "Orthogonal", "Identity", "VarianceScaling")


def updated(config: Any) -> Any:
    """Give a config in Keras 3's form; one that has it already stays as it is."""
    if isinstance(config, list):
        return [updated(x) for x in config]
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config or "module" in config:
        return {k: updated(v) for k, v in config.items()}
    return _updated_object(config)


def _updated_object(config: Mapping[str, Any]) -> Any:
    name, inner = config["class_name"], config.get("config")
    out = dict(config)
    if not isinstance(name, str):
        raise ValueError(f"its config names a class by {name!r}")
    if name.startswith("Custom>") and find_custom(name) is None:
        out["class_name"] = name = name.removeprefix("Custom>")
    if name == "Policy":
        out["class_name"] = "DTypePolicy"
    if name == "MeanMetricWrapper" and isinstance(inner, Mapping):
        return inner.get("name")
    if name == "Sequential" and isinstance(inner, list):
        inner = {"layers": inner}
    if name == "Model":
        out["class_name"] = "Functional"
    if isinstance(inner, Mapping):
        out["config"] = _updated_arguments(name, inner)
    if isinstance(inner, Mapping) and _has_old_nodes(inner):
        for key in ("input_layers", "output_layers"):
            # Keras 2 wrote a list of one for a single tensor.
            if len(inner[key]) == 1:
                out["config"][key] = inner[key][0]
    if isinstance(out.get("inbound_nodes"), list):
        out["inbound_nodes"] = [_updated_node(node) for node in out["inbound_nodes"]]
    return out


def _updated_arguments(name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    out = {k: updated(v) for k, v in config.items() if k not in _IDLE.get(name, ())}
    if name == "InputLayer" and "batch_input_shape" in out:
        out["batch_shape"] = out.pop("batch_input_shape")
    if name == "BatchNormalization" and isinstance(out.get("axis"), list) and len(out["axis"]) == 1:
        out["axis"] = out["axis"][0]
    if out.get("time_major") is False:
        out.pop("time_major")  # recurrent layers; True would be another order of the axes
    if name in _INITIALIZERS or "Uniform" in name or "Normal" in name.removesuffix("ization"):
        out.pop("dtype", None)
    if "learning_rate" in out or "lr" in out:
        if not out.get("decay"):
            out.pop("decay", None)
        if isinstance(out.get("name"), str) and name == "Adam" and out.get("epsilon") is None:
            out["epsilon"] = 1e-7
    return out


def _has_old_nodes(config: Mapping[str, Any]) -> bool:
    layers = config.get("layers")
    if "output_layers" not in config or not isinstance(layers, list):
        return False
    nodes = [n for x in layers if isinstance(x, Mapping) for n in x.get("inbound_nodes") or ()]
    return any(isinstance(node, list) for node in nodes)


def _updated_node(node: Any) -> Any:
    """Turn ``[[layer, call, output, keywords], ...]`` into a call's arguments."""
    if not isinstance(node, list):
        return node
    tensors = []
    keywords: dict[str, Any] = {}
    for place in node:
        tensors.append(
            {
                "class_name": "__keras_tensor__",
                "config": {"shape": None, "dtype": None, "keras_history": list(place[:3])},
            }
        )
        keywords = dict(place[3]) if len(place) > 3 else keywords
    return {"args": [tensors if len(tensors) != 1 else tensors[0]], "kwargs": keywords}
