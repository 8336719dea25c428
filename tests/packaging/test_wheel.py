"""The wheel, installed into an empty environment of each Python that is here."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def run(*command, cwd=None):
    # Another JAX may not know the flags of the tests, nor another Python its path.
    own = ("XLA_FLAGS", "PYTHONPATH", "JAX_COMPILATION_CACHE_DIR")
    environment = {name: value for name, value in os.environ.items() if name not in own}
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        timeout=900,
    )
    return done.returncode, done.stdout + done.stderr


def find(version):
    """Give a Python of a version: on the path, or among those that pyenv keeps."""
    kept = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    for python in (shutil.which(f"python{version}"), *sorted(kept)):
        if python and run(python, "--version")[0] == 0:
            return python
    return None


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    code, said = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", folder, ROOT)
    if code and any(sign in said for sign in ("Connection", "Could not find", "No matching")):
        pytest.skip("hatchling can't be fetched here")
    assert code == 0, said
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.slow
def test_the_wheel_has_programs_and_pages_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "kerata/examples/figures.json" in names
    assert "kerata/examples/imdb.py" in names
    assert any(n.startswith("kerata/web/") and n.endswith(".css") for n in names)
    assert "kerata/py.typed" in names
    assert all(n.startswith(("kerata/", "kerata-")) for n in names)


@pytest.mark.slow
@pytest.mark.parametrize("version", PYTHONS)
def test_it_runs_in_an_empty_environment(wheel, version, tmp_path):
    python = find(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    code, said = run(python, "-m", "venv", tmp_path / "env")
    assert code == 0, said
    bin = tmp_path / "env" / "bin"
    code, said = run(bin / "pip", "install", "-q", wheel)
    assert code == 0, said
    # The core alone: the one extra that is missing is named.
    code, said = run(bin / "kerata", "train", "digits", cwd=tmp_path)
    assert code == 2
    assert "pip install 'kerata[" in said
    assert "Traceback" not in said
    code, said = run(bin / "kerata", "gallery", cwd=tmp_path)
    assert code == 0
    assert "imdb" in said
    code, said = run(bin / "pip", "install", "-q", f"{wheel}[board]")
    assert code == 0, said
    code, said = run(bin / "kerata", "train", "digits", "--quiet", cwd=tmp_path)
    assert code == 0, said
    assert "test rows right" in said
