"""Whether a classifier is shown to have learned anything from its training rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kerata.workbench.core.intervals import wilson_interval
from kerata.workbench.core.metric_intervals import auc_interval
from kerata.workbench.core.metrics import WIDTH, area_under_curve, mean_interval
from kerata.workbench.diagnosis.context import Fit

# Gains below these shares are next to nothing.
_LITTLE = 0.05


@dataclass(frozen=True)
class Learned:
    """A classifier beside an answer that ignores the inputs.

    Arguments:
        shown: whether some figure surely lies above that answer's: accuracy, log loss, the
            area under the ROC curve, or the mean over classes.
        nothing: whether the intervals leave room for next to nothing only.
        chance: share of the most frequent class.
        accuracy: interval of the accuracy.
        log_loss, constant_loss: of the network, and of the classes' shares.
        area: under the ROC curve; None with more than two classes.
    """

    shown: bool
    nothing: bool
    chance: float
    accuracy: tuple[float, float]
    log_loss: float
    constant_loss: float
    area: float | None


def what_was_learned(labels: np.ndarray, fit: Fit) -> Learned:
    """Compare the answers to training rows with one that ignores the inputs.

    Arguments:
        labels: class number of each training row.
        fit: the answers to some of them.
    """
    truth = labels[fit.rows]
    shares = np.bincount(labels) / len(labels)
    chance = float(shares.max())
    low, high = wilson_interval(fit.score)
    assert fit.of_truth is not None
    constant, mine = (-np.log(np.clip(p, 1e-7, 1)) for p in (shares[truth], fit.of_truth))
    less = mean_interval(constant - mine)
    classes = [fit.values[truth == place] for place in np.unique(truth)]
    each = float(np.mean([values.mean() for values in classes]))
    noise = math.sqrt(sum(values.var() / len(values) for values in classes)) / len(classes)
    area, ranked = None, False
    if len(shares) == 2 and len(classes) == 2:
        outputs = np.where(truth == 1, fit.of_truth, 1 - fit.of_truth)
        area = area_under_curve(truth, outputs)
        ranked = auc_interval(truth, outputs)[0] > 0.5
    found = low > chance or less[0] > 0 or ranked or each - WIDTH * noise > 1 / len(shares)
    before = float(constant.mean())
    nothing = less[1] < _LITTLE * before and high < chance + _LITTLE
    return Learned(found, nothing, chance, (low, high), float(mine.mean()), before, area)
