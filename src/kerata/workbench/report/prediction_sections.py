"""Sections on the answers to the test rows: by class, by threshold, errors of amounts."""

from __future__ import annotations

import numpy as np

from kerata.plots.figure import rounded_percent
from kerata.workbench.core.confusion import confusion_matrix, most_confused
from kerata.workbench.core.several import by_target
from kerata.workbench.core.wording import number
from kerata.workbench.explain import calibration, class_scores
from kerata.workbench.report import charts
from kerata.workbench.report.context import ReportContext, percent
from kerata.workbench.report.markup import WIDE, bar, esc, paragraph, table

# Larger matrices can't be read; more curves neither.
MOST_CELLS, MOST_CURVES, MOST_SCORES = 24, 9, 100


def confusion(context: ReportContext) -> str:
    """Lay out which class was taken for which."""
    if not context.is_classes:
        return ""
    names = context.task.classes
    matrix = confusion_matrix(context.trained.truth, context.said, len(names))
    parts = []
    if len(names) <= MOST_CELLS:
        parts.append(_matrix(matrix, names))
        _picture(context, matrix)
    worst = most_confused(matrix, top=6 if len(names) <= MOST_CELLS else 20)
    if worst and len(names) > 2:
        cells = [[esc(names[t]), esc(names[s]), f"{number:,}"] for t, s, number in worst]
        parts.append("<h3>Most frequent mistakes</h3>")
        parts.append(table(["is", "was taken for", "rows"], cells, right=(2,)))
    if not worst:
        parts.append(paragraph(f"No mistakes on the {context.rows_named}."))
    return "".join(parts)


def _matrix(matrix: np.ndarray, names: list[str]) -> str:
    head = "".join(f"<th>{esc(name)}</th>" for name in names)
    rows = []
    for place, (name, row) in enumerate(zip(names, matrix, strict=True)):
        total = max(int(row.sum()), 1)
        cells = []
        for column, count in enumerate(row):
            share = count / total
            if column == place:
                colour = f"rgba(var(--pale), {0.1 + 0.35 * share:.2f})"
            elif count:
                colour = f"rgba(var(--bad), {0.15 + 0.45 * min(1, 5 * share):.2f})"
            else:
                colour = "var(--card)"
            shown = f"{count:,}<small>{rounded_percent(share)}</small>" if count else ""
            cells.append(f'<td style="background:{colour}">{shown}</td>')
        right = percent(row[place] / total) if row.sum() else ""
        rows.append(f"<tr><th>{esc(name)}</th>{''.join(cells)}<td>{right}</td></tr>")
    return (
        paragraph(
            "Rows are true classes, columns what the network said; below each count its share of "
            "the row.",
            "muted",
        )
        + f'{WIDE}<table class="matrix"><thead><tr><th></th>{head}<th>found</th></tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _picture(context: ReportContext, matrix: np.ndarray) -> None:
    """Save the matrix as a picture too, for use elsewhere."""
    from kerata import plots

    names = [name.replace("$", r"\$") for name in context.task.classes]
    plots.confusion(matrix, names, context.album.folder / "confusion.png")


def by_class(context: ReportContext) -> str:
    """List precision, recall and F1 of each class or label."""
    if context.task.kind == "regression":
        return ""
    found = class_scores(context.task, context.trained.truth, context.trained.outputs)
    if len(found) > MOST_SCORES:
        found = sorted(found, key=lambda score: -score.rows)[:MOST_SCORES]
    cells = [
        [
            esc(score.name),
            f"{score.rows:,}",
            f"{score.said:,}",
            percent(score.precision) if score.said else "none",
            percent(score.recall) if score.rows else "none",
            f"{score.f1:.3f}",
            bar(score.f1),
        ]
        for score in found
    ]
    what = "label" if context.task.kind == "labels" else "class"
    names = [what, "rows", "said", "precision", "recall", "F1", ""]
    why = (
        f"Precision: of the rows said to be of a {what}, how many are. Recall: of the rows of a "
        f"{what}, how many were found. F1: their harmonic mean."
    )
    return paragraph(why, "muted") + table(names, cells, right=(1, 2, 3, 4, 5))


def thresholds(context: ReportContext) -> str:
    """Draw ROC, precision and recall, and calibration."""
    if context.task.kind == "regression":
        return ""
    task, truth, shares = context.task, context.trained.truth, context.shares
    names = task.classes
    hot = truth if task.kind == "labels" else np.eye(len(names))[truth]
    if task.kind == "binary":
        hot, curves, names = hot[:, 1:], shares[:, 1:], names[1:]
    else:
        often = np.sort(np.argsort(-hot.sum(axis=0), kind="stable")[:MOST_CURVES])
        hot, curves, names = hot[:, often], shares[:, often], [names[i] for i in often]
    # A curve needs rows of the class and others.
    kept = [i for i in range(len(names)) if 0 < hot[:, i].sum() < len(hot)]
    figures = []
    if kept:
        hot, curves, names = hot[:, kept], curves[:, kept], [names[i] for i in kept]
        what = ", ".join(names)
        figures = [
            context.album.add(charts.roc_curves(hot, curves, names), "roc", f"ROC of {what}"),
            context.album.add(
                charts.precision_curves(hot, curves, names),
                "precision_recall",
                f"Precision over recall of {what}",
            ),
        ]
    if task.kind == "classes":
        said, true = shares.max(axis=1), (context.said == truth).astype(float)
    elif task.kind == "binary":
        said, true = shares[:, 1], truth.astype(float)
    else:
        said, true = shares.ravel(), truth.ravel()
    groups = calibration(said, true)
    figures.append(
        context.album.add(
            charts.calibration_chart(groups), "calibration", "How often probabilities came true"
        )
    )
    return f'<div class="grid">{"".join(figures)}</div>' + paragraph(
        "Calibration: circles below the dashed line mean that the network is too sure of "
        "itself, above it not sure enough; larger circles stand for more rows.",
        "muted",
    )


def residuals(context: ReportContext) -> str:
    """Draw errors of a regression."""
    if context.task.kind != "regression":
        return ""
    trained, several = context.trained, len(context.task.parts) > 1
    parts = []
    for place, found in enumerate(by_target(context.task, trained.truth, trained.outputs), 1):
        task, truth, outputs = found
        if several:
            parts.append(f"<h3>{esc(task.target)}</h3>")
        parts.append(_of_amount(context, task.target, truth, outputs, f"_{place}" * several))
    return "".join(parts)


def _of_amount(
    context: ReportContext, target: str, truth: np.ndarray, outputs: np.ndarray, suffix: str
) -> str:
    error, rows = np.abs(outputs - truth), context.rows_named
    of = f" of {target}" if suffix else ""
    drawn = [
        (charts.predicted_chart(truth, outputs, target), "predicted", "Predicted and true values"),
        (charts.residual_chart(truth, outputs, target), "residuals", "Errors over predictions"),
        (charts.error_chart(truth, outputs, rows), "errors", "How large errors are"),
    ]
    figures = [context.album.add(one, f"{name}{suffix}", words + of) for one, name, words in drawn]
    half, most = np.quantile(error, [0.5, 0.9])
    message = (
        f"Half of the {rows} are missed by up to {number(float(half))}, nine of ten by up to "
        f"{number(float(most))}."
    )
    return paragraph(message) + f'<div class="grid">{"".join(figures)}</div>'
