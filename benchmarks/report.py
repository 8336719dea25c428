"""Tables and picture of the measurements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jobs import JOBS, WHOLE

DOCS = Path(__file__).parents[1] / "docs"
START, END = "<!-- bench:start -->", "<!-- bench:end -->"
Results = dict[str, Any]


def seconds(value: float) -> str:
    """Write a time with three digits."""
    return f"{value * 1000:.3g} ms" if value < 0.1 else f"{value:.3g} s"


def markdown(results: Results, names: list[str]) -> str:
    """Write all tables."""
    m = results["machine"]
    versions = ", ".join(f"{k} {v}" for k, v in m["versions"].items())
    lines = [
        f"Machine: {m['cores']} cores ({m['processor']}), no GPU; float32 matrix product "
        f"{m['gflops']:.0f} GFLOP/s, copying {m['memory_gb']:.0f} GB/s in memory and "
        f"{m['cache_gb']:.0f} GB/s in a core's cache. {versions}. Each contender runs in a process "
        "of its own, repeats interleaved; medians.",
        "",
        "Seconds of an epoch, after the first; in brackets, how many times Kerata's. The floor is "
        "what matrix products and memory would take at the machine's rates.",
        "",
        *_table(results, names, JOBS, "epoch_s", floors=True),
        "",
        "Whole programs, from the start of Python to the test figure, second run:",
        "",
        *_table(results, names, WHOLE, "whole_s"),
        "",
        "Test figure reached / first epoch, which compiles / peak memory in MB:",
        "",
        *_others(results, names),
    ]
    if reasons := _reasons(results, names):
        lines += ["", "Where there is a dash: " + "; ".join(reasons) + "."]
    ours, theirs = results["import"]["kerata"], results["import"]["keras+jax"]
    if "error" not in theirs:
        lines += [
            "",
            f"Import: Kerata {ours['import_s']:.2f} s, Keras (JAX) {theirs['import_s']:.2f} s.",
        ]
    return "\n".join(lines)


def _table(
    results: Results, names: list[str], jobs: dict[str, Any], key: str, floors: bool = False
) -> list[str]:
    head = ["", *names, *(["floor"] if floors else [])]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for job in (j for j in jobs if j in results["jobs"]):
        row = results["jobs"][job]
        ours = row["kerata"].get(key)
        title = jobs[job].title + ("" if row["kerata"].get("real_data") else " (random data)")
        cells = [title]
        for name in names:
            time = row.get(name, {}).get(key)
            if time is None or ours is None:
                cells.append("-")
            elif name == "kerata":
                cells.append(f"**{seconds(time)}**")
            else:
                steps = row[name].get("steps_per_execution")
                note = f"; {steps} steps a call" if steps else ""
                cells.append(f"{seconds(time)} ({time / ours:.1f}{note})")
        if floors:
            cells.append(f"{seconds(row['floor_s'])} ({row['floor_s'] / ours:.2f})")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _others(results: Results, names: list[str]) -> list[str]:
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for job, row in results["jobs"].items():
        cells = [f"{job} ({(JOBS | WHOLE)[job].metric})"]
        for name in names:
            found = row.get(name, {})
            if "test" not in found:
                cells.append("-")
                continue
            first = f"{seconds(found['first_epoch_s'])} / " if "first_epoch_s" in found else ""
            peak = f"{found['peak_mb']:.0f}" if "peak_mb" in found else "-"
            cells.append(f"{found['test']:.4g} / {first}{peak}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _reasons(results: Results, names: list[str]) -> list[str]:
    return [
        f"{name} at {job}: {row[name]['error']}"
        for job, row in results["jobs"].items()
        for name in names
        if "error" in row.get(name, {})
    ]


def write(results: Results, names: list[str]) -> None:
    """Put tables, raw figures and picture into docs/."""
    (DOCS / "performance.json").write_text(json.dumps(results, indent=1) + "\n")
    page = DOCS / "performance.md"
    text = page.read_text()
    before, after = text[: text.index(START)], text[text.index(END) :]
    page.write_text(f"{before}{START}\n{markdown(results, names)}\n{after}")
    draw(results, names, DOCS / "performance.png")


def draw(results: Results, names: list[str], path: Path) -> None:
    """Draw how many times longer the others take."""
    from matplotlib.figure import Figure

    key = dict.fromkeys(JOBS, "epoch_s") | dict.fromkeys(WHOLE, "whole_s")
    jobs = [j for j in key if key[j] in results["jobs"].get(j, {}).get("kerata", {})]
    others = [n for n in names if n != "kerata"]
    figure = Figure(figsize=(9, 0.9 + 0.95 * len(jobs)), layout="constrained")
    axes = figure.add_subplot()
    colours = [
        *("#c2571a", "#7fa6cf", "#2f6aa8", "#e3a23b"),
        *("#3a3f45", "#8a3b12", "#c99a86", "#5c8a4a"),
    ]
    thickness = 0.84 / len(others)
    for number, name in enumerate(others):
        for place, job in enumerate(jobs):
            row = results["jobs"][job]
            time = row.get(name, {}).get(key[job])
            if time is None:
                continue
            ratio = time / row["kerata"][key[job]]
            at = place + (number - (len(others) - 1) / 2) * thickness
            axes.barh(at, ratio, height=thickness * 0.92, color=colours[number % len(colours)])
            axes.text(max(ratio, 0.1) * 1.04, at, f"{ratio:.1f}", va="center", fontsize=7)
    for number, name in enumerate(others):
        axes.barh([0], [0], color=colours[number % len(colours)], label=name)
    axes.axvline(1, color="#1f2933", lw=1)
    axes.set_xscale("log")
    axes.margins(x=0.1, y=0.01)
    axes.set_yticks(range(len(jobs)), [(JOBS | WHOLE)[j].title for j in jobs])
    axes.invert_yaxis()
    axes.set_xlabel("time as a multiple of Kerata's")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside upper center", ncols=3)
    figure.savefig(path, dpi=130)
