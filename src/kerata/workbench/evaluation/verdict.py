"""What a training run is worth, in plain words: pure functions on its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kerata.workbench.core.intervals import Score, difference_interval, wilson_interval
from kerata.workbench.core.learning_curves import (
    LARGE_GAP,
    WELL_FITTED,
    best_epoch,
    notable_rise,
)


@dataclass(frozen=True)
class Run:
    """The numbers of a finished training run of a classifier.

    Arguments:
        validation_loss: validation loss after each epoch.
        epochs_allowed: how many epochs it might have taken.
        train, validation, test: scores of the weights that were kept.
        chance: accuracy of always answering the most frequent class, from 0 to 1.
    """

    validation_loss: Sequence[float]
    epochs_allowed: int
    train: Score
    validation: Score
    test: Score
    chance: float


@dataclass(frozen=True)
class Verdict:
    """A sentence or two on each question, and what to try next."""

    quality: str
    best_epoch: str
    overfitting: str
    advice: tuple[str, ...]


def judge(run: Run) -> Verdict:
    """Say how good a run is, which epoch was best, whether it overfits and what to try.

    Arguments:
        run: the run's numbers.

    Raises:
        ValueError: a run without epochs.

    >>> run = Run([0.5, 0.2, 0.3], 3, Score(99, 100), Score(19, 20), Score(38, 40), 0.1)
    >>> print(judge(run).best_epoch)
    Epoch 2 of 3 had the lowest validation loss, 0.2000; its weights were kept.
    """
    if not run.validation_loss:
        raise ValueError("There is nothing to judge: the run has no epochs.")
    return Verdict(_quality(run), _best(run), _overfitting(run), tuple(_advice(run)))


def overfits(train: Score, validation: Score) -> bool:
    """Say whether training rows are read better than validation rows beyond chance.

    >>> overfits(Score(1000, 1000), Score(190, 200)), overfits(Score(95, 100), Score(19, 20))
    (True, False)
    """
    return difference_interval(train, validation)[0] > 0


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _quality(run: Run) -> str:
    low, high = wilson_interval(run.test)
    return (
        f"It gets {run.test.correct:,} of {run.test.total:,} test rows right, which it never saw: "
        f"accuracy {_percent(run.test.share)} "
        f"(95% interval {_percent(low)} to {_percent(high)}). "
        f"Always answering the most frequent class would get {_percent(run.chance)}."
    )


def _best(run: Run) -> str:
    done, best = len(run.validation_loss), best_epoch(run.validation_loss)
    if best is None:
        return "The validation loss was never a finite number: training diverged."
    lowest = run.validation_loss[best - 1]
    told = f"Epoch {best} of {done} had the lowest validation loss, {lowest:.4f}"
    if best == done == run.epochs_allowed:
        return f"{told}: it was the last one, so the network was still getting better."
    if done < run.epochs_allowed:
        waited = done - best
        epochs = "epoch" if waited == 1 else "epochs"
        return (
            f"{told}; its weights were kept, since {waited} more {epochs} brought nothing better."
        )
    return f"{told}; its weights were kept."


def _overfitting(run: Run) -> str:
    gap = run.train.share - run.validation.share
    shares = (
        f"{_percent(run.train.share)} of the training rows right "
        f"and {_percent(run.validation.share)} of the validation rows"
    )
    if overfits(run.train, run.validation):
        verb = "overfits" if gap >= LARGE_GAP else "overfits a little"
        told = f"It {verb}: {shares}, {100 * gap:.1f} points apart."
    else:
        told = f"No sign of overfitting: {shares}, no more apart than chance allows."
    rise = notable_rise(run.validation_loss)
    if rise:
        best = best_epoch(run.validation_loss)
        told += f" After epoch {best} the validation loss rose by {100 * rise:.0f}%."
    return told


def _advice(run: Run) -> list[str]:
    best = best_epoch(run.validation_loss)
    if best is None:
        return ["Lower the learning rate to a tenth, and check the data for missing values."]
    low, high = wilson_interval(run.test)
    if low <= run.chance:
        return [
            "It has not learned anything yet: check that each label belongs to its row, allow more "
            "epochs, and try a learning rate ten times higher and ten times lower."
        ]
    advice = []
    if best == len(run.validation_loss) == run.epochs_allowed:
        advice.append(f"Allow more than {run.epochs_allowed} epochs.")
    if overfits(run.train, run.validation):
        advice.append(
            "Against overfitting: more training rows (slightly shifted and turned copies count), "
            "more dropout, or fewer weights."
        )
    elif run.train.share < WELL_FITTED:
        advice.append(
            "It doesn't fit its training rows fully: try a larger network, less dropout "
            "or longer training."
        )
    # Two accuracies from equal test sets differ by chance by about this much.
    noise = 100 * (high - low) / 2 * math.sqrt(2)
    if noise >= 0.5:
        advice.append(
            f"{run.test.total:,} test rows can't tell networks apart that differ by less than "
            f"about {noise:.1f} points: compare averages over several seeds."
        )
    return advice
