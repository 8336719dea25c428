"""What the checks of a diagnosis look at, each part computed once and only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.base.origin import is_own_class
from kerata.models import clone_model
from kerata.models.cloning import compile_like
from kerata.workbench.core.intervals import Score
from kerata.workbench.diagnosis.layer_statistics import LayerStatistics, measure_layers
from kerata.workbench.diagnosis.split_data import SplitData
from kerata.workbench.diagnosis.terms import Terms

_PARTS = ("train", "validation", "test")
# Rows answered by networks of a cross-validation that did not learn from them.
OUT_OF_FOLD = "out-of-fold"
_BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
_CLASSES = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "categorical_focal_crossentropy",
)
_ERRORS = (
    "mean_squared_error",
    "mean_absolute_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
    "poisson",
    "gamma_deviance",
    "squared_log_ratio",
)


@dataclass(frozen=True)
class Fit:
    """How well the sampled rows of a split are answered.

    Arguments:
        rows: numbers of the sampled rows.
        values: 1 for right and 0 for wrong, or squared errors.
        answers: classes or values ``(n,)``.
        certainty: probability of the answer ``(n,)``, None for regression.
        of_truth: probability of the true class ``(n,)``, None for regression.
        raw: the network's outputs.
    """

    rows: np.ndarray
    values: np.ndarray
    answers: np.ndarray
    certainty: np.ndarray | None
    raw: np.ndarray
    of_truth: np.ndarray | None = None

    @property
    def score(self) -> Score:
        """Right answers out of all."""
        return Score(int(self.values.sum()), len(self.values))


class DiagnosisContext:
    """A history, a model and data, whichever there are.

    Arguments:
        history: lists of figures, a number an epoch; or None.
        model: a built model, compiled if checks are to see its loss; or None.
        data: maps names of splits to ``(x, y)``.
        seed: decides samples and trials.
        trials: whether short trainings may be made to see what helps.
        ordered: whether held-out rows are later in time than training rows.
        terms: in which words to say what to do.
        interval: of the main figure of the test rows, where it is known already.
        answers: outputs for the rows of some splits, that others than the model gave.

    Raises:
        ValueError: another split's name, or data that don't go together.
    """

    def __init__(
        self,
        history: Mapping[str, Any] | None,
        model: Any,
        data: Mapping[str, Any],
        seed: int = 0,
        trials: bool = False,
        ordered: bool = False,
        terms: Terms | None = None,
        interval: tuple[float, float] | None = None,
        answers: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        for name in data:
            if name not in (*_PARTS, *(answers or ())):
                raise ValueError(
                    f"data has a split {name!r}; its splits are 'train', 'validation' and 'test'. "
                    f"{did_you_mean(name, _PARTS)}"
                )
        self.history = None if history is None else _numbers(history)
        self.model, self.seed, self.trials, self.ordered = model, seed, trials, ordered
        self.terms = terms or Terms()
        self.interval = interval
        self.answers = dict(answers or {})
        inputs = 1 if model is None else model._n_inputs()
        self.parts = {n: SplitData.of(n, data[n], inputs, seed) for n in data}
        self._fits: dict[str, Fit] = {}

    # What there is -----------------------------------------------------------------------

    @property
    def train(self) -> SplitData | None:
        """The training rows."""
        return self.parts.get("train")

    @property
    def held(self) -> SplitData | None:
        """Rows that were answered without being learned from: out of fold, validation or test."""
        names = (OUT_OF_FOLD, "validation", "test")
        return next((self.parts[name] for name in names if name in self.parts), None)

    @property
    def held_is_train(self) -> bool:
        """Whether the held-out rows are the training rows too, since others answered them."""
        return self.held is not None and self.held.name == OUT_OF_FOLD

    @cached_property
    def loss(self) -> Any:
        """The loss object of the model's only output; None without data or with several."""
        part = next(iter(self.parts.values()), None)
        if self.model is None or part is None or not self.model.compiled:
            return None
        self.model._ready(part.rows, training=False)
        losses = self.model._objective.losses
        return losses[0] if len(losses) == 1 else None

    @property
    def loss_name(self) -> str:
        """The loss's function by its full name, '' if it is not known."""
        return getattr(getattr(self.loss, "fn", None), "__name__", "")

    @property
    def from_logits(self) -> bool:
        """Whether the loss expects numbers before the softmax or sigmoid."""
        return bool(getattr(self.loss, "from_logits", False))

    @cached_property
    def kind(self) -> str | None:
        """What is predicted: 'binary', 'classes', 'labels' or 'regression'; None if unclear."""
        part = self.train or self.held
        y = None if part is None else part.y
        if y is None:
            return None
        if self.loss_name in _BINARY:
            return "binary" if y.ndim == 1 else "labels"
        if self.loss_name in _CLASSES:
            return "classes"
        if self.loss_name in _ERRORS:
            return "regression"
        return None if self.loss is not None else _kind_of_targets(y)

    def labels(self, part: SplitData) -> np.ndarray | None:
        """Give the class number of each row; None unless rows have one class each."""
        if self.kind not in ("binary", "classes") or part.y is None:
            return None
        y = part.y
        if y.ndim == 2:
            return y.argmax(axis=1)
        return np.round(y).astype(int) if y.ndim == 1 else None

    # What the network says ---------------------------------------------------------------

    def fit(self, part: SplitData) -> Fit | None:
        """Say how well the network answers a split's rows; None if that is unknown."""
        if self.model is None or self.kind in (None, "labels") or part.y is None:
            return None
        if part.name not in self._fits:
            known = self.answers.get(part.name)
            raw = (
                self.model.predict(part.inputs(part.chosen), verbose=0)
                if known is None
                else known[part.chosen]
            )
            if not isinstance(raw, np.ndarray) or raw.ndim > 2 or not np.isfinite(raw).all():
                return None
            self._fits[part.name] = self._fit_of(part, raw)
        return self._fits[part.name]

    def _fit_of(self, part: SplitData, raw: np.ndarray) -> Fit:
        truth = self.labels(part)
        if truth is None:
            y = np.asarray(part.y, float)[part.chosen]
            said = raw.reshape(y.shape).astype(float)
            errors = ((said - y) ** 2).reshape(len(y), -1).mean(axis=1)
            return Fit(part.chosen, errors, said, None, raw)
        truth = truth[part.chosen]
        shares = self._probabilities(raw)
        answers = shares.argmax(axis=1)
        certainty = shares[np.arange(len(shares)), answers]
        of_truth = shares[np.arange(len(shares)), truth]
        right = (answers == truth).astype(float)
        return Fit(part.chosen, right, answers, certainty, raw, of_truth)

    def _probabilities(self, raw: np.ndarray) -> np.ndarray:
        """Turn outputs into a probability of each class."""
        raw = raw.astype(float)
        if raw.ndim == 1 or raw.shape[1] == 1:
            raw = raw.reshape(-1, 1)
            p = 1 / (1 + np.exp(-np.clip(raw, -50, 50))) if self.from_logits else raw
            return np.concatenate([1 - p, p], axis=1)
        if self.from_logits:
            raw = np.exp(raw - raw.max(axis=1, keepdims=True))
            return raw / raw.sum(axis=1, keepdims=True)
        return raw

    @cached_property
    def layer_statistics(self) -> LayerStatistics | None:
        """What flows through the layers on training rows; None without a graph."""
        if self.model is None or self.train is None or self.model._graph is None:
            return None
        return measure_layers(self.model, self.train, with_gradients=self.loss is not None)

    @property
    def rate(self) -> float | None:
        """The optimizer's learning rate; None for schedules."""
        optimizer: Any = getattr(self.model, "optimizer", None)
        try:
            return float(optimizer.learning_rate)
        except (AttributeError, TypeError, ValueError):
            return None

    @property
    def can_train(self) -> bool:
        """Whether an untrained copy of the model can be trained on the training rows."""
        own = is_own_class(type(self.model))
        return self.train is not None and self.loss is not None and own

    def fresh_model(self, clone: Any = None) -> Any:
        """Give an untrained, compiled copy of the model, or compile another one like it."""
        clone = clone_model(self.model) if clone is None else clone
        if not clone.compiled:
            compile_like(clone, self.model)
        return clone


def _numbers(history: Mapping[str, Any]) -> dict[str, list[float]]:
    """Take the curves that have one number an epoch."""
    curves: dict[str, list[float]] = {}
    for name, values in history.items():
        array = np.asarray(values, float) if np.ndim(values) == 1 else np.empty(0)
        if len(array):
            curves[name] = array.tolist()
    return curves


def _kind_of_targets(y: np.ndarray) -> str | None:
    """Infer the kind of task from the targets alone."""
    if y.ndim == 2:
        zero_one = bool(np.isin(y, (0, 1)).all())
        if zero_one:
            return "classes" if (y.sum(axis=1) == 1).all() else "labels"
        return "regression"
    if y.ndim != 1:
        return None
    values = np.unique(y)
    whole = bool(np.all(values == np.round(values)) and values.min() >= 0)
    if whole and len(values) == 2 and values[-1] == 1:
        return "binary"
    if whole and y.dtype.kind in "iub" and len(values) <= max(2, len(y) // 5):
        return "classes"
    return "regression"
