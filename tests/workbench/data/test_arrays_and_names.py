"""Arrays in .npz files, and data sets by name."""

import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pandas")

from kerata.workbench.core.task import choose_task
from kerata.workbench.data import read_source
from kerata.workbench.data.named import NAMED, _digest


def test_rows_of_numbers_become_a_table(tmp_path):
    x = np.array([[1.0, np.inf], [2.0, 3.0]])
    np.savez(tmp_path / "data.npz", x=x, y=[[0], [1]])
    source = read_source(tmp_path / "data.npz")
    assert (source.kind, source.target, source.test) == ("table", "target", None)
    frame = source.train.frame
    assert list(frame.columns) == ["x1", "x2", "target"]
    assert frame["x2"].isna().tolist() == [True, False]
    assert frame["target"].tolist() == [0, 1]
    np.savez(tmp_path / "labels.npz", x=x, y=np.array([[1, 0, 1], [0, 1, 0]]))
    frame = read_source(tmp_path / "labels.npz").train.frame
    task = choose_task(frame["target"], "target", "labels")
    assert task.encode(frame["target"]).tolist() == [[1, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize("top", [1, 16, 255])
def test_images_and_their_test_set(tmp_path, top):
    levels = np.array([0, 0.5, 1]).repeat(4).reshape(3, 2, 2) * top
    np.savez(tmp_path / "d.npz", x_train=levels, y_train=[3, 4, 3], x_test=levels, y_test=[4, 4, 4])
    source = read_source(tmp_path / "d.npz")
    assert source.kind == "images"
    assert source.train.images.shape == (3, 2, 2, 1)
    assert source.train.images[:, 0, 0, 0].tolist() == [0, 128, 255]
    assert source.train.labels == ["3", "4", "3"]
    assert source.test.labels == ["4", "4", "4"]


def test_texts_in_an_array(tmp_path):
    np.savez(tmp_path / "d.npz", texts=np.array(["good", "bad"]), labels=np.array(["+", "-"]))
    source = read_source(tmp_path / "d.npz")
    assert (source.kind, source.train.texts, source.train.labels) == (
        "texts",
        ["good", "bad"],
        ["+", "-"],
    )


BAD = {
    "other names": ({"a": [1]}, r"has a; x and y are expected"),
    "no targets": ({"x": [[1]]}, r"no y to learn"),
    "lengths": ({"x": [[1], [2]], "y": [1]}, r"2 rows in x but 1 in y"),
    "empty": ({"x": np.zeros((0, 2)), "y": []}, r"no rows"),
    "shape": ({"x": np.zeros(3), "y": [1, 2, 3]}, r"shape \(3,\)"),
    "negative": ({"x": -np.ones((2, 2, 2)), "y": [1, 2]}, r"pixels below 0"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_arrays(tmp_path, name):
    arrays, said = BAD[name]
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(ValueError, match=said):
        read_source(tmp_path / "bad.npz")


def test_a_damaged_archive_of_arrays_is_named(tmp_path):
    path = tmp_path / "bad.npz"
    np.savez(path, x=np.zeros((50, 50)), y=np.zeros(50))
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ValueError, match=r"bad\.npz.*damaged"):
        read_source(path)


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "xor"])
def test_points(name):
    source = read_source(name)
    assert source.target == "target"
    assert choose_task(source.train.frame["target"], "target").kind == "binary"


def test_digits():
    pytest.importorskip("sklearn")
    source = read_source("digits")
    assert source.train.images.shape == (1437, 8, 8, 1)
    assert source.train.images.max() == 255
    assert len(source.test) == 360
    assert source.train.labels[0] in "0123456789"


def test_names():
    with pytest.raises(FileNotFoundError, match=r"Did you mean 'moons'"):
        read_source("mons")
    with pytest.raises(ValueError, match=r"leave out the target 'y'"):
        read_source("digits", target="y")
    assert read_source("xor", target="x1").target == "x1"
    assert {"imdb", "reuters", "mnist", "adult", "boston_housing"} < set(NAMED)


REAL = {
    "adult": ("adult.data.gz", 32561, 16281),
    "boston": ("BostonHousing.csv", 404, 102),
    "mnist": ("mnist.npz", 60000, 10000),
    "reuters": ("reuters21578.tar.gz", 8982, 2246),
}


@pytest.mark.parametrize("name", list(REAL))
def test_real_data(name, tmp_path, monkeypatch):
    file, train, test = REAL[name]
    if not (Path(os.environ.get("KERATA_DATA", "/nowhere")) / file).is_file():
        pytest.skip("KERATA_DATA names no folder with it")
    monkeypatch.setenv("KERATA_HOME", str(tmp_path))
    source = read_source(name)
    assert (len(source.train), len(source.test)) == (train, test)
    if name == "reuters":
        assert source.train.labels[:4] == ["earn", "acq", "earn", "acq"]
        assert source.train.texts[3].startswith("The U.S.") or len(source.train.texts[3]) > 20
    if name == "adult":
        assert source.train.frame["workclass"].isna().sum() == 1836
        assert source.test.frame["income"].value_counts()[">50K"] == 3846


def test_tables_of_objects_are_known_by_their_values():
    one, same = (np.array([["".join(["a", "b"]), 1000.5 + i]], object) for i in (0, 0))
    assert one[0, 0] is not same[0, 0]
    assert _digest(one) == _digest(same)
    same[0, 0] = "b"
    assert _digest(one) != _digest(same)
