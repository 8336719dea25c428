"""What the sections of a report share, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kerata.workbench.core import metrics
from kerata.workbench.core.result import outputs_of
from kerata.workbench.evaluation.figures import figure
from kerata.workbench.explain import Importance, permutation_importance
from kerata.workbench.explain.importance import MOST_COLUMNS
from kerata.workbench.features.rows import kind_of
from kerata.workbench.report.pictures import FigureFiles

NAMES = {
    "mae": "mean error",
    "standardised_mae": "mean error in standard deviations",
    "rmse": "root mean square error",
    "r2": "R²",
    "mase": "MASE",
    "coverage": "share in the intervals",
    "auc": "area under ROC curve",
    "f1": "F1 of labels",
}


@dataclass
class ReportContext:
    """A trained network, its record, and where pictures go."""

    trained: Any
    record: dict[str, Any]
    album: FigureFiles

    @property
    def task(self) -> Any:
        """What is predicted."""
        return self.trained.task

    @property
    def name(self) -> str:
        """The run's name."""
        return str(self.record["name"])

    @property
    def kind(self) -> str:
        """What the network reads: ``'table'``, ``'texts'`` or ``'images'``."""
        return str(self.trained.preparation.kind)

    @property
    def rows_named(self) -> str:
        """What the rows are by which it is judged."""
        return "rows" if self.trained.split.folds else "test rows"

    @property
    def is_classes(self) -> bool:
        """Whether each row has one class."""
        return self.task.kind in ("binary", "classes")

    @cached_property
    def said(self) -> np.ndarray:
        """Answers to the test rows."""
        return metrics.answers(self.task, self.trained.outputs)

    @cached_property
    def shares(self) -> np.ndarray:
        """Probabilities ``(n, k)`` of the classes or labels."""
        return spread(self.task, self.trained.outputs)

    @cached_property
    def importance(self) -> list[Importance]:
        """What each column of a table is worth, the most important first."""
        if kind_of(self.trained.test) != "table" or self.kind != "table":
            return []
        if self.trained.split.folds:
            # The network knows all rows: what it loses on them says nothing about new ones.
            return list(self.trained.importance)
        names = self.trained.preparation.columns
        if not 1 < len(names) <= MOST_COLUMNS:
            return []
        return permutation_importance(
            self.trained.predict, self.trained.test, self.trained.truth, self.task, names
        )

    def outputs_of(self, x: Any) -> np.ndarray:
        """Give the network's outputs for prepared rows."""
        return outputs_of(self.trained.model, x, self.task)

    def figure(self, value: float) -> str:
        """Write a main figure."""
        return figure(value, self.task)


def spread(task: Any, outputs: np.ndarray) -> np.ndarray:
    """Give outputs as one column a class: the two of a binary task too."""
    return np.stack([1 - outputs, outputs], axis=1) if task.kind == "binary" else outputs


def metric_name(name: str) -> str:
    """Say what a figure is.

    >>> metric_name("log_loss"), metric_name("r2")
    ('log loss', 'R²')
    """
    return NAMES.get(name, name.replace("_", " "))


def percent(share: float) -> str:
    """Write a share.

    >>> percent(0.1234)
    '12.3%'
    """
    return f"{100 * share:.1f}%"
