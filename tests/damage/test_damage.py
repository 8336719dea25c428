"""Files with damaged bytes: each is read, or refused in one sentence, within time and memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

PROGRAM = Path(__file__).with_name("damage.py")
ALL = ("keras", "h5", "weights.h5", "feather", "parquet", "npz", "run")


def outcomes(folder, seed, count, *kinds, timeout):
    """Give the numbers of files that were read and refused; nothing else may happen."""
    words = [sys.executable, str(PROGRAM), str(folder), str(seed), str(count), *kinds]
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=timeout, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    *others, totals = done.stdout.strip().splitlines()
    assert not others
    return json.loads(totals)


def test_a_few_of_each_kind(tmp_path):
    found = outcomes(tmp_path, 1, 6, *ALL, timeout=240)
    assert found["read"] + found["refused"] == 6 * len(ALL)
    assert found["refused"] > 6


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("seed", range(3))
def test_many_of_each_kind(tmp_path, kind, seed):
    found = outcomes(tmp_path, seed, 150, kind, timeout=900)
    assert found["refused"] > 10
