"""The section of a report on the search that found the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import GREY, headline, new_figure, tidy
from kerata.workbench.core.metrics import higher_is_better, main_name
from kerata.workbench.report.charts import COLOURS
from kerata.workbench.report.context import ReportContext, metric_name
from kerata.workbench.report.markup import bar, esc, paragraph, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The best trials that are listed.
MOST = 12


def search(context: ReportContext) -> str:
    """Draw the trials of a search, list the best ones and what mattered."""
    found = context.trained.search
    if found is None:
        return ""
    task = context.task
    complete = [tried for tried in found.tried if tried.value is not None]
    early = len(found.tried) - len(complete)
    message = paragraph(
        f"{len(found.tried)} trials, {early} of them ended early since their curves lay below the "
        f"median of the others. Best on the validation rows: {context.figure(found.best.value)} "
        f"({found.best.description()}). {found.caution}"
    )
    sign = -1 if higher_is_better(task) else 1
    best = sorted(complete, key=lambda tried: sign * tried.value)[:MOST]
    cells = [
        [
            str(tried.number + 1),
            f'<span class="why">{esc(tried.description())}</span>',
            esc(context.figure(tried.value)),
            str(tried.epochs),
            f"{tried.seconds:.1f} s",
        ]
        for tried in best
    ]
    names = ["trial", "network and options", metric_name(main_name(task)), "epochs", "time"]
    parts = [
        message,
        context.album.add(trials_chart(found, task), "trials", "Trials of the search"),
    ]
    parts.append("<h3>Best trials</h3>" + table(names, cells, right=(0, 2, 3, 4)))
    if found.importance:
        rows = [
            [esc(name), f"{100 * share:.0f}%", bar(share)]
            for name, share in found.importance.items()
        ]
        parts.append(f"<h3>What mattered for {esc(found.common)}</h3>")
        parts.append(table(["choice", "share", ""], rows, right=(1,)))
    return "".join(parts)


def trials_chart(found: Any, task: Any) -> Figure:
    """Draw each trial's figure on the validation rows, and the best so far."""
    figure = new_figure(7.2, 3.5)
    axes = figure.subplots()
    tidy(axes)
    scale = 1 if task.kind == "regression" else 100
    complete = [tried for tried in found.tried if tried.value is not None]
    names = list(dict.fromkeys(tried.network for tried in complete))
    for place, name in enumerate(names):
        mine = [tried for tried in complete if tried.network == name]
        axes.scatter(
            [tried.number + 1 for tried in mine],
            [scale * tried.value for tried in mine],
            s=22,
            color=COLOURS[place % len(COLOURS)],
            label=name,
            linewidths=0,
        )
    values = np.array([scale * tried.value for tried in complete])
    keep = np.maximum if higher_is_better(task) else np.minimum
    numbers = [tried.number + 1 for tried in complete]
    axes.step(numbers, keep.accumulate(values), where="post", color=GREY, linewidth=1.2)
    # A few trials that went badly wrong would press all others into one line.
    low, high = np.quantile(values, [0.15, 1.0] if higher_is_better(task) else [0.0, 0.85])
    room = 0.15 * (high - low) or 0.01 * abs(high) or 1.0
    axes.set_ylim(low - room, high + room)
    axes.set_xlabel("trial", fontsize=9)
    unit = "" if task.kind == "regression" else ", %"
    axes.set_ylabel(f"{metric_name(main_name(task))}{unit}", fontsize=9)
    axes.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    headline(axes, "Validation rows: each trial, and the best so far (line)")
    return figure
