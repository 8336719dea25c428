"""The linear model of a forecast: ridge regression of scikit-learn, one for each step ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kerata.workbench.core.extras import need

# Penalties to choose from, and how many series have a constant of their own.
PENALTIES = tuple(float(value) for value in np.geomspace(0.1, 1e4, 6))
MOST_SERIES = 200
# Standardized features beyond this are cut off: what was hardly ever seen must not carry far.
LIMIT = 6.0


@dataclass(frozen=True)
class Scaler:
    """Mean and spread of features, learned from training windows.

    Arguments:
        mean, spread: ``(f,)`` each.
    """

    mean: np.ndarray
    spread: np.ndarray

    @classmethod
    def learned(cls, x: np.ndarray) -> Scaler:
        """Learn from windows ``(n, f)``."""
        spread = x.std(axis=0)
        return cls(x.mean(axis=0), np.where(spread > 1e-6, spread, 1.0))

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Standardize windows."""
        scaled = (x - self.mean) / self.spread
        return np.clip(scaled, -LIMIT, LIMIT).astype("float32")


@dataclass(frozen=True)
class Linear:
    """A fitted linear model.

    Arguments:
        weights: ``(f, horizon)`` of standardized features.
        constants: ``(series, horizon)``: of each series.
    """

    weights: np.ndarray
    constants: np.ndarray

    def predict(self, x: np.ndarray, series: np.ndarray) -> np.ndarray:
        """Give departures from the anchors ``(n, horizon)``, in units of the series' change."""
        return x @ self.weights + self.constants[series]


def fit_linear(
    x: np.ndarray, series: np.ndarray, y: np.ndarray, count: int, penalty: float
) -> Linear:
    """Fit ridge regression.

    Arguments:
        x: standardized features ``(n, f)``.
        series: number of each window's series, ``(n,)``.
        y: departures ``(n, horizon)``, NaN where there is none.
        count: of all series.
        penalty: of the squared weights.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    ridge = need("sklearn.linear_model", "A forecast's linear model").Ridge
    own = 1 < count <= MOST_SERIES
    given = x
    if own:
        hot = (series[:, None] == np.arange(count)[None, :]).astype("float32")
        given = np.concatenate([x, hot], axis=1)
    weights = np.zeros((given.shape[1], y.shape[1]))
    constant = np.zeros(y.shape[1])
    there = ~np.isnan(y)
    # Steps that lack the same windows are fitted together.
    patterns, which = np.unique(there.T, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        columns = np.flatnonzero(np.ravel(which) == number)
        if not pattern.any():
            continue
        model = ridge(alpha=penalty).fit(given[pattern], y[pattern][:, columns])
        weights[:, columns] = model.coef_.T.reshape(given.shape[1], -1)
        constant[columns] = model.intercept_
    constants = np.repeat(constant[None, :], count, axis=0)
    if own:
        constants = constants + weights[x.shape[1] :]
    return Linear(weights[: x.shape[1]], constants)
