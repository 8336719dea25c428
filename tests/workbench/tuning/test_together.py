"""A search by several processes, on one machine and on a cluster; workers are killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

optuna = pytest.importorskip("optuna")
pytestmark = pytest.mark.slow


def workers_of(pid):
    """Find the workers that a process has started."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True)
    lines = found.stdout.decode().splitlines()
    return [int(line.split()[0]) for line in lines if "tuning.worker_pool" in line]


def test_two_workers_share_a_study(table, tmp_path, few):
    trained = few(table, tmp_path / "s.db", trials=8, workers=2)
    assert 8 <= len(trained.search.tried) <= 9
    assert len({t.number for t in trained.search.tried}) == len(trained.search.tried)
    assert not workers_of(os.getpid())


def test_the_other_worker_goes_on_when_one_is_killed(table, tmp_path, few):
    killed = []

    def tell(name, value):
        if name == "trial" and not killed:
            killed.append(workers_of(os.getpid())[0])
            os.kill(killed[0], signal.SIGKILL)

    trained = few(table, tmp_path / "s.db", trials=10, workers=2, on_event=tell)
    assert killed
    assert len(trained.search.tried) >= 10


def test_all_workers_killed_is_one_sentence(table, tmp_path, few):
    def tell(name, value):
        if name == "trial":
            for pid in workers_of(os.getpid()):
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(RuntimeError, match="All workers ended before the search was done"):
        few(table, tmp_path / "s.db", trials=500, workers=2, on_event=tell)


def test_workers_end_with_their_parent(table, tmp_path):
    code = (
        "from kerata.workbench import read_source\n"
        "from kerata.workbench.tuning import tune_source\n"
        f"source = read_source({str(table)!r}, target='kind')\n"
        f"tune_source(source, study={str(tmp_path / 's.db')!r}, trials=9999, workers=2)\n"
    )
    with subprocess.Popen(["python", "-c", code], env=_here()) as parent:
        workers = []
        deadline = time.monotonic() + 60
        while len(workers) < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
            workers = workers_of(parent.pid)
        assert len(workers) == 2
        parent.kill()
    deadline = time.monotonic() + 30
    while any(map(_lives, workers)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not any(map(_lives, workers))


def test_a_ray_cluster_on_this_machine(table, tmp_path, few):
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False)
    try:
        trained = few(table, tmp_path / "s.db", trials=6, ray="ray")
    finally:
        ray.shutdown()
    assert len(trained.search.tried) == 6


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def _here():
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
