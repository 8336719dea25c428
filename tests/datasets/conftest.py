"""Folders of data: an empty pair for made files, and the user's own for the real ones."""

import os
from pathlib import Path

import pytest

GIVEN = os.environ.get("KERATA_DATA")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Give empty folders: (the user's data, the cache's data sets)."""
    own, home = tmp_path / "own", tmp_path / "home"
    own.mkdir()
    monkeypatch.setenv("KERATA_DATA", str(own))
    monkeypatch.setenv("KERATA_HOME", str(home))
    return own, home / "datasets"


@pytest.fixture
def real(monkeypatch, tmp_path_factory):
    """Give a function that skips the test where the user's folder lacks a file."""
    if GIVEN is None:
        pytest.skip("KERATA_DATA names no folder with the real data sets")
    monkeypatch.setenv("KERATA_DATA", GIVEN)
    # One for all tests of a run: what was parsed once is kept.
    home = tmp_path_factory.getbasetemp() / "parsed-real-data"
    monkeypatch.setenv("KERATA_HOME", str(home))

    def need(*names):
        for name in names:
            if not (Path(GIVEN) / name).is_file():
                pytest.skip(f"KERATA_DATA has no {name}")

    return need
