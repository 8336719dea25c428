"""Trainings that are running, as the board hears of them."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

import kerata as keras
from kerata.board.live import LiveTrainings
from kerata.utils.live_file import LiveFile


def seen(folder, known=None):
    """Look once and give what a page would hear, by the trainings' names."""
    found = folder if isinstance(folder, LiveTrainings) else LiveTrainings(folder)
    found.look()
    told, _ = found.since(0, {} if known is None else known)
    return {one["about"].get("name"): one for one in told["live"]}


def small_model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    return model


X = np.linspace(0, 1, 64, dtype="float32").reshape(32, 2)


def test_a_program_s_epochs_are_told_as_they_are(tmp_path):
    board = keras.callbacks.Board(tmp_path, name="line")
    history = small_model().fit(
        X, X[:, :1], validation_data=(X, X[:, :1]), epochs=3, verbose=0, callbacks=[board]
    )
    told = seen(tmp_path)["line"]
    assert told["history"] == history.history
    assert told["state"] == "finished"
    assert told["about"]["parameters"] == 3
    assert told["about"]["epochs"] == 3


def test_an_empty_name_is_refused():
    with pytest.raises(ValueError, match="name must not be empty"):
        keras.callbacks.Board(name=" ")


def test_the_board_stops_a_program_after_the_epoch(tmp_path):
    board = keras.callbacks.Board(tmp_path, name="long")
    live = LiveTrainings(tmp_path)

    class Press(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                board.file.write()
                live.look()
                (training,) = live._found.values()
                live.stop(training.id)
                until = time.monotonic() + 10
                while not board.file.stop_asked and time.monotonic() < until:
                    time.sleep(0.02)

    history = small_model().fit(
        X, X[:, :1], epochs=500, verbose=0, callbacks=[Press(), board], batch_size=32
    )
    assert len(history.epoch) == 2
    assert seen(live)["long"]["state"] == "stopped"
    assert not list((tmp_path / ".live").glob("*.stop"))


def test_batches_within_an_epoch_and_only_the_last_of_them(tmp_path):
    with LiveFile(tmp_path, "a", {"epochs": 5}) as file:
        file.tell("epoch", n=1, logs={"loss": 2.0})
        file.tell("batch", epoch=2, step=1, steps=10, logs={"loss": 1.5})
        file.tell("batch", epoch=2, step=5, steps=10, logs={"loss": 1.0})
        file.write()
        told = seen(tmp_path)["a"]
    assert told["batch"] == {"epoch": 2, "step": 5, "steps": 10, "logs": {"loss": 1.0}}
    assert told["trail"] == [(1.5, 1.0)]
    assert told["state"] == "training"
    assert not (tmp_path / ".live").exists()


def test_a_page_hears_only_epochs_that_it_does_not_know(tmp_path):
    live, known = LiveTrainings(tmp_path), {}
    with LiveFile(tmp_path, "a") as file:
        for n in range(1, 4):
            file.tell("epoch", n=n, logs={"loss": 1 / n})
        file.write()
        assert len(seen(live, known)["a"]["history"]["loss"]) == 3
        file.tell("epoch", n=4, logs={"loss": 0.25, "val_loss": float("nan")})
        file.write()
        told = seen(live, known)["a"]
    assert told["from"] == 3
    assert told["history"]["loss"] == [0.25]
    assert np.isnan(told["history"]["val_loss"]).all()
    live.look()
    assert live.since(0, known)[0]["gone"] == [told["id"]]


def test_overfitting_is_told_with_what_to_try(tmp_path):
    about = {"command": "train", "network": "mlp", "options": ["units=64,64"]}
    with LiveFile(tmp_path, "a", about) as file:
        for n, held in enumerate([1, 0.6, 0.5, 0.7, 0.9, 1.1, 1.3], 1):
            file.tell("epoch", n=n, logs={"loss": 1 / n, "val_loss": held})
        file.write()
        (finding,) = seen(tmp_path)["a"]["findings"]
    assert finding["title"] == "Overfitting since epoch 3"
    assert {"units": "32,32"} in finding["tries"]


def test_a_killed_training_shows_as_stopped(tmp_path):
    program = (
        "import os, sys, time\nfrom kerata.utils.live_file import LiveFile\n"
        "file = LiveFile(sys.argv[1], 'killed')\nfile.tell('epoch', n=1, logs={'loss': 1.0})\n"
        "file.write()\nprint('there', flush=True)\ntime.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=-1, text=True)
    live = LiveTrainings(tmp_path)
    try:
        assert child.stdout.readline() == "there\n"
        assert seen(live)["killed"]["state"] == "training"
    finally:
        child.kill()
        child.wait()
    path = next((tmp_path / ".live").iterdir())
    os.utime(path, (time.time() - 5, time.time() - 5))
    told = seen(live)["killed"]
    assert told["state"] == "stopped"
    with pytest.raises(ValueError, match="ended already"):
        live.stop(told["id"])
    live.forget(told["id"])
    assert seen(live) == {}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no json\n",
        b"[1]\n",
        b'{"kind": "begin", "name": 3, "pid": "x", "epochs": true}\n',
        b'{"kind": "epoch", "logs": {"loss": "<b>"}}\n{"kind": "epoch"}\n',
        b'{"kind": "batch", "step": "1", "logs": 3}\n',
        b'{"kind": "end", "state": "<script>"}\n',
        b"{" * 100_000 + b"\n",
        b"\xff\xfe\n",
    ],
)
def test_what_a_damaged_file_says_is_passed_over(tmp_path, text):
    (tmp_path / ".live").mkdir()
    (tmp_path / ".live" / "odd~1~ab.jsonl").write_bytes(text)
    live = LiveTrainings(tmp_path)
    live.look()
    told, _ = live.since(0, {})
    for one in told["live"]:
        assert one["state"] in ("stopped", "training")
        assert set(one["history"]) <= {"loss"}
    json.dumps(told)


