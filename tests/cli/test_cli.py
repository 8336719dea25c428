"""The command as a user types it, in processes of its own."""

import os
import re
import signal
import subprocess
import sys

import pytest


def kerata(*args, **env):
    return subprocess.run(
        [sys.executable, "-c", "from kerata.cli.main import main; main()", *args],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", **env},
    )


def test_version_and_help_do_not_wait_for_jax():
    code = (
        "import sys, kerata.cli.main as m\n"
        "try: m.main()\n"
        "except SystemExit: pass\n"
        "assert 'jax' not in sys.modules and 'rich' not in sys.modules, 'heavy imports'\n"
    )
    for option in ("--version", "--help"):
        done = subprocess.run([sys.executable, "-c", code, option], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"kerata \d+\.\d+\.\d+\n", kerata("--version").stdout)
    assert "kerata train digits" in kerata("--help").stdout


def test_training_prints_a_verdict_and_keeps_the_run(tmp_path):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    small = ("train", "digits", "--epochs", "2", "--network", "linear", "--out", str(tmp_path))
    done = kerata(*small)
    assert done.returncode == 0, done.stderr
    assert "epoch 1/2" in done.stdout
    assert "test rows right" in done.stdout
    assert "95% interval" in done.stdout
    assert "Verdict" in done.stdout
    pictures = {path.name for path in (tmp_path / "digits" / "pictures").iterdir()}
    assert {"curve_loss.png", "confusion.png"} <= pictures
    assert "digits" in kerata("show", "digits", "--folder", str(tmp_path)).stdout


@pytest.mark.slow
def test_same_seed_same_result_told_or_quiet(tmp_path):
    pytest.importorskip("sklearn")
    small = ("train", "digits", "--epochs", "1", "--option", "filters=4", "--out", str(tmp_path))
    told = kerata(*small).stdout
    quiet = kerata(*small, "--quiet").stdout
    assert "epoch 1/1" in told
    assert "epoch 1/1" not in quiet
    assert quiet.split("Saved")[0].strip() in told
    # The second run takes a free name.
    assert (tmp_path / "digits-2").is_dir()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("train", "digts"), ["digts", "Did you mean 'digits'?"]),
        (("train", "digits", "--epochs", "0"), ["epochs", "at least 1"]),
        (("train", "digits", "--epochs", "many"), ["integer", "epochs"]),
        (("train", "digits", "--batch-size", "-3"), ["--batch-size", "-3"]),
        (("trian", "digits"), ["trian"]),
        (("train",), ["source"]),
    ],
)
def test_mistakes_end_with_a_sentence_and_code_2(args, words, tmp_path):
    done = kerata(*args, *(["--out", str(tmp_path / "x")] if len(args) > 1 else []))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert not (tmp_path / "x").exists() or not list((tmp_path / "x").iterdir())


@pytest.mark.slow
def test_a_folder_that_cant_be_written_is_found_before_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = kerata("train", "digits", "--out", str(tmp_path / "file" / "sub"))
    assert done.returncode == 2
    assert "file" in done.stderr
    assert "epoch" not in done.stdout
    assert "Traceback" not in done.stderr
    assert "Traceback" in kerata("--debug", "train", "nothing").stderr


@pytest.mark.slow
def test_ctrl_c_ends_with_a_sentence(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", "from kerata.cli.main import main; main()"]
        + ["train", "digits", "--epochs", "100000", "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in errors
    # What was trained until then is kept.
    assert (tmp_path / "digits" / "model.keras").is_file()


def test_doctor_finds_a_working_installation(tmp_path):
    done = kerata("doctor", KERATA_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "jaxlib" in done.stdout
    assert "CPU" in done.stdout
    assert str(tmp_path) in done.stdout.replace("\n", "")
    assert "straight line was learned" in done.stdout
