"""`make bench-start`: where the first seconds go, with an empty cache and with a full one.

Each job is a process of its own, from the start of Python to its end; medians of the repeats.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import machine

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
START, END = "<!-- start:start -->", "<!-- start:end -->"
JOBS = {
    "help": "`kerata --help`",
    "digits": "`kerata train digits`",
    "wine": "`kerata train wine.csv`, 178 rows, 5 folds",
    "estimator": "an estimator's `fit` on 200 rows, 100 epochs",
    "grid": "27 settings in 3 folds on the digits",
}
PARTS = ("import", "tracing", "lowering", "compiling", "cache")


def run(job: str, library: str, home: str, folder: str) -> dict[str, Any]:
    """Run a job; give its figures."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(HERE / "start_worker.py"), job, library],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"KERATA_HOME": home},
    )
    if done.returncode:
        raise SystemExit(f"{job} of {library} failed:\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return found | {"whole": time.perf_counter() - begin}


def measure(jobs: list[str], repeats: int) -> dict[str, Any]:
    """Run the jobs, cold and warm, and scikit-learn's where it has the like."""
    results: dict[str, Any] = {}
    for job in jobs:
        rows: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": [], "scikit-learn": []}
        for _ in range(repeats):
            with tempfile.TemporaryDirectory() as folder:
                home = f"{folder}/home"
                rows["cold"].append(run(job, "kerata", home, folder))
                rows["warm"].append(run(job, "kerata", home, folder))
                if job in ("estimator", "grid"):
                    rows["scikit-learn"].append(run(job, "sklearn", home, folder))
        results[job] = {
            name: {key: statistics.median(f[key] for f in found) for key in found[0]}
            for name, found in rows.items()
            if found
        }
        print(job, {n: round(f["whole"], 2) for n, f in results[job].items()}, flush=True)
    return results


def markdown(results: dict[str, Any], facts: dict[str, Any]) -> str:
    """Write the table."""
    lines = [
        f"Machine: {facts['cores']} cores ({facts['processor']}), no GPU. Seconds from the start "
        "of Python to its end; of these, as JAX reports them, tracing, lowering, compiling (its "
        "threads may overlap) and reading the cache of compiled programs; processor time.",
        "",
        "| job | | seconds | import | tracing | lowering | compiling | cache | programs | CPU |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for job, rows in results.items():
        for name, found in rows.items():
            parts = [f"{found[p]:.2f}" if p in found else "-" for p in PARTS]
            programs = str(int(found["programs"])) if "programs" in found else "-"
            cells = [JOBS[job] if name == "cold" else "", name, f"**{found['whole']:.2f}**"]
            lines.append(
                "| " + " | ".join([*cells, *parts, programs, f"{found['cpu']:.1f}"]) + " |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", default=";".join(JOBS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one repeat, nothing written")
    args = parser.parse_args()
    facts = machine.measure()
    results = measure(args.jobs.split(";"), 1 if args.quick else args.repeats)
    table = markdown(results, facts)
    print(table)
    if not args.quick:
        page = DOCS / "start.md"
        text = page.read_text(encoding="utf-8")
        before, after = text[: text.index(START)], text[text.index(END) :]
        page.write_text(f"{before}{START}\n{table}\n{after}", encoding="utf-8")
        (DOCS / "start.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
