"""A search on a cluster gives what it gives in one process, even when a machine is lost."""

import numpy as np
import pytest

from kerata import search

SPACE = {"learning_rate": [0.01, 0.05, 0.1, 0.2], "units": [2, 3, 0]}
ARGUMENTS = {"folds": 3, "batch_size": 8, "verbose": 0}


@pytest.mark.slow
def test_one_of_two_machines_is_lost(small, data, monkeypatch):
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    from kerata.search import cluster as ours

    machines = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    lost = machines.add_node(num_cpus=1)
    machines.wait_for_nodes()
    ray.init(address=machines.address, log_to_driver=False)
    seen = []

    try:
        run = ours.run_on_cluster

        def watched(engine, address):
            for record in run(engine, address):
                if record.error is None:
                    seen.append(record)
                if len(seen) == 1:
                    machines.remove_node(lost, allow_graceful=False)
                yield record

        monkeypatch.setattr(ours, "run_on_cluster", watched)
        results = search.grid(small, SPACE, *data, parallel="ray", epochs=200, **ARGUMENTS)
        assert len(ray.nodes()) == 2
        assert sum(node["Alive"] for node in ray.nodes()) == 1
    finally:
        ray.shutdown()
        machines.shutdown()
    expected = search.grid(small, SPACE, *data, epochs=200, **ARGUMENTS)
    assert results.errors == expected.errors
    np.testing.assert_allclose(results.scores(), expected.scores(), atol=1e-5)


def test_pieces_hold_each_training_once(small, data):
    from kerata.search.cluster import pieces_of, train_piece
    from kerata.search.options import Options, make_data, make_splits
    from kerata.search.runner import SearchRunner
    from kerata.search.space import courses_of, grid_candidates

    rows, model = make_data(small, {}, *data, Options())
    trials, _ = courses_of(small, grid_candidates({"units": [2, 3], "rate": [0.1, 0.2]}))
    splits = make_splits(rows, model, 3, Options())
    pieces = pieces_of(SearchRunner(small, rows, trials, splits), 5)
    assert sorted(p for piece in pieces for p in piece) == [
        (c, s) for c in range(4) for s in range(3)
    ]
    # A fifth of twelve, rounded up.
    assert max(map(len, pieces)) == 3
    assert all(len({trials[c].params["units"] for c, _ in piece}) == 1 for piece in pieces)
    records = train_piece(small, rows, trials, splits, False, pieces[0])
    assert [(r.trial, r.split) for r in records] == pieces[0]


def test_halving_stays_in_one_process(small, data):
    with pytest.raises(ValueError, match="halving needs all candidates in one process"):
        search.grid(small, {"units": [2]}, *data, parallel="ray", halving=True)


def test_ray_is_an_extra(small, data, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"kerata\[ray\]"):
        search.grid(small, {"units": [2]}, *data, parallel="ray", verbose=0)
