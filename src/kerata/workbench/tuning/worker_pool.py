"""Several processes of one machine that work on the same study file."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kerata.workbench.tuning.trial import Trials
from kerata.workbench.tuning.worker import Limits

ROWS, JOB = "rows.pickle", "job.json"
# Seconds between looks at the study.
LOOK = 0.3
# Seconds that a worker has to end its epoch.
FAREWELL = 20
# The exit code of a worker that could not write; its last line says why. See sysexits.h.
_NOT_WRITTEN = 74


def work_together(
    study: Any,
    path: Path,
    trials: Trials,
    networks: tuple[str, ...],
    limits: Limits,
    workers: int,
    seed: int,
    on_trial: Callable[[Any], None],
) -> None:
    """Let processes do trials until it is enough.

    Each has its share of the cores. They end when this one does, however it ends.

    Arguments:
        study: Optuna's, to be looked at.
        path: of its file.
        trials: what trains networks; its rows are handed over.
        networks: to choose from.
        limits: when to end.
        workers: how many processes.
        seed: of the first one's choices; the next one has the next.
        on_trial: called with each finished trial.

    Raises:
        OSError: no worker could write on the study.
        RuntimeError: all workers have ended before it was enough, with what the last one said.
    """
    with tempfile.TemporaryDirectory(prefix="kerata-tune-") as name:
        folder = Path(name)
        with open(folder / ROWS, "wb") as file:
            pickle.dump(trials, file, pickle.HIGHEST_PROTOCOL)
        job = {"study": str(path.resolve()), "networks": networks, "workers": workers, "seed": seed}
        job |= {"trials": limits.trials, "until": limits.until}
        (folder / JOB).write_text(json.dumps(job), encoding="utf-8")
        with _worker_processes(folder, workers) as pool:
            _watch(study, pool, on_trial)
        for number, worker in enumerate(pool):
            if worker.returncode:
                said = (folder / f"{number}.log").read_text(encoding="utf-8", errors="replace")
                last = [line for line in said.splitlines() if line.strip()][-1:]
                if all(w.returncode == _NOT_WRITTEN for w in pool):
                    # Where the disk is full, a log may be empty.
                    raise OSError(last[0] if last else f"{path} could not be written.")
                if all(w.returncode for w in pool):
                    raise RuntimeError(
                        f"All workers ended before the search was done; the last one said: "
                        f"{last[0] if last else 'nothing'}"
                    )


@contextlib.contextmanager
def _worker_processes(folder: Path, workers: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start workers; a worker ends when its standard input is closed."""
    pool = []
    try:
        for number in range(workers):
            with open(folder / f"{number}.log", "wb") as log:
                command = [sys.executable, "-m", __name__, str(folder), str(number)]
                pool.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.PIPE,
                        stdout=log,
                        stderr=log,
                        # Ctrl-C reaches this process alone, which then ends the workers.
                        start_new_session=True,
                    )
                )
        yield pool
    finally:
        for worker in pool:
            assert worker.stdin is not None
            worker.stdin.close()
        for worker in pool:
            try:
                worker.wait(FAREWELL)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


def _watch(study: Any, pool: list[Any], on_trial: Callable[[Any], None]) -> None:
    """Report finished trials until all workers are done."""
    from optuna.trial import TrialState

    ends = (TrialState.COMPLETE, TrialState.PRUNED)
    seen = {trial.number for trial in study.get_trials(deepcopy=False, states=ends)}
    busy = True
    while busy:
        busy = any(worker.poll() is None for worker in pool)
        for trial in study.get_trials(deepcopy=False, states=ends):
            if trial.number not in seen:
                seen.add(trial.number)
                on_trial(trial)
        if busy:
            time.sleep(LOOK)


def main(folder: Path, number: int) -> None:
    """Work as one of several; what to do is in the folder."""
    from kerata.workbench.tuning.study import joined, writing
    from kerata.workbench.tuning.worker import work

    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    _take_cores(number, job["workers"])
    with open(folder / ROWS, "rb") as file:
        trials: Trials = pickle.load(file)
    study = joined(Path(job["study"]), job["seed"] + number, crowd=True)
    try:
        with writing(Path(job["study"])):
            work(study, trials, tuple(job["networks"]), Limits(job["trials"], job["until"]))
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(_NOT_WRITTEN)


def _take_cores(number: int, workers: int) -> None:
    """Keep to a share of the cores: programs that wait for each other's cores are slow."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, set(cores[number % len(cores) :: workers]) or set(cores))


def _end_with_parent() -> None:
    # Not through sys.stdin, whose lock would be held while the interpreter shuts down.
    while os.read(0, 1):
        pass
    # Without a word to the study: its trial stays unfinished and is not counted.
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
