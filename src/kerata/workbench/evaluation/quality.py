"""How good a network is on its test rows, in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.workbench.core import metrics
from kerata.workbench.core.dependence import FOLDS, GROUPS, INDEPENDENT, Dependence
from kerata.workbench.core.metric_intervals import metric_intervals
from kerata.workbench.core.result import Trained
from kerata.workbench.core.wording import counted, number
from kerata.workbench.evaluation.figures import between, figure, metric_between
from kerata.workbench.explain import calibration, calibration_error
from kerata.workbench.features.rows import target_values
from kerata.workbench.training.certainty import coverage_sentence
from kerata.workbench.training.thresholds import effect_sentence

# Classes that are named of a long list.
_NAMED = 3
# With fewer rows, groups of probabilities are off by luck.
_FEWEST_FOR_BINS = 200
# So much lower a mean over classes is worth a word.
_LOWER = 0.05


def quality_sentence(trained: Trained) -> str:
    """Say how good a network is: its main figures with their 95 % intervals.

    Arguments:
        trained: as ``fit_source`` returns it.
    """
    task, rows, found = trained.task, len(trained.truth), trained.metrics
    ends = metric_intervals(task, trained.truth, trained.outputs, trained.dependence)
    value, interval = figure(next(iter(found.values())), task), between(trained.interval, task)
    main = f"{value} ({interval})"
    where = f"On {counted(rows, _named_rows(trained))}, {trained.split.unseen},"
    if task.parts:
        message = (
            f"{where} the {len(task.parts)} targets are missed by {value} of their standard "
            f"deviations on average ({interval})."
        )
    elif task.kind == "regression":
        message = f"{where} {missed_sentence(task, found, trained.interval, ends)}"
        if trained.inside is not None:
            coverage = coverage_sentence(
                task, trained.residuals, trained.inside, trained.dependence
            )
            message = f"{message} {coverage}".rstrip()
    elif task.kind == "labels":
        message = (
            f"{where} the F1 score of the labels is {main}; all labels are right in "
            f"{100 * found['all_right']:.1f}% of them."
        )
    else:
        message = _of_classes(trained, main, ends)
    more = [_about_dependence(trained), *_absent(trained)]
    return " ".join(
        [*filter(None, [trained.judged]), message, *(sentence for sentence in more if sentence)]
    )


def missed_sentence(
    task: Any,
    found: dict[str, float],
    interval: metrics.Interval,
    ends: dict[str, metrics.Interval],
) -> str:
    """Say by how much an amount is missed.

    Arguments:
        task: of one amount.
        found: figures.
        interval: of the main one.
        ends: the intervals of all.
    """
    value = figure(next(iter(found.values())), task)
    message = f"{task.target!r} is missed by {value} on average ({between(interval, task)})"
    if np.isfinite(found["r2"]):
        message += f"; R² is {number(found['r2'], 3)} ({metric_between(ends['r2'])})"
    return f"{message}."


def target_sentence(
    task: Any, truth: np.ndarray, outputs: np.ndarray, dependence: Dependence
) -> str:
    """Say by how much one amount is missed on some rows.

    Arguments:
        task: of this amount.
        truth, outputs: true values and answers ``(rows,)``.
        dependence: of the rows.
    """
    ends = metric_intervals(task, truth, outputs, dependence)
    found = metrics.figures(task, truth, outputs)
    return missed_sentence(task, found, ends[next(iter(found))], ends)


def rows_that_count(trained: Trained) -> str:
    """Say how much there is to judge by: test rows, or groups of them.

    Arguments:
        trained: as ``fit_source`` returns it.
    """
    depends, rows = trained.dependence, counted(len(trained.truth), _named_rows(trained))
    if depends.kind == FOLDS and depends.within is not None:
        depends = depends.within
    if depends.kind == GROUPS and depends.place is not None and trained.split.columns:
        groups = counted(len(np.unique(depends.place)), "group")
        return f"{rows} in {groups}"
    return rows


def _named_rows(trained: Trained) -> str:
    return "row" if trained.split.folds else "test row"


def _of_classes(trained: Trained, main: str, ends: dict[str, metrics.Interval]) -> str:
    task, found = trained.task, trained.metrics
    right = int(metrics.row_values(task, trained.truth, trained.outputs).sum())
    rows = counted(len(trained.truth), _named_rows(trained))
    message = f"It gets {right:,} of {rows} right, {trained.split.unseen}: accuracy {main}"
    if np.isfinite(found.get("auc", np.nan)):
        message += f"; AUC {number(found['auc'], 3)} ({metric_between(ends['auc'])})"
    message += "."
    if found["balanced_accuracy"] < found["accuracy"] - _LOWER:
        share = 100 * found["balanced_accuracy"]
        message += f" The mean over classes is {share:.1f}%: rare ones are found less often."
    if trained.threshold is not None:
        wish = trained.threshold.wish
        message += " " + effect_sentence(task, trained.truth, trained.outputs, wish)
        if trained.split.folds:
            message += " It was chosen by these rows, so new ones may get a little less."
        if trained.baselines:
            message += " Below it is compared with its baselines at 0.5."
    return f"{message} {_probabilities(trained, ends)}"


def _probabilities(trained: Trained, ends: dict[str, metrics.Interval]) -> str:
    """Say how good probabilities are: their log loss, and whether they come true as often."""
    losses = metrics.row_losses(trained.task, trained.truth, trained.outputs)
    loss = number(float(losses.mean()), 3)
    message = f"Log loss is {loss} ({metric_between(ends['log_loss'])})"
    if len(trained.truth) < _FEWEST_FOR_BINS:
        return f"{message}."
    error = calibration_error(calibration(*said_and_true(trained)))
    return f"{message}; probabilities are off by {100 * error:.1f} percentage points on average."


def said_and_true(trained: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Give the probability of each answer, the most probable class, and whether it came true.

    Arguments:
        trained: of classes.
    """
    said = np.asarray(trained.outputs, float)
    if trained.task.kind == "binary":
        return np.maximum(said, 1 - said), ((said > 0.5) == (trained.truth == 1)).astype(float)
    return said.max(axis=1), (said.argmax(axis=1) == trained.truth).astype(float)


