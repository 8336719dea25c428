"""Rows that a network was trained on are told again, and its file is never believed."""

import shutil

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench import runs  # noqa: E402  # after the check for pandas
from kerata.workbench.core.task import Task  # noqa: E402
from kerata.workbench.data.containers import Images, Texts  # noqa: E402
from kerata.workbench.runs import seen_rows  # noqa: E402
from kerata.workbench.runs.inference import evaluate_source  # noqa: E402
from kerata.workbench.runs.seen_rows import SeenRows, marks_of, read_seen  # noqa: E402

from .conftest import rows  # noqa: E402


def test_the_training_file_says_how_many_rows_were_trained_on(run, trained, place):
    found = evaluate_source(run, place / "fruit.csv")
    frame = pandas.read_csv(place / "fruit.csv")
    cells = frame[["size", "town", "kind"]].astype(str).agg("|".join, axis=1)
    train = set(cells[trained.rows["train"]])
    stopped = set(cells[trained.rows["validation"]]) - train
    count, more = cells.isin(train).sum(), cells.isin(stopped).sum()
    assert found.trained_on == (
        f"{count} of the 200 rows equal rows that the network was trained on, and {more} equal "
        "rows by which its training was stopped: how they are answered says nothing about new "
        "rows."
    )
    assert found.unseen_rows == 200 - count - more
    assert found.unseen["accuracy"] == pytest.approx(trained.metrics["accuracy"], abs=0.05)


def test_part_of_it_in_another_order_with_other_columns(run, trained, place, tmp_path):
    frame = pandas.read_csv(place / "fruit.csv").iloc[trained.rows["train"]]
    some = frame.sample(30, random_state=1)[["kind", "town", "size"]].assign(extra=1)
    some.to_csv(tmp_path / "some.csv", index=False, sep=";")
    found = evaluate_source(run, tmp_path / "some.csv")
    assert found.trained_on.startswith("All 30 rows equal rows that the network was trained on:")
    assert found.unseen_interval is None


def test_new_rows_and_rows_of_another_class_are_new(run, place, tmp_path):
    new = rows(80, seed=5).assign(size=lambda frame: frame["size"] + 0.0001)
    new.to_csv(tmp_path / "new.csv", index=False)
    assert evaluate_source(run, tmp_path / "new.csv").trained_on == ""
    frame = pandas.read_csv(place / "fruit.csv")
    frame["kind"] = np.where(frame["kind"] == "pear", "apple", "pear")
    frame.to_csv(tmp_path / "turned.csv", index=False)
    assert evaluate_source(run, tmp_path / "turned.csv").trained_on == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"KERATA01",
        b"OTHERONE" + np.array([1, 0, 0], "<u8").tobytes(),
        b"KERATA01" + np.array([1, 2**61, 5], "<u8").tobytes(),
        b"KERATA01" + np.array([0, 0, 0], "<u8").tobytes(),
        b"KERATA01" + np.array([3, 0, 0], "<u8").tobytes(),
    ],
    ids=["empty", "no numbers", "another mark", "too long", "none kept", "no power of 2"],
)
def test_a_stranger_s_file_is_measured_before_it_is_believed(run, place, tmp_path, content):
    folder = shutil.copytree(run.path, tmp_path / "gift")
    (folder / "rows.bin").write_bytes(content)
    with pytest.raises(ValueError, match=r"rows\.bin is damaged"):
        read_seen(folder)
    found = evaluate_source(runs.load(folder), place / "fruit.csv")
    assert found.trained_on == ""
    assert any("is unknown" in note for note in found.notes)


def test_a_run_of_before_says_nothing(run, place, tmp_path):
    folder = shutil.copytree(run.path, tmp_path / "old")
    (folder / "rows.bin").unlink()
    found = evaluate_source(runs.load(folder), place / "fruit.csv")
    assert (found.trained_on, found.notes) == ("", evaluate_source(run, place / "fruit.csv").notes)


def test_the_file_is_bounded(trained, place, tmp_path, monkeypatch):
    monkeypatch.setattr(seen_rows, "MOST", 60)
    seen_rows.write_seen(trained, tmp_path)
    seen = read_seen(tmp_path)
    assert seen is not None
    assert seen.every >= 4
    assert len(seen.train) + len(seen.validation) <= 60
    truth = trained.task.encode(trained.train.frame["kind"])
    marks = marks_of(trained.train, trained.columns, trained.task, truth)
    asked, train, _ = seen.find(marks)
    assert 0 < asked.sum() < len(marks)
    np.testing.assert_array_equal(asked, train)
    assert seen_rows.seen_sentence(seen, marks).startswith("About 136 of the 136 rows equal")


def test_texts_and_images_have_marks_of_their_own():
    task = Task("classes", "class", ["a", "b", "c"], "")
    truth = np.array([0, 1, 0])
    texts = Texts(["x", "y", "x"], ["a", "b", "a"], ["1", "2", "3"])
    pixels = np.zeros((3, 2, 2, 1), np.uint8)
    pixels[1] = 7
    for data in (texts, Images(pixels, ["a", "b", "a"], ["1", "2", "3"])):
        first, second, third = marks_of(data, None, task, truth)
        assert first == third != second
    other = marks_of(texts, None, task, np.array([2, 1, 0]))
    assert other[0] != other[2]
    assert SeenRows(other[:1], other[1:2]).find(other)[1].tolist() == [True, False, False]
