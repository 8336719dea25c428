"""What a backup belongs to: the whole model, how it was compiled, and its data."""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from typing import Any

import jax

from kerata.base.fingerprint import digest_of
from kerata.base.registry import serialize


def fingerprint_of(model: Any) -> dict[str, str]:
    """Give digests of what a training depends on, each under the name that a message uses.

    Names of layers don't count, since they are numbered on within one process. What tells
    nothing about itself (a layer without ``get_config``) counts by its class; data that are
    made batch by batch don't count.

    Arguments:
        model: compiled, at the start of its training.
    """
    compiled = model._compiled or {}
    layers = list(model._flatten_layers())
    # By place: which layer feeds which is told by names.
    places = {layer.name: f"layer {place}" for place, layer in enumerate(layers)}
    found = {
        "the model": [_renamed(_described(layer), places) for layer in layers],
        "the loss": [_described(compiled.get("loss")), _described(compiled.get("loss_weights"))],
        "the metrics": [_described(compiled.get(n)) for n in ("metrics", "weighted_metrics")],
        "the optimizer": _described(model.optimizer),
    }
    digests = {name: _digest(value) for name, value in found.items()}
    arrays = getattr(model._start.plan.data, "arrays", None)
    if arrays is not None:
        leaves = jax.tree.leaves(arrays)
        if all(hasattr(leaf, "shape") for leaf in leaves):
            digests["the data"] = digest_of(leaves)
    return digests


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=repr)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _described(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_described(part) for part in value]
    if isinstance(value, Mapping):
        return {str(key): _described(part) for key, part in value.items()}
    code = getattr(value, "__code__", None)
    if isinstance(code, types.CodeType):
        return [value.__qualname__, _of_code(code), repr(value.__defaults__)]
    try:
        return _without_names(serialize(value))
    except Exception:
        # A class of the user's that can't tell what it was made of.
        return [type(value).__name__, getattr(value, "__qualname__", "")]


def _of_code(code: types.CodeType) -> list[Any]:
    constants = [_of_code(c) if isinstance(c, types.CodeType) else repr(c) for c in code.co_consts]
    return [code.co_code.hex(), list(code.co_names), constants]


def _without_names(config: Any) -> Any:
    if isinstance(config, (list, tuple)):
        return [_without_names(part) for part in config]
    if isinstance(config, Mapping):
        return {key: _without_names(part) for key, part in config.items() if key != "name"}
    return config


def _renamed(config: Any, names: Mapping[str, str]) -> Any:
    if isinstance(config, list):
        return [_renamed(part, names) for part in config]
    if isinstance(config, dict):
        return {key: _renamed(part, names) for key, part in config.items()}
    return names.get(config, config) if isinstance(config, str) else config
