"""Sections of a forecast's report: what comes next, the last origins, errors by step ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import BLUE, GREEN, GREY, INK, ORANGE, headline, new_figure, tidy
from kerata.workbench.report.context import ReportContext
from kerata.workbench.report.markup import bullets, esc, paragraph, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kerata.workbench.forecasting.result import Backtest

# Series and origins that are drawn, and rows of the table of what comes next.
SERIES, ORIGINS, ROWS = 6, 4, 60
# So many horizons before the first drawn origin are drawn, too.
_BEFORE = 3


def future(context: ReportContext) -> str:
    """List what is forecast after the last rows."""
    found = context.trained.future
    if found is None:
        return paragraph("The next steps need values of columns known in advance.", "muted")
    shown = found.head(ROWS)
    numbers = [n for n, name in enumerate(shown.columns) if shown[name].dtype.kind == "f"]
    largest = max((float(shown.iloc[:, n].abs().max()) for n in numbers), default=1.0)
    # Five digits of the largest number, and as many decimals for all.
    decimals = int(np.clip(4 - np.floor(np.log10(max(largest, 1e-9))), 0, 8))
    cells = [
        [f"{value:,.{decimals}f}" if isinstance(value, float) else esc(value) for value in row]
        for row in shown.itertuples(index=False)
    ]
    more = len(found) - len(shown)
    return table([str(name) for name in shown.columns], cells, right=numbers) + (
        paragraph(f"... and {more:,} more rows in forecast.csv.", "muted") if more > 0 else ""
    )


def origins(context: ReportContext) -> str:
    """Draw the last origins of some series: what was forecast, and what came true."""
    test: Backtest = context.trained.backtest
    made = context.trained.preparation
    drawn = np.unique(test.series)[:SERIES]
    figures = []
    for number in drawn:
        name = made.names[number]
        title = f"{context.task.target}" + (f", {name}" if name else "")
        words = f"Forecasts of {title} from the last origins with their intervals, and what came"
        figures.append(
            context.album.add(_origins(context, int(number), title), f"origins_{number}", words)
        )
    left = len(np.unique(test.series)) - len(drawn)
    notes = [
        "Thin line: what came true. Blue: forecasts from the last origins that share no step, with "
        "their 90% intervals. Behind the last row: what comes next (orange)."
    ]
    if left > 0:
        notes.append(f"{left:,} more series are not drawn.")
    return f'<div class="grid">{"".join(figures)}</div>' + paragraph(" ".join(notes), "muted")


def by_step(context: ReportContext) -> str:
    """Show errors and held intervals by step ahead."""
    test: Backtest = context.trained.backtest
    words = "Mean absolute error of the forecast and of simpler ones by step ahead"
    drawing = context.album.add(_errors(test), "errors_by_step", words)
    held = np.nanmean(test.held(), axis=0)
    steps = np.unique(np.linspace(0, test.horizon - 1, min(test.horizon, 12)).astype(int))
    errors = np.nanmean(test.errors(test.forecast), axis=0)
    rows = [
        [f"{step + 1}", context.figure(float(errors[step])), f"{100 * held[step]:.1f}%"]
        for step in steps
    ]
    names = ["steps ahead", "mean error", "in the 90% interval"]
    return f'<div class="grid">{drawing}{table(names, rows, right=(0, 1, 2))}</div>'


def use(context: ReportContext) -> str:
    """Say how to go on."""
    name, target = context.name, context.task.target
    commands = (
        f"kerata predict {name} -o next.csv\n"
        f"kerata predict {name} newer.csv -o next.csv\n"
        f"kerata rerun {name}\n"
    )
    python = (
        "from kerata.workbench import read_source, runs\n\n"
        f"run = runs.load({name!r})\n"
        "print(run.forecast())\n"
        f"print(run.forecast(read_source('newer.csv', target={target!r}).train))\n"
    )
    config = [[esc(k), f"<code>{esc(v)}</code>"] for k, v in context.trained.config.items()]
    return (
        f"<pre>{esc(commands)}</pre><pre>{esc(python)}</pre>"
        + bullets(
            [
                "test_predictions.csv has each forecast of the backtest beside what came true.",
                "forecast.csv has what comes next.",
            ]
        )
        + "<h3>Settings</h3>"
        + table(["", ""], config)
    )


def _origins(context: ReportContext, number: int, title: str) -> Figure:
    test: Backtest = context.trained.backtest
    made = context.trained.preparation
    horizon = test.horizon
    own = np.flatnonzero(test.series == number)
    own = own[np.argsort(test.origins[own])]
    chosen = own[::-1][::horizon][:ORIGINS][::-1]
    figure = new_figure(6.4, 3.4)
    axes: Any = figure.subplots()
    tidy(axes)
    step, truth = _true(test, own)
    first = test.origins[chosen[0]] - _BEFORE * horizon
    end = int(test.origins[own[-1]]) + horizon
    tail = made.series()[number]
    tail_step = tail.start + np.arange(len(tail.values))
    joined = dict(zip(step.tolist(), truth.tolist(), strict=True)) | {
        int(s): float(v) for s, v in zip(tail_step, tail.values, strict=True) if not np.isnan(v)
    }
    seen = np.array(sorted(s for s in joined if s >= first))
    axes.plot(seen, [joined[int(s)] for s in seen], color=INK, linewidth=1.3)
    for place in chosen:
        at = test.origins[place] + np.arange(1, horizon + 1)
        _fan(axes, at, test.forecast[place], test.lower[place], test.upper[place], BLUE)
    after = context.trained.future
    if after is not None:
        names = list(after.columns)[-3:]
        rows = after.iloc[number * horizon : (number + 1) * horizon]
        at = tail.end + np.arange(1, horizon + 1)
        middle, lower, upper = (rows[name].to_numpy(float) for name in names)
        _fan(axes, at, middle, lower, upper, ORANGE)
        end = int(at[-1])
    places = np.unique(np.linspace(max(first, int(seen[0])), end, 5).astype(int))
    axes.set_xticks(places, made.steps.written(places), rotation=0, fontsize=8)
    headline(axes, title.replace("$", r"\$")[:60])
    return figure


def _fan(axes: Any, at: np.ndarray, middle: Any, lower: Any, upper: Any, colour: str) -> None:
    marker = "o" if len(at) == 1 else None
    axes.fill_between(at, lower, upper, color=colour, alpha=0.2, linewidth=0)
    if len(at) == 1:
        axes.vlines(at, lower, upper, color=colour, alpha=0.5)
    axes.plot(at, middle, color=colour, linewidth=1.5, marker=marker, markersize=3)


def _true(test: Backtest, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    step = test.origins[own][:, None] + np.arange(1, test.horizon + 1)[None, :]
    truth = test.truth[own]
    known = ~np.isnan(truth)
    return step[known], truth[known]


def _errors(test: Backtest) -> Figure:
    figure = new_figure(4.8, 3.5)
    axes: Any = figure.subplots()
    tidy(axes)
    ahead = np.arange(1, test.horizon + 1)
    marker = "o" if test.horizon == 1 else None
    for (name, values), colour in zip(test.simple.items(), (GREY, GREEN, ORANGE), strict=False):
        errors = np.nanmean(test.errors(values), axis=0)
        axes.plot(ahead, errors, color=colour, linewidth=1.3, label=name, marker=marker)
    errors = np.nanmean(test.errors(test.forecast), axis=0)
    axes.plot(ahead, errors, color=BLUE, linewidth=2, label="this network", marker=marker)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("steps ahead", fontsize=9)
    # Above the highest line, so that none runs through the names.
    axes.set_ylim(top=1.45 * axes.get_ylim()[1])
    axes.legend(fontsize=8, frameon=False, loc="upper left", ncols=2)
    headline(axes, "Mean error by step ahead")
    return figure
