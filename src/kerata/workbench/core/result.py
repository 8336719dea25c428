"""Results of training as plain values, used by all stages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from kerata.uncertainty import Calibration, Residuals
from kerata.workbench.core.column import Column
from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.findings import Findings
from kerata.workbench.core.intervals import inside_of
from kerata.workbench.core.metrics import Interval
from kerata.workbench.core.onnx_file import export_answers
from kerata.workbench.core.task import Task
from kerata.workbench.core.trained_html import trained_html

# Called with a name and a value as things become known.
OnEvent = Callable[[str, Any], None]


class Preparation(Protocol):
    """What turns raw rows into a network's inputs, learned from the training rows."""

    notes: list[str]

    def transform(self, data: Any) -> Any:
        """Give prepared rows."""

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values for JSON."""


@dataclass(frozen=True)
class Baseline:
    """A simple answer to the same task, judged on the same test rows.

    Arguments:
        name: what it is.
        value: the task's main figure: accuracy, F1 of labels, or mean absolute error.
        interval: in which that lies with 95 % confidence.
        gain: by how much the network beats it; above 0 is better.
        gain_interval: of that difference, measured on the same rows.
        log_loss: of its probabilities; None for regression.
        log_loss_gain: by how much the network's log loss is lower.
        log_loss_gain_interval: of that difference.
    """

    name: str
    value: float
    interval: Interval
    gain: float | None = None
    gain_interval: Interval | None = None
    log_loss: float | None = None
    log_loss_gain: float | None = None
    log_loss_gain_interval: Interval | None = None


@dataclass(frozen=True)
class TargetResult:
    """What came of one of several targets.

    Arguments:
        task: of this target alone.
        metrics: figures on the test rows, the main one first.
        interval: 95 % confidence interval of the main one.
        intervals: those of all.
        baselines: the baselines' results for this target.
    """

    task: Task
    metrics: dict[str, float]
    interval: Interval
    intervals: dict[str, Interval]
    baselines: list[Baseline]


@dataclass(frozen=True)
class Split:
    """How the rows were divided, and why.

    Arguments:
        kind: ``'random'``, ``'time'`` (judged on the latest rows) or ``'groups'`` (judged on
            groups that the network never saw).
        columns: that time or groups were read from; none for copies of rows.
        evidence: the reason, where the user did not ask for it.
        asked: whether the user asked for it.
        folds: of the cross-validation whose out-of-fold rows are the test rows, or blocks in
            time; 0 where test rows were held out once.
        repeats: how often the rows were dealt into folds.
        share: of folds, test rows to training rows on average; None without folds.
    """

    kind: str = "random"
    columns: tuple[str, ...] = ()
    evidence: str = ""
    asked: bool = False
    folds: int = 0
    repeats: int = 1
    share: float | None = None

    @property
    def sentence(self) -> str:
        """What was done and why; '' for rows that were divided at random.

        >>> Split("time", ("day",), asked=True).sentence
        "The network learns from earlier rows and is judged on the latest, by 'day'."
        """
        if self.kind == "random" or not self.columns:
            return ""
        named = " and ".join(repr(name) for name in self.columns)
        away = "; --split-by random divides at random instead."
        if self.kind == "time":
            done = "The network learns from earlier rows and is judged on the latest"
            why = f"Rows follow each other in time: {self.evidence}. "
        else:
            done = "The network is judged on groups that it never saw"
            why = f"Several rows belong together: {self.evidence}. "
        return f"{done}, by {named}." if self.asked else f"{why}{done}{away}"

    @property
    def unseen(self) -> str:
        """What the test rows are to the network, to follow "test rows".

        >>> Split("groups", ("patient",)).unseen
        "of values of 'patient' that it never saw"
        """
        named = " and ".join(repr(name) for name in self.columns)
        if self.folds and self.kind == "time":
            return "each answered by a network that learned from earlier rows alone"
        if self.folds:
            never = "that learned from no row of its fold"
            if self.kind == "groups" and self.columns:
                never += f", nor of its {named}"
            if self.repeats == 1:
                return f"each answered by a network {never}"
            return f"each answered by the mean of {self.repeats} networks {never}"
        if self.kind == "time":
            return f"the latest by {named}"
        if self.kind == "groups" and self.columns:
            return f"of values of {named} that it never saw"
        return "which it never saw"


@dataclass(frozen=True)
class TrialSummary:
    """One trial.

    Arguments:
        number: from 0.
        network: its name.
        options: chosen ones; none for a network as it is.
        value: the main figure of the validation rows; None if it was ended early.
        epochs: how many it trained.
        seconds: how long it took.
    """

    number: int
    network: str
    options: dict[str, Any]
    value: float | None
    epochs: int
    seconds: float

    def description(self) -> str:
        """Write network and options."""
        said = [f"{name} {_short(value)}" for name, value in self.options.items()]
        return f"{self.network}, {', '.join(said)}" if said else f"{self.network}, as it is"


@dataclass(frozen=True)
class SearchSummary:
    """A finished search.

    Arguments:
        tried: all trials that are complete or were ended early, in their order.
        best: the one that was taken.
        common: the network that was tried most often.
        importance: share of each of its choices in what its figures differ by, the largest
            first; empty after few trials.
        file: of the study.
    """

    tried: list[TrialSummary]
    best: TrialSummary
    common: str
    importance: dict[str, float]
    file: str

    @property
    def caution(self) -> str:
        """Say how far the best figure can be believed."""
        same = sum(tried.value == self.best.value for tried in self.tried) - 1
        message = "The best of many looks better than it is; the test rows will tell."
        if same:
            others = f"{same} other trials reach" if same > 1 else "1 other trial reaches"
            message = f"{others} the same: the surest one was taken. {message}"
        return message

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values."""
        return dataclasses.asdict(self)


