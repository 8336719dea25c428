"""Intervals around a model's answers that hold a promised share of the true values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kerata.uncertainty.residuals import Residuals, fit_residuals


class Intervals(NamedTuple):
    """Answers with the ends of their intervals.

    Attributes:
        answer, lower, upper: float32, of the shape of the model's outputs.
    """

    answer: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Conformal:
    """A model and how far it is off. See ``conformal``.

    Attributes:
        model: gives the answers.
        residuals: one for each output.
    """

    model: Any
    residuals: tuple[Residuals, ...]

    def predict(self, x: Any) -> Intervals:
        """Answer rows, with an interval around each answer.

        Arguments:
            x: rows, as for the model's own ``predict``.
        """
        answers = np.asarray(self.model.predict(x, verbose=0), np.float64)
        columns = answers.reshape(len(answers), -1)
        half = np.stack(
            [one.half_width(columns[:, k]) for k, one in enumerate(self.residuals)], axis=1
        ).reshape(answers.shape)
        ends = (answers, answers - half, answers + half)
        return Intervals(*(end.astype(np.float32) for end in ends))

    def coverage(self, x: Any, y: Any) -> float:
        """Give the share of true values that lie in their intervals.

        Arguments:
            x, y: other rows and their true values.
        """
        found = self.predict(x)
        truth = np.asarray(y, float).reshape(found.answer.shape)
        return float(np.mean((found.lower <= truth) & (truth <= found.upper)))


def conformal(
    model: Any, x: Any, y: Any, *, coverage: float = 0.9, width: str = "auto"
) -> Conformal:
    """Give a model's answers intervals that hold a share of the true values (split-conformal).

    Whatever the model is: if new rows are of the same kind as these, the intervals hold the true
    value of at least that share of them, on average.

    Arguments:
        model: of amounts, with outputs ``(batch,)`` or ``(batch, k)``, such as a compiled Keras
            model; anything with ``predict(x, verbose=0)``.
        x, y: rows that it did not learn from, and their true values ``(rows,)`` or ``(rows, k)``.
        coverage: share of true values that the intervals hold, for each output.
        width: ``'constant'``, ``'by answer'`` (wider where errors are larger) or ``'auto'``, which
            takes what these rows show to be better.

    Raises:
        ValueError: too few rows for the coverage, shapes that do not fit.

    >>> class Zero:
    ...     def predict(self, x, verbose=0):
    ...         return np.zeros((len(x), 1))
    >>> held = conformal(Zero(), np.zeros((19, 2)), np.arange(19.0), coverage=0.9)
    >>> held.predict(np.zeros((1, 2))).upper.tolist()
    [[17.0]]

    Source: Lei and others, Distribution-Free Predictive Inference for Regression (JASA 2018).
    """
    answers = np.asarray(model.predict(x, verbose=0), float)
    truth = np.asarray(y, float)
    if truth.size != answers.size or len(truth) != len(answers):
        raise ValueError(
            f"conformal: the model's answers have the shape {answers.shape}, the true values "
            f"{truth.shape}."
        )
    columns = answers.reshape(len(answers), -1)
    sides = truth.reshape(columns.shape)
    found = [
        fit_residuals(sides[:, k], columns[:, k], coverage, width) for k in range(columns.shape[1])
    ]
    return Conformal(model, tuple(found))
