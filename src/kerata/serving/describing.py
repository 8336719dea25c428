"""What a run takes and gives, for programs (JSON, OpenAPI) and for the page's form."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata._version import __version__
from kerata.workbench.core.column import Column
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.runs.run import Run

# Categories that a form offers; beyond, the answer can be typed.
OFFERED = 200


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
        "columns": [] if run.is_forecast else _columns(run),
        "image": list(run.preparation.inputs.image or ()) if not run.is_forecast else [],
    }


def _columns(run: Run) -> list[dict[str, Any]]:
    made = run.preparation
    if not isinstance(made, TablePreparation):
        column = getattr(made, "column", None)
        return [{"name": column.name, "kind": "text"}] if column is not None else []
    return [_column(made, column) for column in made.read]


def _column(made: TablePreparation, column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind,
        "example": column.examples[0] if column.examples else None,
    }
    if column.unit:
        found["unit"] = column.unit
    ends = made.ranges.get(column.name)
    if ends is not None:
        found["range"] = [_day(end) for end in ends] if column.kind == "date" else ends
    known = next((c.known for c in made.categories if c.name == column.name), None)
    if known is not None:
        found["categories"] = known[:OFFERED]
    return found


def _day(days: float) -> str:
    return str(np.datetime64(0, "D") + np.timedelta64(int(days), "D"))


def openapi(descriptions: list[dict[str, Any]]) -> dict[str, Any]:
    """Describe all runs as OpenAPI 3.1 has it.

    Arguments:
        descriptions: what ``description`` gave.
    """
    paths: dict[str, Any] = {
        "/healthz": _get("Whether the server answers."),
        "/metrics": _get("Figures for Prometheus."),
    }
    schemas: dict[str, Any] = {}
    for about in descriptions:
        name = about["name"]
        schemas[name] = _row(about)
        row = {"$ref": f"#/components/schemas/{_pointer(name)}"}
        body = _bodies(about, row)
        answer = {"type": "object", "properties": _answer(about)}
        responses = {
            "200": {
                "description": "An answer for each row.",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "properties": {"answers": {"type": "array", "items": answer}},
                        }
                    }
                },
            },
            "400": {"description": "A body that can't be read."},
            "413": {"description": "Too many rows or bytes."},
            "422": {"description": "Rows that don't fit: 'rows' says which and why."},
        }
        paths[f"/runs/{name}"] = _get(f"What {name} takes and gives.")
        paths[f"/runs/{name}/predict"] = {
            "post": {
                "summary": f"Predict {about['target']}.",
                "requestBody": {"required": True, "content": body},
                "responses": responses,
            }
        }
    if len(descriptions) == 1:
        paths["/predict"] = paths[f"/runs/{descriptions[0]['name']}/predict"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kerata", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _get(summary: str) -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": {"200": {"description": "Yes."}}}}


def _row(about: dict[str, Any]) -> dict[str, Any]:
    if about["kind"] == "images":
        return {"type": "string", "format": "binary"}
    if about["kind"] == "texts" and not about["columns"]:
        return {"type": "string"}
    properties = {column["name"]: _cell(column) for column in about["columns"]}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _cell(column: dict[str, Any]) -> dict[str, Any]:
    kinds = {"number": ["number", "string", "null"], "date": ["string", "null"]}
    found: dict[str, Any] = {
        "type": kinds.get(column["kind"], ["string", "number", "boolean", "null"])
    }
    if "range" in column:
        low, high = column["range"]
        found["description"] = f"{low} to {high} among the training rows"
    if column.get("categories"):
        found["examples"] = column["categories"][:10]
    return found


def _bodies(about: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    if about["kind"] == "images":
        files = {"type": "object", "properties": {"file": {"type": "array", "items": row}}}
        return {"image/*": {"schema": row}, "multipart/form-data": {"schema": files}}
    rows = {"oneOf": [row, {"type": "array", "items": row}]}
    return {"application/json": {"schema": rows}, "text/csv": {"schema": {"type": "string"}}}


def _answer(about: dict[str, Any]) -> dict[str, Any]:
    if about["task"] == "regression":
        return {"prediction": {"type": "number"}}
    shares = {f"probability_{name}": {"type": "number"} for name in about["classes"][:50]}
    return {"prediction": {"type": "string"}, **shares}
