"""`make bench`: Kerata beside tuned Keras, every contender in a process of its own.

Times are medians of repeats; ratios are what matters, since they hold on other machines.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from jobs import JOBS

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
START, END = "<!-- bench:start -->", "<!-- bench:end -->"


def run_worker(job: str, library: str, *args: str) -> dict[str, Any]:
    """Run one contender and read its figures."""
    command = [sys.executable, str(HERE / "worker.py"), job, library, *args]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE)
    if done.returncode != 0:
        raise SystemExit(f"{library} failed at {job}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Take the median of every figure."""
    return {
        key: runs[0][key]
        if isinstance(runs[0][key], bool)
        else statistics.median(r[key] for r in runs)
        for key in runs[0]
    }


def steps_in_epoch(job: str) -> int:
    """Count the full batches of a job's epoch."""
    rows = {"mnist": 60000, "cnn": 60000, "boston": 404, "adult": 32561}[job]
    return rows // JOBS[job].batch_size


def tune(job: str) -> int:
    """Find Keras's best steps_per_execution among a few."""
    steps = steps_in_epoch(job)
    candidates = sorted({s for s in (8, 32, 128, steps) if s <= steps})
    # Two epochs: one that compiles and one that counts.
    times = {
        s: run_worker(job, "keras", "--epochs", "2", "--steps-per-execution", str(s))["epoch_s"]
        for s in candidates
    }
    return min(times, key=times.__getitem__)


MACHINE = """
import json, time
import jax, jax.numpy as jnp, numpy as np
def best(f):
    times = []
    for _ in range(8):
        t = time.perf_counter(); f(); times.append(time.perf_counter() - t)
    return min(times)
a = jnp.ones((2048, 2048), jnp.float32)
product = jax.jit(lambda a: a @ a)
jax.block_until_ready(product(a))
rate = 2 * 2048**3 / best(lambda: jax.block_until_ready(product(a))) / 1e9
x = np.ones(2**26, np.float32); y = np.empty_like(x)
band = 2 * x.nbytes / best(lambda: np.copyto(y, x)) / 1e9
print(json.dumps({"gflops": rate, "bandwidth_gb": band}))
"""


def machine() -> dict[str, Any]:
    """Measure the machine: matrix products and memory."""
    done = subprocess.run(
        [sys.executable, "-c", MACHINE], capture_output=True, text=True, check=True
    )
    facts = json.loads(done.stdout)
    packages = ("jax", "keras", "numpy")
    return facts | {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in packages},
        },
    }


def measure(jobs: list[str], repeats: int) -> dict[str, Any]:
    """Run all contenders at all jobs, repeats interleaved so that drifts hit all alike."""
    results: dict[str, Any] = {"machine": machine(), "jobs": {}}
    imports = {
        lib: [run_worker("import", lib) for _ in range(repeats)] for lib in ("kerata", "keras")
    }
    results["import"] = {lib: median(runs) for lib, runs in imports.items()}
    for job in jobs:
        best = tune(job)
        contenders = {
            "kerata": ("kerata",),
            "keras": ("keras",),
            "keras, tuned": ("keras", "--steps-per-execution", str(best)),
        }
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
        for _ in range(repeats):
            for name, arguments in contenders.items():
                runs[name].append(run_worker(job, *arguments))
        results["jobs"][job] = {
            "steps_per_execution": best,
            "repeats": repeats,
            **{name: median(found) for name, found in runs.items()},
        }
        print(row_text(job, results["jobs"][job]), flush=True)
    return results


def row_text(job: str, row: dict[str, Any]) -> str:
    """Say one job's outcome in a line."""
    ours, tuned, plain = row["kerata"], row["keras, tuned"], row["keras"]
    return (
        f"{job}: {ours['epoch_s']:.4f} s an epoch; tuned Keras {tuned['epoch_s']:.4f} s "
        f"({tuned['epoch_s'] / ours['epoch_s']:.1f} times), default {plain['epoch_s']:.4f} s "
        f"({plain['epoch_s'] / ours['epoch_s']:.1f} times); peak memory "
        f"{ours['peak_mb']:.0f} against {tuned['peak_mb']:.0f} MB"
    )


def seconds(value: float) -> str:
    """Write a time with three digits."""
    return f"{value * 1000:.2f} ms" if value < 0.1 else f"{value:.3g} s"


