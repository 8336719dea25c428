"""From the embedded digits to a trained, judged network, in one call."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata import callbacks, plots
from kerata.datasets import digits
from kerata.utils import set_random_seed
from kerata.workbench.core.confusion import confusion_matrix
from kerata.workbench.core.intervals import Score
from kerata.workbench.evaluation.verdict import Run, Verdict, judge
from kerata.workbench.networks import digits_network
from kerata.workbench.training.live import LiveView

if TYPE_CHECKING:
    from rich.console import Console

# Epochs without a better validation loss after which training stops.
PATIENCE = 10
VALIDATION_FRACTION = 0.15
SHOWN_MISTAKES = 12


@dataclass
class DigitsResult:
    """A trained network and what came of it.

    Attributes:
        model: the network with its best weights.
        history: losses and metrics, a list for each with a number an epoch.
        run, verdict: the figures that count, and what they mean in plain words.
        confusion: counts ``(10, 10)`` on the test rows, row true digit.
        rows: numbers of training, validation and test rows.
        pictures: paths of saved pictures by what they show.
    """

    model: Any
    history: Mapping[str, list[float]]
    run: Run
    verdict: Verdict
    confusion: np.ndarray
    rows: tuple[int, int, int]
    pictures: dict[str, Path] = field(default_factory=dict)


def train_digits(
    epochs: int = 60,
    batch_size: int = 32,
    seed: int = 0,
    folder: Path | None = None,
    console: Console | None = None,
) -> DigitsResult:
    """Train a small convolutional network on scikit-learn's digits and judge it.

    The rows are split into training, validation and test; training stops when the
    validation loss no longer falls, and the best epoch's weights are kept.

    Arguments:
        epochs: at most so many.
        batch_size: rows in a step.
        seed: decides the split, the first weights and the order of rows.
        folder: where pictures are saved, made if missing; None saves none.
        console: rich console for the live view; None trains silently.

    Raises:
        ImportError: scikit-learn, or for pictures matplotlib, is missing.
        OSError: the folder can't be written; nothing was trained then.
        ValueError: epochs or batch size that make no sense.
    """
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}.")
    if folder is not None:
        _check_writable(folder)
    set_random_seed(seed)
    (x, y), (x_test, y_test) = digits.load_data(seed=seed)
    kept, held_out = digits.stratified_split(y, VALIDATION_FRACTION, seed)
    x_train, y_train, x_val, y_val = x[kept], y[kept], x[held_out], y[held_out]
    model = digits_network()
    stop = callbacks.EarlyStopping("val_loss", patience=PATIENCE, restore_best_weights=True)
    view = contextlib.nullcontext() if console is None else LiveView(console)
    with view as shown:
        history = model.fit(
            x_train,
            y_train,
            batch_size=batch_size,
            epochs=epochs,
            validation_data=(x_val, y_val),
            verbose=0,
            callbacks=[stop] if shown is None else [stop, shown],
        ).history
    answers = model.predict(x_test, verbose=0)
    run = Run(
        validation_loss=history["val_loss"],
        epochs_allowed=epochs,
        train=_score(model, x_train, y_train),
        validation=_score(model, x_val, y_val),
        test=Score(int(np.sum(answers.argmax(1) == y_test)), len(y_test)),
        chance=float(np.bincount(y_test).max() / len(y_test)),
    )
    result = DigitsResult(
        model=model,
        history=history,
        run=run,
        verdict=judge(run),
        confusion=confusion_matrix(y_test, answers.argmax(1), 10),
        rows=(len(x_train), len(x_val), len(x_test)),
    )
    if folder is not None:
        result.pictures = _draw(result, x_test, y_test, answers, folder)
    return result


def _score(model: Any, x: np.ndarray, y: np.ndarray) -> Score:
    return Score(int(np.sum(model.predict(x, verbose=0).argmax(1) == y)), len(y))


def _check_writable(folder: Path) -> None:
    """Find out before training, not after it, that pictures can't be saved."""
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".kerata-probe"
    probe.touch()
    probe.unlink()


def _draw(
    result: DigitsResult, images: np.ndarray, truth: np.ndarray, answers: np.ndarray, folder: Path
) -> dict[str, Path]:
    pictures = {"curves": folder / "curves.png", "confusion": folder / "confusion.png"}
    plots.history(dict(result.history), pictures["curves"], "Learning handwritten digits")
    plots.confusion(
        result.confusion,
        digits.CLASS_NAMES,
        pictures["confusion"],
        "True digit and what the network said",
    )
    wrong = np.flatnonzero(answers.argmax(1) != truth)
    if len(wrong):
        # The surest mistakes tell most.
        surest = wrong[np.argsort(-answers[wrong].max(1))][:SHOWN_MISTAKES]
        pictures["mistakes"] = folder / "mistakes.png"
        plots.digits(
            images[surest],
            truth[surest],
            answers[surest],
            pictures["mistakes"],
            "Test digits it got wrong, the surest mistakes first",
        )
    return pictures
