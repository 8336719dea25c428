"""Measure the example programs with several seeds; write examples/figures.json.

python benchmarks/gallery.py             every program that a seed changes
python benchmarks/gallery.py imdb boston  these alone; the others keep their figures
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "examples" / "figures.json"
SEEDS = (0, 1, 2)
SEED_CALL = "set_random_seed(0)"
MEASURES = ("test accuracy", "mean absolute error", "exact match")
RESULT = re.compile(rf"(?:{'|'.join(MEASURES)}) ([\d.]+)")


def measure(name: str, seed: int) -> float:
    """Run a program with a seed in its own process and folder; give the figure it printed."""
    source = (ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / f"{name}.py"
        program.write_text(source.replace(SEED_CALL, f"set_random_seed({seed})"), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, program.name],
            capture_output=True,
            text=True,
            cwd=folder,
            env=os.environ | {"MPLBACKEND": "agg"},
        )
    found = RESULT.findall(done.stdout)
    if done.returncode or not found:
        raise SystemExit(f"{name} with seed {seed} failed:\n{done.stdout}{done.stderr}")
    return float(found[-1])


def write(table: list[dict[str, object]]) -> None:
    """Replace the table of figures, a line for each program."""
    text = "[\n" + ",\n".join("  " + json.dumps(one) for one in table) + "\n]\n"
    beside = TABLE.with_suffix(".tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(TABLE)


def main(names: list[str]) -> None:
    """Measure the named programs, or all, and write what they gave after each."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    seeded = {one["name"] for one in table if one["measure"] in MEASURES}
    if unknown := set(names) - seeded:
        raise SystemExit(f"No such program, or none that depends on a seed: {sorted(unknown)}")
    for one in table:
        if one["name"] not in (names or seeded):
            continue
        start = time.perf_counter()
        try:
            figures = [measure(one["name"], seed) for seed in SEEDS]
        except SystemExit as problem:
            print(problem, file=sys.stderr)
            continue
        one["kerata"] = f"{sum(figures) / len(figures):.4f}"
        one["seeds"] = figures
        print(f"{one['name']}: {one['kerata']} {figures}, {time.perf_counter() - start:.0f} s")
        write(table)


if __name__ == "__main__":
    main(sys.argv[1:])