def test_links_and_pipes_are_not_followed(tmp_path):
    (tmp_path / ".live").mkdir()
    (tmp_path / "secret").write_text('{"kind": "begin", "name": "secret"}\n')
    (tmp_path / ".live" / "a~1~ab.jsonl").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / ".live" / "b~1~ab.jsonl")
    assert seen(tmp_path) == {}


def test_a_folder_that_cannot_be_written_ends_no_training(tmp_path):
    (tmp_path / "runs").write_text("a file")
    board = keras.callbacks.Board(tmp_path / "runs")
    history = small_model().fit(X, X[:, :1], epochs=2, verbose=0, callbacks=[board])
    assert len(history.epoch) == 2


def test_a_run_is_tried_with_another_option_and_only_by_kerata_s_networks(board, page, monkeypatch):
    started = []

    def start(words, name):
        started.append((words, name))
        raise ValueError("not in this test")

    monkeypatch.setattr(board.jobs, "start", start)
    answer = page.post("/api/sibling", json={"name": "pears", "changes": {"l2": "0.1"}})
    assert answer.json()["error"] == "not in this test"
    words, name = started.pop()
    assert words[:2] == ["train", "pears.csv"]
    assert "--target=ripe" in words
    assert "--option=l2=0.1" in words
    assert name == "pears-l2-0.1"
    path = board.folder / "pears" / "run.json"
    record = json.loads(path.read_text()) | {"network": "evil:function"}
    path.write_text(json.dumps(record))
    for address, body in (("sibling", {"changes": {"a": "1"}}), ("again", {})):
        answer = page.post(f"/api/{address}", json={"name": "pears", **body})
        assert answer.status_code == 400
        assert "is not run" in answer.json()["error"]
    assert not started


@pytest.mark.parametrize(
    ("source", "why"),
    [("/etc/passwd", "outside"), ("../x.csv", "outside"), ("none.csv", "no file"), ("", "Name a")],
)
def test_data_outside_the_folder_are_not_read(board, source, why):
    with pytest.raises((ValueError, FileNotFoundError), match=why):
        board.jobs.train({"source": source})


def test_networks_that_are_averaged_are_told_each_and_folds_before_them(tmp_path):
    live, known = LiveTrainings(tmp_path), {}
    with LiveFile(tmp_path, "a") as file:
        file.tell("stage", done=2, of=5)
        file.write()
        told = seen(live, known)["a"]
        assert told["stage"] == {"done": 2, "of": 5}
        file.tell("network", network="table", epochs=9, members=3)
        for losses in ([3.0, 2.0], [1.0]):
            file.tell("fit")
            for n, loss in enumerate(losses, 1):
                file.tell("epoch", n=n, logs={"loss": loss})
        file.tell("batch", epoch=2, step=1, steps=2, logs={"loss": 0.5})
        file.write()
        told = seen(live, known)["a"]
        assert (told["stage"], told["members"]) == (None, 3)
        assert told["history"] == {"loss": [3.0, 2.0]}
        assert [one["history"] for one in told["further"]] == [{"loss": [1.0]}]
        assert told["trail"] == [(1.5, 0.5)]
        file.tell("epoch", n=2, logs={"loss": 0.25})
        file.write()
        told = seen(live, known)["a"]
        assert told["history"] == {"loss": []}
        assert told["further"] == [{"from": 1, "epochs": 2, "history": {"loss": [0.25]}}]
        # The training of a search's best network begins anew.
        file.tell("network", network="mlp", epochs=9, members=1)
        file.tell("fit")
        file.tell("stage", done=7, of=5)
        file.write()
        told = seen(live, known)["a"]
    assert (told["further"], told["history"], told["stage"]) == ([], {}, None)
