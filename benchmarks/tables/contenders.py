"""The contenders, each with the settings it comes with: training and test rows to answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

# Encoded targets of the test rows, and probabilities (of the second of two classes) or values.
Answers = tuple[np.ndarray, np.ndarray]
Fit = Callable[[Path, str, str, np.ndarray, np.ndarray, int], Answers]


def kerata(
    path: Path, target: str, task: str, train: np.ndarray, test: np.ndarray, seed: int
) -> Answers:
    """Train as ``kerata train`` does; it takes its validation rows out of the training rows."""
    from dataclasses import replace

    from kerata.workbench import fit_source, read_source
    from kerata.workbench.features.rows import take

    read = read_source(path, target=target)
    source = replace(read, train=take(read.train, train), test=take(read.train, test))
    trained = fit_source(source, task=task, seed=seed, with_baselines=False, folds=1)
    return np.asarray(trained.truth), np.asarray(trained.outputs)


def _read(path: Path, target: str, task: str) -> tuple[Any, np.ndarray]:
    """Read columns of numbers as they are, and all others as categories."""
    import pandas as pd

    frame = pd.read_csv(path)
    values = frame.pop(target)
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].astype("category")
    if task == "regression":
        return frame, values.to_numpy("float64")
    return frame, np.unique(values.astype(str), return_inverse=True)[1]


def _answers(model: Any, task: str, x: Any, y: np.ndarray) -> Answers:
    if task == "regression":
        return y, np.asarray(model.predict(x)).ravel()
    said = np.asarray(model.predict_proba(x))
    return y, said[:, 1] if task == "binary" else said


def _peer(make: Callable[[str, Any, int], Any]) -> Fit:
    def fit(
        path: Path, target: str, task: str, train: np.ndarray, test: np.ndarray, seed: int
    ) -> Answers:
        x, y = _read(path, target, task)
        model = make(task, x, seed)
        model.fit(x.iloc[train], y[train])
        return _answers(model, task, x.iloc[test], y[test])

    return fit


def _lightgbm(task: str, x: Any, seed: int) -> Any:
    import lightgbm

    kind = lightgbm.LGBMRegressor if task == "regression" else lightgbm.LGBMClassifier
    return kind(random_state=seed, verbose=-1)


def _xgboost(task: str, x: Any, seed: int) -> Any:
    import xgboost

    kind = xgboost.XGBRegressor if task == "regression" else xgboost.XGBClassifier
    return kind(random_state=seed, enable_categorical=True)


def _histogram(task: str, x: Any, seed: int) -> Any:
    from sklearn import ensemble

    kind: Any = (
        ensemble.HistGradientBoostingRegressor
        if task == "regression"
        else ensemble.HistGradientBoostingClassifier
    )
    return kind(random_state=seed, categorical_features="from_dtype")


def catboost(
    path: Path, target: str, task: str, train: np.ndarray, test: np.ndarray, seed: int
) -> Answers:
    """Train CatBoost, which wants categories as text."""
    import catboost as cat

    x, y = _read(path, target, task)
    names = [name for name in x.columns if x[name].dtype == "category"]
    for name in names:
        x[name] = x[name].astype(object).where(x[name].notna(), "missing").astype(str)
    kind = cat.CatBoostRegressor if task == "regression" else cat.CatBoostClassifier
    model = kind(
        random_seed=seed, verbose=False, allow_writing_files=False, cat_features=names or None
    )
    model.fit(x.iloc[train], y[train])
    return _answers(model, task, x.iloc[test], y[test])


def _columns(x: Any, scale: bool) -> Any:
    """Fill gaps and make ones and zeros of categories, for models that need both done."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    steps = [SimpleImputer(strategy="median", add_indicator=True)]
    numbers = make_pipeline(*steps, StandardScaler()) if scale else make_pipeline(*steps)
    return make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (
            OneHotEncoder(handle_unknown="ignore", sparse_output=False),
            make_column_selector(dtype_include="category"),
        ),
    )


def _linear(task: str, x: Any, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline

    last = Ridge() if task == "regression" else LogisticRegression(max_iter=1000)
    return make_pipeline(_columns(x, scale=True), last)


def _forest(task: str, x: Any, seed: int) -> Any:
    from sklearn import ensemble
    from sklearn.pipeline import make_pipeline

    kind: Any = (
        ensemble.RandomForestRegressor if task == "regression" else ensemble.RandomForestClassifier
    )
    return make_pipeline(_columns(x, scale=False), kind(random_state=seed, n_jobs=-1))


CONTENDERS: dict[str, Fit] = {
    "kerata": kerata,
    "catboost": catboost,
    "lightgbm": _peer(_lightgbm),
    "xgboost": _peer(_xgboost),
    "hist-gradient-boosting": _peer(_histogram),
    "random-forest": _peer(_forest),
    "linear": _peer(_linear),
}
PACKAGES = ("catboost", "jax", "lightgbm", "numpy", "scikit-learn", "xgboost")
