"""Train one contender on folds of one table: each finished fold is written at once."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from contenders import CONTENDERS
from sets import FILES, SETS, csv_of, folds


def figures(task: str, truth: np.ndarray, said: np.ndarray) -> dict[str, float]:
    """Judge answers: area under the ROC curve, log loss and accuracy, or RMSE, MAE and R2."""
    from sklearn import metrics

    if task == "regression":
        return {
            "rmse": float(metrics.root_mean_squared_error(truth, said)),
            "mae": float(metrics.mean_absolute_error(truth, said)),
            "r2": float(metrics.r2_score(truth, said)),
        }
    classes = 2 if task == "binary" else said.shape[1]
    right = (said > 0.5) == truth if task == "binary" else said.argmax(axis=1) == truth
    found = {
        "log_loss": float(metrics.log_loss(truth, said, labels=list(range(classes)))),
        "accuracy": float(right.mean()),
    }
    if task == "binary":
        found["auc"] = float(metrics.roc_auc_score(truth, said))
    return found


def cell_of(contender: str, table: str, fold: int, seed: int) -> Path:
    """Give the file of a fold's figures."""
    return FILES / f"cells-{seed}" / contender / f"{table}-{fold}.json"


def main() -> None:
    """Train on the folds that have no figures yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contender", choices=CONTENDERS)
    parser.add_argument("table", choices=SETS)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    known, path = SETS[args.table], csv_of(args.table)
    targets = pd.read_csv(path)[known.target]
    shares = folds(args.table, targets, args.seed)
    for fold, (train, test) in zip(range(args.folds), shares, strict=False):
        cell = cell_of(args.contender, args.table, fold, args.seed)
        if cell.exists():
            continue
        began, worked = time.perf_counter(), time.process_time()
        truth, said = CONTENDERS[args.contender](
            path, known.target, known.task, train, test, args.seed + fold
        )
        found: dict[str, Any] = figures(known.task, truth, said)
        found["seconds"] = time.perf_counter() - began
        found["cpu_seconds"] = time.process_time() - worked
        found["load"] = os.getloadavg()[0]
        cell.parent.mkdir(parents=True, exist_ok=True)
        half = cell.with_suffix(".half")
        half.write_text(json.dumps(found))
        half.replace(cell)


if __name__ == "__main__":
    main()
