"""From data to a trained network that is judged honestly."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kerata.workbench.core.result import Trained
    from kerata.workbench.data import read_source
    from kerata.workbench.evaluation.verdict import Verdict, verdict_of
    from kerata.workbench.experiment import fit_source
    from kerata.workbench.forecasting import fit_forecast

__all__ = [
    "Trained",
    "Verdict",
    "fit_forecast",
    "fit_source",
    "read_source",
    "verdict_of",
]

# Imported when they are first used, so that a stage does not load all others.
_HOMES = {
    "Trained": "core.result",
    "Verdict": "evaluation.verdict",
    "fit_forecast": "forecasting",
    "fit_source": "experiment",
    "read_source": "data",
    "verdict_of": "evaluation.verdict",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
