"""What training leaves behind, as plain values: known to all stages, knowing none."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from kerata.workbench.core.column import Column
from kerata.workbench.core.findings import Findings
from kerata.workbench.core.metrics import Interval
from kerata.workbench.core.task import Task

# Called with a name and a value as things become known.
Tell = Callable[[str, Any], None]


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
    """

    name: str
    value: float
    interval: Interval
    gain: float | None = None
    gain_interval: Interval | None = None


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
    """A trained network and all that is known about it.

    Attributes:
        model: the network with its best weights.
        preparation: what turns raw rows into its inputs.
        task: what it predicts.
        columns: what was made of each column; None for texts and images.
        network: the network's name.
        history: losses and metrics, a list for each with a number an epoch.
        best_epoch: whose weights were kept, from 1.
        rows: row numbers of ``'train'``, ``'validation'`` and ``'test'``; those of the test
            count in the official test set where there is one.
        train, validation, test: the rows as they were read.
        truth: targets of the test rows, encoded.
        outputs: probabilities ``(n,)`` of the second of two classes, ``(n, k)`` of several
            classes or labels, or values ``(n,)``, for the test rows.
        metrics: figures on the test rows, the main one first.
        interval: of the main figure, with 95 % confidence.
        baselines: what the network must beat, and by how much it does.
        findings: what the diagnosis found; None if none was asked for.
        config: all that another run of the same needs.
        seconds: time of the parts.
        notes: what was done and what is odd, a sentence each.
        fingerprint: SHA-256 of the source's content.
        search: how the network was found; None if it was named.
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

    def predict(self, data: Any) -> np.ndarray:
        """Give probabilities or values for raw rows, as in ``outputs``."""
        return outputs_of(self.model, self.preparation.transform(data), self.task)


def outputs_of(model: Any, x: Any, task: Any) -> np.ndarray:
    """Give a network's answers to prepared rows: ``(n, k)``, or ``(n,)`` where k is 1."""
    answers = np.asarray(model.predict(x, verbose=0))
    return answers if task.kind in ("classes", "labels") else answers[:, 0]


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
