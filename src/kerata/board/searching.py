"""What a search by ``kerata tune`` tried, from the record of the run that came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.web.streams import finite
from kerata.workbench.core.metrics import higher_is_better
from kerata.workbench.core.result import SearchSummary, TrialSummary
from kerata.workbench.evaluation.figures import figure
from kerata.workbench.runs.run import Run

_MOST_TRIALS = 5000


def search_of(run: Run) -> dict[str, Any] | None:
    """Give the trials of a run's search, what mattered, and how far the best can be believed.

    Returns:
        None for a run that no search made.

    Raises:
        ValueError: what the record says of it makes no sense.
    """
    stored = run.record.get("search")
    if stored is None:
        return None
    try:
        found = _summary(stored)
    except (TypeError, ValueError, LookupError, AttributeError):
        raise ValueError(f"{run.path} is damaged: its 'search' makes no sense.") from None
    task = run.task
    return finite(
        {
            "higher": higher_is_better(task),
            "best": found.best.number + 1,
            "shown": figure(found.best.value, task),
            "caution": found.caution,
            "common": found.common,
            "importance": [{"name": n, "share": share} for n, share in found.importance.items()],
            "trials": [
                {
                    "n": tried.number + 1,
                    "network": tried.network,
                    "options": tried.options,
                    "words": tried.description(),
                    "value": tried.value,
                    "shown": "" if tried.value is None else figure(tried.value, task),
                    "epochs": tried.epochs,
                    "seconds": tried.seconds,
                }
                for tried in found.tried
            ],
        }
    )


def _summary(stored: Mapping[str, Any]) -> SearchSummary:
    tried = [_trial(one) for one in stored["tried"][:_MOST_TRIALS]]
    importance = {str(n): float(share) for n, share in stored["importance"].items()}
    best = _trial(stored["best"])
    return SearchSummary(tried, best, str(stored["common"]), importance, str(stored["file"]))


def _trial(stored: Mapping[str, Any]) -> TrialSummary:
    value = stored["value"]
    return TrialSummary(
        int(stored["number"]),
        str(stored["network"]),
        {str(n): tuple(v) if isinstance(v, list) else v for n, v in stored["options"].items()},
        None if value is None else float(value),
        int(stored["epochs"]),
        float(stored["seconds"]),
    )
