"""Confidence intervals of an accuracy and of the difference of two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist


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
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    n, p = score.total, score.share
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At the ends the formula gives exactly 0 and 1; rounding must not overshoot them.
    low = 0.0 if score.correct == 0 else middle - half
    high = 1.0 if score.correct == n else middle + half
    return low, high


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