def markdown(results: dict[str, Any]) -> str:
    """Write the tables."""
    m = results["machine"]
    versions = ", ".join(f"{k} {v}" for k, v in m["versions"].items())
    repeats = ", ".join(f"{name}: {row['repeats']}" for name, row in results["jobs"].items())
    lines = [
        f"Machine: {m['cores']} cores ({m['processor']}), no GPU; float32 matrix product "
        f"{m['gflops']:.0f} GFLOP/s, memory copy {m['bandwidth_gb']:.0f} GB/s. {versions}. "
        "Keras runs on its JAX backend, in the same environment; "
        f"each contender in a process of its own, medians of interleaved repeats ({repeats}).",
        "",
        "| one epoch of | Kerata | Keras, tuned | Keras | tuned / Kerata | default / Kerata |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in results["jobs"].items():
        ours, tuned, plain = (row[c]["epoch_s"] for c in ("kerata", "keras, tuned", "keras"))
        real = "" if row["kerata"]["real_data"] else " (random data)"
        lines.append(
            f"| {JOBS[name].title}{real} | {seconds(ours)} "
            f"| {seconds(tuned)} (`steps_per_execution={row['steps_per_execution']}`) "
            f"| {seconds(plain)} | **{tuned / ours:.1f}** | {plain / ours:.1f} |"
        )
    lines += [
        "",
        "| Kerata / tuned / default | first epoch, compiling | peak memory, MB | test metric |",
        "|---|---|---|---|",
    ]
    for name, row in results["jobs"].items():
        three = [row[c] for c in ("kerata", "keras, tuned", "keras")]
        first = " / ".join(seconds(r["first_epoch_s"]) for r in three)
        memory = " / ".join(f"{r['peak_mb']:.0f}" for r in three)
        test = " / ".join(f"{r['test']:.4g}" for r in three)
        lines.append(f"| {name} | {first} | {memory} | {JOBS[name].metric} {test} |")
    ours, theirs = results["import"]["kerata"], results["import"]["keras"]
    lines += [
        "",
        f"Import: Kerata {ours['import_s']:.2f} s and {ours['peak_mb']:.0f} MB, "
        f"Keras {theirs['import_s']:.2f} s and {theirs['peak_mb']:.0f} MB.",
    ]
    return "\n".join(lines)


def write_report(results: dict[str, Any]) -> None:
    """Put table, raw figures and picture into docs/."""
    (DOCS / "performance.json").write_text(json.dumps(results, indent=1) + "\n")
    page = DOCS / "performance.md"
    text = page.read_text()
    before, after = text[: text.index(START)], text[text.index(END) :]
    page.write_text(f"{before}{START}\n{markdown(results)}\n{after}")
    draw(results, DOCS / "performance.png")


def draw(results: dict[str, Any], path: Path) -> None:
    """Draw how many times longer Keras takes."""
    from matplotlib.figure import Figure

    jobs = list(results["jobs"])
    figure = Figure(figsize=(8, 0.9 + 0.75 * len(jobs)), layout="constrained")
    axes = figure.add_subplot()
    for offset, (name, colour) in enumerate((("keras, tuned", "#3b6ea8"), ("keras", "#a9bfd9"))):
        ratios = [
            results["jobs"][j][name]["epoch_s"] / results["jobs"][j]["kerata"]["epoch_s"]
            for j in jobs
        ]
        places = [i + 0.36 * offset - 0.18 for i in range(len(jobs))]
        axes.barh(places, ratios, height=0.33, color=colour, label=name)
        for place, ratio in zip(places, ratios, strict=True):
            axes.text(ratio * 1.03, place, f"{ratio:.1f}", va="center", fontsize=9)
    axes.axvline(1, color="#1f2933", lw=1)
    axes.set_xscale("log")
    axes.margins(x=0.1)
    axes.set_yticks(range(len(jobs)), [JOBS[j].title for j in jobs])
    axes.invert_yaxis()
    axes.set_xlabel("time of an epoch, as a multiple of Kerata's")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    figure.savefig(path, dpi=150)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", default=",".join(JOBS), help="comma-separated names")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one repeat, nothing written")
    args = parser.parse_args()
    jobs = args.jobs.split(",")
    unknown = [j for j in jobs if j not in JOBS]
    if unknown:
        raise SystemExit(f"No job named {unknown[0]!r}; there are {', '.join(JOBS)}.")
    results = measure(jobs, 1 if args.quick else args.repeats)
    raw = DOCS / "performance.json"
    if raw.exists() and not args.quick:
        # Jobs that were not measured this time keep their figures.
        before = json.loads(raw.read_text())["jobs"]
        both = before | results["jobs"]
        results["jobs"] = {name: both[name] for name in JOBS if name in both}
    print(markdown(results))
    if not args.quick:
        write_report(results)


if __name__ == "__main__":
    main()
