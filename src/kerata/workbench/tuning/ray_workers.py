"""Trials spread over the machines of a Ray cluster; the study file stays with the caller."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from kerata.search.cluster import connected
from kerata.workbench.tuning.space import suggest
from kerata.workbench.tuning.trial import Pruned, Trials
from kerata.workbench.tuning.worker import OPTIONS, Limits, batch_of, tell

# Seconds between looks at the curves, and from a trial's last word to its end.
LOOK = 0.3


class TrialReporter:
    """Where machines report their epochs, and hear whether to go on; one for a search."""

    def __init__(self) -> None:
        self.news: list[tuple[int, int, float]] = []
        self.ended: set[int] = set()

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Take an epoch's figure; True ends the trial."""
        self.news.append((number, epoch, value))
        return number in self.ended

    def collect(self, ended: list[int]) -> list[tuple[int, int, float]]:
        """Hand over what was reported, and note which trials shall end."""
        self.ended.update(ended)
        news, self.news = self.news, []
        return news


def work_on_cluster(
    study: Any,
    address: str,
    trials: Trials,
    networks: tuple[str, ...],
    limits: Limits,
    on_trial: Callable[[Any], None],
) -> None:
    """Do trials on a cluster until it is enough, one for each core at a time.

    Arguments:
        study: Optuna's.
        address: of the cluster; ``'ray'`` takes the one this program is connected to, or
            starts one on this machine.
        trials: trains networks; it is sent to the machines.
        networks: to choose from.
        limits: when to end.
        on_trial: called with each finished trial.

    Raises:
        ImportError: Ray is not installed.
        ConnectionError: no cluster at the address.
    """
    ray = connected(address, "--ray")
    from optuna.trial import TrialState

    cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
    rows = ray.put(trials)
    reporter = ray.remote(num_cpus=0)(TrialReporter).remote()
    # A machine that is lost is no fault of the network, so the trial is tried again.
    train = ray.remote(num_cpus=1, max_retries=-1)(run_trial)
    running: dict[Any, Any] = {}
    try:
        while running or not limits.reached(study):
            while len(running) < cores and not _enough(study, limits, len(running)):
                trial = study.ask()
                network, options = suggest(trial, networks, trials.divided.kind, batch_of(trials))
                trial.set_user_attr(OPTIONS, options)
                running[train.remote(rows, reporter, trial.number, network, options)] = trial
            _judge(ray, reporter, list(running.values()))
            done, _ = ray.wait(list(running), timeout=LOOK)
            for future in done:
                trial, found = running.pop(future), ray.get(future)
                if found is None:
                    study.tell(trial, state=TrialState.PRUNED)
                else:
                    tell(study, trial, found)
                on_trial(study.get_trials(deepcopy=False)[trial.number])
    finally:
        for future, trial in running.items():
            ray.cancel(future, force=True)
            study.tell(trial, state=TrialState.FAIL)
        ray.kill(reporter)


def _enough(study: Any, limits: Limits, running: int) -> bool:
    """Say whether those that run bring what is asked for."""
    left = Limits(limits.trials - running, limits.until)
    return left.reached(study)


def _judge(ray: Any, reporter: Any, trials: list[Any]) -> None:
    """Write the news into the study and end the trials that lie behind."""
    by_number = {trial.number: trial for trial in trials}
    ended = []
    for number, epoch, value in ray.get(reporter.collect.remote([])):
        trial = by_number.get(number)
        if trial is not None:
            trial.report(value, epoch)
            if trial.should_prune():
                ended.append(number)
    if ended:
        ray.get(reporter.collect.remote(ended))
    time.sleep(0 if trials else LOOK)


def run_trial(
    trials: Trials, reporter: Any, number: int, network: str, options: dict[str, Any]
) -> dict[str, Any] | None:
    """Train on one of the machines; None if the trial was ended early."""
    import ray

    def report(epoch: int, value: float) -> bool:
        return bool(ray.get(reporter.report.remote(number, epoch, value)))

    try:
        return trials.run(network, options, report)
    except Pruned:
        return None
