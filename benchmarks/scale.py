"""Cost as work grows: rows, width, depth, batch, classes; writes docs/scaling.md, .json and .png.

Every case is a training of synthetic data in a process of its own; the time is the median of
the epochs after the first, which compiles.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

DOCS = Path(__file__).parent.parent / "docs"
START = "<!-- tables of benchmarks/scale.py -->"

# For each axis: title, what the numbers are, the cases.
AXES: dict[str, tuple[str, list[int]]] = {
    "rows": ("rows (20-64-1, batch 512)", [10**n for n in range(3, 8)]),
    "mapped": ("rows in a memory-mapped file (20-64-1, batch 512)", [2 * 10**6, 10**7]),
    "generator": ("rows from a generator (20-64-1, batch 512)", [10**4, 10**5, 10**6]),
    "width": (
        "units of the hidden layer (784-n-10, 20,000 rows, batch 128)",
        [64, 256, 1024, 4096],
    ),
    "depth": ("hidden layers of 128 units (20,000 rows, batch 128)", [1, 4, 16, 64]),
    "batch": ("rows in a batch (784-512-10, time of 10,000 rows)", [1, 8, 64, 512, 4096]),
    "classes": ("classes (128-64-n, 10,000 rows, batch 128)", [2, 10, 100, 1000, 10000]),
}
LINES = {"rows": ["rows", "mapped", "generator"]}


# One case -------------------------------------------------------------------------------------


def case(axis: str, size: int) -> dict[str, Any]:
    """Train one case and give its figures."""
    import kerata as keras
    from kerata import layers

    rng = np.random.default_rng(0)
    table = axis in ("rows", "mapped", "generator")
    rows = {"width": 20_000, "depth": 20_000, "classes": 10_000, "batch": 10_000}.get(axis, size)
    if axis == "batch":
        # A few thousand steps tell as much as ten thousand.
        rows = min(rows, 2000 * size)
    batch = 512 if table else size if axis == "batch" else 128
    features = 20 if table else 784 if axis in ("width", "batch") else 128
    hidden = {"width": [size], "depth": [128] * size, "batch": [512]}.get(axis, [64])
    classes = 1 if table else size if axis == "classes" else 10
    keras.utils.set_random_seed(0)
    stack = [layers.Dense(n, activation="relu") for n in hidden]
    last = layers.Dense(classes, activation=None if table else "softmax")
    model = keras.Sequential([keras.Input((features,)), *stack, last])
    model.compile("sgd", "mse" if table else "sparse_categorical_crossentropy")
    y: Any = rng.random(rows, dtype=np.float32) if table else rng.integers(0, classes, rows)
    with tempfile.TemporaryDirectory() as folder:
        x = features_of(axis, rows, features, Path(folder))
        times: list[float] = []
        clock = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: times.append(time.perf_counter()),
            on_epoch_end=lambda epoch, logs: times.append(time.perf_counter() - times.pop()),
        )
        args = {"epochs": 4, "verbose": 0, "callbacks": [clock]}
        if axis == "generator":
            model.fit(Batches(x, y, batch), **args)
        else:
            model.fit(x, y, batch_size=batch, **args)
    scale = 10_000 / rows if axis == "batch" else 1.0
    return {
        "size": size,
        "epoch_s": statistics.median(times[1:]) * scale,
        "first_epoch_s": times[0] * scale,
        "peak_mb": peak_mb(),
    }


def features_of(axis: str, rows: int, features: int, folder: Path) -> Any:
    """Make x: an array, or a mapping of a file."""
    rng = np.random.default_rng(1)
    if axis != "mapped":
        return rng.random((rows, features), dtype=np.float32)
    path = folder / "x.bin"
    with open(path, "wb") as file:
        for _ in range(rows // 100_000):
            file.write(rng.random((100_000, features), dtype=np.float32).data)
    return np.memmap(path, np.float32, "r", shape=(rows, features))


class Batches:
    """Batches of arrays, as a generator gives them."""

    def __init__(self, x: Any, y: Any, size: int) -> None:
        self.x, self.y, self.size = x, y, size

    def __iter__(self) -> Any:
        for start in range(0, len(self.x), self.size):
            yield self.x[start : start + self.size], self.y[start : start + self.size]


def peak_mb() -> int:
    """Give the largest resident memory of this process, in MB; 0 where there is no /proc."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else 0


