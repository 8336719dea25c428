"""Learning rates that change from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.optimizers.schedules.base import LearningRateSchedule
from kerata.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from kerata.optimizers.schedules.exponential import ExponentialDecay, InverseTimeDecay
from kerata.optimizers.schedules.piecewise import PiecewiseConstantDecay
from kerata.optimizers.schedules.polynomial import PolynomialDecay

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]

_namespace = registry.Namespace(
    "keras.optimizers.schedules", "learning rate schedule", instantiate=False
)
for _cls in (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    CosineDecay,
    CosineDecayRestarts,
):
    _namespace.add(_cls)


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """Write a schedule as a config in Keras 3's layout.

    >>> serialize(ExponentialDecay(0.1, 10, 0.5))["config"]["decay_rate"]
    0.5
    """
    config: dict[str, Any] = registry.serialize_keras_object(learning_rate_schedule)
    return config


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild a schedule from ``serialize``'s output.

    Arguments:
        config: dictionary with the strings ``class_name`` and ``config``'s own dictionary.
        custom_objects: classes of your own by name; None by default.

    Raises:
        ValueError: an unknown class.

    >>> deserialize(serialize(ExponentialDecay(0.1, 10, 0.5))).decay_steps
    10
    """
    return registry.deserialize(dict(config), custom_objects, _namespace)
