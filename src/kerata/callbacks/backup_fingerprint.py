"""What a backup belongs to: the whole model, how it was compiled, and its data."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerata.base.configurable import Configurable
from kerata.base.fingerprint import digest_of
from kerata.base.origin import is_own_class, is_own_function
from kerata.base.randomness import SeedGenerator
from kerata.base.registry import serialize
from kerata.base.signature import Signature
from kerata.base.variable import Variable

# Where they stand is restored with a backup, or is the affair of whoever made them.
_RANDOM = (SeedGenerator, np.random.Generator, np.random.RandomState, random.Random)


def fingerprint_of(model: Any) -> dict[str, str]:
    """Give digests of what a training depends on, each under the name that a message uses.

    Names of layers don't count, since they are numbered on within one process, nor do the
    values of variables. Functions and classes of the user's count by their code and by what
    they hold and read (closures, defaults, partial arguments, globals, attributes); of what
    can't be looked into the class counts. Data that are made batch by batch don't count.

    Arguments:
        model: compiled, at the start of its training.
    """
    compiled = model._compiled or {}
    found = {
        "the model": _layers_described(model),
        "the loss": [_described(compiled.get("loss")), _described(compiled.get("loss_weights"))],
        "the metrics": [_described(compiled.get(n)) for n in ("metrics", "weighted_metrics")],
        "the optimizer": _described(model.optimizer),
    }
    digests = {name: _digest(value) for name, value in found.items()}
    digests |= {
        "a function or class that the model uses": _Doing.of(model),
        "a function or class that the loss uses": _Doing.of(compiled.get("loss")),
        "a function or class that a metric uses": _Doing.of(
            compiled.get("metrics"), compiled.get("weighted_metrics")
        ),
        "a function or class that the optimizer uses": _Doing.of(model.optimizer),
    }
    arrays = getattr(model._start.plan.data, "arrays", None)
    if arrays is not None:
        leaves = jax.tree.leaves(arrays)
        if all(hasattr(leaf, "shape") for leaf in leaves):
            digests["the data"] = digest_of(leaves)
    return digests


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=repr)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _layers_described(layer: Any) -> list[Any]:
    layers = list(layer._flatten_layers())
    # By place: names say which layer feeds which.
    places = {layer.name: f"layer {place}" for place, layer in enumerate(layers)}
    return [_renamed(_described(layer), places) for layer in layers]


def _described(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_described(part) for part in value]
    if isinstance(value, Mapping):
        return {str(key): _described(part) for key, part in value.items()}
    try:
        return _without_names(serialize(value))
    except Exception:
        # A class of the user's that can't tell what it was made of.
        return [type(value).__name__, getattr(value, "__qualname__", "")]


def _without_names(config: Any) -> Any:
    if isinstance(config, (list, tuple)):
        return [_without_names(part) for part in config]
    if isinstance(config, Mapping):
        # Shapes are there once a model was built, which the first training may do.
        left_out = ("name", "build_config")
        return {key: _without_names(part) for key, part in config.items() if key not in left_out}
    return config


def _renamed(config: Any, names: Mapping[str, str]) -> Any:
    if isinstance(config, list):
        return [_renamed(part, names) for part in config]
    if isinstance(config, dict):
        return {key: _renamed(part, names) for key, part in config.items()}
    return names.get(config, config) if isinstance(config, str) else config


class _Foreign(Signature):
    """Finds what no config of this library's tells: functions and objects made elsewhere."""

    def _function(self, value: Any) -> None:
        if not is_own_function(value):
            self.foreign.append(value)
        super()._function(value)


class _Doing(Signature):
    """What functions and objects made elsewhere do, as far as another process can tell it."""

    with_versions = False

    @classmethod
    def of(cls, *roots: Any) -> str:
        return cls(*_Foreign(*roots).foreign, lasting=True).digest

    def _variable(self, value: Variable) -> None:
        self._tokens.append(("variable", tuple(value.shape), str(value.dtype), value.trainable))

    def _object(self, value: Any) -> None:
        if isinstance(value, _RANDOM):
            self._tokens.append(("random", type(value).__name__))
        elif isinstance(value, Configurable) and is_own_class(type(value)):
            # Beside its config an object has state that training changes.
            told = _layers_described if hasattr(value, "_flatten_layers") else _described
            self._tokens.append(("own", _digest(told(value))))
        else:
            super()._object(value)

    def _unknown(self, value: Any) -> None:
        self._tokens.append(("unknown", type(value).__qualname__))