def _about_dependence(trained: Trained) -> str:
    """Say what the intervals assume of rows that are not independent."""
    depends = trained.dependence
    if depends.kind == INDEPENDENT or depends.place is None:
        return ""
    if depends.kind == FOLDS:
        return (
            "The intervals take into account that the networks of the folds share training rows "
            "(Nadeau and Bengio's corrected variance)."
        )
    values = metrics.row_values(trained.task, trained.truth, trained.outputs)
    rows, effect = len(values), depends.effect(values)[0]
    if depends.kind == GROUPS:
        named = " and ".join(repr(name) for name in trained.split.columns)
        groups = counted(len(np.unique(depends.place)), "group")
        if not named:
            return "The intervals take equal rows as dependent."
        return f"The intervals take rows of one {named} as dependent ({groups})."
    message = "The intervals take errors that follow each other in time as dependent"
    counting = max(1, round(rows / effect))
    if counting < rows:
        return f"{message}: the {counted(rows, 'row')} count as {counting:,}."
    return f"{message}, and find that they hardly are."


def _absent(trained: Trained) -> list[str]:
    """Name classes or labels that no test row, or no training row, has."""
    task = trained.task
    if task.kind == "regression" or not task.classes:
        return []
    what = ("label", "labels") if task.kind == "labels" else ("class", "classes")
    sentences = []
    unknown = _lacking(task, trained.truth)
    if unknown:
        them = "it" if len(unknown) == 1 else "them"
        sentences.append(
            f"No {_named_rows(trained)} has the {_listed(unknown, what)}: nothing is known of "
            f"{them}."
        )
    values = None if trained.train is None else target_values(trained.train, task.target_columns)
    if values is not None:
        unlearned = _lacking(task, task.encode(values))
        if unlearned:
            them = "it" if len(unlearned) == 1 else "them"
            sentences.append(
                f"No training row has the {_listed(unlearned, what)}: the network can't know "
                f"{them}."
            )
    return sentences


def _lacking(task: Any, encoded: np.ndarray) -> list[str]:
    if task.kind == "labels":
        counts = np.asarray(encoded).sum(axis=0)
    else:
        counts = np.bincount(encoded, minlength=len(task.classes))
    return [task.classes[place] for place in np.flatnonzero(counts == 0)]


def _listed(names: list[str], what: tuple[str, str]) -> str:
    said = ", ".join(repr(name) for name in names[:_NAMED])
    more = len(names) - _NAMED
    return f"{what[len(names) > 1]} {said}" + (f" and {more:,} more" if more > 0 else "")
