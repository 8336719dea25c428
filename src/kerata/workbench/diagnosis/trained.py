"""The diagnosis of what the workbench trained."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata import layers
from kerata.models import Model
from kerata.workbench.core.findings import Findings
from kerata.workbench.diagnosis.consistency import without_contradictions
from kerata.workbench.diagnosis.context import OUT_OF_FOLD
from kerata.workbench.diagnosis.diagnose import examine
from kerata.workbench.diagnosis.registry import CHECKS
from kerata.workbench.diagnosis.terms import Terms, workbench_terms
from kerata.workbench.features.rows import target_values
from kerata.workbench.networks.recipes import RECIPES

if TYPE_CHECKING:
    from kerata.workbench.core.result import Trained

# What can be seen only inside a network, not in an average of several; an average has no
# learning rate of its own either.
INNER = (
    *("inputs not scaled", "learning rate too high", "learning rate too low"),
    *("dead units", "saturated units", "bottleneck"),
    *("vanishing gradients", "exploding gradients"),
)


def diagnose_trained(
    trained: Trained,
    *,
    trials: bool = False,
    seed: int = 0,
    only: Collection[str] | None = None,
) -> Findings:
    """Say what is wrong with a network that ``fit_source`` trained.

    Arguments:
        trained: what ``fit_source`` gave.
        trials, seed, only: as for ``diagnose``.
    """

    def part(data: Any) -> tuple[Any, Any]:
        truth = trained.task.encode(target_values(data, trained.task.target_columns) or [])
        return trained.preparation.transform(data), truth

    # After a cross-validation the network has learned from all rows; others answered them.
    folded = bool(trained.split.folds)
    names = ("train",) if folded else ("train", "validation", "test")
    splits = {name: part(getattr(trained, name)) for name in names}
    if folded:
        splits[OUT_OF_FOLD] = part(trained.test)
    given = {OUT_OF_FOLD: trained.outputs} if folded else None
    answers = answers_in_spreads(given, splits, trained.task.scales)
    (model,), splits = in_spreads([trained.model], splits, trained.task.scales)
    return examine(
        trained.history,
        model,
        splits,
        trials=trials,
        seed=seed,
        only=only,
        ordered=trained.split.kind == "time",
        terms=terms_of(trained),
        interval=trained.interval,
        answers=answers,
    )


def terms_of(trained: Trained) -> Terms:
    """Give the words in which a diagnosis of what ``fit_source`` trained says what to do."""
    return words_for(
        trained.network,
        trained.task,
        trained.config.get("options") or {},
        trained.rows.get("train"),
        balanced=bool(trained.config.get("balance")),
    )


def words_for(
    network: str, task: Any, options: Mapping[str, Any], rows: Any, *, balanced: bool
) -> Terms:
    """Give the words for a network of the workbench by its name.

    Arguments:
        network: its name.
        task: what is predicted.
        options: that were given.
        rows: numbers of the training rows in their file, from 0.
        balanced: whether classes were weighed inversely to their frequency.
    """
    recipe = RECIPES.get(network)
    build = None if recipe is None else recipe.build
    return workbench_terms(build, task, options, rows, balanced=balanced)


def in_spreads(
    models: list[Any], splits: dict[str, tuple[Any, np.ndarray]], scales: Sequence[float]
) -> tuple[list[Any], dict[str, tuple[Any, np.ndarray]]]:
    """Let networks of several targets answer in each one's standard deviations.

    Errors of targets of different units can't be averaged otherwise. The weights are shared, so
    nothing is copied.

    Arguments:
        models: with a graph; others, and networks of one target, stay as they are.
        splits: prepared rows and targets ``(rows, targets)`` of the parts, ``'train'`` among them.
        scales: standard deviation of each target; none where there is one target.
    """
    if not scales or any(model._graph is None for model in models):
        return models, splits
    spread = np.asarray(scales)
    mean = splits["train"][1].mean(axis=0)
    factors, shifts = (1 / spread).tolist(), (-mean / spread).tolist()
    made: dict[int, Any] = {}
    for model in models:
        if id(model) in made:
            continue
        inner = layers.Rescaling(factors, shifts, name="standard_deviations")(model.outputs[0])
        outer = Model(model.input, inner, name=model.name)
        power = getattr(model.loss, "power", 2)
        outer.compile(optimizer=model.optimizer, loss="mse" if power == 2 else "mae")
        made[id(model)] = outer
    parts = {name: (x, ((y - mean) / spread).astype("float32")) for name, (x, y) in splits.items()}
    return [made[id(model)] for model in models], parts


def answers_in_spreads(
    answers: Mapping[str, np.ndarray] | None,
    splits: dict[str, tuple[Any, np.ndarray]],
    scales: Sequence[float],
) -> Mapping[str, np.ndarray] | None:
    """Give answers that others than the network gave in the units of ``in_spreads``."""
    if not scales or answers is None:
        return answers
    mean = splits["train"][1].mean(axis=0)
    return {name: (found - mean) / np.asarray(scales) for name, found in answers.items()}


def skipped(reason: str = "interrupted") -> Findings:
    """Give what stands for a diagnosis that Ctrl-C ended or that there was no time for."""
    return Findings([], [], {"the whole diagnosis": reason})


def diagnose_prepared(
    history: Mapping[str, list[float]],
    model: Any,
    first: Any,
    x: Mapping[str, Any],
    targets: Mapping[str, np.ndarray],
    seed: int = 0,
    ordered: bool = False,
    terms: Terms | None = None,
    interval: tuple[float, float] | None = None,
    scales: Sequence[float] = (),
    answers: Mapping[str, np.ndarray] | None = None,
) -> Findings:
    """Diagnose a network from rows that are prepared already; it never costs a training.

    Ctrl-C ends the diagnosis alone.

    Arguments:
        history: a list for each figure, with a number an epoch.
        model: the trained network, perhaps several that are averaged.
        first: the first of them, into which one can look; or the same.
        x, targets: prepared rows and encoded targets by the names of the parts.
        seed: decides samples.
        ordered: whether held-out rows are later in time.
        terms: in which words to say what to do.
        interval: of the main figure of the test rows.
        scales: standard deviations of several targets, in which their errors are looked at.
        answers: outputs for the rows of some parts, that others than the network gave.
    """
    splits = {name: (x[name], targets[name]) for name in x}
    try:
        how: dict[str, Any] = {"seed": seed, "ordered": ordered, "terms": terms}
        answers = answers_in_spreads(answers, splits, scales)
        (model, first), splits = in_spreads([model, first], splits, scales)
        judged: dict[str, Any] = {"interval": interval, "answers": answers}
        if first is model:
            return examine(history, model, splits, **judged, **how)
        outer = [check.name for check in CHECKS if check.name not in INNER]
        whole = examine(history, model, splits, only=outer, **judged, **how)
        inner = examine(history, first, {"train": splits["train"]}, only=INNER, **how)
        return Findings(
            without_contradictions([*whole, *inner]),
            [*whole.looked_for, *inner.looked_for],
            {**whole.left_out, **inner.left_out},
            whole.fit,
        )
    except KeyboardInterrupt:
        return skipped()
    except Exception as error:
        # A network of one's own may do what no check foresaw; hours of training are worth more.
        return Findings([], [], {"the whole diagnosis": f"{type(error).__name__}: {error}"})
