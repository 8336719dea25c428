"""What a trained network is worth, in sentences; what is wrong with it the diagnosis decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerata.workbench.core import metrics
from kerata.workbench.core.findings import Findings
from kerata.workbench.core.learning_curves import best_epoch, notable_rise
from kerata.workbench.core.result import Baseline, Trained
from kerata.workbench.diagnosis.trained import diagnose_trained
from kerata.workbench.evaluation.figures import bare, figure, signed

# Without a diagnosis the verdict looks for these itself.
_FIT = ("overfitting", "underfitting")
# What the verdict tells in a place of its own.
SHOWN_APART = ("overfitting",)
# These say by themselves that training should go on.
_LONGER = ("learning rate too low", "underfitting")


@dataclass(frozen=True)
class Verdict:
    """A sentence or two on each question.

    Arguments:
        quality: string, the main metric on the test rows with its 95 % interval.
        baselines: tuple of strings, one for the comparison with each baseline.
        best_epoch: string, the epoch whose weights the model has.
        overfitting: string, training against validation rows; ``''`` if they can't be compared.
        advice: tuple of strings, what to try next, the most important first.

    >>> Verdict("It gets 9 of 10 right.", (), "Epoch 2 of 3 was best.", "", ()).quality
    'It gets 9 of 10 right.'
    """

    quality: str
    baselines: tuple[str, ...]
    best_epoch: str
    overfitting: str
    advice: tuple[str, ...]


def verdict_of(trained: Trained) -> Verdict:
    """Say how good a network is, which epoch was best, whether it overfits and what to try.

    Arguments:
        trained: as ``fit_source`` returns it, with outputs ``(n,)`` or ``(n, k)``. Its
            diagnosis decides on over- and underfitting; where there is none, these two are
            diagnosed here, by a prediction of the rows.

    Returns:
        A ``Verdict`` of strings.

    Raises:
        ValueError: rows to be diagnosed were changed, so that the preparation can't read them.

    See ``fit_source`` for an example.
    """
    findings = trained.findings
    if findings is None or not (findings.looked_for or findings.left_out):
        findings = diagnose_trained(trained, only=_FIT)
    worst = findings.get("overfitting")
    return Verdict(
        _quality(trained),
        tuple(gain_sentence(baseline, trained.task) for baseline in trained.baselines),
        epoch_sentence(trained.history["val_loss"], int(trained.config["epochs"])),
        findings.fit if worst is None else f"It overfits. {worst.sentence}",
        tuple(_advice(trained, findings)),
    )


def epoch_sentence(losses: Sequence[float], allowed: int) -> str:
    """Say which epoch had the lowest validation loss, and what came after it.

    Arguments:
        losses: validation loss after each epoch.
        allowed: epochs that training might have taken.

    >>> epoch_sentence([0.5, 0.2, 0.3], 3)[:67]
    'Epoch 2 of 3 had the lowest validation loss, 0.2; its weights were '
    """
    done, best = len(losses), best_epoch(losses)
    if best is None:
        return "The validation loss was never a finite number: training diverged."
    message = f"Epoch {best} of {done} had the lowest validation loss, {losses[best - 1]:.4g}"
    if best == done == allowed:
        return f"{message}: it was the last one, so the loss was still falling."
    message += "; its weights were kept"
    rise = notable_rise(losses)
    if rise:
        return f"{message}, since the loss rose by {100 * rise:.0f}% until the last epoch."
    if done < allowed:
        return f"{message}, since {_epochs(done - best)} brought nothing better."
    return f"{message}."


def gain_sentence(baseline: Baseline, task: Any) -> str:
    """Say by how much the network beats a baseline, or that it doesn't.

    >>> class Task: kind = "regression"
    >>> gain_sentence(Baseline("a linear model", 3.5, (3.0, 4.0), 1.0, (0.5, 1.5)), Task())
    'A linear model: 3.5. The network is better by 1 (95% interval 0.5 to 1.5).'
    """
    name = baseline.name[0].upper() + baseline.name[1:]
    message = f"{name}: {figure(baseline.value, task)}."
    if baseline.gain is None or baseline.gain_interval is None:
        return message
    low, high = baseline.gain_interval
    between = f"(95% interval {bare(low, task)} to {bare(high, task)})"
    if low > 0:
        return f"{message} The network is better by {signed(baseline.gain, task)} {between}."
    if high < 0:
        return f"{message} The network is worse by {signed(-baseline.gain, task)} {between}."
    gap = signed(baseline.gain, task)
    return f"{message} The network is not clearly better: the difference is {gap} {between}."


def _quality(trained: Trained) -> str:
    task, rows = trained.task, len(trained.truth)
    low, high = (figure(end, task) for end in trained.interval)
    unseen = trained.split.unseen
    main = figure(next(iter(trained.metrics.values())), task)
    if task.kind == "regression":
        return (
            f"On {rows:,} test rows, {unseen}, {task.target!r} is missed by {main} on "
            f"average (95% interval {low} to {high}); R² is {trained.metrics['r2']:.3f}."
        )
    if task.kind == "labels":
        return (
            f"On {rows:,} test rows, {unseen}, the F1 score of the labels is {main} "
            f"(95% interval {low} to {high}); all labels are right in "
            f"{100 * trained.metrics['all_right']:.1f}% of them."
        )
    right = int(metrics.row_values(task, trained.truth, trained.outputs).sum())
    more = ""
    if trained.metrics["balanced_accuracy"] < trained.metrics["accuracy"] - 0.05:
        share = 100 * trained.metrics["balanced_accuracy"]
        more = f" The mean over classes is {share:.1f}%: rare ones are found less often."
    return (
        f"It gets {right:,} of {rows:,} test rows right, {unseen}: accuracy {main} "
        f"(95% interval {low} to {high}).{more}"
    )


def _advice(trained: Trained, findings: Findings) -> list[str]:
    losses = trained.history["val_loss"]
    best = best_epoch(losses)
    if best is None:
        return ["Lower the learning rate to a tenth, and check the data for missing values."]
    advice = []
    beaten = [b for b in trained.baselines if b.gain_interval and b.gain_interval[0] <= 0]
    if beaten:
        advice.append(f"It does not clearly beat {beaten[-1].name}: prefer the simpler answer.")
    advice += [finding.next_step for finding in findings if finding.next_step]
    last = best == len(losses) == trained.config["epochs"]
    if last and not any(name in findings.names for name in _LONGER):
        advice.append(f"Allow more than {_epochs(best)}: the validation loss was still falling.")
    return list(dict.fromkeys(advice))


def _epochs(number: int) -> str:
    return "1 epoch" if number == 1 else f"{number} epochs"
