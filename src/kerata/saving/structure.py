"""Models as plain values in the layout of Keras 3's files, and back, Keras 2's included."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

from kerata.base.custom_objects import find_custom
from kerata.base.messages import warn
from kerata.base.registry import Namespace, deserialize, serialize
from kerata.base.shared_objects import sharing
from kerata.losses.names import namespace as losses_namespace
from kerata.metrics.names import namespace as metrics_namespace
from kerata.saving import operations
from kerata.saving.keras2 import updated
from kerata.training.trainer import Trainer

# No metric has more thresholds or classes.
_LARGEST = 10**6
_COMPILED = ("loss", "loss_weights", "metrics", "weighted_metrics")


def model_config(model: Any) -> dict[str, Any]:
    """Write a model's structure and how it was compiled, as Keras's ``config.json``.

    Raises:
        ValueError: a part that files can't hold.
    """
    with sharing():
        config = _to_keras(serialize(model))
    compiled = compile_config(model)
    if compiled:
        config["compile_config"] = compiled
    return json.loads(json.dumps(config, default=_plain))


def compile_config(model: Any) -> dict[str, Any]:
    """Write what ``compile`` was given, as the model says it."""
    return model.get_compile_config() if hasattr(model, "get_compile_config") else {}


def compile_arguments(model: Any) -> dict[str, Any]:
    """Write what ``compile`` was given; empty if it was not called."""
    if model._compiled is None:
        return {}
    try:
        return {
            "optimizer": serialize(model.optimizer),
            **{name: plain_loss(model._compiled[name]) for name in _COMPILED},
            "run_eagerly": model.run_eagerly,
            "steps_per_execution": model.steps_per_execution,
            "jit_compile": "auto" if model.jit_compile or model.run_eagerly else False,
        }
    except TypeError as problem:
        warn(
            f"Model {model.name!r} is saved without what compile() was given: {problem}",
            stacklevel=4,
        )
        return {}


def plain_loss(value: Any) -> Any:
    """Write what ``compile`` was given; a name stays a name and a function a function."""
    if isinstance(value, (list, tuple)):
        return [plain_loss(x) for x in value]
    if isinstance(value, Mapping):
        return {key: plain_loss(x) for key, x in value.items()}
    written = serialize(value, by_name=False)
    if isinstance(written, dict) and written.get("class_name") == "function":
        # As Keras writes its own functions.
        written["module"] = "builtins"
    return written


def model_from(config: Any) -> Any:
    """Build a model, not compiled and with fresh weights, from a config of Keras 2 or 3.

    Raises:
        ValueError: a config that is no model's, or that names what is not known.
    """
    if not isinstance(config, Mapping) or "class_name" not in config:
        raise ValueError("its config is no model's")
    read = _from_keras(updated(config))
    # A model is compiled when its weights are there.
    with sharing():
        model = deserialize({k: v for k, v in read.items() if k != "compile_config"})
    if not getattr(model, "_may_be_a_file", False):
        raise ValueError(f"its config describes no model but {config['class_name']!r}")
    return model


def compile_from(model: Any, config: Any) -> None:
    """Let a model compile itself as a config says."""
    model.compile_from_config(config)


def compile_as(model: Any, config: Any) -> None:
    """Compile a model as a config says, and make its optimizer's state."""
    if type(model).compile is not Trainer.compile:
        warn(
            f"{type(model).__name__} has a compile() of its own, so model {model.name!r} is not "
            "compiled: call compile(), or define get_compile_config() and "
            "compile_from_config(config) too.",
            stacklevel=4,
        )
        return
    model.compile(**compile_options(config))
    if model.built and not model.optimizer.built:
        model.optimizer.build(model.trainable_weights)


def compile_options(config: Any) -> dict[str, Any]:
    """Give the arguments of ``compile`` that a config says.

    Raises:
        ValueError: a config that is none, or whose numbers make no sense.
    """
    if not isinstance(config, Mapping):
        raise ValueError("what it says about compile() is no dictionary")
    for name in ("metrics", "weighted_metrics"):
        _check_numbers(config.get(name))
    given = {name: _resolved(config.get(name), _NAMESPACES.get(name)) for name in _COMPILED}
    optimizer = _resolved(updated(config.get("optimizer")), _OPTIMIZERS)
    return {
        "optimizer": optimizer or "rmsprop",
        **given,
        "run_eagerly": bool(config.get("run_eagerly", False)),
        "steps_per_execution": config.get("steps_per_execution") or 1,
        "jit_compile": "auto" if config.get("jit_compile") is not False else False,
    }


_OPTIMIZERS = Namespace("keras.optimizers", "optimizer")
_NAMESPACES = {
    "loss": losses_namespace,
    "metrics": metrics_namespace,
    "weighted_metrics": metrics_namespace,
}


def _resolved(config: Any, namespace: Namespace | None) -> Any:
    """Rebuild objects in nested lists and dictionaries; names stay for ``compile`` to resolve."""
    if isinstance(config, (list, tuple)):
        return [_resolved(x, namespace) for x in config]
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config:
        return {k: _resolved(v, namespace) for k, v in config.items()}
    config = _from_keras(updated(config))
    if isinstance(config, str):
        # It was a function: names of losses and metrics are no configs.
        known = (space.objects.get(config) for space in (losses_namespace, metrics_namespace))
        return next((found for found in known if inspect.isfunction(found)), config)
    return deserialize(config, namespace=namespace) if isinstance(config, Mapping) else config


def _check_numbers(config: Any) -> None:
    """Refuse numbers of thresholds that would fill the memory."""
    inner = config.values() if isinstance(config, Mapping) else config
    if isinstance(inner, int) and abs(inner) > _LARGEST:
        raise ValueError(f"the number {inner} in its metrics makes no sense")
    if not isinstance(inner, (str, int, float, type(None))):
        for value in inner:
            _check_numbers(value)


def _to_keras(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_to_keras(x) for x in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "OpCall" and "inbound_nodes" in value:
        value = operations.to_keras(value)
    return {k: _to_keras(v) for k, v in value.items()}


def _from_keras(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_from_keras(x) for x in value]
    if not isinstance(value, Mapping):
        return value
    if "inbound_nodes" in value and operations.is_keras(value):
        value = operations.from_keras(value)
    name = value.get("config")
    function = value.get("class_name") == "function" and isinstance(name, str)
    known = (losses_namespace.objects, metrics_namespace.objects)
    if function and not find_custom(name) and any(name in objects for objects in known):
        # Keras writes its own functions so; here their names are enough.
        return name
    return {k: _from_keras(v) for k, v in value.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"Can't write {value!r} of type {type(value).__name__} into a file.")