@dataclass
class Trained:
    """A trained network, its data and its results. See ``fit_source`` for an example.

    Attributes:
        model: the network with the weights of its best epoch.
        preparation: turns raw rows into the network's inputs.
        task: what is predicted.
        columns: kind and use of each column; None for texts and images.
        network: the network's name.
        history: maps ``'loss'`` and the other names to lists of floats, one an epoch.
        best_epoch: the epoch whose weights the model has, from 1.
        rows: int64 row numbers ``(n,)`` of ``'train'``, ``'validation'`` and ``'test'`` in the
            source, from 0; those of an official test set count within it. After a
            cross-validation (``split.folds``) the test rows are those of all finished folds, and
            training and validation rows are all rows: ``model`` learned from them, ``outputs``
            are those of the networks of the folds.
        train, validation, test: the rows as they were read.
        truth: encoded targets of the test rows, see ``Task.encode``.
        outputs: float32 predictions for the test rows: the probability of the second of two
            classes ``(n,)``, of each of k classes or labels ``(n, k)``, or values ``(n,)``.
        metrics: metrics on the test rows, the main one first.
        interval: 95 % confidence interval of the main metric.
        baselines: the baselines' results on the same test rows.
        findings: the diagnosis; None if there was none.
        config: the arguments of ``fit_source``, for training once more.
        seconds: duration of each part.
        notes: a sentence for each decision or oddity.
        fingerprint: SHA-256 of the source's content.
        search: the search that chose the network; None if there was none.
        split: how the rows were divided.
        dependence: of the test rows, which intervals take into account.
        targets: what came of each of several targets; empty where there is one.
        importance: what columns of a table are worth by rows out of fold, the most important
            first; empty without a cross-validation.
        judged: by which cross-validation, and what ``model`` learned from; '' where test rows
            were held out.
        interrupted: whether Ctrl-C ended training.
        calibration: of the probabilities, which ``model`` contains; None where they stay.
        residuals: half the widths of the 90 % intervals around answers, for each target;
            empty for classes, and where too few rows were held back.
        ends: lower and upper ends of the intervals around the answers to the test rows,
            ``(2, n)`` or ``(2, n, targets)``, NaN where none is known; None without intervals.
        threshold: why ``task.threshold`` is not 0.5; None where it is.
        solved: where the weights come from if they were not trained by steps, such as "ridge
            regression, penalty 10 by leave-one-out errors"; '' if they were.
    """

    model: Any
    preparation: Preparation
    task: Task
    columns: list[Column] | None
    network: str
    history: dict[str, list[float]]
    best_epoch: int
    rows: dict[str, np.ndarray]
    train: Any
    validation: Any
    test: Any
    truth: np.ndarray
    outputs: np.ndarray
    metrics: dict[str, float]
    interval: tuple[float, float]
    baselines: list[Baseline]
    findings: Findings | None
    config: dict[str, Any]
    seconds: dict[str, float]
    notes: list[str]
    fingerprint: str
    search: SearchSummary | None = None
    split: Split = field(default_factory=Split)
    dependence: Dependence = field(default_factory=Dependence)
    interrupted: bool = False
    solved: str = ""
    judged: str = ""
    targets: list[TargetResult] = field(default_factory=list)
    importance: Sequence[Any] = ()
    calibration: Calibration | None = None
    residuals: tuple[Residuals, ...] = ()
    ends: np.ndarray | None = None
    threshold: Any = None

    @property
    def inside(self) -> np.ndarray | None:
        """Whether each true value lies in its interval, NaN where none is known."""
        return None if self.ends is None else inside_of(self.ends, self.truth)

    def predict(self, data: Any) -> np.ndarray:
        """Predict raw rows; shape and dtype are those of ``outputs``."""
        return outputs_of(self.model, self.preparation.transform(data), self.task)

    def export(self, path: str | Path, rows: Any = None) -> Any:
        """Write network and preparation as one ONNX file: raw rows in, answers out.

        Arguments:
            path: of the file.
            rows: raw rows to try it with; the test rows by default.

        Returns:
            What was written; its ``difference`` is the largest between answers.

        Raises:
            ExportError: what can't be exported; answers that differ by more than 1e-4.
            ImportError: ``onnx`` or ``onnxruntime`` is missing.
        """
        tried = self.test if rows is None else rows
        outputs = self.predict(tried)
        return export_answers(self.model, self.preparation, self.task, tried, outputs, path)

    def _repr_html_(self) -> str:
        return trained_html(self)


def outputs_of(model: Any, x: Any, task: Any) -> np.ndarray:
    """Give a network's answers to prepared rows: ``(n, k)``, or ``(n,)`` where k is 1."""
    answers = np.asarray(model.predict(x, verbose=0))
    if task.parts and answers.shape[1:] != (len(task.parts),):
        raise ValueError(
            f"The network gives answers of shape {answers.shape}, where {len(task.parts)} targets "
            f"({task.target}) need {(len(answers), len(task.parts))}."
        )
    return answers if task.parts or task.kind in ("classes", "labels") else answers[:, 0]


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
