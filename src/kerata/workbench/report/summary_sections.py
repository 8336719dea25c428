"""Sections of a report that every run has: the verdict, data, network, curves, how to use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerata.workbench.core.wording import counted, number
from kerata.workbench.evaluation.figures import figure as main_figure, metric_between
from kerata.workbench.evaluation.verdict import SHOWN_APART
from kerata.workbench.report import charts
from kerata.workbench.report.context import ReportContext, metric_name
from kerata.workbench.report.markup import bar, bullets, esc, paragraph, table

# Limits of the columns of a wide table and of the classes of a long list.
MOST_COLUMNS, MOST_CLASSES = 200, 30
KINDS = {"table": "a table", "series": "a table in time", "texts": "texts", "images": "images"}


def verdict(context: ReportContext) -> str:
    """Say how good the network is, compared with the baselines."""
    record, task = context.record, context.task
    metrics, found = record["metrics"], record["verdict"]
    main = next(iter(metrics))
    low, high = (context.figure(end) for end in record["interval"])
    cards = [(context.figure(metrics[main]), f"{metric_name(main)}, 95% interval {low} to {high}")]
    ends = record.get("intervals") or {}
    cards += [
        (number(value, 3), metric_name(name) + (f", {metric_between(ends[name])}" * (name in ends)))
        for name, value in list(metrics.items())[1:]
    ]
    boxes = "".join(f"<div><b>{esc(big)}</b><span>{esc(text)}</span></div>" for big, text in cards)
    rows = [[esc("this network"), *_compared(context, metrics[main], record["interval"])]]
    for baseline in record["baselines"]:
        cells = _compared(context, baseline["value"], baseline["interval"])
        rows.append([esc(baseline["name"]), *cells])
    # The card above says in which unit.
    title = "mean error" if context.trained.targets else metric_name(main)
    against = table(["", title, "95% interval"], rows, right=(1, 2))
    against += "".join(_target(context, one, said) for one, said in _targets(context))
    advice = "<h3>What to try</h3>" + bullets(found["advice"]) if found["advice"] else ""
    return (
        f'<div class="cards">{boxes}</div>'
        + paragraph(found["quality"])
        + against
        + bullets(
            [
                line
                for line in (*found["baselines"], found["best_epoch"], found["overfitting"])
                if line
            ]
        )
        + advice
        + ("" if task.kind == "regression" or len(context.trained.truth) >= 100 else _few(context))
    )


def _targets(context: ReportContext) -> list[tuple[Any, Any]]:
    """Give the results of each of several targets with what the verdict says of it."""
    said = context.record["verdict"].get("targets") or []
    return list(zip(context.trained.targets, said, strict=True))


def _target(context: ReportContext, one: Any, said: Any) -> str:
    main, value = next(iter(one.metrics.items()))
    results = [("this network", value, one.interval)]
    results += [(other.name, other.value, other.interval) for other in one.baselines]
    rows = [
        [esc(name), esc(main_figure(value, one.task)), esc(" to ".join(_ends(interval, one.task)))]
        for name, value, interval in results
    ]
    return (
        f"<h3>Target {esc(repr(one.task.target))}</h3>"
        + paragraph(said["quality"])
        + table(["", metric_name(main), "95% interval"], rows, right=(1, 2))
        + bullets(said["baselines"])
    )


def _ends(interval: Sequence[float], task: Any) -> list[str]:
    return [main_figure(end, task) for end in interval]


def _few(context: ReportContext) -> str:
    rows = counted(len(context.trained.truth), context.rows_named[:-1])
    return paragraph(
        f"{rows} tell little: look at the intervals, not the figures.",
        "muted",
    )


def _compared(context: ReportContext, value: float, interval: Sequence[float]) -> list[str]:
    ends = _ends(interval, context.task)
    return [esc(main_figure(value, context.task)), esc(" to ".join(ends))]


def diagnosis(context: ReportContext) -> str:
    """Say what is wrong with rows or network, and what to do."""
    findings = context.trained.findings
    if findings is None:
        return ""
    count = len(findings.looked_for)
    shown = [finding for finding in findings if finding.name not in SHOWN_APART]
    if not shown:
        count -= len(findings)
        nothing = "Nothing else" if findings else "Nothing"
        faults = counted(count, "possible fault")
        message = paragraph(f"{nothing} found among {faults} that were looked for.")
    else:
        were = "was" if count == 1 else "were"
        message = paragraph(f"{counted(count, 'possible fault')} {were} looked for.", "muted")
        message += "".join(
            f'<div class="finding {esc(finding.severity)}"><h3>{esc(finding.name)}'
            f' <span class="tag">{esc(finding.severity)}</span></h3>'
            f"{paragraph(finding.sentence)}</div>"
            for finding in shown
        )
    reasons = [f"Not looked for: {name} ({why})." for name, why in findings.left_out.items()]
    return message + (bullets(reasons) if reasons else "")


def data(context: ReportContext) -> str:
    """Say what was read and how it was split."""
    trained, record = context.trained, context.record
    rows = record["rows"]
    lines = [
        f"{record['source']}: read as {KINDS[context.kind]}; {context.task.why}",
        f"{rows['train'] + rows['validation']:,} rows, of which {rows['validation']:,} stopped "
        f"the first network; {rows['test']:,} were answered out of fold."
        if trained.split.folds
        else f"{sum(rows.values()):,} rows: {rows['train']:,} for training, {rows['validation']:,} "
        f"for validation, {rows['test']:,} for the test.",
    ]
    shown = [*lines, *(note for note in trained.notes)]
    parts = [bullets(shown)]
    if context.is_classes:
        parts.append(_shares(context))
    if trained.columns:
        parts.append(_columns(context))
    parts.append(paragraph(f"SHA-256 of the data: {record['fingerprint']}", "muted"))
    return "".join(parts)


def _shares(context: ReportContext) -> str:
    counts = np.bincount(context.trained.truth, minlength=len(context.task.classes))
    order = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    largest = max(int(counts.max()), 1)
    cells = [
        [
            esc(context.task.classes[c]),
            f"{counts[c]:,}",
            f"{100 * counts[c] / counts.sum():.1f}%",
            bar(counts[c] / largest),
        ]
        for c in order
    ]
    more = len(counts) - len(order)
    return (
        f"<h3>Classes in the {'' if context.trained.split.folds else 'test '}rows</h3>"
        + table(["class", "rows", "share", ""], cells, right=(1, 2))
        + (paragraph(f"... and {more:,} more classes.", "muted") if more > 0 else "")
    )


def _columns(context: ReportContext) -> str:
    columns = context.trained.columns
    cells = []
    for column in columns[:MOST_COLUMNS]:
        used = column.used or column.kind == "target"
        kind = column.kind if used else f"{column.kind}, unused"
        cells.append(
            [
                esc(column.name),
                esc(kind),
                f'<span class="why">{esc(column.why)}</span>',
                f"{column.missing:,}",
                f"{column.distinct:,}",
                f'<span class="why">{esc(", ".join(column.examples))}</span>',
            ]
        )
    names = ["column", "is", "because", "missing", "different", "for example"]
    more = len(columns) - MOST_COLUMNS
    return (
        "<h3>Columns</h3>"
        + table(names, cells, right=(3, 4))
        + (paragraph(f"... and {more:,} more columns.", "muted") if more > 0 else "")
    )


def network(context: ReportContext) -> str:
    """Draw the network and say what it costs."""
    from kerata.utils import plot_model

    trained, record = context.trained, context.record
    lines = [
        f"{trained.network}: {record['parameters']:,} parameters, {record['bytes'] / 1e6:.2f} MB.",
        "Time: " + ", ".join(f"{k} {v:.1f} s" for k, v in record["seconds"].items()) + ".",
    ]
    if record["rows_per_second"] is not None:
        speed = f"{record['rows_per_second']:,.0f} raw rows are prepared and predicted a second."
        lines.insert(1, speed)
    drawing = plot_model(trained.model, to_file=None, show_shapes=True, dpi=100)
    words = f"The layers of the network, from input to output, {len(trained.model.layers)} in all"
    return bullets(lines) + context.album.add(drawing, "network", words, wide=True)


def learning(context: ReportContext) -> str:
    """Draw the curves of training."""
    trained = context.trained
    names = [name for name in trained.history if not name.startswith("val_")]
    figures = [
        context.album.add(
            charts.curves(trained.history, name, trained.best_epoch),
            f"curve_{name}",
            f"{metric_name(name)} over the epochs; epoch {trained.best_epoch} was kept",
        )
        for name in names[:4]
        if name not in ("lr", "learning_rate")
    ]
    return f'<div class="grid">{"".join(figures)}</div>'


def use(context: ReportContext) -> str:
    """Say how to go on, and what is needed to have the same again."""
    record, name = context.record, context.name
    commands = (
        f"kerata predict {name} new.csv -o answers.csv\n"
        f"kerata evaluate {name} test.csv\n"
        f"kerata rerun {name}\n"
    )
    python = (
        "from kerata.workbench import read_source, runs\n\n"
        f"run = runs.load({name!r})\n"
        'outputs = run.predict(read_source("new.csv", labelled=False).train)\n'
    )
    config = [[esc(k), f"<code>{esc(v)}</code>"] for k, v in context.trained.config.items()]
    versions = ", ".join(f"{k} {v}" for k, v in record["versions"].items())
    return (
        f"<pre>{esc(commands)}</pre><pre>{esc(python)}</pre>"
        + "<h3>Settings</h3>"
        + table(["", ""], config)
        + paragraph(f"Kerata {record['kerata']}; {versions}.", "muted")
    )
