"""Arguments that image layers share: ranges of random numbers, ranges of pixel values."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean

Range = tuple[float, float]


def _is_number(value: Any) -> bool:
    real = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    return real and bool(np.isfinite(value))


def factor_range(
    owner: str,
    name: str,
    value: Any,
    bounds: Range,
    *,
    both_signs: bool = True,
    above_lowest: bool = False,
) -> Range:
    """Read the range that a random number is drawn from.

    Arguments:
        owner, name: of the argument, for messages.
        value: two numbers, or one: then from minus it, or the lowest bound, up to it.
        bounds: lowest and highest number there may be.
        both_signs: whether one number stands for both signs; else the range begins at the lowest
            bound.
        above_lowest: whether the lowest bound itself is not allowed.

    Raises:
        ValueError: neither a number nor two, or beyond the bounds.

    >>> factor_range("RandomZoom", "height_factor", 0.2, (-1, 1))
    (-0.2, 0.2)
    >>> factor_range("RandomContrast", "factor", [0.5, 0.1], (0, 1))
    (0.1, 0.5)
    """
    low, high = bounds
    several = isinstance(value, (list, tuple, np.ndarray))
    numbers = list(value) if several else [value]
    fits = len(numbers) == (2 if several else 1) and all(
        _is_number(v) and low <= v <= high and not (above_lowest and v == low) for v in numbers
    )
    if not fits:
        reach = f"above {low} and up to {high}" if above_lowest else f"from {low} to {high}"
        raise ValueError(
            f"{owner}: {name} must be a number or two numbers {reach}, got {name}={value!r}."
        )
    if several:
        first, last = sorted(_plain(v) for v in numbers)
        return first, last
    number = _plain(value)
    return (max(-abs(number), low) if both_signs else low), abs(number)


def _plain(value: Any) -> float:
    return value.item() if isinstance(value, np.generic) else value


def check_value_range(owner: str, value: Any) -> list[float]:
    """Give the least and the greatest value of pixels, in this order.

    Raises:
        ValueError: not two different numbers.

    >>> check_value_range("Solarization", (255, 0))
    [0, 255]
    """
    if (
        not isinstance(value, (list, tuple, np.ndarray))
        or len(value) != 2
        or not all(map(_is_number, value))
        or value[0] == value[1]
    ):
        raise ValueError(
            f"{owner}: value_range must be two different numbers, the least and the greatest value "
            f"of pixels, got value_range={value!r}."
        )
    return sorted(_plain(v) for v in value)


def one_of(owner: str, name: str, value: Any, known: tuple[str, ...]) -> str:
    """Check a choice by name.

    Raises:
        NotImplementedError: an unknown one, as in Keras.

    >>> one_of("RandomZoom", "interpolation", "nearest", ("nearest", "bilinear"))
    'nearest'
    """
    if value not in known:
        raise NotImplementedError(
            f"{owner}: unknown {name} {value!r}. {did_you_mean(value, known)}"
        )
    return str(value)
