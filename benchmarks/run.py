"""`make bench`: Kerata beside its peers, every contender in a process of its own.

Times are medians of repeats; ratios are what matters, since they hold on other machines.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

import machine
import report
from contenders import CONTENDERS, tune
from jobs import JOBS, WHOLE

# A run that takes longer counts alone, without repeats.
LONG_S = 60


def prepare_imdb(folder: str) -> None:
    """Write IMDB's word numbers where all contenders find them, if the data are at hand."""
    import numpy as np

    from kerata.datasets import imdb

    try:
        (x, y), (u, v) = imdb.load_data(num_words=10000)
    except OSError as problem:
        print(f"IMDB is not at hand, so random data stand in: {problem}")
        return
    rows = [*x, *u]
    path = Path(folder) / "imdb.npz"
    lengths = [len(row) for row in rows]
    np.savez(
        path,
        indices=np.concatenate(rows).astype(np.int32),
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        y=np.concatenate([y, v]),
    )
    os.environ["KERATA_BENCH_IMDB"] = str(path)


def median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Take the median of every figure of the runs that ended well."""
    good = [run for run in runs if "error" not in run]
    if not good:
        return runs[0]
    return {
        key: value if isinstance(value, bool) else statistics.median(run[key] for run in good)
        for key, value in good[0].items()
    }


def measure(jobs: list[str], names: list[str], repeats: int) -> dict[str, Any]:
    """Run the contenders at the jobs, repeats interleaved so that drifts hit all alike."""
    facts = machine.measure()
    results: dict[str, Any] = {"machine": facts, "import": {}, "jobs": {}}
    for name in ("kerata", "keras+jax"):
        imported = [CONTENDERS[name].run("import") for _ in range(repeats)]
        results["import"][name] = median(imported)
    for job in jobs:
        taking = [CONTENDERS[n] for n in names if job in CONTENDERS[n].jobs]
        steps = {c.name: tune(c, job) for c in taking if c.tuned}
        runs: dict[str, list[dict[str, Any]]] = {c.name: [] for c in taking}
        for _ in range(repeats):
            for c in taking:
                given = ("--steps-per-execution", str(steps[c.name])) if c.name in steps else ()
                # What fails or takes long is not run again.
                if all(run.get("whole_s", LONG_S) < LONG_S for run in runs[c.name]):
                    runs[c.name].append(c.run(job, *given))
        row: dict[str, Any] = {name: median(found) for name, found in runs.items()}
        for name, best in steps.items():
            row[name]["steps_per_execution"] = best
        if job in JOBS:
            row["floor_s"] = machine.floor(JOBS[job], facts)
        results["jobs"][job] = row | {"repeats": repeats}
        key = "epoch_s" if job in JOBS else "whole_s"
        told = {n: row[n].get(key, row[n].get("error")) for n in runs}
        print(
            job, {n: t if isinstance(t, str) else round(t, 5) for n, t in told.items()}, flush=True
        )
    return results


def merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Keep the figures of jobs and contenders that were not measured this time."""
    jobs = before.get("jobs", {})
    every = {name: jobs.get(name, {}) | now["jobs"].get(name, {}) for name in (*JOBS, *WHOLE)}
    return now | {"jobs": {name: row for name, row in every.items() if row}}


def chosen(given: str, known: dict[str, Any], what: str) -> list[str]:
    """Take names apart by semicolon, since one contender's has a comma."""
    names = [name.strip() for name in given.split(";")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"No {what} named {unknown[0]!r}; there are {'; '.join(known)}.")
    return names


def main() -> None:
    """Measure, print and write."""
    every = JOBS | WHOLE
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", default=";".join(every), help="names, separated by ;")
    parser.add_argument("--contenders", default=";".join(CONTENDERS), help="likewise")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one repeat, nothing written")
    args = parser.parse_args()
    jobs = chosen(args.jobs, every, "job")
    names = chosen(args.contenders, CONTENDERS, "contender")
    if "kerata" not in names:
        raise SystemExit("kerata must be among the contenders: the others are measured by it.")
    with tempfile.TemporaryDirectory() as folder:
        prepare_imdb(folder)
        results = measure(jobs, names, 1 if args.quick else args.repeats)
    raw = report.DOCS / "performance.json"
    if raw.exists() and not args.quick:
        results = merged(json.loads(raw.read_text()), results)
    print(report.markdown(results, list(CONTENDERS)))
    if not args.quick:
        report.write(results, list(CONTENDERS))


if __name__ == "__main__":
    main()
