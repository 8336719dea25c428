"""What may be given as a learning rate, and its value at a step."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from kerata.base.dtypes import floatx
from kerata.base.variable import Variable
from kerata.optimizers.arguments import check_range
from kerata.optimizers.schedules import LearningRateSchedule, deserialize

Rate = Variable | LearningRateSchedule | Callable[..., Any]


def as_rate(value: Any, owner: str) -> Rate:
    """Turn a number into a variable, a config into a schedule; leave schedules and functions.

    Raises:
        TypeError: something that is none of these.
        ValueError: a negative number.
    """
    if isinstance(value, Mapping):
        value = deserialize(dict(value))
    if isinstance(value, LearningRateSchedule) or callable(value):
        return value
    check_range(owner, "learning_rate", value)
    if not hasattr(value, "__float__") or np.shape(value) != ():
        raise TypeError(
            f"{owner}: learning_rate must be a number, a LearningRateSchedule or a function, "
            f"got {value!r} of type {type(value).__name__}."
        )
    return Variable(value, dtype=floatx(), trainable=False, name="learning_rate")


def rate_at(rate: Rate, step: jax.Array) -> Any:
    """Give the learning rate at a step; functions may take the step or nothing."""
    if isinstance(rate, Variable):
        return rate
    if isinstance(rate, LearningRateSchedule) or _takes_step(rate):
        return rate(step)
    return rate()


def _takes_step(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(
        p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        for p in parameters
    )
