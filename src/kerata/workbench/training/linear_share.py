"""A solved linear model beside the networks: a share of the answers where held-back rows want it.

Of few rows, or of columns that say almost the same, a penalised linear model answers better than a
network; and where a network is sure and wrong, a second opinion costs less than it saves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import kerata
from kerata import layers
from kerata.workbench.core.metrics import row_losses
from kerata.workbench.core.task import Task
from kerata.workbench.core.wording import number
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks import linear_solution
from kerata.workbench.networks.dense import linear
from kerata.workbench.networks.linear_solution import Solution
from kerata.workbench.networks.several import POWERS

SHARES = np.linspace(0, 1, 21)
# A share must be better than none by so many standard errors of the paired difference.
CLEAR = 2.0
# Of several classes, the share nearest to this one that is within a standard error of the best:
# few rows make up most of the log loss, and a second opinion bounds what being sure costs.
USUAL = 0.25
# Products of rows and weights up to which each network's held-back rows choose the penalty.
CHEAP = 300_000


@dataclass(frozen=True)
class Held:
    """Rows that a network did not learn from.

    Arguments:
        learned: int ``(n,)``, the rows that it learned from, counted over all that are prepared.
        held: int ``(m,)``, rows that only stopped it.
        outputs: its answers to those.
    """

    learned: np.ndarray
    held: np.ndarray
    outputs: np.ndarray


@dataclass(frozen=True)
class LinearShare:
    """A linear model and its share of the answers.

    Arguments:
        solution: its weights.
        inputs: what a prepared row consists of.
        task: what is predicted.
        share: from 0 to 1, ``()``; of several targets one each, ``(targets,)``.
        sentence: what was seen.
        held: answers of both together to the rows that the networks did not learn from.
    """

    solution: Solution
    inputs: Inputs
    task: Task
    share: np.ndarray
    sentence: str
    held: np.ndarray

    @property
    def alone(self) -> bool:
        """Whether the linear model alone answers."""
        return bool(np.all(self.share == 1))

    def mixed(self, outputs: np.ndarray, x: Any) -> np.ndarray:
        """Give the answers of networks and linear model together.

        Arguments:
            outputs: of the networks.
            x: prepared rows.
        """
        said = linear_solution.outputs(self.solution, self.inputs, self.task, x)
        return (outputs + self.share * (said - outputs)).astype(np.float32)

    def joined(self, network: Any) -> Any:
        """Join a network and the linear model to one model.

        Arguments:
            network: gives the networks' answers.
        """
        model = linear(self.inputs, self.task)
        linear_solution.use(self.solution, self.inputs, model)
        if self.alone:
            model.compile("adam", network.loss, metrics=network._compiled["metrics"])
            return model
        model.name = "linear_model"
        given = [
            kerata.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
            for tensor in network.inputs
        ]
        structure: Any = given[0] if len(given) == 1 else {tensor.name: tensor for tensor in given}
        parts = [
            layers.Rescaling(share.tolist(), name=f"share_of_{name}")(part(structure))
            for name, part, share in (
                ("networks", network, 1 - self.share),
                ("linear_model", model, self.share),
            )
        ]
        whole = kerata.Model(structure, layers.Add(name="answer")(parts), name="with_linear_model")
        whole.compile("adam", network.loss, metrics=network._compiled["metrics"])
        return whole


def linear_share(
    inputs: Inputs,
    task: Task,
    x: Any,
    y: np.ndarray,
    splits: Sequence[Held],
    loss: str | None = None,
    class_weight: dict[int, float] | None = None,
) -> LinearShare | None:
    """Choose the share of a linear model by rows that neither it nor a network learned from.

    For each network's rows a linear model is solved as well, and both answer the rows that only
    stopped the network. Which columns and which penalty the model takes is chosen by the same
    rows. The one that is kept is solved on all of them.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        x, y: prepared rows and encoded targets, of training and validation together.
        splits: of the networks.
        loss: name of the networks' loss, where it is not the task's usual one.
        class_weight: weight of each class, or None.

    Returns:
        The model with its share; None where it gets none, or can't be solved.
    """
    power = POWERS.get(loss or "mse") if task.kind == "regression" else 1
    if power is None or not linear_solution.can_solve(inputs, len(y)):
        return None
    matrix = linear_solution.design(inputs, x)
    if not isinstance(matrix, np.ndarray):
        return None
    truth = np.concatenate([y[split.held] for split in splits])
    said = np.concatenate([split.outputs for split in splits])
    best: tuple[float, np.ndarray, Any, np.ndarray] | None = None
    for columns in _choices_of_columns(inputs, matrix.shape[1]):
        penalty, answers = _crossed(task, matrix[:, columns], y, splits, class_weight)
        error = float(np.mean(_losses(task, truth, answers, power)))
        if best is None or error < best[0]:
            best = error, columns, penalty, answers
    assert best is not None
    _, columns, penalty, answers = best
    found = np.array(
        [_losses(task, truth, said + share * (answers - said), power) for share in SHARES]
    )
    # Of several targets each has a share of its own.
    each = found if found.ndim == 3 else found[..., None]
    places = [_chosen(each[..., k], task) for k in range(each.shape[2])]
    if not any(places):
        return None
    share = SHARES[places if found.ndim == 3 else places[0]]
    kernel, bias = _solved(task, matrix[:, columns], y, penalty, class_weight)
    whole = np.zeros((matrix.shape[1], kernel.shape[1]))
    whole[columns] = kernel
    name = "ridge" if task.kind == "regression" else "logistic"
    how = f"{name} regression, chosen by the rows that stopped the networks"
    solution = Solution(whole, bias, best[0], how)
    errors = [
        float(np.mean([each[place, :, k] for k, place in enumerate(some)]))
        for some in ([0] * len(places), places, [len(SHARES) - 1] * len(places))
    ]
    sentence = _sentence(task, name, share, errors, power)
    held = (said + share * (answers - said)).astype(np.float32)
    return LinearShare(solution, inputs, task, share, sentence, held)


def _sentence(task: Task, name: str, share: np.ndarray, errors: list[float], power: int) -> str:
    what = f"a linear model ({name} regression)"
    measure = "log loss"
    if task.kind == "regression":
        measure = "mean squared error" if power == 2 else "mean absolute error"
    ends = dict.fromkeys(f"{100 * end:.0f} %" for end in (np.min(share), np.max(share)))
    part = " to ".join(ends) + (" by target" if len(ends) > 1 else "")
    before, both, alone = (number(error, 3) for error in errors)
    where = "on the rows that stopped the networks"
    if np.all(share == 1):
        return (
            f"The answer is that of {what}, which is better {where}: {measure} {alone} against "
            f"{before} of the networks."
        )
    return (
        f"{part} of the answer is that of {what}: {where} the {measure} is {both} with it, "
        f"{before} without, {alone} of the linear model alone."
    )


def _chosen(losses: np.ndarray, task: Task) -> int:
    """Give the place of a share in ``SHARES`` by what each row loses ``(shares, rows)``."""
    best = int(losses.mean(axis=1).argmin())
    if losses.shape[1] < 2:
        return 0
    more = losses - losses[best]
    error = more.std(axis=1, ddof=1) / np.sqrt(losses.shape[1])
    if task.kind != "classes":
        return best if more[0].mean() > CLEAR * error[0] else 0
    close = np.flatnonzero(more.mean(axis=1) <= error)
    return int(close[np.abs(SHARES[close] - USUAL).argmin()])


def _choices_of_columns(inputs: Inputs, width: int) -> list[np.ndarray]:
    """Give the columns of the matrix that a linear model may take: all, or none of the ranks."""
    every = np.arange(width)
    values = np.setdiff1d(every, inputs.ranks)
    return [every] if len(values) in (0, width) else [every, values]


def _losses(task: Task, truth: np.ndarray, outputs: np.ndarray, power: int) -> np.ndarray:
    """Give what each row loses; of several targets for each, in its standard deviations."""
    if task.kind != "regression":
        return row_losses(task, truth, outputs)
    errors = np.abs(outputs - truth) ** power
    return errors / np.asarray(task.scales) ** power if task.parts else errors


def _crossed(
    task: Task,
    x: np.ndarray,
    y: np.ndarray,
    splits: Sequence[Held],
    class_weight: dict[int, float] | None,
) -> tuple[Any, np.ndarray]:
    """Choose a penalty, and answer the held-back rows of each split by models of the others."""

    def answers(some: Sequence[Held], penalty: Any) -> np.ndarray:
        found = []
        for split in some:
            rows = split.learned
            kernel, bias = _solved(task, x[rows], y[rows], penalty, class_weight)
            found.append(linear_solution.answers(task, x[split.held] @ kernel + bias))
        return np.concatenate(found)

    if task.kind == "regression":
        from sklearn.linear_model import RidgeCV

        alone = RidgeCV(linear_solution.ALPHAS, alpha_per_target=y.ndim > 1).fit(x, y)
        return alone.alpha_, answers(splits, alone.alpha_)
    weights = x.size * (len(task.classes) if task.kind != "binary" else 1)
    some = splits if weights <= CHEAP else splits[:1]
    truth = np.concatenate([y[split.held] for split in some])
    tried = linear_solution.inverse_penalties(x)
    said = [answers(some, penalty) for penalty in tried]
    place = int(np.argmin([row_losses(task, truth, one).mean() for one in said]))
    all_said = said[place] if len(some) == len(splits) else answers(splits, tried[place])
    return tried[place], all_said


def _solved(
    task: Task,
    x: np.ndarray,
    y: np.ndarray,
    penalty: Any,
    class_weight: dict[int, float] | None,
) -> tuple[np.ndarray, np.ndarray]:
    if task.kind == "regression":
        from sklearn.linear_model import Ridge

        best = Ridge(penalty).fit(x, y)
        return np.atleast_2d(best.coef_).T, np.atleast_1d(best.intercept_)
    if task.kind == "labels":
        each = [linear_solution.logistic(x, label, penalty, 2) for label in y.T]
        return (
            np.concatenate([kernel for kernel, _ in each], axis=1),
            np.concatenate([bias for _, bias in each]),
        )
    return linear_solution.logistic(x, y, penalty, len(task.classes), class_weight)
