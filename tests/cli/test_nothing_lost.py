"""What ``kerata train`` trained is kept, whatever ends it."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.utils import files  # noqa: E402  # after the check for pandas
from kerata.workbench import runs  # noqa: E402

COMMAND = [sys.executable, "-m", "kerata", "train", "tiny.csv", "--target", "y"]
SMALL = ["--network", "linear", "--epochs", "3", "--folds", "1"]


@pytest.fixture
def place(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=120).round(2)
    pandas.DataFrame({"x": x, "y": np.where(x + rng.normal(size=120) > 0, "a", "b")}).to_csv(
        tmp_path / "tiny.csv", index=False
    )
    return tmp_path


LIMITED = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, 2 * ({},)); "
LIMITED += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"


def start(place, *more, most=None, **environment):
    """Start a training; of files at most so many bytes can be written."""
    command = [*COMMAND, *(more or SMALL)]
    if most is not None:
        command = [sys.executable, "-c", LIMITED.format(most), *command[1:]]
    return subprocess.Popen(
        command,
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
    )


def wait_for(process, start_of_line):
    for line in process.stdout:
        if line.startswith(start_of_line):
            return
    raise AssertionError(process.stderr.read())


def sound(place, name="tiny"):
    """Check that a run can be loaded and predicts; give it."""
    run = runs.load(name, place / "runs")
    assert len(run.history["val_loss"]) >= 1
    assert run.model is not None
    # What a killed training told shows on the board, until it is deleted there.
    assert {path.name for path in (place / "runs").glob(".*")} <= {".live"}
    return run


@pytest.mark.slow
def test_a_closed_pipe_costs_nothing(place):
    process = start(place)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=120) == 0, process.stderr.read()
    assert process.stderr.read() == ""
    assert sound(place).record["verdict"]["quality"].startswith("It gets")
    process.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.only_cases("15")
def test_a_signal_while_training_keeps_the_best_epoch(place, number):
    process = start(
        place,
        "--network",
        "linear",
        "--epochs",
        "100000",
        "--folds",
        "1",
        "--option",
        "patience=9999",
    )
    wait_for(process, "epoch")
    process.send_signal(number)
    told, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    assert "Stopping; judging epoch " in told
    run = sound(place)
    if number == signal.SIGINT:
        assert process.returncode == 0, errors
        assert run.record["verdict"]["quality"].startswith("It gets")
    else:
        assert process.returncode == 128 + number
        assert run.record["verdict"] is None
        shown = subprocess.run(
            [sys.executable, "-m", "kerata", "show", "tiny"],
            cwd=place,
            capture_output=True,
            text=True,
        )
        assert "before the network was judged" in shown.stdout, shown.stderr


LONG = ["--network", "linear", "--epochs", "100000", "--folds", "1", "--option", "patience=9999"]
# Makes standard input the terminal of a session of its own, then becomes a command.
IN_A_TERMINAL = "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
IN_A_TERMINAL += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"


def in_a_terminal(place, *command):
    """Start a command in a terminal; give the process and the terminal's other end."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, *command],
        cwd=place,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    return process, ours


def read_until(terminal, text):
    """Read what a terminal shows until a text has come."""
    shown = b""
    while text not in shown:
        shown += os.read(terminal, 4096)


@pytest.mark.slow
def test_a_closed_terminal_keeps_the_best_epoch(place):
    process, terminal = in_a_terminal(place, *COMMAND[1:], *LONG)
    read_until(terminal, b" spent")
    os.close(terminal)
    assert process.wait(timeout=120) == 129
    assert sound(place).record["verdict"] is None


@pytest.mark.slow
def test_a_terminal_that_was_to_be_closed_changes_nothing(place):
    """As under nohup, which has the signal ignored."""
    command = ["-c", "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"]
    command[1] += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    process, terminal = in_a_terminal(place, *command, *COMMAND[1:], *SMALL)
    read_until(terminal, b"epoch")
    os.close(terminal)
    # All is kept, though what was to be printed found no terminal any more.
    assert process.wait(timeout=120) == 2
    assert sound(place).record["verdict"]["quality"].startswith("It gets")


