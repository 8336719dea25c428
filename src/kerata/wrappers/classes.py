"""From labels to what a network is trained on, and from its outputs back to labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d


class Classes(ClassifierMixin):
    """The classifier's half of an estimator.

    Attributes:
        classes_: the labels in the order of ``predict_proba``'s columns; a list of such
            arrays for several multi-class targets; the columns' numbers for indicators.
        n_classes_: how many there are; a list likewise.
        n_outputs_: number of columns of y, 1 for plain labels.
        target_type_: scikit-learn's name of the kind of y, such as ``'multiclass'``.
    """

    classes_: Any
    n_classes_: Any
    n_outputs_: int
    target_type_: str

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags

    def _learn_classes(self, y: np.ndarray, classes: Any = None) -> None:
        """Find the classes of y, or take those that are given.

        Raises:
            ValueError: y is not made of labels.
        """
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        several = kind in ("multilabel-indicator", "multiclass-multioutput")
        self.n_outputs_ = y.shape[1] if several else 1
        self.target_type_ = kind
        if kind == "multilabel-indicator":
            self.classes_ = np.arange(y.shape[1])
        elif several:
            self.classes_ = [np.unique(column) for column in y.T]
            self.n_classes_ = [len(c) for c in self.classes_]
            return
        else:
            self.classes_ = np.unique(column_or_1d(y, warn=True) if classes is None else classes)
            self.target_type_ = "binary" if len(self.classes_) <= 2 else "multiclass"
        self.n_classes_ = len(self.classes_)

    def _numbers(self, y: np.ndarray) -> np.ndarray:
        """Turn labels into numbers of classes: ``(rows,)`` or ``(rows, outputs)``, int32.

        Raises:
            ValueError: a label that the first ``fit`` did not see.
        """
        if self.target_type_ == "multilabel-indicator":
            if y.ndim != 2 or y.shape[1] != self.n_outputs_:
                raise ValueError(f"y must have {self.n_outputs_} columns, got shape {y.shape}.")
            return np.asarray(y, np.int32)
        if self.target_type_ == "multiclass-multioutput":
            columns = [_find(c, column) for c, column in zip(self.classes_, y.T, strict=True)]
            return np.stack(columns, axis=1)
        return _find(self.classes_, column_or_1d(y))

    def _labels(self, probabilities: Any) -> np.ndarray:
        """Choose the most probable labels."""
        if self.target_type_ == "multilabel-indicator":
            return (probabilities > 0.5).astype(int)
        if self.target_type_ == "multiclass-multioutput":
            chosen = [
                c[np.argmax(p, axis=1)] for c, p in zip(self.classes_, probabilities, strict=True)
            ]
            return np.stack(chosen, axis=1)
        return self.classes_[np.argmax(probabilities, axis=1)]

    def predict_proba(self, X: Any, **arguments: Any) -> Any:
        """Give probabilities.

        Arguments:
            X: rows as for ``fit``.
            **arguments: of ``Model.predict``, such as ``batch_size``.

        Returns:
            ``(rows, classes)`` in the order of ``classes_``; ``(rows, outputs)`` for
            indicators, where several may be 1; a list of arrays for several multi-class
            targets.
        """
        raise NotImplementedError

    def predict(self, X: Any, **arguments: Any) -> np.ndarray:
        """Give the most probable label of each row; arguments as for ``predict_proba``."""
        return self._labels(self.predict_proba(X, **arguments))


def to_probabilities(outputs: np.ndarray, classes: int) -> np.ndarray:
    """Turn outputs of one unit, or of one a class, into a column for each class.

    >>> to_probabilities(np.array([[0.25]], np.float32), 2).tolist()
    [[0.75, 0.25]]
    """
    outputs = outputs.reshape(len(outputs), -1)
    if classes == 1:
        return np.ones((len(outputs), 1), np.float32)
    if outputs.shape[1] == 1:
        return np.concatenate([1 - outputs, outputs], axis=1)
    outputs = outputs[:, :classes]
    total = outputs.sum(axis=1, keepdims=True)
    usable = np.isfinite(total) & (total > 0)
    return np.where(usable, outputs / np.where(usable, total, 1), 1 / classes)


def _find(classes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    known = np.isin(labels, classes)
    if not known.all():
        raise ValueError(
            f"y has the label {labels[~known].tolist()[0]!r}, which is not among the classes "
            f"{classes.tolist()!r:.80}; give all labels at the first call (classes=...)."
        )
    return np.searchsorted(classes, labels).astype(np.int32)
