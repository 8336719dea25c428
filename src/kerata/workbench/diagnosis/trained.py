"""The diagnosis of what the workbench trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerata.workbench.diagnosis.diagnose import diagnose
from kerata.workbench.diagnosis.finding import Findings
from kerata.workbench.preparation.rows import target_values

if TYPE_CHECKING:
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
