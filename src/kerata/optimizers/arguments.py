"""Arguments that all optimizers share, and the checks of their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np

from kerata.base.configurable import Configurable, constructor_arguments
from kerata.base.messages import did_you_mean
from kerata.base.origin import is_own_class
from kerata.base.signatures import argument_names

# In the order of Keras 3's configs.
COMMON = (
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


class ArgumentsButDecay(TypedDict, total=False):
    """``CommonArguments`` for optimizers that have a weight decay of their own."""

    clipnorm: Any
    clipvalue: Any
    global_clipnorm: Any
    use_ema: bool
    ema_momentum: Any
    ema_overwrite_frequency: int | None
    loss_scale_factor: Any
    gradient_accumulation_steps: int | None
    name: str | None
    lr: Any
    decay: Any


class CommonArguments(ArgumentsButDecay, total=False):
    """Keyword arguments that every optimizer takes besides its own; see ``Optimizer``."""

    weight_decay: Any


def is_number(value: Any) -> bool:
    """Say whether a value is a plain number, known while Python runs, unlike a traced one."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def is_on(strength: Any) -> bool:
    """Say whether something was asked for: a traced strength always counts as asked for."""
    return strength is not None and not (is_number(strength) and strength <= 0)


def check_range(
    owner: str, argument: str, value: Any, low: float = 0.0, high: float = np.inf
) -> None:
    """Refuse a plain number outside ``[low, high]``.

    Raises:
        TypeError: a string, None, a boolean, a list or a dictionary.
        ValueError: a number outside the range.
    """
    if value is None or isinstance(value, (str, bool, list, tuple, dict)):
        raise TypeError(f"{owner}: {argument} must be a number, got {value!r}.")
    if is_number(value) and not low <= value <= high:
        bounds = f"at least {low:g}" if high == np.inf else f"between {low:g} and {high:g}"
        raise ValueError(f"{owner}: {argument} must be {bounds}, got {value!r}.")


def old_keywords(cls: type, learning_rate: Any, keywords: dict[str, Any]) -> Any:
    """Understand ``lr``, and refuse what no optimizer takes.

    Returns:
        The learning rate.

    Raises:
        TypeError: an unknown keyword; the message lists similar ones.
        ValueError: ``decay``, with what to use instead.
    """
    rest = dict(keywords)
    learning_rate = rest.pop("lr", learning_rate)
    # Old configs say decay=0.0.
    decay = rest.pop("decay", None)
    if decay:
        raise ValueError(
            f"{cls.__name__}: decay={decay!r} is no longer taken. Give learning_rate="
            f"schedules.InverseTimeDecay({learning_rate!r}, decay_steps=1, decay_rate={decay!r}), "
            "which is the same."
        )
    for name in rest:
        raise TypeError(
            f"{cls.__name__} has no argument {name!r}. "
            f"{did_you_mean(name, argument_names(cls), listing=20)}"
        )
    return learning_rate


def own_arguments(optimizer: Configurable, known: Mapping[str, Any]) -> dict[str, Any]:
    """Give the constructor arguments beyond the common ones, with their present values."""
    found = constructor_arguments(optimizer)
    for cls in type(optimizer).__mro__:
        if is_own_class(cls):
            names = [n for n in argument_names(cls) if hasattr(optimizer, n)]
            found |= {name: getattr(optimizer, name) for name in names}
            break
    return {name: value for name, value in found.items() if name not in known}
