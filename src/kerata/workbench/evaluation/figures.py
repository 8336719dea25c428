"""The main metric as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerata.workbench.core.wording import main_figure as figure, number

__all__ = ["bare", "between", "figure", "metric_between", "signed"]


def signed(value: float, task: Any) -> str:
    """Write a difference of main figures."""
    return bare(value, task) + ("" if task.kind == "regression" else " percentage points")


def bare(value: float, task: Any) -> str:
    """Write a difference of main figures without its unit.

    >>> class Task: kind = "binary"
    >>> bare(0.1234, Task), bare(-0.0001, Task)
    ('12.3', '0.0')
    """
    # Rounded first: a difference of minus nothing is nothing.
    return number(value, 3) if task.kind == "regression" else f"{round(100 * value, 1) + 0.0:.1f}"


def between(ends: Sequence[float], task: Any) -> str:
    """Write the interval of a main figure, for brackets."""
    return f"95% interval {figure(ends[0], task)} to {figure(ends[1], task)}"


def metric_between(ends: Sequence[float | None], digits: int = 3) -> str:
    """Write the interval of another figure, for brackets.

    >>> metric_between((0.71234, 0.9))
    '95% interval 0.712 to 0.9'
    """
    return f"95% interval {number(ends[0], digits)} to {number(ends[1], digits)}"
