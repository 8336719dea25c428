"""Error by table, mean ranks, gaps to the best: figures, tables and a picture of them."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from pathlib import Path
from statistics import fmean, median
from typing import Any

from contenders import PACKAGES
from sets import SETS, csv_of
from worker import cell_of

DOCS = Path(__file__).parents[2] / "docs"
START, END = "<!-- tables:start -->", "<!-- tables:end -->"
# What decides by task, and whether more of it is better.
FIGURE = {"binary": ("auc", True), "classes": ("log_loss", False), "regression": ("rmse", False)}
TITLE = {"binary": "AUC", "classes": "log loss", "regression": "RMSE"}
# What people ask for next.
SECOND = {"binary": "accuracy", "classes": "accuracy", "regression": "mae"}
Results = dict[str, Any]


def collect(tables: list[str], contenders: list[str], folds: int, seed: int) -> Results:
    """Read the figures of all folds; a table counts for whoever has all its folds."""
    import pandas as pd

    found: Results = {"machine": _machine(), "folds": folds, "seed": seed, "tables": {}}
    for table in tables:
        known, frame = SETS[table], pd.read_csv(csv_of(table))
        row: dict[str, Any] = {
            "origin": known.origin,
            "task": known.task,
            "rows": len(frame),
            "columns": frame.shape[1] - 1,
            "classes": 0 if known.task == "regression" else int(frame[known.target].nunique()),
            "contenders": {},
        }
        for contender in contenders:
            cells = [cell_of(contender, table, fold, seed) for fold in range(folds)]
            if all(cell.exists() for cell in cells):
                row["contenders"][contender] = [json.loads(cell.read_text()) for cell in cells]
        found["tables"][table] = row
    return found


def _machine() -> dict[str, Any]:
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"cores": os.cpu_count(), "processor": platform.machine(), "versions": versions}


def mean_of(row: dict[str, Any], contender: str, figure: str) -> float:
    """Give the mean of a figure over the folds of a table."""
    return fmean(fold[figure] for fold in row["contenders"][contender])


def gaps(row: dict[str, Any], among: list[str]) -> dict[str, float]:
    """Say by how many percent each contender is worse than the best one, by the deciding figure.

    An area under the curve falls short of the best one; a log loss or an error exceeds it.
    """
    figure, more = FIGURE[row["task"]]
    values = {name: mean_of(row, name, figure) for name in among}
    best = max(values.values()) if more else min(values.values())
    return {name: 100 * abs(value - best) / best for name, value in values.items()}


def ranks(row: dict[str, Any], among: list[str]) -> dict[str, float]:
    """Give places from 1, the mean one where several are equal."""
    worse = gaps(row, among)
    return {
        name: 1
        + sum(other < gap for other in worse.values())
        + (sum(other == gap for other in worse.values()) - 1) / 2
        for name, gap in worse.items()
    }


def standings(results: Results) -> dict[str, dict[str, float]]:
    """Sum up each contender over the tables that all have."""
    rows = list(results["tables"].values())
    names = sorted({name for row in rows for name in row["contenders"]})
    whole = [row for row in rows if len(row["contenders"]) == len(names)]
    found = {}
    for name in names if whole else []:
        places = [ranks(row, names)[name] for row in whole]
        behind = [gaps(row, names)[name] for row in whole]
        found[name] = {
            "tables": len(whole),
            "rank": fmean(places),
            "wins": sum(place == 1 for place in places),
            "gap_mean": fmean(behind),
            "gap_median": median(behind),
            "gap_worst": max(behind),
            "within_2_percent": sum(gap <= 2 for gap in behind),
            "cpu_median": median(mean_of(row, name, "cpu_seconds") for row in whole),
            "cpu_most": max(mean_of(row, name, "cpu_seconds") for row in whole),
            "seconds_median": median(mean_of(row, name, "seconds") for row in whole),
        }
    return dict(sorted(found.items(), key=lambda item: item[1]["rank"]))


def markdown(results: Results) -> str:
    """Write the standings and a table of all figures."""
    order = standings(results)
    m = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in m["versions"].items())
    lines = [
        f"{len(results['tables'])} tables, outer folds: {results['folds']}, every contender with "
        f"the settings it comes with. {m['cores']} cores ({m['processor']}), no GPU; {versions}.",
        "",
        "| | mean rank | first on | gap to the best: mean | median | worst | within 2 % on "
        "| CPU seconds of a fit: median | most |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, s in order.items():
        lines.append(
            f"| {_bold(name)} | {s['rank']:.2f} | {s['wins']:.0f} | {s['gap_mean']:.1f} % "
            f"| {s['gap_median']:.1f} % | {s['gap_worst']:.0f} % "
            f"| {s['within_2_percent']:.0f} of {s['tables']:.0f} "
            f"| {s['cpu_median']:.1f} | {s['cpu_most']:.0f} |"
        )
    for task, title in TITLE.items():
        rows = {t: row for t, row in results["tables"].items() if row["task"] == task}
        if rows:
            lines += ["", f"{title} ({SECOND[task]}), {_means(task)}:", ""]
            lines += _figures(rows, list(order))
    return "\n".join(lines)


def _means(task: str) -> str:
    return {
        "binary": "two classes, more is better",
        "classes": "several classes, less log loss is better",
        "regression": "numbers, less is better",
    }[task]


def _bold(name: str) -> str:
    return f"**{name}**" if name == "kerata" else name


def _figures(rows: dict[str, Any], names: list[str]) -> list[str]:
    lines = ["| table | rows x columns | " + " | ".join(map(_bold, names)) + " | Kerata's gap |"]
    lines.append("|---" * (len(names) + 3) + "|")
    for table, row in rows.items():
        figure, _ = FIGURE[row["task"]]
        there = [name for name in names if name in row["contenders"]]
        behind = gaps(row, there)
        cells = [table, f"{row['rows']:,} x {row['columns']}"]
        for name in names:
            if name not in there:
                cells.append("-")
                continue
            first = f"{mean_of(row, name, figure):.4g}"
            second = f"{mean_of(row, name, SECOND[row['task']]):.4g}"
            cells.append((f"**{first}**" if behind[name] == 0 else first) + f" ({second})")
        cells.append(f"{behind['kerata']:.1f} %" if "kerata" in behind else "-")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def write(results: Results) -> None:
    """Put figures, tables and picture into docs/."""
    (DOCS / "tables.json").write_text(json.dumps(results, indent=1) + "\n")
    page = DOCS / "tables.md"
    text = page.read_text()
    before, after = text[: text.index(START)], text[text.index(END) :]
    page.write_text(f"{before}{START}\n{markdown(results)}\n{after}")
    draw(results, DOCS / "tables.png")


def draw(results: Results, path: Path) -> None:
    """Draw every contender's gap to the best on every table, mean ranks in the labels."""
    from matplotlib.figure import Figure

    order = standings(results)
    names = list(order)
    figure = Figure(figsize=(9, 0.6 + 0.55 * len(names)), layout="constrained")
    axes = figure.add_subplot()
    for place, name in enumerate(names):
        behind = [
            max(gaps(row, names)[name], 0.1)
            for row in results["tables"].values()
            if len(row["contenders"]) == len(names)
        ]
        colour = "#c2571a" if name == "kerata" else "#2f6aa8"
        axes.scatter(behind, [place] * len(behind), s=26, color=colour, alpha=0.45, lw=0)
        axes.plot([median(behind)] * 2, [place - 0.3, place + 0.3], color=colour, lw=2.5)
    axes.axvline(2, color="#9aa5b1", lw=0.8, ls=":")
    axes.set_xscale("log")
    ticks = [0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200]
    axes.set_xticks(ticks, ["best", *(f"{tick:g} %" for tick in ticks[1:])])
    axes.set_yticks(range(len(names)), [f"{n}\nmean rank {order[n]['rank']:.1f}" for n in names])
    axes.invert_yaxis()
    axes.set_xlabel("worse than the best on a table by; each dot is a table, the bar the median")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)
