"""Stratified splits into training, validation and test rows."""

from __future__ import annotations

import numpy as np


def held_out(strata: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split rows at random, stratified by class or by the size of the target.

    Arguments:
        strata: one number a row: its class, or the target of a regression.
        share: of the second part, above 0 and below 1.
        seed: decides the split.

    Returns:
        Row numbers of the larger and of the held-out part, each in ascending order.

    >>> kept, out = held_out(np.array([0] * 8 + [1] * 4), 0.25, seed=0)
    >>> len(kept), int((out < 8).sum()), int((out >= 8).sum())
    (9, 2, 1)
    """
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    # A stratified sample: every n-th row in the order of the strata, n = 1 / share.
    steps = np.arange(len(order) + 1) * share + generator.uniform()
    chosen = np.diff(np.floor(steps)) > 0
    return np.sort(order[~chosen]), np.sort(order[chosen])


def strata_of(encoded: np.ndarray) -> np.ndarray:
    """Give one number a row by which a split is balanced; of labels, how many there are."""
    return encoded if encoded.ndim == 1 else encoded.sum(axis=1)
