"""``kerata data``: the table of data sets, fetching one, mistakes."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def kerata_data(tmp_path):
    """Give a function that runs the command with folders of its own and no network."""
    own = tmp_path / "own"
    own.mkdir()
    folders = {"KERATA_DATA": str(own), "KERATA_HOME": str(tmp_path / "home")}
    offline = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https")}

    def run(*args):
        return subprocess.run(
            [sys.executable, "-c", "from kerata.cli.main import main; main()", "data", *args],
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": "160", "no_proxy": "", **offline, **folders},
        )

    return own, tmp_path / "home" / "datasets", run


def test_the_table_says_what_is_here(kerata_data):
    own, cache, run = kerata_data
    (own / "imdb.npz").write_bytes(b"...")
    cache.mkdir(parents=True)
    (cache / "mnist.npz").write_bytes(b"...")
    (cache / "adult.data").write_bytes(b"one of two files")
    done = run()
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    assert "cached" in rows["mnist"]
    assert " KERATA_DATA " in rows["imdb"]
    assert " no " in rows["adult"]
    assert " scikit-learn " in rows["digits"]
    for words in ("fashion_mnist", "MIT", "30.9 MB", "Zalando"):
        assert words in rows["fashion_mnist"]
    assert set(rows) >= {"reuters", "boston_housing", "california_housing", "cifar10", "cifar100"}
    assert str(cache) in done.stdout


def test_fetching_what_is_here_says_where(kerata_data):
    own, _, run = kerata_data
    (own / "BostonHousing.csv").write_bytes(b"x" * 2000)
    done = run("boston_housing")
    assert done.returncode == 0, done.stderr
    assert f"{own / 'BostonHousing.csv'}  2.0 kB" in done.stdout


def test_without_a_network_one_sentence(kerata_data):
    _, cache, run = kerata_data
    done = run("cifar10")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz by hand" in done.stderr
    assert str(cache) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(cache.glob("*")) or not list(cache.rglob("*.part"))


def test_an_unknown_name(kerata_data):
    _, _, run = kerata_data
    done = run("mnits")
    assert done.returncode == 2
    assert "Did you mean 'mnist'" in done.stderr
