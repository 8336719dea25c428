"""What a trained network's figures mean, in plain sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.core import metrics
from kerata.workbench.core.intervals import Score
from kerata.workbench.core.learning_curves import best_epoch, notable_rise
from kerata.workbench.core.result import Baseline
from kerata.workbench.evaluation.verdict import Run, Verdict, judge
from kerata.workbench.features.rows import count, take, target_values

if TYPE_CHECKING:
    from kerata.workbench.core.result import Trained

# So many training rows tell how well those are fitted.
SAMPLE = 5000
# Errors on validation rows larger than those on training rows by this share are worth a word.
NOTABLE = 0.25


def verdict_of(trained: Trained) -> Verdict:
    """Say how good a network is, which epoch was best, whether it overfits and what to try.

    Arguments:
        trained: what ``fit_source`` gave.
    """
    fitted = _part_values(trained, "train")
    held = _part_values(trained, "validation")
    allowed = int(trained.config["epochs"])
    losses = trained.history["val_loss"]
    if trained.task.kind in ("binary", "classes"):
        test = metrics.row_values(trained.task, trained.truth, trained.outputs)
        chance = trained.baselines[0].value if trained.baselines else _chance(trained)
        run = Run(losses, allowed, _score(fitted), _score(held), _score(test), chance)
        plain = judge(run)
        told, advice = plain.overfitting, (*_simpler(trained), *plain.advice)
    else:
        told = _overfitting(trained, fitted, held)
        advice = tuple(_advice(trained, fitted, held))
        run = Run(losses, allowed, Score(1, 1), Score(1, 1), Score(1, 1), 0.0)
        plain = judge(run)
    return Verdict(_quality(trained), plain.best_epoch, told, advice)


def gain_sentence(baseline: Baseline, task: Any) -> str:
    """Say by how much the network beats a baseline, or that it doesn't.

    >>> class Task: kind = "regression"
    >>> gain_sentence(Baseline("a linear model", 3.5, (3.0, 4.0), 1.0, (0.5, 1.5)), Task())
    'A linear model: 3.5. The network is better by 1 (95% interval 0.5 to 1.5).'
    """
    name = baseline.name[0].upper() + baseline.name[1:]
    told = f"{name}: {figure(baseline.value, task)}."
    if baseline.gain is None or baseline.gain_interval is None:
        return told
    low, high = baseline.gain_interval
    between = f"(95% interval {_signed(low, task)} to {_signed(high, task)})"
    if low > 0:
        return f"{told} The network is better by {_signed(baseline.gain, task)} {between}."
    if high < 0:
        return f"{told} The network is worse by {_signed(-baseline.gain, task)} {between}."
    gap = _signed(baseline.gain, task)
    return f"{told} The network is not clearly better: the difference is {gap} {between}."


def figure(value: float, task: Any) -> str:
    """Write a main figure: a percentage, or a number in the target's units."""
    return f"{value:.4g}" if task.kind == "regression" else f"{100 * value:.1f}%"


def _signed(value: float, task: Any) -> str:
    return f"{value:.3g}" if task.kind == "regression" else f"{100 * value:.1f} points"


def _quality(trained: Trained) -> str:
    task, rows = trained.task, len(trained.truth)
    low, high = (figure(end, task) for end in trained.interval)
    main = figure(next(iter(trained.metrics.values())), task)
    if task.kind == "regression":
        return (
            f"On {rows:,} test rows, which it never saw, {task.target!r} is missed by {main} on "
            f"average (95% interval {low} to {high}); R² is {trained.metrics['r2']:.3f}."
        )
    if task.kind == "labels":
        return (
            f"On {rows:,} test rows, which it never saw, the F1 score of the labels is {main} "
            f"(95% interval {low} to {high}); all labels are right in "
            f"{100 * trained.metrics['all_right']:.1f}% of them."
        )
    right = int(metrics.row_values(task, trained.truth, trained.outputs).sum())
    more = ""
    if trained.metrics["balanced_accuracy"] < trained.metrics["accuracy"] - 0.05:
        share = 100 * trained.metrics["balanced_accuracy"]
        more = f" The mean over classes is {share:.1f}%: rare ones are found less often."
    return (
        f"It gets {right:,} of {rows:,} test rows right, which it never saw: accuracy {main} "
        f"(95% interval {low} to {high}).{more}"
    )


def _overfitting(trained: Trained, fitted: np.ndarray, held: np.ndarray) -> str:
    one, two = (figure(float(values.mean()), trained.task) for values in (fitted, held))
    what = "mean error" if trained.task.kind == "regression" else "F1 score"
    told = f"{what} {one} on training rows, {two} on validation rows"
    if _gap(trained, fitted, held):
        told = f"It overfits: {told}."
    else:
        told = f"No strong overfitting: {told}."
    rise = notable_rise(trained.history["val_loss"])
    if rise:
        best = best_epoch(trained.history["val_loss"])
        told += f" After epoch {best} the validation loss rose by {100 * rise:.0f}%."
    return told


def _gap(trained: Trained, fitted: np.ndarray, held: np.ndarray) -> bool:
    """Say whether the validation rows do worse than chance and a little more explain."""
    sign = -1 if metrics.higher_is_better(trained.task) else 1
    gap = sign * float(held.mean() - fitted.mean())
    noise = math.hypot(held.std() / math.sqrt(len(held)), fitted.std() / math.sqrt(len(fitted)))
    return gap > 2 * noise and gap > NOTABLE * abs(float(fitted.mean()))


def _advice(trained: Trained, fitted: np.ndarray, held: np.ndarray) -> list[str]:
    advice = []
    best = best_epoch(trained.history["val_loss"])
    if best == len(trained.history["val_loss"]) == trained.config["epochs"]:
        advice.append(f"Allow more than {best} epochs.")
    if _gap(trained, fitted, held):
        advice.append(
            "Against overfitting: more training rows, more dropout, fewer weights, or several "
            "networks averaged (option members)."
        )
    return [*advice, *_simpler(trained)]


def _simpler(trained: Trained) -> list[str]:
    """Advise a baseline that the network doesn't clearly beat."""
    beaten = [b for b in trained.baselines if b.gain_interval and b.gain_interval[0] <= 0]
    if not beaten:
        return []
    return [f"It does not clearly beat {beaten[-1].name}: prefer the simpler answer."]


def _part_values(trained: Trained, part: str) -> np.ndarray:
    """Give what each row of a part adds to the main figure."""
    data = getattr(trained, part)
    if count(data) > SAMPLE:
        chosen = np.random.default_rng(0).choice(count(data), SAMPLE, replace=False)
        data = take(data, np.sort(chosen))
    truth = trained.task.encode(target_values(data, trained.task.target) or [])
    return metrics.row_values(trained.task, truth, trained.predict(data))


def _score(values: np.ndarray) -> Score:
    return Score(int(values.sum()), len(values))


def _chance(trained: Trained) -> float:
    return float(np.bincount(trained.truth.astype(int)).max() / len(trained.truth))
