"""How far answers are off on rows that a model did not learn from: half the width of intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

# Fewer rows than this for each place do not show how errors change with the answer.
ROWS_A_PLACE, MOST_PLACES = 25, 12
FOLDS = 5
# A width that follows the answer must be better by so many standard errors.
CLEAR = 2.0


@dataclass(frozen=True)
class Residuals:
    """Half the width of an interval around each answer.

    Attributes:
        coverage: share of true values that intervals hold, such as 0.9.
        radius: half the width, in units of ``sizes``.
        places, sizes: answers, and the usual size of errors there, linear in between; empty where
            all intervals are equally wide.
        rows: by how many rows this was measured.

    >>> found = fit_residuals(np.arange(99.0), np.arange(99.0) + np.tile([-1.0, 0.0, 3.0], 33))
    >>> low, high = found.interval(np.array([10.0]))
    >>> low.item(), high.item()
    (7.0, 13.0)
    """

    coverage: float
    radius: float
    places: np.ndarray
    sizes: np.ndarray
    rows: int

    def half_width(self, answers: np.ndarray) -> np.ndarray:
        """Give half the width of the interval around each answer ``(rows,)``."""
        if not len(self.places):
            return np.full(np.shape(answers), self.radius)
        return self.radius * np.interp(answers, self.places, self.sizes)

    def interval(self, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the lower and the upper end of the interval around each answer ``(rows,)``."""
        half = self.half_width(answers)
        return answers - half, answers + half


def fit_residuals(
    truth: np.ndarray, answers: np.ndarray, coverage: float = 0.9, width: str = "auto"
) -> Residuals:
    """Find how wide intervals must be to hold a share of the true values.

    With ``n`` rows the radius is the ``ceil((n + 1) coverage)``-th smallest error, which new rows
    of the same kind exceed no more often than promised.

    Arguments:
        truth, answers: ``(rows,)``, of rows that the model did not learn from.
        coverage: share of true values, above 0 and below 1.
        width: ``'constant'``; ``'by answer'``: errors are measured in their usual size at such an
            answer; or ``'auto'``: by answer where the intervals are clearly better so, by their
            interval scores on rows that the sizes were not learned from.

    Raises:
        ValueError: a coverage that is no share; another width; too few rows for the coverage;
            shapes that do not fit; values that are not finite.

    Source: Lei and others, Distribution-Free Predictive Inference for Regression (JASA 2018);
    interval scores: Gneiting and Raftery, Strictly Proper Scoring Rules (JASA 2007).
    """
    if not 0 < coverage < 1:
        raise ValueError(f"conformal: coverage must lie between 0 and 1, got {coverage!r}.")
    if width not in ("auto", "constant", "by answer"):
        raise ValueError(
            f"conformal: width must be 'auto', 'constant' or 'by answer', got {width!r}."
        )
    truth, answers = np.asarray(truth, float), np.asarray(answers, float)
    if truth.shape != answers.shape or truth.ndim != 1:
        raise ValueError(
            f"conformal: true values {truth.shape} and answers {answers.shape} must both have the "
            "shape (rows,)."
        )
    errors = np.abs(truth - answers)
    if not np.all(np.isfinite(errors)):
        raise ValueError("conformal: true values and answers must be finite numbers.")
    rows, fewest = len(errors), fewest_rows(coverage)
    if rows < fewest:
        raise ValueError(
            f"conformal: a coverage of {coverage:g} takes at least {fewest} rows, got {rows}."
        )
    alike = Residuals(coverage, _quantile(errors, coverage), np.zeros(0), np.zeros(0), rows)
    if width == "constant" or rows < max(2 * ROWS_A_PLACE, FOLDS * fewest):
        return alike
    order = np.random.default_rng(0).permutation(rows) % FOLDS
    scores = np.empty((2, rows))
    scaled = np.empty(rows)
    for fold in range(FOLDS):
        out = order == fold
        sizes = _sizes(answers[~out], errors[~out])
        scaled[out] = errors[out] / np.interp(answers[out], *sizes)
    for fold in range(FOLDS):
        out = order == fold
        half = _quantile(scaled[~out], coverage) * np.interp(
            answers[out], *_sizes(answers[~out], errors[~out])
        )
        scores[0, out] = _score(_quantile(errors[~out], coverage), errors[out], coverage)
        scores[1, out] = _score(half, errors[out], coverage)
    less = scores[0] - scores[1]
    if width == "auto" and less.mean() <= CLEAR * less.std(ddof=1) / np.sqrt(rows):
        return alike
    return Residuals(coverage, _quantile(scaled, coverage), *_sizes(answers, errors), rows)


def fewest_rows(coverage: float) -> int:
    """Give how many rows a coverage takes at least.

    >>> fewest_rows(0.9), fewest_rows(0.95)
    (9, 19)
    """
    return math.ceil(round(coverage / (1 - coverage), 9))


def _quantile(errors: np.ndarray, coverage: float) -> float:
    place = math.ceil(round((len(errors) + 1) * coverage, 9))
    return float(np.sort(errors)[min(place, len(errors)) - 1])


def _sizes(answers: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give places among the answers, and the mean error of the rows around each."""
    count = int(np.clip(len(answers) // ROWS_A_PLACE, 2, MOST_PLACES))
    order = np.argsort(answers, kind="stable")
    parts = np.array_split(order, count)
    places = np.array([answers[part].mean() for part in parts])
    # A size of 0 would promise what no rows can show.
    sizes = np.array([errors[part].mean() for part in parts]) + 0.1 * errors.mean() + 1e-12
    kept = np.concatenate([[True], np.diff(places) > 0])
    return places[kept], sizes[kept]


def _score(half: np.ndarray | float, errors: np.ndarray, coverage: float) -> np.ndarray:
    """Give the interval score of each row: its width, and a fine for true values outside."""
    return np.asarray(2 * half + 2 / (1 - coverage) * np.maximum(errors - half, 0))
