"""Logs as callbacks get them: flat, in the engine's order, plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain_logs(logs: Mapping[str, Any] | None) -> dict[str, Any]:
    """Turn single numbers of any kind into Python floats and flatten nested dictionaries.

    >>> import numpy as np
    >>> plain_logs({"loss": np.float32(0.5), "accuracy": 1})
    {'loss': 0.5, 'accuracy': 1.0}
    """
    out: dict[str, Any] = {}
    for name, value in (logs or {}).items():
        if isinstance(value, Mapping):
            out.update(plain_logs(value))
        else:
            out[name] = plain_number(value)
    return out


def plain_number(value: Any) -> Any:
    """Turn a single number of any kind into a Python float; leave everything else."""
    single = getattr(value, "shape", None) == () or isinstance(value, (int, float))
    return float(value) if single else value
