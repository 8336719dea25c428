"""Learning curves: the best epoch, and the rise after it."""

from __future__ import annotations

import math
from collections.abc import Sequence

# A gap of this size between training and validation accuracy is called large.
LARGE_GAP = 0.05
# A rise of the validation loss after its best epoch that is worth a word.
NOTABLE_RISE = 0.1
# ... and if it is this share of the highest loss.
OF_HIGHEST = 0.05
# A loss falls on if its last steps go down, together by this share.
_FALLS = 0.01
# Below this training accuracy a network that doesn't overfit could learn more.
WELL_FITTED = 0.97


def best_epoch(values: Sequence[float], mode: str = "min") -> int | None:
    """Give the number of the best epoch, counted from 1; the first of equals.

    Arguments:
        values: a loss or metric after each epoch; values that are not finite never win.
        mode: ``'min'`` if lower is better, ``'max'`` if higher is.

    Returns:
        None if no value is finite.

    Raises:
        ValueError: another mode.

    >>> best_epoch([0.9, 0.4, float("nan"), 0.5])
    2
    """
    if mode not in ("min", "max"):
        raise ValueError(f"mode must be 'min' or 'max', got {mode!r}.")
    sign = 1 if mode == "min" else -1
    ranked = [
        (sign * value, epoch) for epoch, value in enumerate(values, 1) if math.isfinite(value)
    ]
    return min(ranked)[1] if ranked else None


def rise_after_best(losses: Sequence[float]) -> float:
    """Give by which share the last loss lies above the lowest one.

    >>> rise_after_best([0.5, 0.2, 0.3])
    0.5
    """
    best = best_epoch(losses)
    if best is None or losses[best - 1] <= 0 or not math.isfinite(losses[-1]):
        return 0.0
    # Rounded so that 0.3 over 0.2 is 0.5, not a hair less.
    return round(losses[-1] / losses[best - 1] - 1, 9)


def notable_rise(losses: Sequence[float]) -> float:
    """Give the rise after the best epoch if it is worth a word, else 0.

    Many times next to nothing is nothing.

    >>> notable_rise([0.5, 0.2, 0.3]), notable_rise([0.9, 0.001, 0.003])
    (0.5, 0.0)
    """
    rise = rise_after_best(losses)
    if rise < NOTABLE_RISE or losses[-1] - min(losses) <= OF_HIGHEST * max(losses):
        return 0.0
    return rise


def still_falling(losses: Sequence[float]) -> bool:
    """Tell whether a loss was falling to the end: at least two last steps down, by 1 % in all.

    Of many epochs, the last tenth counts.

    >>> still_falling([0.9, 0.6, 0.5]), still_falling([0.9, 0.4]), still_falling([3, 1, 2, 0.9])
    (True, False, False)
    """
    last = list(losses[-max(3, len(losses) // 10) :])
    if len(last) < 3 or not all(map(math.isfinite, last)) or min(losses) < last[-1]:
        return False
    down = last[-1] < last[-2] < last[-3]
    return down and last[0] - last[-1] >= _FALLS * abs(last[0])
