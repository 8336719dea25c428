"""Upper limits of epochs and steps that hold for a whole program, to try it out quickly."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from kerata.base.arguments import is_integer
from kerata.base.messages import warn


@dataclass
class _Limits:
    epochs: int | None
    steps: int | None


def _of_environment(name: str) -> int | None:
    given = os.environ.get(name, "").strip()
    if not given:
        return None
    try:
        return int(given)
    except ValueError:
        raise ValueError(f"The environment variable {name} must be a number, got {given!r}.") from (
            None
        )


_limits: _Limits | None = None


def _current() -> _Limits:
    # Read when first asked for, so that a wrong variable does not stop the import.
    global _limits
    if _limits is None:
        _limits = _Limits(
            _of_environment("KERAS_MAX_EPOCHS"), _of_environment("KERAS_MAX_STEPS_PER_EPOCH")
        )
    return _limits


def max_epochs() -> int | None:
    """Give the largest number of epochs of a ``fit``; None without a limit.

    Set by ``set_max_epochs`` or the environment variable ``KERAS_MAX_EPOCHS``.

    >>> max_epochs() is None
    True
    """
    return _current().epochs


def set_max_epochs(max_epochs: int | None) -> None:
    """Limit the epochs of every ``fit``, to try a program out without changing it.

    Arguments:
        max_epochs: int, the limit; None takes it away.

    Raises:
        ValueError: not a whole number of at least 1.

    >>> set_max_epochs(None)
    """
    _check("max_epochs", max_epochs)
    _current().epochs = max_epochs


def max_steps_per_epoch() -> int | None:
    """Give the largest number of batches in an epoch, an evaluation, a prediction; None without.

    Set by ``set_max_steps_per_epoch`` or the environment variable
    ``KERAS_MAX_STEPS_PER_EPOCH``.

    >>> max_steps_per_epoch() is None
    True
    """
    return _current().steps


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limit the batches of every epoch of ``fit``, ``evaluate`` and ``predict``.

    Arguments:
        max_steps_per_epoch: int, the limit; None takes it away.

    Raises:
        ValueError: not a whole number of at least 1.

    >>> set_max_steps_per_epoch(None)
    """
    _check("max_steps_per_epoch", max_steps_per_epoch)
    _current().steps = max_steps_per_epoch


def limited_epochs(epochs: int) -> int:
    """Give the epochs of a ``fit``, at most as many as the limit; a warning tells of fewer."""
    most = max_epochs()
    if most is None or epochs <= most:
        return epochs
    warn(f"Limiting epochs to {most} (max_epochs).", stacklevel=4)
    return most


def limited_steps(steps: int | None) -> int | None:
    """Give the steps of an epoch, at most as many as the limit; None for all data."""
    most = max_steps_per_epoch()
    if most is None or (steps is not None and steps <= most):
        return steps
    warn(f"Limiting steps_per_epoch to {most} (max_steps_per_epoch).", stacklevel=4)
    return most


def _check(name: str, value: Any) -> None:
    if value is not None and (not is_integer(value) or int(value) < 1):
        raise ValueError(f"{name} must be a whole number of at least 1 or None, got {value!r}.")
