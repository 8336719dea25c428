"""A run's files that are pipes, sockets, folders, devices or links elsewhere: one sentence each."""

import os
import shutil
import signal
import socket

import pytest

from kerata import saving
from kerata.utils.image_files import load_img
from kerata.workbench import runs
from kerata.workbench.data.schema import load_overrides
from kerata.workbench.runs.run import look_through

if not hasattr(os, "mkfifo"):
    pytest.skip("no pipes with names", allow_module_level=True)


def pipe(path):
    os.mkfifo(path)


def folder(path):
    path.mkdir()


def device(path):
    path.symlink_to("/dev/zero")


def unix_socket(path):
    with socket.socket(socket.AF_UNIX) as opened, pytest.MonkeyPatch.context() as patch:
        # The names of sockets are short.
        patch.chdir(path.parent)
        opened.bind(path.name)


def link_elsewhere(path):
    outside = path.parents[2] / f"outside-{path.name}"
    shutil.copy(path.parents[1] / "whole" / path.name, outside)
    path.symlink_to(outside)


def far_too_large(path):
    with open(path, "wb") as file:
        file.truncate(1 << 40)


KINDS = (pipe, folder, device, unix_socket, link_elsewhere, far_too_large)


@pytest.fixture(autouse=True)
def alarm():
    def handler(number, frame):
        raise AssertionError("it waits for ever")

    before = signal.signal(signal.SIGALRM, handler)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def put(run, tmp_path):
    """Put something in the place of a file of a run."""
    place = tmp_path / "runs"
    shutil.copytree(run.path, place / "whole")
    shutil.copytree(run.path, place / "bad")

    def replace(name, kind):
        (place / "bad" / name).unlink()
        kind(place / "bad" / name)
        return place

    return replace


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.one_in(3)
def test_records(put, kind):
    place = put("run.json", kind)
    found, damaged = look_through(place)
    assert [run.name for run in found] == ["whole"]
    assert len(damaged) == 1
    assert "run.json" in damaged[0]
    with pytest.raises(ValueError, match=r"run\.json"):
        runs.load("bad", place)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("config.json", lambda run: run.config),
        ("history.csv", lambda run: run.history),
        ("test_predictions.csv", lambda run: run.answers()),
        ("model.keras", lambda run: run.model),
    ],
)
def test_other_files(put, name, read, kind):
    run = runs.load("bad", put(name, kind))
    with pytest.raises(ValueError, match=name) as found:
        read(run)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("kind", [pipe, device, unix_socket])
@pytest.mark.parametrize("read", [saving.load_model, load_img, load_overrides])
def test_other_readers(tmp_path, kind, read):
    path = tmp_path / "columns.keras"
    kind(path)
    with pytest.raises(ValueError, match=r"columns\.keras is a|a plain file is expected"):
        read(path)
