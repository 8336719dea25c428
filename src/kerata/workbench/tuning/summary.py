"""What a search has found, as plain values."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from kerata.workbench.core.result import TrialSummary
from kerata.workbench.tuning.worker import OPTIONS, OUTCOME

# With fewer complete trials the importance of choices is unknown.
FEWEST = 12


def tried_of(trial: Any) -> TrialSummary:
    """Read a finished trial of a study."""
    from optuna.trial import TrialState

    complete = trial.state == TrialState.COMPLETE
    outcome: Mapping[str, Any] = trial.user_attrs.get(OUTCOME, {})
    lasted = trial.duration
    return TrialSummary(
        trial.number,
        trial.params["network"],
        {name: _listed(value) for name, value in trial.user_attrs.get(OPTIONS, {}).items()},
        float(outcome["value"]) if complete else None,
        int(outcome.get("epochs", len(trial.intermediate_values))),
        float(outcome.get("seconds", lasted.total_seconds() if lasted else 0.0)),
    )


def ended(study: Any) -> list[TrialSummary]:
    """Read all trials of a study that have come to an end, early or not."""
    from optuna.trial import TrialState

    ends = (TrialState.COMPLETE, TrialState.PRUNED)
    return [tried_of(trial) for trial in study.get_trials(deepcopy=False, states=ends)]


def importance_of(study: Any) -> tuple[str, dict[str, float]]:
    """Say which choices matter within the network that was tried most often.

    Returns:
        The network's name and each choice's share, the largest first; ``("", {})`` after too
        few trials.

    Source: Watanabe and others, PED-ANOVA (IJCAI 2023), as in Optuna.
    """
    import optuna
    from optuna.trial import TrialState

    tried: dict[str, list[Any]] = {}
    for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        if len(trial.params) > 1:
            tried.setdefault(trial.params["network"], []).append(trial)
    network = max(tried, key=lambda name: len(tried[name]), default="")
    trials = tried.get(network, [])
    # Figures that are all the same have no reasons.
    if len(trials) < FEWEST or len({trial.value for trial in trials}) < 2:
        return "", {}
    theirs = optuna.create_study(direction=study.direction)
    theirs.add_trials(trials)
    names = [name for name in trials[0].params if name != "network"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        shares = optuna.importance.get_param_importances(
            theirs, evaluator=optuna.importance.PedAnovaImportanceEvaluator(), params=names
        )
    return network, {k.removeprefix(f"{network} "): float(v) for k, v in shares.items()}


def _listed(value: Any) -> Any:
    """Units come back from the study's file as lists."""
    return tuple(value) if isinstance(value, list) else value
