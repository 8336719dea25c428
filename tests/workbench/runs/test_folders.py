"""Folders of runs: whole or not there, found by name, refused where they are none."""

import json
import shutil

import numpy as np
import pytest

from kerata.workbench import runs
from kerata.workbench.runs import store


def test_a_run_comes_back_as_it_was(run, trained, place):
    again = runs.load("fruit", place / "runs")
    np.testing.assert_allclose(again.predict(trained.test), trained.outputs, atol=1e-6)
    assert again.record["metrics"] == trained.metrics
    assert again.history == trained.history
    assert again.task == trained.task
    assert again.columns == trained.columns
    assert again.record["fingerprint"] == trained.fingerprint
    assert again.config["columns"] == {"price": "drop"}
    told = again.answers()
    # Row 1 is the first below the line of names, as in messages.
    assert [int(row) - 1 for row in told["row"]] == trained.rows["test"].tolist()
    assert told["truth"] == [trained.task.classes[number] for number in trained.truth]
    shares = [float(share) for share in told["probability_pear"]]
    np.testing.assert_allclose(shares, trained.outputs, rtol=1e-5)


@pytest.mark.parametrize("where", ["folder", "run.json", "model.keras"])
def test_a_run_is_named_by_its_path_too(run, where):
    path = run.path if where == "folder" else run.path / where
    assert runs.load(path).name == "fruit"


def test_a_name_that_exists_is_refused_and_replaced_only_when_asked(run, trained, tmp_path):
    first = runs.save(trained, "a", tmp_path, report=False)
    with pytest.raises(FileExistsError, match="--overwrite"):
        runs.save(trained, "a", tmp_path, report=False)
    (first.path / "mine.txt").write_text("old")
    runs.save(trained, "a", tmp_path, overwrite=True, report=False)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert not (first.path / "mine.txt").exists()


def test_a_folder_that_is_no_run_is_never_replaced(trained, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="no run"):
        runs.save(trained, "thesis", tmp_path, overwrite=True)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a\\b", "what?"])
def test_names_that_name_no_folder(name, tmp_path):
    with pytest.raises(ValueError, match="can't be called"):
        runs.check_name(name, tmp_path)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_nothing_half_written_stays(error, trained, tmp_path, monkeypatch):
    old = runs.save(trained, "a", tmp_path, report=False)

    def fail(*args):
        raise error

    monkeypatch.setattr(store, "_write_events", fail)
    with pytest.raises(type(error)):
        runs.save(trained, "a", tmp_path, overwrite=True)
    with pytest.raises(type(error)):
        runs.save(trained, "b", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert runs.load("a", tmp_path).record == old.record


def test_what_is_no_run_says_so(run, place, tmp_path):
    with pytest.raises(FileNotFoundError, match="Did you mean 'fruit'"):
        runs.load("friut", place / "runs")
    with pytest.raises(FileNotFoundError, match="kerata train"):
        runs.load("fruit", tmp_path)
    with pytest.raises(ValueError, match="no run but a file"):
        runs.load(place / "fruit.csv")
    with pytest.raises(ValueError, match=r"without run\.json"):
        runs.load(place)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "run.json").write_text("[1")
    with pytest.raises(ValueError, match="damaged"):
        runs.load("odd", tmp_path)
    (tmp_path / "odd" / "run.json").write_text(json.dumps({"name": "odd"}))
    with pytest.raises(ValueError, match="no record of a run"):
        runs.load("odd", tmp_path)
    # One damaged run doesn't hide the others.
    assert runs.all(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("history.csv", "epoch,loss\n1,abc\n", "history.csv is damaged"),
        ("history.csv", "epoch,loss\n1\n", "line 2 has 1 cells instead of 2"),
        ("test_predictions.csv", "row,x\n1,2\n", "no column 'prediction'"),
        ("test_predictions.csv", "", "missing or damaged"),
        ("run.json", "{", "run.json is missing or damaged"),
        ("run.json", "[" * 100_000, "run.json is missing or damaged"),
        ("run.json", '{"task": 1}', "run.json is damaged: its 'task' makes no sense"),
    ],
)
def test_a_damaged_file_is_named_in_one_sentence(run, tmp_path, file, content, told):
    shutil.copytree(run.path, tmp_path / "bad")
    (tmp_path / "bad" / file).write_text(content)

    def read():
        bad = runs.load("bad", tmp_path)
        return bad.history, bad.answers()

    with pytest.raises(ValueError, match=told):
        read()


def test_a_damaged_run_never_hides_the_others(run, tmp_path, capsys):
    from kerata.cli.finished_output import print_runs

    for name in ("bad", "good", "worse"):
        shutil.copytree(run.path, tmp_path / name)
    record = json.loads((tmp_path / "bad" / "run.json").read_text())
    (tmp_path / "bad" / "run.json").write_text(json.dumps({**record, "interval": ["a"]}))
    (tmp_path / "worse" / "run.json").write_bytes(b"\xff\xfe")
    assert [one.name for one in runs.all(tmp_path)] == ["good"]
    print_runs(tmp_path)
    told = capsys.readouterr().out
    assert "good" in told
    assert "its 'interval' makes no sense" in told
    assert "worse" in told


def test_what_a_folder_says_can_not_steer_the_terminal(run, tmp_path, capsys):
    from kerata.cli.finished_output import print_runs, print_show

    shutil.copytree(run.path, tmp_path / "evil")
    record = json.loads((tmp_path / "evil" / "run.json").read_text())
    record["network"] = "mlp\x1b]0;owned\x07\x1b[2J"
    record["notes"] = ["\x1b[31mred\x9b"]
    (tmp_path / "evil" / "run.json").write_text(json.dumps(record))
    print_show("evil", tmp_path)
    print_runs(tmp_path)
    told = capsys.readouterr().out
    assert "\x1b]0" not in told
    assert "\x1b[2J" not in told
    assert "\x9b" not in told
    assert "mlp\\x1b]0;owned" in told


def test_a_name_that_is_taken_while_training_gives_way(trained, tmp_path):
    names = [runs.keep(trained, "a", tmp_path).name for _ in range(3)]
    assert names == ["a", "a-2", "a-3"]
    assert [one.record["name"] for one in runs.all(tmp_path)] == ["a-3", "a-2", "a"]


@pytest.mark.parametrize("odd", [None, "x", [], {"a": {"b": []}}, 1e400], ids=repr)
def test_a_record_is_believed_only_if_it_has_the_form_of_one(run, tmp_path, odd, capsys):
    from kerata.cli.finished_output import print_runs, print_show

    shutil.copytree(run.path, tmp_path / "bad")
    record = json.loads((tmp_path / "bad" / "run.json").read_text())
    for name in record:
        (tmp_path / "bad" / "run.json").write_text(json.dumps({**record, name: odd}))
        print_runs(tmp_path)
        try:
            print_show("bad", tmp_path)
        except ValueError as error:
            assert f"run.json is damaged: its {name!r}" in str(error)  # noqa: PT017
