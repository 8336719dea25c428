"""What runs take and give, as OpenAPI describes it."""

from __future__ import annotations

from typing import Any

from kerata._version import __version__


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
