"""Figures behind the one figure: by class, by threshold, by column, by word, by pixel."""

from kerata.workbench.scores.classes import ClassScore, class_scores
from kerata.workbench.scores.curves import (
    Bin,
    calibration,
    calibration_error,
    precision_recall,
    roc,
)
from kerata.workbench.scores.importance import Importance, permutation_importance
from kerata.workbench.scores.mistakes import worst_rows
from kerata.workbench.scores.pulls import covering_map, term_weights, word_pulls

__all__ = [
    "Bin",
    "ClassScore",
    "Importance",
    "calibration",
    "calibration_error",
    "class_scores",
    "covering_map",
    "permutation_importance",
    "precision_recall",
    "roc",
    "term_weights",
    "word_pulls",
    "worst_rows",
]
