"""Every example runs in its quick form on the real data, and the table of figures is right."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from kerata.cli import gallery
from kerata.datasets.catalogue import entry

FOLDER = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.py"))
# These differ from a program that is always tried in a layer only, or compile for long.
SLOW = {
    *("mnist_cnn_without_pooling", "mnist_vanilla_cnn", "mnist_linear", "mnist_l2"),
    *("mnist_dropout", "mnist_two_hidden", "mnist_cnn"),
    *("reuters_bottleneck", "imdb_overfit", "imdb_grid", "imdb_lstm", "imdb_transformer"),
    *("cifar10_augmentation", "dates_transformer"),
}
# What the quick form must reach: well above guessing, far from the whole training's figure.
FLOORS = {
    "adult_wide_deep": 0.77,
    "imdb": 0.52,
    "mnist_cnn": 0.4,
    "mnist_dense": 0.65,
    "mnist_dropout": 0.5,
    "mnist_l2": 0.65,
    "mnist_linear_normalised": 0.35,
    "mnist_two_hidden": 0.65,
    "reuters": 0.25,
}


def needs(source):
    """Skip where a data set that a program loads is not on this machine."""
    for name in re.findall(r"datasets\.(\w+)\.load_data", source):
        if entry(name).located() is None:
            pytest.skip(f"{name} is not here; fetch it: kerata data {name}")


@pytest.mark.parametrize(
    "name",
    [pytest.param(p, marks=[pytest.mark.slow] if p in SLOW else []) for p in PROGRAMS],
)
def test_a_program_runs(name, tmp_path, monkeypatch, capsys):
    needs((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--quick"])
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    told = capsys.readouterr().out
    for accuracy in re.findall(r"test accuracy ([\d.]+)", told):
        assert FLOORS.get(name, 0) <= float(accuracy) <= 1
    document = figures(name)["document"]
    if document and "of" not in document:
        assert document in told
    pictures = [Path(word) for word in told.split() if word.endswith(".png")]
    assert all(picture.stat().st_size > 1000 for picture in pictures)
    assert ("picture" in told) == bool(pictures)


def figures(name):
    return next(one for one in gallery.examples() if one["name"] == name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_short_and_in_the_table(name):
    assert len((FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()) < 60
    assert figures(name)["what"]


def test_the_table_names_no_other_program():
    assert sorted(one["name"] for one in gallery.examples()) == PROGRAMS


def test_the_page_holds_the_table():
    page = (FOLDER.parent / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert gallery.markdown() in page
