"""Gradient boosting of trees by scikit-learn, which a network on a table must be held against."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from kerata.workbench.core.column import Column
from kerata.workbench.core.extras import need
from kerata.workbench.core.task import Task
from kerata.workbench.data.column_cells import column_values

# scikit-learn takes this many values of a category; rarer ones become one.
_MOST_VALUES = 254
# Each class has trees of its own: with more of them training takes minutes.
_MOST_CLASSES = 30
_DAY = 86_400.0
# Numbers in a table that one thread learns from in about a second.
_SMALL = 1_000_000


def can_boost(task: Task, columns: list[Column] | None) -> bool:
    """Say whether gradient boosting is a fair comparison: tables with more than free text."""
    if columns is None or task.kind == "labels":
        return False
    if task.kind == "classes" and len(task.classes) > _MOST_CLASSES:
        return False
    return any(column.used and column.kind in ("number", "category", "date") for column in columns)


def boosted(
    task: Task,
    columns: list[Column],
    parts: dict[str, Any],
    targets: dict[str, np.ndarray],
    seed: int,
) -> np.ndarray:
    """Train gradient boosting with scikit-learn's defaults and give its outputs for the test rows.

    Missing numbers stay missing and categories stay categories; free text is left out. Training
    and validation rows are learned from together.

    Arguments:
        task: what is predicted.
        columns: what ``infer_columns`` gave.
        parts: ``Table`` of each part.
        targets: encoded targets of each part.
        seed: of scikit-learn.

    Returns:
        Values or probabilities ``(test rows,)``, or ``(test rows, k)`` for k classes or targets.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    need("sklearn", "Gradient boosting")
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    pandas = need("pandas", "Reading a table")
    names = ("train", "validation")
    frame = pandas.concat([parts[name].frame for name in names], ignore_index=True)
    truth = np.concatenate([targets[name] for name in names])
    x, test, categorical = features_of(columns, frame, parts["test"].frame)
    settings: dict[str, Any] = {"categorical_features": categorical, "random_state": seed}
    if task.parts:
        with threads_for(x):
            several = [HistGradientBoostingRegressor(**settings).fit(x, t) for t in truth.T]
            said = np.stack([model.predict(test) for model in several], axis=1)
        return np.asarray(said, np.float32)
    if task.kind == "regression":
        with threads_for(x):
            model = HistGradientBoostingRegressor(**settings).fit(x, truth)
            return np.asarray(model.predict(test), np.float32)
    with threads_for(x):
        model = HistGradientBoostingClassifier(**settings).fit(x, truth)
        said = model.predict_proba(test)
    chances = np.zeros((len(test), max(2, len(task.classes))), np.float32)
    chances[:, model.classes_.astype(int)] = said
    return chances[:, 1] if task.kind == "binary" else chances


def threads_for(features: np.ndarray) -> AbstractContextManager[Any]:
    """Give one thread to what is small.

    OpenMP's threads wait for each other in loops: 5,000 rows of 14 columns take one thread 0.2 s,
    two threads beside other programs on two cores up to 80 s.
    """
    if features.size > _SMALL:
        return nullcontext()
    return need("threadpoolctl", "Gradient boosting").threadpool_limits(1)


def features_of(
    columns: list[Column], frame: Any, test: Any
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Give float64 features ``(rows, features)`` of two tables, and which are categories."""
    pandas = need("pandas", "Reading a table")
    found: list[np.ndarray] = []
    other: list[np.ndarray] = []
    categorical = []
    for column in columns:
        if not column.used or column.kind not in ("number", "category", "date"):
            continue
        mine, theirs = column_values(frame, column), column_values(test, column)
        if column.kind == "category":
            known = mine.value_counts().index[:_MOST_VALUES]
            categorical.append(len(found))
            for values, made in ((mine, found), (theirs, other)):
                codes = pandas.Categorical(values, categories=known).codes.astype(float)
                rare = (codes < 0) & values.notna().to_numpy()
                made.append(np.where(rare, len(known), np.where(codes < 0, np.nan, codes)))
            continue
        for values, made in ((mine, found), (theirs, other)):
            made += _of_dates(values) if column.kind == "date" else [values.to_numpy(float)]
    return np.stack(found, axis=1), np.stack(other, axis=1), categorical


def _of_dates(values: Any) -> list[np.ndarray]:
    """Give the moment in days, and its places in the year, the month and the week."""
    moments = values.to_numpy("datetime64[s]")
    days = np.where(np.isnat(moments), np.nan, moments.astype("int64") / _DAY)
    fields = (values.dt.month, values.dt.day, values.dt.dayofweek)
    return [days, *(field.to_numpy(float) for field in fields)]
