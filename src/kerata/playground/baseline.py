"""The linear answer that a network has to beat: logistic or linear regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.playground.problems import Problem

# As the network's loss clips probabilities.
_LEAST = 1e-7


@dataclass(frozen=True)
class Baseline:
    """A solved linear model's figures, and where it changes its mind.

    Arguments:
        name: of the method.
        train, test: its loss on the rows of each part, in the network's own loss.
        accuracy: share of the test rows that it gets right; None for amounts.
        line: ``(a, b, c)``: on the map it changes its answer where ``a u + b v + c = 0``; None
            for amounts.
    """

    name: str
    train: float
    test: float
    accuracy: float | None
    line: tuple[float, float, float] | None

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values."""
        return dict(vars(self))


def linear_baseline(problem: Problem) -> Baseline:
    """Solve the linear model of the training rows, without a penalty worth speaking of.

    Source: scikit-learn's ``LogisticRegression`` (C=1e4) and ``LinearRegression``.
    """
    from sklearn.linear_model import LinearRegression, LogisticRegression

    x, y, train = problem.x.astype(float), problem.y.astype(float), problem.train
    if problem.kind == "regression":
        model = LinearRegression().fit(x[:train], y[:train])
        errors = (model.predict(x) - y) ** 2
        return Baseline(
            "linear regression",
            float(errors[:train].mean()),
            float(errors[train:].mean()),
            None,
            None,
        )
    if len(np.unique(y[:train])) < 2:
        share = np.full(len(y), y[:train].mean())
        line = None
    else:
        model = LogisticRegression(C=1e4, max_iter=1000).fit(x[:train], y[:train])
        share = model.predict_proba(x)[:, 1]
        weights = model.coef_[0]
        onto = weights @ problem.axes
        offset = float(weights @ problem.center + model.intercept_[0])
        line = (float(onto[0]), float(onto[1]), offset)
    of_truth = np.clip(np.where(y == 1, share, 1 - share), _LEAST, 1 - _LEAST)
    losses = -np.log(of_truth)
    right = (share > 0.5) == (y == 1)
    return Baseline(
        "logistic regression",
        float(losses[:train].mean()),
        float(losses[train:].mean()),
        float(right[train:].mean()),
        line,
    )
