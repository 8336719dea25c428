"""Optimizers: how weights change along their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.optimizers import legacy, schedules
from kerata.optimizers.adadelta import Adadelta
from kerata.optimizers.adafactor import Adafactor
from kerata.optimizers.adagrad import Adagrad
from kerata.optimizers.adam import Adam
from kerata.optimizers.adamax import Adamax
from kerata.optimizers.adamw import AdamW
from kerata.optimizers.from_optax import OptaxOptimizer, is_transformation
from kerata.optimizers.ftrl import Ftrl
from kerata.optimizers.lamb import Lamb
from kerata.optimizers.lion import Lion
from kerata.optimizers.loss_scale_optimizer import LossScaleOptimizer
from kerata.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
from kerata.optimizers.muon import Muon
from kerata.optimizers.nadam import Nadam
from kerata.optimizers.optimizer import Optimizer
from kerata.optimizers.rmsprop import RMSprop
from kerata.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from kerata.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "OptaxOptimizer",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "legacy",
    "schedules",
    "serialize",
]

_namespace = registry.Namespace("keras.optimizers", "optimizer")
for _cls in (
    SGD,
    RMSprop,
    Adam,
    AdamW,
    Adadelta,
    Adagrad,
    Adamax,
    Adafactor,
    Nadam,
    Ftrl,
    Lion,
    Lamb,
    Muon,
    ScheduleFreeAdamW,
    LossScaleOptimizer,
    MultiOptimizer,
    OptimizerMap,
):
    _namespace.add(_cls, _cls.__name__.lower())


def get(identifier: Any) -> Any:
    """Turn a name, config, class, optimizer or optax transformation into an optimizer.

    Arguments:
        identifier: string such as ``'adam'``, config as ``serialize`` writes it, optimizer
            class, ``Optimizer`` (given back as it is), optax transformation, or None (gives
            None).

    Raises:
        TypeError: none of these, such as a number.
        ValueError: an unknown name or class.

    >>> get("rmsprop").rho
    0.9
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if is_transformation(identifier):
        return OptaxOptimizer(identifier)
    found = _namespace.get(identifier)
    if found is not None and not isinstance(found, Optimizer):
        raise TypeError(f"Expected an optimizer (its name or an object), got {identifier!r}.")
    return found


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Write an optimizer as a config in Keras 3's layout, without its state.

    Arguments:
        optimizer: an ``Optimizer``.

    Returns:
        A dictionary of strings, numbers and dictionaries, as JSON holds them.

    Raises:
        TypeError: an optimizer made of an optax transformation.

    >>> serialize(SGD(0.5, momentum=0.9))["config"]["momentum"]
    0.9
    """
    config: dict[str, Any] = registry.serialize_keras_object(optimizer)
    return config


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild an optimizer from ``serialize``'s output; old lower-case names are understood.

    Arguments:
        config: dictionary with the strings ``class_name`` and ``config``'s own dictionary.
        custom_objects: classes of your own by name; None by default.

    Raises:
        TypeError: the config has an argument that the optimizer does not take.
        ValueError: an unknown class.

    >>> deserialize({"class_name": "adam", "config": {"beta_1": 0.8}}).beta_1
    0.8
    """
    return registry.deserialize(dict(config), custom_objects, _namespace)
