"""Training a network, or several whose answers are averaged, with the best epoch kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

import kerata
from kerata import callbacks, layers
from kerata.base.randomness import seeded
from kerata.training.interrupt import uninterrupted
from kerata.workbench.core.result import outputs_of
from kerata.workbench.networks.margins import gives_scores, with_probabilities
from kerata.workbench.training.linear_share import Held, LinearShare, linear_share
from kerata.workbench.training.time_limit import StopInTime
from kerata.wrappers.program_cache import share_programs


@dataclass(frozen=True)
class TrainingPlan:
    """How networks are trained.

    Arguments:
        build: gives a fresh compiled model.
        epochs: upper limit.
        batch_size: rows in a step.
        patience: epochs without a lower validation loss before training stops.
        members: networks, with different first weights and orders of rows.
        seed: of the first network; the next one has the next.
        class_weight: weight for each class, or None.
        solve: puts weights that are known already into a model and gives a sentence on where
            they come from; None where the model is trained.
        folds: int arrays of row numbers for each network after the first: those that it learns
            from and those that stop it, counted over the training rows followed by the
            validation rows. Without them all learn from the training rows.
        until: moment by ``time.monotonic`` at which training must have ended; None for no limit.
        taken: how many training and validation rows each network takes of its own, drawn at
            random, so that one compiled program serves all; None for all of them.
        linear: whether a solved linear model may have a share of the answers.
    """

    build: partial[Any]
    epochs: int
    batch_size: int
    patience: int
    members: int = 1
    seed: int = 0
    class_weight: dict[int, float] | None = None
    solve: Callable[[Any], str] | None = None
    folds: tuple[tuple[np.ndarray, np.ndarray], ...] = ()
    until: float | None = None
    taken: tuple[int, int] | None = None
    linear: bool = False


@dataclass(frozen=True)
class Outcome:
    """What training gave.

    Arguments:
        networks: each with the weights of its best epoch.
        history: of the first network, a list for each figure.
        best_epoch: of the first network, from 1.
        interrupted: whether Ctrl-C ended it.
        solved: where weights come from that were not trained; '' if they were.
        crossed: whether some of them learned from validation rows.
        cut: whether there was no time for more epochs or more networks.
        linear: a linear model with a share of the answers, or None.
        note: what was seen of a linear model that has a share, or answers alone; '' if none does.
        held: encoded targets and answers of rows that each network did not learn from; None
            where nobody asked for them.
    """

    networks: tuple[Any, ...]
    history: dict[str, list[float]]
    best_epoch: int
    interrupted: bool
    solved: str = ""
    crossed: bool = False
    cut: bool = False
    linear: LinearShare | None = None
    note: str = ""
    held: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def first(self) -> Any:
        """The first network alone."""
        return self.networks[0]

    @property
    def members(self) -> int:
        """How many networks there are."""
        return len(self.networks)

    @cached_property
    def model(self) -> Any:
        """The only network, or one that averages the answers of all; the linear model beside."""
        network = self.first if self.members == 1 else averaged(list(self.networks))
        return network if self.linear is None else self.linear.joined(network)

    def outputs(self, x: Any, task: Any) -> np.ndarray:
        """Give the answers of ``model`` without building it.

        Arguments:
            x: prepared rows.
            task: what is predicted.
        """
        found = [outputs_of(network, x, task) for network in self.networks]
        mean = np.asarray(np.mean(found, axis=0, dtype=np.float32))
        return mean if self.linear is None else self.linear.mixed(mean, x)


def train(
    plan: TrainingPlan,
    x: Any,
    y: np.ndarray,
    validation: tuple[Any, np.ndarray],
    watch: Sequence[Any] = (),
    emit: Callable[[str, Any], None] | None = None,
    hold: bool = False,
) -> Outcome:
    """Train the networks of a plan; Ctrl-C keeps the best epoch so far.

    Arguments:
        plan: how.
        x, y: prepared training rows and encoded targets.
        validation: the same for the rows that stop training; the only ones that stop the first
            network.
        watch: callbacks of the first network; those with ``every_network`` are of the others too.
        emit: called with ``'member'`` and a dictionary after each network but the first.
        hold: whether the answers to rows that networks did not learn from are given as well.

    Raises:
        KeyboardInterrupt: before the end of the first epoch, when there is nothing to keep.
    """
    if plan.solve is not None:
        return _solved(plan, plan.solve, x, y, validation)
    models: list[Any] = []
    first = None
    cut, interrupted, quickest = False, False, math.inf
    every: Any = None
    if plan.folds:
        every = _joined(x, validation[0]), np.concatenate([y, validation[1]])
    for member in range(plan.members):
        began = time.monotonic()
        if plan.until is not None and member and began + quickest > plan.until:
            cut = True
            break
        limit = StopInTime(math.inf if plan.until is None else plan.until)
        more = [] if plan.until is None else [limit]
        rows, stopping = (x, y), validation
        if member and plan.folds:
            rows, stopping = (_rows(every, numbers) for numbers in plan.folds[member - 1])
        if plan.taken is not None:
            rows, stopping = (
                _drawn(some, count, plan.seed + member)
                for some, count in zip((rows, stopping), plan.taken, strict=True)
            )
        try:
            with seeded(plan.seed + member):
                model = plan.build()
                history, best, interrupted = _fit(
                    model, plan, *rows, stopping, [*more, *_watching(watch, member)]
                )
        except KeyboardInterrupt:
            if first is None:
                raise
            interrupted = True
        else:
            cut = limit.stopped
            if cut and models:
                # One that is trained half would spoil the average of the others.
                break
            quickest = min(quickest, time.monotonic() - began)
            if gives_scores(model):
                with uninterrupted():
                    model = with_probabilities(model, *stopping)
            models.append(model)
            first = first or (history, best)
            if member and emit is not None:
                emit("member", _sentence(member + 1, plan.members, history, best))
        if interrupted or cut:
            break
    assert first is not None
    crossed = bool(plan.folds) and len(models) > 1
    beside = held = None
    with uninterrupted():
        splits: list[Held] = []
        if hold or (plan.linear and not interrupted):
            splits = _held(plan, models, x, y, validation)
            held = _answered(splits, y, validation)
        if plan.linear and not interrupted:
            inputs, task = plan.build.args[:2]
            every, targets = _together(x, y, validation)
            loss = plan.build.keywords.get("loss")
            beside = linear_share(inputs, task, every, targets, splits, loss, plan.class_weight)
    if beside is not None and held is not None:
        held = held[0], beside.held
    note = "" if beside is None else beside.sentence
    if beside is not None and beside.alone:
        model = beside.joined(models[0])
        figures = _evaluated(model, x, y, validation)
        how = beside.solution.sentence
        return Outcome((model,), figures, 1, False, how, cut=cut, note=note, held=held)
    return Outcome(tuple(models), *first, interrupted, "", crossed, cut, beside, note, held)


def _watching(watch: Sequence[Any], member: int) -> list[Any]:
    return [one for one in watch if not member or getattr(one, "every_network", False)]


def _together(x: Any, y: np.ndarray, validation: tuple[Any, np.ndarray]) -> tuple[Any, np.ndarray]:
    """Put training and validation rows below each other."""
    return _joined(x, validation[0]), np.concatenate([y, validation[1]])


def _answered(
    splits: list[Held], y: np.ndarray, validation: tuple[Any, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    every = np.concatenate([y, validation[1]])
    return (
        np.concatenate([every[split.held] for split in splits]),
        np.concatenate([split.outputs for split in splits]),
    )


def _held(
    plan: TrainingPlan, models: list[Any], x: Any, y: np.ndarray, validation: tuple[Any, np.ndarray]
) -> list[Held]:
    """Answer the rows that stopped each network by that network."""
    task = plan.build.args[1]
    numbers = [(np.arange(len(y)), np.arange(len(y), len(y) + len(validation[1])))]
    every = None
    if plan.folds:
        numbers += plan.folds
        every = _together(x, y, validation)
    # Networks that were stopped by the same rows answer them together.
    together = [[model] for model in models] if plan.folds else [models]
    splits = []
    for member, some in enumerate(together):
        kept, out = numbers[member]
        if plan.taken is not None:
            kept, out = (
                rows[_draw(len(rows), count, plan.seed + member)]
                for rows, count in zip((kept, out), plan.taken, strict=True)
            )
        asked = validation[0] if every is None else _rows(every, out)[0]
        if every is None and len(out) < len(validation[1]):
            asked = _rows(validation, out - len(y))[0]
        said = np.mean([outputs_of(model, asked, task) for model in some], axis=0)
        splits.append(Held(kept, out, said))
    return splits


def _joined(first: Any, second: Any) -> Any:
    """Put prepared rows below each other."""
    if isinstance(first, dict):
        return {name: _joined(rows, second[name]) for name, rows in first.items()}
    if isinstance(first, np.ndarray):
        return np.concatenate([first, second])
    from scipy import sparse

    return sparse.vstack([first, second], format="csr")


def _rows(every: tuple[Any, np.ndarray], numbers: np.ndarray) -> tuple[Any, np.ndarray]:
    """Give some of the prepared rows and their targets."""
    x, y = every
    if isinstance(x, dict):
        return {name: rows[numbers] for name, rows in x.items()}, y[numbers]
    return x[numbers], y[numbers]


def _drawn(every: tuple[Any, np.ndarray], count: int, seed: int) -> tuple[Any, np.ndarray]:
    """Draw so many of the prepared rows; their order stays."""
    rows = len(every[1])
    return every if count >= rows else _rows(every, _draw(rows, count, seed))


def _draw(rows: int, count: int, seed: int) -> np.ndarray:
    """Draw so many row numbers, in ascending order."""
    return np.sort(np.random.default_rng(seed).permutation(rows)[:count])


def _solved(
    plan: TrainingPlan,
    solve: Callable[[Any], str],
    x: Any,
    y: np.ndarray,
    validation: tuple[Any, np.ndarray],
) -> Outcome:
    model = plan.build()
    sentence = solve(model)
    return Outcome((model,), _evaluated(model, x, y, validation), 1, False, sentence)


def _evaluated(
    model: Any, x: Any, y: np.ndarray, validation: tuple[Any, np.ndarray]
) -> dict[str, list[float]]:
    """Give the figures of a model whose weights are solved, as if of one epoch."""
    _share(model, x, y)
    history: dict[str, list[float]] = {}
    for prefix, (rows, targets) in (("", (x, y)), ("val_", validation)):
        found = model.evaluate(rows, targets, batch_size=4096, verbose=0, return_dict=True)
        history |= {f"{prefix}{name}": [float(value)] for name, value in found.items()}
    return history


def _share(model: Any, x: Any, y: np.ndarray, weighted: bool = False) -> None:
    """Let networks that differ in nothing but values use the same compiled programs."""
    few = np.arange(min(2, len(y)))
    rows, targets = _rows((x, y), few)
    share_programs(
        model, rows, targets, np.ones(len(few), np.float32) if weighted else None, len(y)
    )


def _fit(
    model: Any, plan: TrainingPlan, x: Any, y: np.ndarray, validation: Any, watch: Sequence[Any]
) -> tuple[dict[str, list[float]], int, bool]:
    stop = callbacks.EarlyStopping("val_loss", patience=plan.patience, restore_best_weights=True)
    kept = _Kept()
    interrupted = False
    _share(model, x, y, plan.class_weight is not None)
    try:
        model.fit(
            x,
            y,
            batch_size=plan.batch_size,
            epochs=plan.epochs,
            validation_data=validation,
            class_weight=plan.class_weight,
            verbose=0,
            callbacks=[kept, stop, *watch],
        )
    except KeyboardInterrupt:
        if stop.best_weights is None:
            raise
        model.set_weights(stop.best_weights)
        interrupted = True
    return kept.values, stop.best_epoch + 1, interrupted


def _sentence(
    number: int, members: int, history: dict[str, list[float]], best: int
) -> dict[str, float]:
    losses = history["val_loss"]
    return {
        "number": number,
        "of": members,
        "best_epoch": best,
        "epochs": len(losses),
        "val_loss": losses[best - 1],
    }


class _Kept(callbacks.Callback):
    """Keeps each epoch's figures, also those of a training that is interrupted."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[float]] = {}

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Add an epoch."""
        for name, value in (logs or {}).items():
            self.values.setdefault(name, []).append(float(value))


def averaged(models: list[Any]) -> Any:
    """Join networks of one kind to one that gives the mean of their answers."""
    given = [
        kerata.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
        for tensor in models[0].inputs
    ]
    structure: Any = given[0] if len(given) == 1 else {tensor.name: tensor for tensor in given}
    answers = []
    for number, model in enumerate(models, start=1):
        model.name = f"{model.name}_{number}"
        answers.append(model(structure))
    joined = kerata.Model(
        structure, layers.Average(name="mean")(answers), name=f"{len(models)}_networks"
    )
    first = models[0]
    joined.compile(optimizer="adam", loss=first.loss, metrics=first._compiled["metrics"])
    return joined
