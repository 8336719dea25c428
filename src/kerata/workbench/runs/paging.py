"""A finished run as one page that answers in the browser, with no server and no network."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from kerata.export.onnx.network import serialized
from kerata.export.page import PAGE, as_json, one_file, source
from kerata.export.written import Written
from kerata.utils.files import write_beside
from kerata.workbench.core.cell_values import MISSING, MISSING_NUMBER
from kerata.workbench.core.onnx_file import answering_graph, tried
from kerata.workbench.core.wording import counted
from kerata.workbench.runs.description import description
from kerata.workbench.runs.run import Run

# Words that say nothing, by the kind of the column.
_MISSING = {"number": MISSING_NUMBER, "date": MISSING}


@dataclass(frozen=True)
class WrittenPage(Written):
    """A page that was written; its graph was tried in onnxruntime."""

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.format}; in onnxruntime the answers of its graph to "
            f"{counted(self.rows, 'row')} differ from Kerata's by at most {self.difference:.1g}"
        )


def export_page(run: Run, rows: Any, path: str | Path) -> WrittenPage:
    """Write a run as an HTML file: a form made from its columns, the answer beside it.

    The network and its preparation are in the file as a graph, and the page's own program
    computes it: nothing is loaded or sent, which its policy forbids too. The graph is tried in
    onnxruntime first.

    Arguments:
        run: a finished run.
        rows: raw rows to try it with.
        path: of the file.

    Raises:
        ExportError: what can't be exported, an operator that the page does not know, answers
            that differ by more than 1e-4. No file is written then.
        ImportError: ``onnx`` or ``onnxruntime`` is missing.
    """
    proto, outputs = answering_graph(run.model, run.preparation, run.task)
    graph = as_json(proto)
    inputs, count, worst = tried(
        serialized(proto), run.preparation, run.task, rows, run.predict(rows), _typed(run, rows)
    )
    page = one_file(
        f"{run.name} · Kerata",
        styles=[_web("theme.css"), _web("answers.css")],
        early=_web("theme.js"),
        modules=[_web("dom.js"), _web("answers.js"), *map(source, PAGE)],
        data={"about": _about(run), "graph": graph},
    )
    content = page.encode("utf-8")
    written = write_beside(Path(path), lambda file: file.write(content))
    kind = f"a page ({len(content) / 1e6:.1f} MB) that answers in a browser, without any server"
    return WrittenPage(written, kind, inputs, tuple(outputs), count, worst)


def _web(name: str) -> str:
    return (resources.files("kerata.web") / "static" / name).read_text(encoding="utf-8")


def _about(run: Run) -> dict[str, Any]:
    """Give what the page says and asks for."""
    return description(run) | {
        "separator": run.task.separator or "|",
        "columns": _columns(run.preparation),
        "missing": {kind: sorted(words) for kind, words in _MISSING.items()},
        "photos": bool(run.preparation.photos),
        "residuals": (run.record.get("certainty") or {}).get("residuals") or [],
    }


def _typed(run: Run, rows: Any) -> dict[str, np.ndarray]:
    """Give raw rows as the page gives them to its graph: words in lower case."""
    made = run.preparation
    others = {x.name for x in getattr(made, "read", ()) if x.kind in _MISSING}
    return {
        name: cells
        if name in others or cells.dtype != object
        else np.array([str(x).lower() for x in cells.ravel()], object).reshape(cells.shape)
        for name, cells in made.raw_arrays(rows).items()
    }


def _columns(made: Any) -> list[dict[str, Any]]:
    """Give the columns with what their cells are read by."""
    read = {column.name: column for column in getattr(made, "read", ())}
    found = []
    for facts in made.column_facts():
        column = read.get(facts["name"])
        if column is not None and column.kind in _MISSING:
            facts |= {"form": column.form, "noise": list(column.noise)}
        found.append(facts)
    return found
