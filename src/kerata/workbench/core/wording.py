"""Numbers and amounts as people write them."""

from __future__ import annotations

import math
from typing import Any

# Outside these sizes plain digits are harder to read than powers of ten.
_LEAST, _MOST = 1e-6, 1e15


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with some significant digits, thousands apart, without an exponent.

    Arguments:
        value: the number; None stands for one that isn't finite.
        digits: how many of its digits count; trailing zeros behind the point are left out.

    >>> number(1623.7, 3), number(0.03004), number(12.0), number(None)
    ('1,620', '0.03004', '12', 'none')
    """
    if value is None or not math.isfinite(value):
        return "none"
    if value == 0:
        return "0"
    place = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, place)
    if not _LEAST <= abs(rounded) < _MOST:
        return f"{value:.{digits}g}"
    text = f"{rounded:,.{max(place, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def main_figure(value: float | None, task: Any) -> str:
    """Write a main figure: a percentage, or a number in the target's units; None isn't finite."""
    if value is None:
        return "none"
    return number(value) if task.kind == "regression" else f"{100 * value:.1f}%"


def counted(count: int, what: str, several: str = "") -> str:
    """Write how many there are of something.

    Arguments:
        count: how many.
        what: its name in the singular.
        several: its name in the plural; with an s by default.

    >>> counted(1, "row"), counted(1200, "row"), counted(2, "class", "classes")
    ('1 row', '1,200 rows', '2 classes')
    """
    return f"{count:,} {what if count == 1 else several or what + 's'}"
