"""The loss of counts and skewed amounts, by what boosted trees of each loss get right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.workbench.core.dependence import GROUPS, Dependence
from kerata.workbench.core.extras import need
from kerata.workbench.core.metrics import mean_interval
from kerata.workbench.core.wording import number
from kerata.workbench.splitting.divide import Divided
from kerata.workbench.splitting.folds import deal
from kerata.workbench.splitting.split import TIME, rule_for, strata_of
from kerata.workbench.training.boosting import can_boost, features_of, threads_for

SQUARED = "mse"
# With fewer rows nothing is clear; more than so many only cost time.
FEWEST, MOST = 100, 4_000
FOLDS, TREES = 5, 60
# Amounts whose distribution is less skewed are left to squared errors.
SKEWED = 1.5
# Variance of counts over their mean, from which they are no mere classes in digits.
SPREAD = 1.5
# By so much of its error another loss must be better to be taken.
BETTER = 0.03


@dataclass(frozen=True)
class LossChoice:
    """Which loss a network learns an amount by.

    Attributes:
        loss: its name; '' where nothing speaks against squared errors.
        sentence: what was seen; '' likewise.
    """

    loss: str = ""
    sentence: str = ""


def choose_loss(divided: Divided, seed: int = 0) -> LossChoice:
    """Choose between squared errors and the losses of counts and skewed amounts.

    Histogram gradient boosting is trained with each loss on the training and validation rows but
    one fold, and answers that fold; along time it learns from the training rows and answers the
    validation rows. Another loss is taken only if its mean absolute error, which the verdict
    reports, is surely lower, by 3 % or more, and its squared error is no higher. The test rows are
    not looked at.

    Arguments:
        divided: the rows.
        seed: of folds and scikit-learn.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    task, columns = divided.task, divided.columns
    if task.kind != "regression" or task.parts or columns is None or divided.kind != "table":
        return LossChoice()
    learned = ("train", "validation")
    y = np.concatenate([divided.targets[part] for part in learned]).astype(float)
    losses = candidates(y)
    place = divided.rule.place
    few = place is not None and len(np.unique(place[_numbers(divided)])) < FOLDS
    if not losses or few or len(y) < FEWEST or not can_boost(task, columns):
        return LossChoice()
    pandas = need("pandas", "Reading a table")
    frame = pandas.concat([divided.parts[part].frame for part in learned], ignore_index=True)
    x, _, categorical = features_of(columns, frame, frame.iloc[:1])
    judged = np.zeros(len(y), bool)
    answers = {loss: np.zeros(len(y)) for loss in (SQUARED, *losses)}
    with threads_for(x):
        for rows, out in _folds(divided, y, seed):
            judged[out] = True
            for loss, said in answers.items():
                said[out] = _boosted(loss, x[rows], y[rows], x[out], categorical, seed)
    depends = Dependence()
    if divided.rule.kind == GROUPS and place is not None:
        depends = Dependence(GROUPS, place[_numbers(divided)][judged])
    truth = y[judged]
    errors = {loss: np.abs(said[judged] - truth) for loss, said in answers.items()}
    usual = errors.pop(SQUARED)
    if float(np.mean(usual**2)) >= float(truth.var()):
        # Where squared errors teach nothing, others are lower by answering less boldly.
        return LossChoice()
    clear = [loss for loss in losses if _is_better(usual, errors[loss], depends)]
    if not clear:
        return LossChoice()
    best = min(clear, key=lambda loss: float(errors[loss].mean()))
    sentence = (
        f"{task.target!r} is {_said_of(y, best)}: it is learned with the loss {best} (mean error "
        f"of boosted trees {number(float(errors[best].mean()), 3)} against "
        f"{number(float(usual.mean()), 3)} with squared errors, on training and validation rows "
        f"held out from them); --option loss={SQUARED} takes squared errors."
    )
    return LossChoice(best, sentence)


def candidates(y: np.ndarray) -> list[str]:
    """Give the losses that suit amounts by what they look like, squared errors apart.

    Arguments:
        y: amounts ``(rows,)``.

    >>> candidates(np.array([0.0, 1, 0, 0, 9, 2]))
    ['poisson']
    >>> candidates(np.array([0.1] * 9 + [7.5]))
    ['gamma', 'lognormal']
    >>> candidates(np.array([-1.0, 0.5, 12.0]))
    []
    """
    mean, variance = float(y.mean()), float(y.var())
    if y.min() < 0 or variance == 0:
        return []
    found = []
    if np.array_equal(y, np.round(y)) and variance > SPREAD * mean:
        found.append("poisson")
    if y.min() > 0 and _skewness(y) > SKEWED:
        found += ["gamma", "lognormal"]
    return found


def _skewness(y: np.ndarray) -> float:
    return float(np.mean((y - y.mean()) ** 3) / y.std() ** 3)


def _said_of(y: np.ndarray, loss: str) -> str:
    ends = f"{number(float(y.min()))} to {number(float(y.max()))}"
    if loss == "poisson":
        times = number(float(y.var() / y.mean()), 2)
        return f"a count ({ends}, variance {times} times the mean)"
    return f"a skewed amount ({ends}, skewness {number(_skewness(y), 2)})"


def _is_better(usual: np.ndarray, errors: np.ndarray, depends: Dependence) -> bool:
    gain = usual - errors
    low = mean_interval(gain, depends)[0]
    enough = float(gain.mean()) >= BETTER * float(usual.mean())
    return low > 0 and enough and float((usual**2 - errors**2).mean()) >= 0


def _numbers(divided: Divided) -> np.ndarray:
    return np.concatenate([divided.rows[part] for part in ("train", "validation")])


def _folds(divided: Divided, y: np.ndarray, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give rows to learn from and rows to answer, counted over training and validation rows."""
    every = np.arange(len(y))
    if divided.rule.kind == TIME:
        cut = len(divided.rows["train"])
        yield every[:cut][-MOST:], every[cut:][:MOST]
        return
    some = np.sort(np.random.default_rng(seed).permutation(every)[:MOST])
    place = deal(strata_of(y[some]), FOLDS, seed, rule_for(divided.rule, _numbers(divided)[some]))
    for fold in range(FOLDS):
        yield some[place != fold], some[place == fold]


def _boosted(
    loss: str, x: np.ndarray, y: np.ndarray, test: np.ndarray, categorical: list[int], seed: int
) -> np.ndarray:
    from sklearn.ensemble import HistGradientBoostingRegressor

    names = {SQUARED: "squared_error", "lognormal": "squared_error"}
    settings: dict[str, Any] = {"categorical_features": categorical, "random_state": seed}
    model = HistGradientBoostingRegressor(
        loss=names.get(loss, loss), max_iter=TREES, early_stopping=False, **settings
    )
    if loss == "lognormal":
        return np.exp(model.fit(x, np.log(y)).predict(test))
    return np.asarray(model.fit(x, y).predict(test))
