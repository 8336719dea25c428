"""Working on a study: ask for a trial, train it, report it, until a limit is reached."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kerata.workbench.training.plan import usual_batch
from kerata.workbench.tuning.space import suggest
from kerata.workbench.tuning.trial import Pruned, Trials

OPTIONS, OUTCOME = "options", "outcome"


@dataclass(frozen=True)
class Limits:
    """When a search has done enough.

    Arguments:
        trials: number of finished trials in the study, those ended early included.
        until: a time of ``time.time()``; None for no limit.
    """

    trials: int
    until: float | None = None

    def reached(self, study: Any) -> bool:
        """Say whether it is enough."""
        if self.until is not None and time.time() >= self.until:
            return True
        return count_finished(study) >= self.trials


def count_finished(study: Any) -> int:
    """Count trials that are complete or were ended early."""
    from optuna.trial import TrialState

    states = (TrialState.COMPLETE, TrialState.PRUNED)
    return len(study.get_trials(deepcopy=False, states=states))


def work(
    study: Any,
    trials: Trials,
    networks: tuple[str, ...],
    limits: Limits,
    on_trial: Callable[[Any], None] = lambda trial: None,
) -> None:
    """Run trials until a limit is reached.

    Arguments:
        study: Optuna's.
        trials: trains networks.
        networks: to choose from.
        limits: when to end.
        on_trial: called with each finished trial, as the study holds it.
    """
    from optuna.trial import TrialState

    while not limits.reached(study):
        trial = study.ask()
        network, options = suggest(trial, networks, trials.divided.kind, batch_of(trials))
        trial.set_user_attr(OPTIONS, options)
        try:
            found = trials.run(network, options, reporter(trial))
        except Pruned:
            study.tell(trial, state=TrialState.PRUNED)
        except BaseException:
            study.tell(trial, state=TrialState.FAIL)
            raise
        else:
            tell(study, trial, found)
        on_trial(study.get_trials(deepcopy=False)[trial.number])


def batch_of(trials: Trials) -> int:
    """Give the usual rows in a step for these rows."""
    return usual_batch(len(trials.divided.rows["train"]))


def tell(study: Any, trial: Any, found: dict[str, Any]) -> None:
    """Note a finished trial."""
    trial.set_user_attr(OUTCOME, found)
    score = found["score"]
    study.tell(trial, score if math.isfinite(score) else None)


def reporter(trial: Any) -> Callable[[int, float], bool]:
    """Give a function that notes an epoch's figure and says whether to end the trial."""

    def report(epoch: int, value: float) -> bool:
        trial.report(value, epoch)
        return bool(trial.should_prune())

    return report
