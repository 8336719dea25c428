"""`make bench-tables`: Kerata beside tree ensembles and linear models, each as it comes.

    python benchmarks/tables/run.py                all tables and contenders, writes docs/
    python benchmarks/tables/run.py --quick        three small tables, one fold, nothing written
    python benchmarks/tables/run.py --tables wine;boston --seed 1

Figures of finished folds lie in .bench-tables/ and are not measured again; `--fresh NAME` forgets
those of a contender. Seed 0 is for figures that are told; settings are chosen with others.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import summary
from contenders import CONTENDERS
from sets import FILES, FOLDS, QUICK, SETS, csv_of
from worker import cell_of

HERE = Path(__file__).parent
# A contender that takes longer for the folds of a table has no figure there.
PATIENCE_S = 1800


def chosen(given: str, known: dict[str, object], what: str) -> list[str]:
    """Take names apart by semicolon."""
    names = [name.strip() for name in given.split(";")]
    for name in names:
        if name not in known:
            raise SystemExit(f"No {what} named {name!r}; there are {'; '.join(known)}.")
    return names


def measure(table: str, contender: str, folds: int, seed: int) -> None:
    """Train in a process of its own, unless all figures are there."""
    if all(cell_of(contender, table, fold, seed).exists() for fold in range(folds)):
        return
    command = [sys.executable, str(HERE / "worker.py"), contender, table]
    try:
        done = subprocess.run(
            [*command, "--folds", str(folds), "--seed", str(seed)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        error = (done.stderr.strip().splitlines() or ["no message"])[-1] if done.returncode else ""
    except subprocess.TimeoutExpired:
        error = f"took longer than {PATIENCE_S} s"
    print(table, contender, error or "done", flush=True)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", default=";".join(SETS), help="names, separated by ;")
    parser.add_argument("--contenders", default=";".join(CONTENDERS), help="likewise")
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fresh", action="append", default=[], help="a contender's name")
    parser.add_argument("--quick", action="store_true", help="one fold of three small tables")
    args = parser.parse_args()
    tables = list(QUICK) if args.quick else chosen(args.tables, dict(SETS), "table")
    contenders = chosen(args.contenders, dict(CONTENDERS), "contender")
    folds = 1 if args.quick else args.folds
    for name in args.fresh:
        shutil.rmtree(FILES / f"cells-{args.seed}" / name, ignore_errors=True)
    told = tables == list(SETS) and contenders == list(CONTENDERS) and args.seed == 0
    # Fold by fold, so that there is something to read long before the end.
    for done in range(1, folds + 1):
        for table in tables:
            csv_of(table)
            for contender in contenders:
                measure(table, contender, done, args.seed)
        results = summary.collect(tables, contenders, done, args.seed)
        if told and not args.quick:
            summary.write(results)
    print(summary.markdown(results))


if __name__ == "__main__":
    main()
