"""``kerata gallery``: the table, a program, mistakes."""

import subprocess
import sys


def gallery(folder, *args):
    code = "from kerata.cli.main import main; main()"
    command = [sys.executable, "-c", code, "gallery", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


def test_the_table_has_both_figures(tmp_path):
    done = gallery(tmp_path, "--markdown")
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "[imdb]" in line]
    assert "0.8845" in line
    assert gallery(tmp_path).stdout.count("MNIST") >= 6


def test_a_program_runs(tmp_path):
    done = gallery(tmp_path, "linear_scores")
    assert done.returncode == 0, done.stderr
    assert "hinge loss with margin 10: 8.0; document: 8" in done.stdout


def test_an_unknown_program(tmp_path):
    done = gallery(tmp_path, "mons")
    assert done.returncode == 2
    assert "Did you mean 'moons'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_option_that_the_program_does_not_have(tmp_path):
    for name, has in (("moons", "--quick"), ("logic_gates", "none")):
        done = gallery(tmp_path, name, "--fast")
        assert done.returncode == 2
        assert f"has no option '--fast'; it has {has}." in done.stderr
