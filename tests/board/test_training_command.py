"""kerata train beside the board: told while it runs, gone when it is kept, stopped on demand."""

import subprocess
import sys
import time

import pytest

from kerata.board.live import LiveTrainings

TRAIN = [sys.executable, "-m", "kerata", "train", "pears.csv", "--target", "ripe", "-q"]
LONG = ["--network", "mlp", "--folds", "1", "--epochs", "100000", "--option", "patience=100000"]


@pytest.mark.slow
def test_stop_keeps_the_best_epoch_and_the_file_goes(home, tmp_path):
    (tmp_path / "pears.csv").write_bytes((home / "pears.csv").read_bytes())
    child = subprocess.Popen(
        [*TRAIN, *LONG, "--name", "long"], cwd=tmp_path, stdout=-1, stderr=-2, text=True
    )
    live = LiveTrainings(tmp_path / "runs")
    try:
        until = time.monotonic() + 120
        epochs, told = 0, {}
        while epochs < 3 and time.monotonic() < until:
            time.sleep(0.1)
            live.look()
            told = next(iter(live.since(0, {})[0]["live"]), {})
            epochs = told.get("epochs", 0)
        assert told["about"]["target"] == "ripe"
        assert told["phase"] == "training mlp"
        live.stop(told["id"])
        out, _ = child.communicate(timeout=120)
    finally:
        child.kill()
    assert child.returncode == 0
    assert "the best one was kept" in out
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["long"]
