"""What a run takes and gives, for forms and programs."""

from __future__ import annotations

from typing import Any

from kerata.workbench.runs.run import Run


def description(run: Run) -> dict[str, Any]:
    """Say what a run takes and gives.

    Arguments:
        run: a finished run.

    Returns:
        Name, kind, target, classes, figures, columns with kinds, ranges and categories.
    """
    task, record = run.task, run.record
    return {
        "name": run.name,
        "kind": "forecast" if run.is_forecast else run.preparation.kind,
        "task": task.kind,
        "target": task.target,
        "classes": list(task.classes or ()),
        "created": record["created"],
        "network": record.get("network"),
        "metrics": record.get("metrics") or {},
        "columns": [] if run.is_forecast else run.preparation.column_facts(),
        "image": list(run.preparation.inputs.image or ()) if not run.is_forecast else [],
    }
