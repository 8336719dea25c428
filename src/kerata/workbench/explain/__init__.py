"""Figures behind the one figure: by class, by threshold, by column, by word, by pixel."""

from kerata.workbench.explain.classes import ClassScore, class_scores
from kerata.workbench.explain.curves import (
    Bin,
    calibration,
    calibration_error,
    precision_recall,
    roc,
)
from kerata.workbench.explain.importance import Importance, permutation_importance
from kerata.workbench.explain.mistakes import worst_rows
from kerata.workbench.explain.occlusion import occlusion_map, term_weights, word_attributions

__all__ = [
    "Bin",
    "ClassScore",
    "Importance",
    "calibration",
    "calibration_error",
    "class_scores",
    "occlusion_map",
    "permutation_importance",
    "precision_recall",
    "roc",
    "term_weights",
    "word_attributions",
    "worst_rows",
]
