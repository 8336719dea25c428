"""The main metric as text."""

from __future__ import annotations

from typing import Any


def figure(value: float | None, task: Any) -> str:
    """Write a main figure: a percentage, or a number in the target's units; None isn't finite."""
    if value is None:
        return "none"
    return f"{value:.4g}" if task.kind == "regression" else f"{100 * value:.1f}%"


def signed(value: float, task: Any) -> str:
    """Write a difference of main figures."""
    return bare(value, task) + ("" if task.kind == "regression" else " percentage points")


def bare(value: float, task: Any) -> str:
    """Write a difference of main figures without its unit."""
    return f"{value:.3g}" if task.kind == "regression" else f"{100 * value:.1f}"
