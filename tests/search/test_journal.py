"""A search that was killed goes on where it was, with the same results."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kerata import search
from kerata.search.program_group import ProgramGroup

SPACE = {"learning_rate": [0.05, 0.2], "epochs": [1, 2]}
ARGUMENTS = {"folds": 2, "batch_size": 8, "verbose": 0}


@pytest.fixture
def trained(monkeypatch):
    """Count the trainings that a search does."""
    found = []
    begin = ProgramGroup._begin

    def counted(self, task, trainer):
        found.append((task.trial, task.split))
        begin(self, task, trainer)

    monkeypatch.setattr(ProgramGroup, "_begin", counted)
    return found


def test_what_is_finished_is_not_trained_again(small, data, tmp_path, trained):
    path = tmp_path / "logs" / "search.jsonl"
    first = search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    assert len(set(trained)) == 4
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 5
    # One line lost, another torn.
    path.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    trained.clear()
    again = search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    assert len(set(trained)) == 2
    np.testing.assert_array_equal(again.scores(), first.scores())
    assert len(path.read_text().splitlines()) == 5
    trained.clear()
    wider = {"learning_rate": [0.05, 0.2, 0.1], "epochs": [1, 2]}
    search.grid(small, wider, *data, journal=path, **ARGUMENTS)
    assert len(set(trained)) == 2
    assert again.to_pandas()["parameters"].tolist() == first.to_pandas()["parameters"].tolist()


def test_errors_are_remembered(small, data, tmp_path, trained):
    path = tmp_path / "search.jsonl"
    space = {"units": [3, 0], "learning_rate": [1e30]}
    first = search.grid(small, space, *data, journal=path, epochs=2, **ARGUMENTS)
    trained.clear()
    again = search.grid(small, space, *data, journal=path, epochs=2, **ARGUMENTS)
    assert again.errors == first.errors
    assert not trained


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"seed": 1}, "the splits or the seed differs"),
        ({"folds": 3}, "the splits or the seed differs"),
        ({"y": 0}, "the data differs"),
        ({"build": 0}, "the builder and"),
    ],
    ids=lambda v: v if isinstance(v, str) else next(iter(v)),
)
def test_another_search_is_refused(small, data, tmp_path, change, what):
    path = tmp_path / "search.jsonl"
    arguments = {"build": small, "x": data[0], "y": data[1], "journal": path} | ARGUMENTS
    search.cross_validate(**arguments)
    if "y" in change:
        change = {"y": 1 - data[1], "seed": 0, "stratify": False}
        what = "is the journal of another search: the data and"
    if "build" in change:
        change = {"build": lambda: small(), "seed": 1}
    with pytest.raises(ValueError, match=what):
        search.cross_validate(**arguments | change)


def test_a_file_that_is_no_journal_is_left_alone(small, data, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n")
    with pytest.raises(ValueError, match="not the journal of a search"):
        search.cross_validate(small, *data, journal=path, **ARGUMENTS)
    assert path.read_text() == "my notes\n"


PROGRAM = """
import sys
import numpy as np
sys.path.insert(0, {folder!r})
from conftest import X, Y, small
from kerata import search
space = {{"learning_rate": list(np.linspace(0.01, 0.1, 12)), "l2": [0.01, 0.1]}}
results = search.grid(
    small, space, X, Y, folds=3, epochs=400, batch_size=8, verbose=0, journal={journal!r}
)
print(results.scores().tolist())
"""


@pytest.mark.slow
def test_a_killed_search_goes_on(tmp_path):
    def start(journal):
        code = PROGRAM.format(folder=str(Path(__file__).parent), journal=str(journal))
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)

    journal = tmp_path / "search.jsonl"
    killed = start(journal)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and killed.poll() is None:
        if journal.exists() and journal.read_bytes().count(b"\n") > 5:
            break
        time.sleep(0.005)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    before = journal.read_bytes().splitlines(keepends=True)
    whole = [line for line in before if line.endswith(b"\n")]
    assert 6 <= len(whole) < 73
    told = start(journal).communicate()[0]
    assert journal.read_bytes().startswith(b"".join(whole))
    lines = [json.loads(line) for line in journal.read_bytes().splitlines()]
    assert len({line["key"] for line in lines[1:]}) == len(lines) - 1 == 72
    assert told == start(tmp_path / "other.jsonl").communicate()[0]


def test_somebody_elses_file_is_never_written_to(small, data, tmp_path):
    for content in (b"my notes without an end of line", b"notes\nmore\n", b'{"a": 1}\n', b"\n\n"):
        path = tmp_path / "notes.txt"
        path.write_bytes(content)
        with pytest.raises(ValueError, match="not the journal of a search"):
            search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
        assert path.read_bytes() == content


def test_a_first_line_that_was_torn_is_written_anew(small, data, tmp_path, trained):
    path = tmp_path / "search.jsonl"
    search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    whole = path.read_bytes()
    path.write_bytes(whole[:30])
    search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    assert len(path.read_bytes().splitlines()) == len(whole.splitlines())


def test_a_damaged_line_costs_that_line_alone(small, data, tmp_path, trained):
    path = tmp_path / "search.jsonl"
    first = search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    lines = path.read_bytes().splitlines(keepends=True)
    # A digit of a score, which JSON alone would not notice.
    place = lines[2].index(b"val_loss") + 14
    digit = b"1" if lines[2][place : place + 1] != b"1" else b"2"
    lines[2] = lines[2][:place] + digit + lines[2][place + 1 :]
    path.write_bytes(b"".join(lines))
    trained.clear()
    with pytest.warns(UserWarning, match=r"1 damaged line \(3\)"):
        again = search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    assert len(set(trained)) == 1
    np.testing.assert_array_equal(again.scores(), first.scores())


def test_a_damaged_first_line_costs_nothing_that_the_others_tell(small, data, tmp_path, trained):
    path = tmp_path / "search.jsonl"
    first = search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    head, *lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head.replace(b"the", b"thy") + b"".join(lines))
    trained.clear()
    again = search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    assert not trained
    np.testing.assert_array_equal(again.scores(), first.scores())
    with pytest.raises(ValueError, match="not the journal"):
        search.grid(small, SPACE, *data, journal=path, seed=1, **ARGUMENTS)


def test_a_full_disk_costs_the_journal_and_not_the_search(small, data, tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "search.jsonl"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, before[1]))
    try:
        with pytest.warns(UserWarning, match=r"search could not write .*search\.jsonl"):
            found = search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert np.isfinite(found.scores()).all()
    assert 1 <= len(path.read_bytes().splitlines()) < 5
    # What was written is used.
    again = search.grid(small, SPACE, *data, journal=path, **ARGUMENTS)
    np.testing.assert_array_equal(again.scores(), found.scores())


def test_what_is_no_file_is_no_journal(small, data, tmp_path):
    with pytest.raises(ValueError, match="is no file"):
        search.grid(small, SPACE, *data, journal=tmp_path, **ARGUMENTS)


def test_a_candidate_that_failed_is_not_built_again(small, data, tmp_path):
    path, built = tmp_path / "search.jsonl", []

    def counted(units=3):
        built.append(units)
        return small(units)

    space = {"units": [3, 0]}
    search.grid(counted, space, *data, journal=path, **ARGUMENTS)
    first = built.count(0)
    built.clear()
    again = search.grid(counted, space, *data, journal=path, **ARGUMENTS)
    assert first >= 1
    assert 0 not in built
    assert [bool(error) for error in again.errors] == [False, True]