# All cases ------------------------------------------------------------------------------------


def measure(axes: list[str]) -> dict[str, Any]:
    """Run all cases, one after the other."""
    results: dict[str, Any] = {"cores": os.cpu_count(), "load_before": os.getloadavg()[0]}
    for axis in axes:
        results[axis] = []
        for size in AXES[axis][1]:
            command = [sys.executable, __file__, "--case", axis, str(size)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                raise SystemExit(f"{axis} {size} failed:\n{done.stderr[-2000:]}")
            results[axis].append(json.loads(done.stdout.strip().splitlines()[-1]))
            print(axis, results[axis][-1], flush=True)
    results["load_after"] = os.getloadavg()[0]
    return results


def markdown(results: dict[str, Any]) -> str:
    """Write one table for each axis."""
    text = [
        f"{results['cores']} cores; load {results['load_before']:.1f} before and "
        f"{results['load_after']:.1f} after the measurement (this one included)."
    ]
    for axis, (title, _) in AXES.items():
        if axis not in results:
            continue
        text += [
            "",
            f"| {title} | an epoch | times as much | first epoch, compiling | peak memory |",
            "|---|---|---|---|---|",
        ]
        before: dict[str, Any] | None = None
        for row in results[axis]:
            growth = ""
            if before is not None:
                work = row["size"] / before["size"]
                growth = f"{row['epoch_s'] / before['epoch_s']:.2f} for {work:g} times"
            text.append(
                f"| {row['size']:,} | {seconds(row['epoch_s'])} | {growth} "
                f"| {seconds(row['first_epoch_s'])} | {row['peak_mb']} MB |"
            )
            before = row
    return "\n".join(text)


def seconds(value: float) -> str:
    """Write a time with three digits."""
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"


def draw(results: dict[str, Any], path: Path) -> None:
    """Draw one panel for each axis, with a line of cost that grows as the work does."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    panels = ["rows", "width", "depth", "batch", "classes"]
    figure = Figure(figsize=(15, 3.4), layout="constrained")
    for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
        for line, colour in zip(
            LINES.get(panel, [panel]), ("#3b6ea8", "#d08c3a", "#7a9b57"), strict=False
        ):
            sizes = [row["size"] for row in results[line]]
            times = [row["epoch_s"] for row in results[line]]
            label = {"rows": "in memory", "mapped": "memory-mapped"}.get(line, line)
            axes.plot(sizes, times, "o-", color=colour, lw=1.5, ms=4, label=label)
        first, last = results[panel][0], results[panel][-1]
        ends = [first["size"], last["size"]]
        if panel == "batch":
            # The same rows in larger batches: fewer steps.
            ideal = [first["epoch_s"], first["epoch_s"] * ends[0] / ends[1]]
        else:
            ideal = [last["epoch_s"] * ends[0] / ends[1], last["epoch_s"]]
        axes.plot(ends, ideal, ":", color="#8a94a0", lw=1, label="in proportion")
        axes.set(xscale="log", yscale="log", xlabel=AXES[panel][0].replace(" (", "\n("))
        # Whole decades, so that the axis has readable numbers.
        least = min(row["epoch_s"] for row in results[panel])
        axes.set_ylim(bottom=10 ** np.floor(np.log10(least * 0.7)))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        if panel == "rows":
            axes.set_ylabel("seconds an epoch")
            axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=130)


def write_report(results: dict[str, Any]) -> None:
    """Put tables, raw figures and picture into docs/."""
    (DOCS / "scaling.json").write_text(json.dumps(results, indent=1) + "\n")
    draw(results, DOCS / "scaling.png")
    page = DOCS / "scaling.md"
    written = page.read_text().partition(START)[0]
    page.write_text(written + START + "\n\n" + markdown(results) + "\n")


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", nargs=2, metavar=("AXIS", "SIZE"), help="one case, as JSON")
    parser.add_argument("--axes", default=",".join(AXES), help="comma-separated names")
    args = parser.parse_args()
    if args.case:
        print(json.dumps(case(args.case[0], int(args.case[1]))))
        return
    axes = args.axes.split(",")
    results = measure(axes)
    print(markdown(results))
    if axes == list(AXES):
        write_report(results)


if __name__ == "__main__":
    main()
