"""A folder of runs as the board finds it: two that are whole, and a damaged one."""

import shutil

import numpy as np
import pandas
import pytest

from kerata.workbench import fit_source, read_source, runs

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A folder with a table and its runs, made once."""
    folder = tmp_path_factory.mktemp("board")
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame({"weight": rng.normal(150, 20, 200).round(1)})
    frame["colour"] = rng.choice(["green", "red"], 200)
    score = (frame["weight"] - 150) / 20 + (frame["colour"] == "red") + rng.normal(0, 0.7, 200)
    frame["ripe"] = np.where(score > 0.5, "yes", "no")
    frame.to_csv(folder / "pears.csv", index=False)
    source = read_source(folder / "pears.csv", target="ripe")
    for name, seed in (("pears", 0), ("pears-2", 1)):
        trained = fit_source(source, network="linear", folds=1, with_baselines=False, seed=0)
        trained.config |= {"source": "pears.csv", "seed": seed}
        runs.save(trained, name, folder / "runs", report=name == "pears")
    broken = folder / "runs" / "broken"
    broken.mkdir()
    (broken / "run.json").write_text(f'{{"task": "{HOSTILE}"}}')
    (folder / "runs" / "no run").mkdir()
    return folder


@pytest.fixture
def place(home, tmp_path):
    """A copy that a test may change."""
    shutil.copytree(home, tmp_path / "home")
    return tmp_path / "home" / "runs"


@pytest.fixture
def board(place, monkeypatch):
    pytest.importorskip("starlette")
    from kerata.board.application import Board

    monkeypatch.chdir(place.parent)
    made = Board(place)
    made.index.look()
    return made


@pytest.fixture
def page(board):
    from starlette.testclient import TestClient

    from kerata.board.application import application

    return TestClient(application(board))
