"""Which preparation goes with which data and network."""

from __future__ import annotations

from typing import Any

from kerata.workbench.core.column import Column
from kerata.workbench.core.task import Task
from kerata.workbench.features.images import ImagePreparation
from kerata.workbench.features.preparation import Preparation
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.features.texts import TextPreparation

MAKERS: dict[str, type[Preparation]] = {
    made.kind: made for made in (TablePreparation, TextPreparation, ImagePreparation)
}


def prepared_kind(kind: str, columns: list[Column] | None) -> str:
    """Treat a table of one text column like a folder of texts."""
    used = [column for column in columns or () if column.used and column.kind != "target"]
    if len(used) == 1 and used[0].kind == "text":
        return "texts"
    return kind


def prepare(
    kind: str, options: dict[str, Any], data: Any, task: Task, columns: list[Column] | None
) -> Preparation:
    """Learn a preparation from training rows.

    Raises:
        ValueError: options that this kind of data does not have.
    """
    try:
        made = MAKERS[kind](**options)
    except TypeError as error:
        raise ValueError(f"The options {sorted(options)} don't fit {kind}.") from error
    return made.fit(data, task, columns)
