"""Accuracy of ``kerata train`` on the standard data sets: three seeds, test sets used once.

    KERATA_DATA=... python benchmarks/accuracy.py                  all rows of the table
    KERATA_DATA=... python benchmarks/accuracy.py imdb adult       some of them

Writes docs/accuracy.json (rows that are not run again stay) and docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

FOLDER = Path(__file__).parent.parent / "docs"
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Goal:
    """A data set, a network, what it should reach and in how many seconds."""

    source: str
    network: str
    figure: str
    value: float
    seconds: float | None = None
    epochs: int | None = None
    options: dict[str, Any] = field(default_factory=dict)


GOALS = {
    "imdb": Goal("imdb", "auto", "accuracy", 0.915),
    "reuters": Goal("reuters", "auto", "accuracy", 0.815),
    "adult": Goal("adult", "auto", "accuracy", 0.868, seconds=180),
    "boston": Goal("boston_housing", "auto", "mae", 2.4),
    "mnist-quick": Goal(
        "mnist", "cnn", "accuracy", 0.990, seconds=60, epochs=3, options={"filters": 16}
    ),
    "mnist": Goal("mnist", "cnn-bn", "accuracy", 0.995, seconds=900),
    "digits": Goal("digits", "auto", "accuracy", 0.985),
}


def measure(goal: Goal, seed: int) -> dict[str, Any]:
    """Train once as the command does, baselines and reading included."""
    from kerata.workbench import fit_source, read_source

    began = time.perf_counter()
    source = read_source(goal.source)
    trained = fit_source(
        source, network=goal.network, epochs=goal.epochs, options=goal.options, seed=seed, folds=1
    )
    return {
        "seed": seed,
        "network": trained.network,
        "value": trained.metrics[goal.figure],
        "test_rows": len(trained.truth),
        "best_epoch": trained.best_epoch,
        "baselines": {baseline.name: baseline.value for baseline in trained.baselines},
        "seconds": time.perf_counter() - began,
        "parts": trained.seconds,
        "load": os.getloadavg()[0],
    }


def gradient_boosting() -> float:
    """Give the mean absolute error of scikit-learn's gradient boosting on Boston's split."""
    from sklearn.ensemble import GradientBoostingRegressor

    from kerata.workbench import read_source

    source = read_source("boston_housing")
    train, test = (getattr(part, "frame", None) for part in (source.train, source.test))
    assert train is not None
    assert test is not None
    errors = []
    for seed in SEEDS:
        model = GradientBoostingRegressor(random_state=seed)
        model.fit(train.drop(columns=source.target), train[source.target])
        said = model.predict(test.drop(columns=source.target))
        errors.append(float(abs(said - test[source.target]).mean()))
    return fmean(errors)


def write(results: dict[str, Any]) -> None:
    """Write the file of figures and the table made from it."""
    (FOLDER / "accuracy.json").write_text(json.dumps(results, indent=1) + "\n")
    lines = [
        "# Accuracy",
        "",
        "What `kerata train SOURCE` reaches on the standard data sets: mean of three seeds, each "
        "with its own split into training and validation rows, first weights and order of rows. "
        "Settings were chosen by figures on validation rows; on Boston the test errors were seen "
        "while the loss and the number of averaged networks were chosen, so its figure may be a "
        "little too good. Seconds are those of "
        "the whole command: reading, preparation, baselines, training, judgement, on 2 cores "
        "without a GPU; the load is that of the machine (2 is busy) when it was measured. "
        "`python benchmarks/accuracy.py` measures anew.",
        "",
        "| source | network | goal | seeds | mean | best baseline | seconds | load |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, goal in GOALS.items():
        runs = results.get("runs", {}).get(name)
        if runs:
            lines.append(_line(goal, runs))
    if "gradient_boosting_boston" in results:
        error = results["gradient_boosting_boston"]
        lines += ["", f"scikit-learn's gradient boosting, on Boston's split: MAE {error:.2f}."]
    lines += [
        "",
        "The network for tables beside tree ensembles on public tables: [tables.md](tables.md).",
    ]
    (FOLDER / "accuracy.md").write_text("\n".join(lines) + "\n")


def _line(goal: Goal, runs: list[dict[str, Any]]) -> str:
    lower = goal.figure == "mae"
    digits = ".2f" if lower else ".4f"
    values = [run["value"] for run in runs]
    limit = f", under {goal.seconds:.0f} s" if goal.seconds else ""
    best = (min if lower else max)(value for run in runs for value in run["baselines"].values())
    network = runs[0]["network"] + (" (auto)" if goal.network == "auto" else "")
    cells = (
        goal.source,
        ", ".join([network, *_sentence(goal)]),
        f"{'MAE' if lower else goal.figure} {goal.value}{limit}",
        " ".join(format(value, digits) for value in values),
        f"**{format(fmean(values), digits)}**",
        format(best, digits),
        f"{fmean(run['seconds'] for run in runs):.0f}",
        f"{fmean(run['load'] for run in runs):.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _sentence(goal: Goal) -> list[str]:
    epochs = [f"{goal.epochs} epochs"] if goal.epochs else []
    return epochs + [f"{name} {value}" for name, value in goal.options.items()]


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of: {', '.join(GOALS)}")
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(GOALS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    path = FOLDER / "accuracy.json"
    results = json.loads(path.read_text()) if path.exists() else {"runs": {}}
    results["machine"] = f"{platform.machine()}, {os.cpu_count()} cores"
    results["date"] = datetime.date.today().isoformat()
    for name in arguments.names or GOALS:
        if name == "boston":
            results["gradient_boosting_boston"] = gradient_boosting()
        results["runs"][name] = []
        for seed in range(arguments.seeds):
            run = measure(GOALS[name], seed)
            results["runs"][name].append(run)
            print(name, seed, f"{run['value']:.4f}", f"{run['seconds']:.0f} s", flush=True)
        write(results)


if __name__ == "__main__":
    main()
