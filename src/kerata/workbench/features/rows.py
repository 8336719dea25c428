"""Rows of raw data, whatever they are: tables, texts or images."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kerata.workbench.core.cell_values import is_missing
from kerata.workbench.core.target_names import Target


def kind_of(data: Any) -> str:
    """Say whether data are a ``'table'``, ``'texts'`` or ``'images'``."""
    for attribute, kind in (("frame", "table"), ("texts", "texts"), ("images", "images")):
        if hasattr(data, attribute):
            return kind
    raise TypeError(f"Raw data are a Table, Texts or Images, got {type(data).__name__}.")


def count(data: Any) -> int:
    """Count the rows."""
    return len(getattr(data, {"table": "frame"}.get(kind_of(data), kind_of(data))))


def shorter_side(data: Any) -> int:
    """Give the shorter side of images in pixels, 0 for other data."""
    return min(data.images.shape[1:3]) if kind_of(data) == "images" else 0


def take(data: Any, rows: np.ndarray) -> Any:
    """Give some of the rows, in the given order."""
    origins = data.origins
    changed: dict[str, Any] = {"origins": None if origins is None else pick(origins, rows)}
    kind = kind_of(data)
    if kind == "table":
        return replace(data, frame=data.frame.iloc[rows].reset_index(drop=True), **changed)
    if data.labels is not None:
        changed["labels"] = pick(data.labels, rows)
    if kind == "texts":
        return replace(data, texts=pick(data.texts, rows), **changed)
    return replace(data, images=data.images[rows], **changed)


def pick(values: Any, rows: np.ndarray) -> list[Any]:
    """Give some entries of a list."""
    return [values[row] for row in rows]


def target_values(data: Any, target: Target) -> list[Any] | None:
    """Give the raw targets, None where data have none; a missing one is None.

    Of several targets each row has a tuple, or None where one of them is missing.
    """
    if not isinstance(target, str):
        columns = [target_values(data, name) for name in target]
        if any(column is None for column in columns):
            return None
        rows = zip(*(column or () for column in columns), strict=True)
        return [None if any(map(is_missing, row)) else row for row in rows]
    if kind_of(data) == "table":
        if target not in data.frame.columns:
            return None
        column = data.frame[target]
        return [None if gap else v for gap, v in zip(column.isna(), column.tolist(), strict=True)]
    return None if data.labels is None else list(data.labels)
