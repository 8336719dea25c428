"""How wide intervals must be: learned from the errors that were known at an origin."""

from __future__ import annotations

import math

import numpy as np

from kerata.workbench.forecasting.network import COVERAGE, LOWER, MIDDLE, UPPER

# Errors by which a step's width is set; fewer than that are joined by those of steps around it.
_ENOUGH, _MOST = 100, 5000
# Widths are set anew at so many of the origins.
_MOMENTS = 24


def misfits(outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Give how many half-widths of the network's interval the truth is off, ``(n, horizon)``.

    Arguments:
        outputs: ``(n, 3, horizon)``.
        truth: ``(n, horizon)`` in the same units, NaN where there is none.
    """
    middle = outputs[:, MIDDLE]
    below = np.maximum(middle - outputs[:, LOWER], 1e-9)
    above = np.maximum(outputs[:, UPPER] - middle, 1e-9)
    return np.maximum((middle - truth) / below, (truth - middle) / above)


def factors(known: np.ndarray) -> np.ndarray:
    """Give by what the intervals of each step ahead are to be widened or narrowed.

    Arguments:
        known: misfits ``(n, horizon)``, NaN where there is none, the latest last.

    Returns:
        ``(horizon,)``: the quantile of the misfits that holds for the next one; 1 without any.

    >>> factors(np.array([[0.5]] * 95 + [[3.0]] * 5)).tolist()
    [0.5]

    Source: Vovk, Gammerman and Shafer (2005), Algorithmic learning in a random world; Romano,
    Patterson and Candès (2019), Conformalized quantile regression.
    """
    horizon = known.shape[1]
    found = np.ones(horizon)
    counts = (~np.isnan(known)).sum(axis=0)
    for step in range(horizon):
        reach = 0
        while reach < horizon and counts[max(step - reach, 0) : step + reach + 1].sum() < _ENOUGH:
            reach += 1
        near = known[:, max(step - reach, 0) : step + reach + 1]
        some = near[~np.isnan(near)][-_MOST:]
        if len(some):
            rank = min(math.ceil((len(some) + 1) * COVERAGE), len(some))
            found[step] = float(np.partition(some, rank - 1)[rank - 1])
    return np.maximum(found, 1e-3)


def rolling_factors(
    origins: np.ndarray, misfit: np.ndarray, asked: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the factors of each origin, from errors that were known there.

    Arguments:
        origins: steps ``(n,)`` of the origins of the errors.
        misfit: theirs, ``(n, horizon)``.
        asked: steps ``(m,)`` of origins.

    Returns:
        Factors ``(m, horizon)``, and the factors after the last error ``(horizon,)``.
    """
    by = np.argsort(origins, kind="stable")
    origins, misfit = origins[by], misfit[by]
    ahead = origins[:, None] + np.arange(1, misfit.shape[1] + 1)[None, :]
    moments = np.unique(asked)
    moments = moments[:: -(-len(moments) // _MOMENTS)]
    at = np.stack([factors(np.where(ahead <= now, misfit, np.nan)) for now in moments])
    return at[np.searchsorted(moments, asked, side="right") - 1], factors(misfit)


def widened(outputs: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Widen the intervals of outputs ``(n, 3, horizon)`` by factors ``(n or 1, horizon)``."""
    middle = outputs[:, MIDDLE]
    below, above = middle - outputs[:, LOWER], outputs[:, UPPER] - middle
    return np.stack([middle - factor * below, middle, middle + factor * above], axis=1)
