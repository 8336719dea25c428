"""A search spread over the machines of a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np

from kerata.search.networks import Build, Data
from kerata.search.runner import Record, SearchRunner, SeededSplit, TrialConfig
from kerata.training.data_adapter import on_device

Pairs = list[tuple[int, int]]
# Pieces of work for each core: with several, a lost one costs little and none waits long.
PIECES_A_CORE = 3


def run_on_cluster(engine: SearchRunner, address: str) -> Iterator[Record]:
    """Train on a Ray cluster, giving records as they come.

    Arguments:
        engine: courses, splits and what is done already.
        address: of the cluster; ``'ray'`` takes the one this program is connected to, or
            starts one on this machine.

    Raises:
        ImportError: Ray is not installed.
        ConnectionError: no cluster at the address.

    A piece of work whose machine is lost is done again on another.
    """
    ray = connected(address, "parallel='ray'")
    cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
    pieces = pieces_of(engine, cores * PIECES_A_CORE)
    for i, trial in enumerate(engine.trials):
        if trial.error is not None:
            yield from (Record(i, s, error=trial.error) for s in range(len(engine.splits)))
    # A machine that is lost is no fault of the network, so the work is tried without end.
    train = ray.remote(num_cpus=1, max_retries=-1)(train_piece)
    parts = (*engine.rows.arrays, engine.rows.judged_weight)
    x, y, weight, judged = jax.tree.map(np.asarray, parts)
    rows = ray.put(Data(x, y, weight, engine.rows.count, judged))
    fixed = (engine.build, rows, engine.trials, engine.splits, engine.every_epoch)
    waiting = [train.remote(*fixed, piece) for piece in pieces]
    try:
        while waiting:
            finished, waiting = ray.wait(waiting)
            for future in finished:
                yield from ray.get(future)
    finally:
        for future in waiting:
            ray.cancel(future, force=True)


def connected(address: str, purpose: str) -> Any:
    """Connect to a Ray cluster and give the module.

    Arguments:
        address: of the cluster; ``'ray'`` takes the one this program is connected to, or
            starts one on this machine.
        purpose: begins the sentence that is said where Ray is missing.

    Raises:
        ImportError: Ray is not installed.
        ConnectionError: no cluster at the address.
    """
    try:
        import ray
    except ImportError as error:
        raise ImportError(f"{purpose} needs Ray: pip install 'kerata[ray]'.") from error
    if not ray.is_initialized():
        ray.init(address=None if address == "ray" else address, log_to_driver=False)
    return ray


def pieces_of(engine: SearchRunner, wanted: int) -> list[Pairs]:
    """Cut the trainings into about ``wanted`` pieces, each of networks of one shape."""
    groups = engine.groups()
    total = sum(len(group) for group in groups)
    size = max(1, -(-total // wanted))
    pairs = [[(t.trial, t.split) for t in group.tasks] for group in groups]
    return [p[i : i + size] for p in pairs for i in range(0, len(p), size)]


def train_piece(
    build: Build,
    rows: Data,
    trials: Sequence[TrialConfig],
    splits: Sequence[SeededSplit],
    every_epoch: bool,
    piece: Pairs,
) -> list[Record]:
    """Train a few of the networks; runs on any machine of the cluster."""
    wanted = set(piece)
    every = ((c, s) for c in range(len(trials)) for s in range(len(splits)))
    done = [pair for pair in every if pair not in wanted]
    placed = Data(**vars(on_device(rows)), judged_weight=rows.judged_weight)
    engine = SearchRunner(build, placed, trials, splits, every_epoch, done=done, threads=1)
    return [r for r in engine.run() if (r.trial, r.split) in wanted]
