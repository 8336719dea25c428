"""The board's address, as a training says it."""

import json
import os
import socket
import stat
import subprocess
import sys

import numpy as np
import pytest

import kerata as keras
from kerata.utils.board_places import board_address, board_runs

X = np.linspace(0, 1, 64, dtype="float32").reshape(32, 2)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def fit(**arguments):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    return model.fit(X, X[:, :1], epochs=2, **arguments)


def test_a_board_s_address_is_known_while_it_runs(tmp_path, port, own_home):
    with board_runs(tmp_path / "runs", port):
        (path,) = (own_home / "boards").iterdir()
        assert json.loads(path.read_text()) == {"port": port, "pid": os.getpid()}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert board_address(tmp_path / "runs") == f"http://127.0.0.1:{port}/"
        there = board_address(tmp_path / "x" / ".." / "runs", "a b~1~ff")
        assert there == f"http://127.0.0.1:{port}/#run=a%20b~1~ff"
        assert board_address(tmp_path / "other") is None
    assert board_address(tmp_path / "runs") is None
    assert not path.exists()


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        '{"port": "80", "pid": 1}',
        '{"port": 70000, "pid": 1}',
        '{"port": PORT, "pid": 99999999999999999999999}',
        '{"port": PORT, "pid": -1}',
        '{"port": 1, "pid": PID}',
        "{" * 5000,
        " " * 20_000,
    ],
)
def test_what_a_killed_board_left_is_cleared_away(tmp_path, own_home, port, told):
    with board_runs(tmp_path, port):
        (path,) = (own_home / "boards").iterdir()
        path.write_text(told.replace("PORT", str(port)).replace("PID", str(os.getpid())))
        assert board_address(tmp_path) is None
        assert not path.exists()


def test_a_folder_that_others_can_enter_is_not_believed(tmp_path, own_home, port):
    with board_runs(tmp_path, port):
        (own_home / "boards").chmod(0o770)
        assert board_address(tmp_path) is None
        (own_home / "boards").chmod(0o700)


def test_fit_tells_the_board_and_prints_where_it_shows(tmp_path, port, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with board_runs("runs", port):
        fit(board=True)
        (told,) = (tmp_path / "runs" / ".live").iterdir()
        said = capsys.readouterr().out
        assert f"On the board: http://127.0.0.1:{port}/#run={told.stem}\n" in said
        fit(board=tmp_path / "mine", verbose=0)
    assert capsys.readouterr().out == ""
    (told,) = (tmp_path / "mine" / ".live").iterdir()
    kinds = [json.loads(line)["kind"] for line in told.read_text().splitlines()]
    assert kinds == ["begin", "fit", "epoch", "epoch", "end"]


def test_fit_adds_no_second_board_and_refuses_what_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fit(board=True, verbose=0, callbacks=[keras.callbacks.Board("mine")])
    assert not (tmp_path / "runs").exists()
    with pytest.raises(TypeError, match="board must be True, False or a folder of runs, got 3"):
        fit(board=3)


@pytest.mark.slow
def test_kerata_train_says_where_the_board_shows_it(home, own_home, tmp_path, port):
    with board_runs(tmp_path / "runs", port):
        words = ["train", "pears.csv", "--target", "ripe", "--network", "linear", "--folds", "1"]
        done = subprocess.run(
            [sys.executable, "-m", "kerata", *words, "--out", str(tmp_path / "runs")],
            cwd=home,
            capture_output=True,
            text=True,
            check=True,
        )
    assert f"On the board: http://127.0.0.1:{port}/#run=pears~" in done.stdout
