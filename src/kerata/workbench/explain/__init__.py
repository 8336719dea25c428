"""Figures behind the one figure: by class, by threshold, by column, word, pixel and row."""

from kerata.workbench.explain.classes import ClassScore, class_scores
from kerata.workbench.explain.curves import (
    Bin,
    calibration,
    calibration_error,
    precision_recall,
    roc,
)
from kerata.workbench.explain.explainer import Explainer
from kerata.workbench.explain.explanation import Explanation, RowExplanation
from kerata.workbench.explain.importance import Importance, permutation_importance
from kerata.workbench.explain.mistakes import worst_rows
from kerata.workbench.explain.occlusion import occlusion_map, term_weights, word_attributions
from kerata.workbench.explain.of_models import explain
from kerata.workbench.explain.shapley import shapley_values

__all__ = [
    "Bin",
    "ClassScore",
    "Explainer",
    "Explanation",
    "Importance",
    "RowExplanation",
    "calibration",
    "calibration_error",
    "class_scores",
    "explain",
    "occlusion_map",
    "permutation_importance",
    "precision_recall",
    "roc",
    "shapley_values",
    "term_weights",
    "word_attributions",
    "worst_rows",
]
