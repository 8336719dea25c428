"""A search for a good network: many are tried on validation rows, the best one is judged."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kerata.workbench.core import metrics
from kerata.workbench.core.result import SearchSummary, Trained
from kerata.workbench.core.target_names import Wanted
from kerata.workbench.data.containers import Source
from kerata.workbench.experiment import fit_source
from kerata.workbench.features.rows import shorter_side
from kerata.workbench.splitting.divide import Divided, OnEvent, divide
from kerata.workbench.tuning.space import candidates
from kerata.workbench.tuning.study import open_study, writing
from kerata.workbench.tuning.summary import ended, importance_of, tried_of
from kerata.workbench.tuning.trial import Trials
from kerata.workbench.tuning.worker import Limits, work


def tune_source(
    source: Source,
    *,
    target: Wanted | None = None,
    task: str | None = None,
    networks: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    trials: int = 40,
    minutes: float | None = None,
    epochs: int | None = None,
    seed: int = 0,
    test_share: float = 0.2,
    validation_share: float = 0.15,
    split_by: str | None = None,
    group: str | None = None,
    balance: bool = False,
    workers: int = 1,
    ray: str | None = None,
    study: str | Path = "study.db",
    watch: Sequence[Any] = (),
    on_event: OnEvent | None = None,
) -> Trained:
    """Search for the best network and preparation, then train and judge it as ``fit_source`` does.

    Every network is first tried as it is, then with options chosen by what went well before
    (TPE); a trial whose validation curve lies below the median of the others is ended early.
    Test rows are not looked at before the best one is judged. The study file holds all trials:
    called again with it, the search goes on, and several processes may share it. Ctrl-C ends
    the search and goes on with the best trial so far.

    Arguments:
        source: what ``read_source`` gave.
        target, task, columns, seed, test_share, validation_share, split_by, group,
            balance: as for ``fit_source``.
        networks: names to choose from; all that fit the data by default.
        trials: number of trials in the study, those of earlier calls included.
        minutes: that the search may take; no limit by default.
        epochs: upper limit for each network; its usual number by default.
        workers: processes on this machine.
        ray: address of a Ray cluster, or ``'ray'`` for one on this machine.
        study: SQLite file.
        watch: callbacks for the last training.
        on_event: as for ``fit_source``, and ``'search'`` (a dictionary) before and ``'trial'``
            (a ``TrialSummary``) after each trial, and ``'found'`` (a ``SearchSummary``) after
            the last.

    Returns:
        As ``fit_source``, with the search in ``search``.

    Raises:
        ImportError: Optuna, or Ray where it is asked for, is not installed.
        ValueError: a study file of another search; arguments or data that make no sense.
        RuntimeError: no trial was finished.
        OSError: the study file can't be written on; what is in it stays.
    """
    for name, value in (("trials", trials), ("workers", workers)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}.")
    if minutes is not None and minutes <= 0:
        raise ValueError(f"minutes must be above 0, got {minutes}.")
    emit: OnEvent = on_event or (lambda name, value: None)
    how: dict[str, Any] = {
        "target": target,
        "task": task,
        "columns": columns,
        "seed": seed,
        "test_share": test_share,
        "validation_share": validation_share,
        "split_by": split_by,
        "group": group,
    }
    divided = divide(source, **how, emit=emit)
    rows = len(divided.rows["train"])
    side = shorter_side(divided.parts["train"])
    names = candidates(tuple(networks), divided.kind, divided.task, rows, side)
    path = Path(study)
    identity = _identity(source, divided, how, names, epochs, balance)
    began = time.perf_counter()
    found = open_study(path, identity, names, metrics.higher_is_better(divided.task), seed)
    limits = Limits(trials, None if minutes is None else time.time() + 60 * minutes)
    emit("search", {"networks": names, "trials": trials, "file": path, "task": divided.task})
    interrupted = _search(
        found, path, Trials(divided, epochs, seed, balance), names, limits, workers, ray, seed, emit
    )
    search = _found(found, path)
    emit("found", search)
    seconds = time.perf_counter() - began

    early = sum(tried.value is None for tried in search.tried)
    note = (
        f"Chosen among {len(search.tried)} trials by the validation rows "
        f"({early} ended early{', then interrupted' if interrupted else ''}); the test rows were "
        "first looked at after that."
    )

    def emit_last(name: str, value: Any) -> None:
        # Columns, task and rows were reported before the search.
        if name == "trained":
            value.search = search
            value.seconds["search"] = seconds
            value.notes.append(note)
        if name not in ("columns", "task", "split", "rows"):
            emit(name, value)

    return fit_source(
        source,
        **how,
        network=search.best.network,
        options=search.best.options,
        epochs=epochs,
        balance=balance,
        with_diagnosis=True,
        watch=watch,
        on_event=emit_last,
        folds=1,
    )


def _search(
    study: Any,
    path: Path,
    trials: Trials,
    networks: tuple[str, ...],
    limits: Limits,
    workers: int,
    ray: str | None,
    seed: int,
    emit: OnEvent,
) -> bool:
    """Do the trials; True if Ctrl-C ended them and there is something to go on with."""

    def on_trial(trial: Any) -> None:
        emit("trial", tried_of(trial))

    try:
        with writing(path):
            if limits.reached(study):
                pass
            elif ray is not None:
                from kerata.workbench.tuning.ray_workers import work_on_cluster

                work_on_cluster(study, ray, trials, networks, limits, on_trial)
            elif workers > 1:
                from kerata.workbench.tuning.worker_pool import work_together

                work_together(study, path, trials, networks, limits, workers, seed, on_trial)
            else:
                work(study, trials, networks, limits, on_trial)
    except KeyboardInterrupt:
        if not _complete(study):
            raise
        return True
    return False


def _complete(study: Any) -> list[Any]:
    from optuna.trial import TrialState

    return list(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))


def _found(study: Any, path: Path) -> SearchSummary:
    if not _complete(study):
        raise RuntimeError("No trial was finished: allow more trials or minutes.")
    tried = ended(study)
    best = tried_of(study.best_trial)
    return SearchSummary(tried, best, *importance_of(study), str(path))


def _identity(
    source: Source,
    divided: Divided,
    how: dict[str, Any],
    networks: tuple[str, ...],
    epochs: int | None,
    balance: bool,
) -> dict[str, Any]:
    """Give all that trials of one study must have in common."""
    return {
        "data": source.name,
        "target": divided.target if isinstance(divided.target, str) else list(divided.target),
        "task": divided.task.kind,
        "networks": ", ".join(networks),
        "columns": dict(how["columns"] or {}),
        "seed": how["seed"],
        "test_share": how["test_share"],
        "validation_share": how["validation_share"],
        "split": divided.rule.said,
        "epochs": epochs,
        "balance": balance,
        "fingerprint": source.fingerprint,
    }
