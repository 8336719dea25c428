"""Checks of what users pass to compile, fit and evaluate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax

from kerata import losses, metrics
from kerata.base.arguments import is_integer


def check_names(loss: Any, given_metrics: Any, weighted: Any) -> None:
    """Refuse unknown names of losses and metrics already when compiling."""
    for x in jax.tree.leaves(loss):
        if isinstance(x, str):
            losses.get(x)
    for x in jax.tree.leaves([given_metrics, weighted]):
        if isinstance(x, str) and x not in ("accuracy", "acc", "crossentropy", "ce"):
            metrics.get(x)


def check_fit(epochs: Any, batch_size: Any, initial_epoch: Any, verbose: Any) -> None:
    """Refuse numbers that make no sense.

    Raises:
        ValueError: naming the argument.
    """
    if not is_integer(epochs) or epochs < 0:
        raise ValueError(f"epochs must be a whole number of at least 0, got {epochs!r}.")
    if batch_size is not None and (not is_integer(batch_size) or batch_size < 1):
        raise ValueError(f"batch_size must be a positive whole number, got {batch_size!r}.")
    if not is_integer(initial_epoch) or initial_epoch < 0:
        raise ValueError(
            f"initial_epoch must be a whole number of at least 0, got {initial_epoch!r}."
        )
    verbosity(verbose)


def check_counts(**given: Any) -> None:
    """Refuse what is given and is not a positive whole number.

    Raises:
        ValueError: naming the argument.
    """
    for name, value in given.items():
        if value is not None and (not is_integer(value) or value < 1):
            raise ValueError(f"{name} must be a positive whole number, got {value!r}.")


def check_shuffle(shuffle: Any) -> Any:
    """Give True, False or ``'batch'``.

    Raises:
        ValueError: anything else.
    """
    if shuffle not in (True, False, None, "batch"):
        raise ValueError(f"shuffle must be True, False or 'batch', got {shuffle!r}.")
    return shuffle if shuffle == "batch" else bool(shuffle)


def verbosity(verbose: Any) -> int:
    """Turn the ``verbose`` argument into 0, 1 or 2.

    >>> verbosity("auto"), verbosity(False), verbosity(2)
    (1, 0, 2)
    """
    if verbose == "auto":
        return 1
    if verbose not in (0, 1, 2):
        raise ValueError(
            "verbose must be 0 (silent), 1 (progress bar), 2 (a line an epoch) or 'auto', "
            f"got {verbose!r}."
        )
    return int(verbose)


def validation_parts(given: Any) -> tuple[Any, Any, Any]:
    """Take ``validation_data`` apart into x, y and sample weights."""
    if isinstance(given, (tuple, list)):
        if len(given) not in (2, 3):
            raise ValueError(
                "validation_data must be (x, y) or (x, y, sample_weight), "
                f"got a {type(given).__name__} of {len(given)} elements."
            )
        x, y, weight = (*given, None)[:3]
        return x, y, weight
    return given, None, None


def validation_epochs(frequency: int | Iterable[int]) -> Callable[[int], bool]:
    """Turn ``validation_freq`` into a question about the epoch, counted from 0."""
    if is_integer(frequency):
        every = int(frequency)  # type: ignore[arg-type] # an integer, as asked
        if every < 1:
            raise ValueError(f"validation_freq must be at least 1, got {frequency!r}.")
        return lambda epoch: (epoch + 1) % every == 0
    chosen = set(frequency)  # type: ignore[arg-type] # none, as asked
    return lambda epoch: epoch + 1 in chosen
