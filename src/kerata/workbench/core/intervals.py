"""Confidence intervals of shares, of amounts, and of the difference of two shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np


@dataclass(frozen=True)
class Score:
    """A number of right answers out of a number of rows.

    Arguments:
        correct: how many answers were right.
        total: how many there were, at least 1.

    Raises:
        ValueError: more right answers than answers, or none at all.

    >>> Score(19, 20).share
    0.95
    """

    correct: int
    total: int

    def __post_init__(self) -> None:
        if self.total < 1 or not 0 <= self.correct <= self.total:
            raise ValueError(
                "A score counts correct answers from 0 to a total of at least 1, "
                f"got {self.correct} of {self.total}."
            )

    @property
    def share(self) -> float:
        """The accuracy, from 0 to 1."""
        return self.correct / self.total


def wilson_interval(score: Score, confidence: float = 0.95) -> tuple[float, float]:
    """Give the interval in which the true accuracy lies.

    Arguments:
        score: right answers out of independent rows.
        confidence: how sure, above 0 and below 1.

    Raises:
        ValueError: a confidence outside that range.

    >>> low, high = wilson_interval(Score(356, 360))
    >>> round(low, 4), round(high, 4)
    (0.9718, 0.9957)

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence!r}.")
    return share_interval(score.share, score.total, NormalDist().inv_cdf((1 + confidence) / 2))


def share_interval(share: float, rows: float, quantile: float) -> tuple[float, float]:
    """Give Wilson's interval of a share of as many independent rows as count.

    Arguments:
        share: from 0 to 1.
        rows: how many independent rows it counts as, above 0; need not be whole.
        quantile: of the distribution of errors, such as 1.96.

    >>> tuple(round(end, 3) for end in share_interval(0.8, 25.5, 1.96))
    (0.611, 0.911)

    Source: Korn and Graubard (1998), Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data.
    """
    z, n, p = quantile, rows, min(max(share, 0.0), 1.0)
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At the ends the formula gives exactly 0 and 1; rounding must not overshoot them.
    return (0.0 if p == 0 else max(middle - half, 0.0)), (
        1.0 if p == 1 else min(middle + half, 1.0)
    )


def student_quantile(freedom: float, confidence: float = 0.95) -> float:
    """Give the quantile of Student's t distribution that takes few rows into account.

    Arguments:
        freedom: degrees of freedom, above 0.
        confidence: how sure, above 0 and below 1.

    >>> round(student_quantile(9), 3), round(student_quantile(1e6), 3)
    (2.262, 1.96)
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + confidence) / 2))


def positive_interval(value: float, error: float, quantile: float) -> tuple[float, float]:
    """Give the interval of an amount above 0, symmetric on the scale of logarithms.

    Arguments:
        value: the amount.
        error: its standard error.
        quantile: of the distribution of errors.

    >>> tuple(round(end, 2) for end in positive_interval(2.0, 1.0, 1.96))
    (0.75, 5.33)
    """
    if value <= 0:
        return 0.0, 0.0
    # Beyond this a number has no finite interval.
    ratio = math.exp(min(quantile * error / value, 300.0))
    return value / ratio, value * ratio


def difference_interval(a: Score, b: Score, confidence: float = 0.95) -> tuple[float, float]:
    """Give the interval of the difference of two accuracies, ``a`` minus ``b``.

    Arguments:
        a, b: scores on different rows.
        confidence: how sure, above 0 and below 1.

    >>> low, high = difference_interval(Score(56, 70), Score(48, 80))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)

    Source: Newcombe (1998), Interval estimation for the difference between independent
    proportions, method 10.
    """
    low_a, high_a = wilson_interval(a, confidence)
    low_b, high_b = wilson_interval(b, confidence)
    gap = a.share - b.share
    return (
        gap - math.hypot(a.share - low_a, high_b - b.share),
        gap + math.hypot(high_a - a.share, b.share - low_b),
    )


def inside_of(ends: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Say which true values lie between their ends; NaN where there are none.

    Arguments:
        ends: ``(2, rows)`` or ``(2, rows, targets)``, see ``Trained.ends``.
        truth: true values, of the shape of an end.

    >>> inside_of(np.array([[0.0, np.nan], [1.0, np.nan]]), np.array([0.5, 0.5])).tolist()
    [1.0, nan]
    """
    inside = (ends[0] <= truth) & (truth <= ends[1])
    return np.where(np.isnan(ends[0]), np.nan, inside)
