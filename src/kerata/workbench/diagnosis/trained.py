"""The diagnosis of what the workbench trained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from kerata.workbench.core.findings import Findings
from kerata.workbench.diagnosis.consistency import without_contradictions
from kerata.workbench.diagnosis.diagnose import examine
from kerata.workbench.diagnosis.registry import CHECKS
from kerata.workbench.diagnosis.terms import Terms, workbench_terms
from kerata.workbench.features.rows import target_values
from kerata.workbench.networks.recipes import RECIPES

if TYPE_CHECKING:
    import numpy as np

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
        truth = trained.task.encode(target_values(data, trained.task.target) or [])
        return trained.preparation.transform(data), truth

    # After a cross-validation the network has learned from all rows.
    names = ("train", "validation", "test") if not trained.split.folds else ("train",)
    splits = {name: part(getattr(trained, name)) for name in names}
    return examine(
        trained.history,
        trained.model,
        splits,
        trials=trials,
        seed=seed,
        only=only,
        ordered=trained.split.kind == "time",
        terms=terms_of(trained),
        interval=trained.interval if not trained.split.folds else None,
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
    """
    splits = {name: (x[name], targets[name]) for name in x}
    try:
        how: dict[str, Any] = {"seed": seed, "ordered": ordered, "terms": terms}
        if first is model:
            return examine(history, model, splits, interval=interval, **how)
        outer = [check.name for check in CHECKS if check.name not in INNER]
        whole = examine(history, model, splits, only=outer, interval=interval, **how)
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