@pytest.mark.slow
def test_a_full_disk_under_standard_output_keeps_the_run_and_says_so(place):
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [*COMMAND, *SMALL], cwd=place, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert process.returncode == 2
    assert process.stderr == "Error: No space left on device: standard output\n"
    assert sound(place).record["verdict"]["quality"].startswith("It gets")


@pytest.mark.slow
def test_a_full_disk_ends_a_search_in_a_sentence_and_its_study_goes_on(place):
    pytest.importorskip("optuna")
    command = [*COMMAND[1:3], "tune", *COMMAND[4:], "--network", "linear", "--epochs", "1"]

    def tune(trials, *words):
        done = [sys.executable, *words, *command, "--overwrite", "--trials", str(trials)]
        return subprocess.run(done, cwd=place, capture_output=True, text=True)

    assert tune(1).returncode == 0
    size = (place / "runs" / "tiny.study.db").stat().st_size
    full = tune(1000, "-c", LIMITED.format(size))
    assert full.returncode == 2
    assert full.stderr.startswith("Error: The study file ")
    assert full.stderr.count("\n") == 1
    assert tune(2).returncode == 0
    sound(place)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.slow
def test_a_signal_ends_a_search_and_its_study_goes_on(place, number):
    pytest.importorskip("optuna")
    command = [*COMMAND[:3], "tune", *COMMAND[4:], "--network", "linear"]
    process = subprocess.Popen(
        [*command, "--trials", "1000"],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    wait_for(process, "trial    2/")
    process.send_signal(number)
    told, errors = process.communicate(timeout=120)
    assert process.returncode == 128 + number, told + errors
    assert "Traceback" not in errors
    assert "Best trial" not in told
    again = [*command, "--trials", "3"]
    done = subprocess.run(again, cwd=place, capture_output=True, text=True, check=True)
    assert "Best trial" in done.stdout
    sound(place)


@pytest.mark.slow
def test_ctrl_c_twice_keeps_the_run_and_skips_the_diagnosis(place):
    process = start(place, *LONG)
    wait_for(process, "epoch")
    process.send_signal(signal.SIGINT)
    # Told at once, before the training has ended.
    wait_for(process, "Stopping; judging epoch")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert errors == ""
    run = sound(place)
    assert run.record["verdict"]["quality"].startswith("It gets")
    assert run.record["diagnosis"]["left_out"] == {"the whole diagnosis": "interrupted"}


@pytest.mark.slow
def test_no_room_anywhere_still_tells_the_verdict(place):
    (place / "tmp").mkdir()
    process = start(place, most=10_000, TMPDIR=str(place / "tmp"))
    told, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "judged, but not saved" in told
    assert "The network is" in told
    assert errors.startswith("Error: ")
    assert "Traceback" not in errors
    assert not (place / "runs").exists()
    assert not list((place / "tmp").iterdir())


@pytest.mark.slow
def test_a_report_that_finds_no_room_leaves_the_run_complete(place):
    process = start(place, most=30_000)
    told, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "the run is saved, but not its" in told
    run = sound(place)
    assert run.record["verdict"]["quality"].startswith("It gets")
    assert not (run.path / "report.html").exists()
    assert not list(run.path.glob(".*"))


def test_a_folder_that_can_not_be_written_is_told_before_training(place):
    (place / "file").write_text("mine")
    told, errors = start(place, *SMALL, "--out", "file/runs").communicate(timeout=120)
    assert "Baseline" not in told
    assert errors.startswith("Error: ")
    assert errors.count("\n") == 1


def test_killed_after_training_the_run_is_there(place):
    process = start(place)
    wait_for(process, "Looking for what is wrong")
    process.kill()
    process.communicate()
    assert sound(place).record["verdict"] is None


@pytest.mark.slow
def test_a_folder_that_fills_up_sends_the_run_elsewhere(place):
    code = (
        "import pathlib; from kerata.workbench.runs import store\n"
        "whole = store.save_with\n"
        "def full(model, preparation, path, **more):\n"
        "    if 'runs' in pathlib.Path(path).parts: raise OSError(28, 'No space left on device')\n"
        "    whole(model, preparation, path, **more)\n"
        "store.save_with = full\n"
        "from kerata.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *COMMAND[3:], *SMALL],
        cwd=place,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    )
    assert "No space left on device" in done.stdout, done.stderr
    assert "Traceback" not in done.stderr
    found = list(place.glob("kerata-*/tiny/model.keras"))
    assert len(found) == 1
    assert runs.load("tiny", found[0].parent.parent).model is not None


@pytest.mark.slow
def test_two_trainings_of_one_name_both_keep_theirs(place):
    first, second = start(place), start(place)
    for process in (first, second):
        _, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
    names = sorted(run.name for run in runs.all(place / "runs"))
    assert names == ["tiny", "tiny-2"]
    for name in names:
        assert json.loads((place / "runs" / name / "run.json").read_text())["name"] == name


def test_one_of_two_folders_is_always_in_its_place(tmp_path):
    place, new = tmp_path / "run", tmp_path / "new"
    for folder in (place, new):
        folder.mkdir()
        (folder / "whose").write_text(folder.name)
    assert files.exchange(new, place)
    assert (place / "whose").read_text() == "new"
    assert (new / "whose").read_text() == "run"
    files.replace_folder(new, place)
    assert (place / "whose").read_text() == "run"
    assert not new.exists()


def test_without_an_exchange_a_failed_rename_puts_the_old_folder_back(tmp_path, monkeypatch):
    place = tmp_path / "run"
    place.mkdir()
    (place / "whose").write_text("old")
    monkeypatch.setattr(files, "exchange", lambda one, other: False)
    with pytest.raises(FileNotFoundError):
        files.replace_folder(tmp_path / "missing", place)
    assert (place / "whose").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_what_dead_processes_left_is_cleaned_and_that_of_living_ones_stays(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    owner = files._OWNER
    left = tmp_path / f".wine.{owner.format(dead.pid)}.ab12.part"
    left.mkdir()
    (left / "model.keras").write_bytes(b"half")
    living = tmp_path / f".wine.{owner.format(os.getppid())}.ab12.part"
    living.mkdir()
    elsewhere = tmp_path / ".wine.other~1.ab12.part"
    elsewhere.write_bytes(b"of another machine")
    files.unfinished(tmp_path / "wine")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([living.name, elsewhere.name])


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "real" / "there.txt")
    files.write_beside(link, lambda file: file.write(b"one"))
    files.write_beside(link, lambda file: file.write(b"two"))
    assert link.is_symlink()
    assert (tmp_path / "real" / "there.txt").read_bytes() == b"two"


@pytest.mark.slow
def test_killed_at_any_moment_there_is_a_whole_run_or_none(place):
    for moment in np.linspace(0.2, 6, 12):
        process = start(place, *SMALL, "--overwrite")
        time.sleep(moment)
        process.kill()
        process.communicate()
        for run in runs.all(place / "runs"):
            assert run.model is not None
    process = start(place, *SMALL, "--overwrite")
    process.communicate()
    sound(place)


@pytest.mark.slow
def test_a_folder_that_a_dead_process_had_moved_aside_comes_back(place, tmp_path):
    start(place).communicate()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    folder = tmp_path / "runs"
    (folder / "tiny").rename(folder / f".tiny.{files._OWNER.format(dead.pid)}.ab12.old")
    assert [run.name for run in runs.all(folder)] == ["tiny"]
    sound(place)


@pytest.mark.slow
def test_a_signal_while_training_again_keeps_what_was_trained(place):
    began = time.perf_counter()
    _, errors = start(place, "--network", "linear", "--epochs", "2", "--folds", "1").communicate(
        timeout=120
    )
    assert not errors
    whole = time.perf_counter() - began
    config = place / "runs" / "tiny" / "config.json"
    told = json.loads(config.read_text())
    told |= {"epochs": 100_000, "options": {"patience": 99_999}}
    config.write_text(json.dumps(told))
    process = subprocess.Popen(
        [sys.executable, "-m", "kerata", "rerun", "tiny"],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # It tells nothing meanwhile; by then it has begun to train, however busy the machine is.
    time.sleep(1.5 * whole)
    process.send_signal(signal.SIGTERM)
    told, errors = process.communicate(timeout=120)
    assert process.returncode == 143, errors
    assert "Stopping; judging epoch" in told
    assert sound(place, "tiny-again").record["verdict"] is None
