"""The diagnosis of what the workbench trained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from kerata.workbench.core.findings import Findings
from kerata.workbench.diagnosis.diagnose import diagnose
from kerata.workbench.features.rows import target_values

if TYPE_CHECKING:
    import numpy as np

    from kerata.workbench.core.result import Trained

# What can be seen only inside a network, not in an average of several.
INNER = {
    *("dead units", "saturated units", "bottleneck"),
    *("vanishing gradients", "exploding gradients"),
}


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

    splits = {name: part(getattr(trained, name)) for name in ("train", "validation", "test")}
    return diagnose(
        trained.history,
        trained.model,
        splits,
        trials=trials,
        seed=seed,
        only=only,
        ordered=trained.split.kind == "time",
    )


def skipped() -> Findings:
    """Give what stands for a diagnosis that Ctrl-C ended."""
    return Findings([], [], {"the whole diagnosis": "interrupted"})


def diagnose_prepared(
    history: Mapping[str, list[float]],
    model: Any,
    first: Any,
    x: Mapping[str, Any],
    targets: Mapping[str, np.ndarray],
    seed: int = 0,
    ordered: bool = False,
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
    """
    splits = {name: (x[name], targets[name]) for name in x}
    try:
        found = diagnose(history, model, splits, seed=seed, ordered=ordered)
        if first is not model:
            inner = diagnose(None, first, {"train": splits["train"]}, seed=seed)
            more = [one for one in inner if one.name in INNER and one.name not in found.names]
            found = Findings([*found, *more], found.looked_for, found.left_out, found.fit)
        return found
    except KeyboardInterrupt:
        return skipped()
    except Exception as error:
        # A network of one's own may do what no check foresaw; hours of training are worth more.
        return Findings([], [], {"the whole diagnosis": f"{type(error).__name__}: {error}"})
