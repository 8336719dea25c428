"""The diagnosis of what the workbench trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kerata.workbench.diagnosis.diagnose import diagnose
from kerata.workbench.diagnosis.finding import Findings
from kerata.workbench.preparation.rows import target_values

if TYPE_CHECKING:
    import numpy as np

    from kerata.workbench.fitting import Trained


def diagnose_trained(trained: Trained, *, trials: bool = False, seed: int = 0) -> Findings:
    """Say what is wrong with a network that ``fit_source`` trained.

    Arguments:
        trained: what ``fit_source`` gave.
        trials, seed: as for ``diagnose``.
    """

    def part(data: Any) -> tuple[Any, Any]:
        truth = trained.task.encode(target_values(data, trained.task.target) or [])
        return trained.preparation.transform(data), truth

    splits = {name: part(getattr(trained, name)) for name in ("train", "validation", "test")}
    return diagnose(trained.history, trained.model, splits, trials=trials, seed=seed)


def diagnose_prepared(
    history: Mapping[str, list[float]],
    model: Any,
    x: Mapping[str, Any],
    targets: Mapping[str, np.ndarray],
    seed: int = 0,
) -> Findings:
    """Diagnose a network from rows that are prepared already; it never ends a training.

    Arguments:
        history: a list for each figure, with a number an epoch.
        model: the trained network.
        x, targets: prepared rows and encoded targets by the names of the parts.
        seed: decides samples.
    """
    splits = {name: (x[name], targets[name]) for name in x}
    try:
        return diagnose(history, model, splits, seed=seed)
    except Exception as error:
        # A network of one's own may do what no check foresaw; hours of training are worth more.
        return Findings([], [], {"the whole diagnosis": f"{type(error).__name__}: {error}"})
