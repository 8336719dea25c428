"""Single columns, overrides and what they refuse; leaks that are none."""

import numpy as np
import pytest

pytest.importorskip("pandas")

import pandas

from kerata.workbench.core.task import choose_task
from kerata.workbench.data import read_source
from kerata.workbench.data.column_cells import column_values
from kerata.workbench.data.schema import infer_columns, load_overrides

ROWS = 60
rng = np.random.default_rng(0)
TARGET = rng.integers(0, 2, ROWS).tolist()
WORDS = ["green", "red", "blue", "house", "tree", "river", "stone", "cloud", "winter", "road"]


def sentence(words):
    return " ".join(rng.choice(WORDS, words))


# name: cells, kind
CELLS = {
    "decimals": (rng.normal(size=ROWS).round(3).tolist(), "number"),
    "whole numbers": (rng.integers(0, 90, ROWS).tolist(), "number"),
    "two numbers": (rng.integers(0, 2, ROWS).tolist(), "number"),
    "numbers as text": ([str(n) for n in rng.integers(0, 90, ROWS)], "number"),
    "numbers with a few words": ([*map(str, range(58)), "few", "many"], "number"),
    "numbers with many words": ([*map(str, range(30)), *["few", "many"] * 15], "category"),
    "percent": ([f"{n}%" for n in rng.integers(0, 90, ROWS)], "number"),
    "two units": ([f"{n} {u}" for n in range(30) for u in ("kg", "lb")], "identifier"),
    "words": (rng.choice(["a", "b", "c"], ROWS).tolist(), "category"),
    "codes": (rng.choice(["001", "002"], ROWS).tolist(), "category"),
    "row numbers": (list(range(ROWS)), "identifier"),
    "row numbers mixed up": (rng.permutation(ROWS).tolist(), "identifier"),
    "user id": (rng.permutation(9000)[:ROWS].tolist(), "identifier"),
    "amounts that differ": (rng.permutation(9000)[:ROWS].tolist(), "number"),
    "hashes": ([f"{n:08x}" for n in rng.permutation(10**6)[:ROWS]], "identifier"),
    "sentences": ([sentence(8) for _ in range(ROWS)], "text"),
    "short sentences": ([sentence(4) for _ in range(ROWS)], "text"),
    "one value": (["x"] * ROWS, "constant"),
    "one spelling of a value": (["x", "X "] * (ROWS // 2), "constant"),
    "one number": ([7] * ROWS, "constant"),
    "one value or nothing": (["x", None] * (ROWS // 2), "category"),
    "one number or nothing": ([7, None] * (ROWS // 2), "constant"),
    "nothing": ([None] * ROWS, "nearly empty"),
    "spellings of nothing": (["n/a", "?", ""] * (ROWS // 3), "nearly empty"),
    "infinite numbers": ([np.inf, 1.5, 2.5, -np.inf] * (ROWS // 4), "number"),
    "moments": (pandas.date_range("2024-01-01", periods=ROWS, tz="UTC").tolist(), "date"),
    "whole numbers or nothing": (pandas.array([1, 2, None] * (ROWS // 3), dtype="Int64"), "number"),
    "nearly nothing": ([None] * (ROWS - 2) + ["x", "y"], "nearly empty"),
    "iso days": ([f"2024-02-{1 + n % 28:02d}" for n in range(ROWS)], "date"),
    "iso moments": ([f"2024-02-{1 + n % 28:02d}T0{n % 9}:30:00Z" for n in range(ROWS)], "date"),
    "german days": ([f"{1 + n % 28}.{1 + n % 12}.2023" for n in range(ROWS)], "date"),
    "english days": ([f"{1 + n % 28} May 2{n:03d}" for n in range(ROWS)], "date"),
    "days as numbers": ([20240101 + n % 28 for n in range(ROWS)], "date"),
    "years": (rng.integers(1950, 2020, ROWS).tolist(), "number"),
    "clock times": ([f"{n % 12}:30" for n in range(ROWS)], "number"),
    "nearly consecutive": ([n + n // 50 for n in range(1000, 1000 + ROWS)], "identifier"),
    "zeros for dates": (["0000-01-01", *[f"2{n:03d}-03-04" for n in range(ROWS - 1)]], "date"),
    "zip": (rng.integers(10_000, 99_999, ROWS).tolist(), "category"),
    "truth values": ([bool(n) for n in rng.integers(0, 2, ROWS)], "category"),
}


def frame_of(cells, name="x"):
    return pandas.DataFrame({name: cells, "y": TARGET})


@pytest.mark.parametrize("name", list(CELLS))
def test_kinds(name):
    cells, kind = CELLS[name]
    column, target = infer_columns(frame_of(cells, name), "y")
    assert column.kind == kind
    assert target.kind == "target"
    assert column.name == name
    assert len(column.examples) <= 3


def test_facts():
    cells = ["red", "Red", None, "blue", "red"] * 12
    column, _ = infer_columns(frame_of(cells), "y")
    assert (column.missing, column.distinct) == (12, 3)
    assert column.examples[0] == "red"
    assert column.why == "2 values in 3 spellings"
    values = column_values(frame_of(cells), column)
    assert values.tolist()[:2] == ["red", "red"]
    assert values.isna().sum() == 12
    noisy = [*map(str, range(58)), "few", "many"]
    column, _ = infer_columns(frame_of(noisy), "y")
    assert column.noise == ["few", "many"]
    assert column.missing == 2
    assert column_values(frame_of(noisy), column).isna().sum() == 2


def test_text_where_numbers_should_be_is_named():
    cells = ["1"] * 30 + ["two", "3"] * 15
    with pytest.raises(ValueError, match=r"Row 31 of column 'x' holds 'two' \(and 14 more rows"):
        infer_columns(frame_of(cells), "y", {"x": "number"})
    days = ["2024-01-05"] * 30 + ["soon"] * 30
    with pytest.raises(ValueError, match=r"Row 31 of column 'x' holds 'soon'.* a date"):
        infer_columns(frame_of(days), "y", {"x": "date"})
    learned, _ = infer_columns(frame_of(list(map(str, range(ROWS)))), "y", {"x": "number"})
    new = pandas.DataFrame({"x": ["5", None, "n/a", "five"]})
    with pytest.raises(ValueError, match=r"Row 4 of column 'x' holds 'five'"):
        column_values(new, learned)
    assert column_values(new.iloc[:3], learned).tolist()[0] == 5


def test_overrides():
    frame = frame_of(list(range(ROWS)))
    for kind in ("number", "category", "text"):
        column, _ = infer_columns(frame, "y", {"x": kind})
        assert (column.kind, column.used, column.why) == (kind, True, "as you asked")
    column, _ = infer_columns(frame, "y", {"x": "drop"})
    assert (column.kind, column.used) == ("identifier", False)
    with pytest.raises(ValueError, match=r"no column 'z'"):
        infer_columns(frame, "y", {"z": "drop"})
    with pytest.raises(ValueError, match=r"can't be 'numbr'. Did you mean 'number'"):
        infer_columns(frame, "y", {"x": "numbr"})
    with pytest.raises(ValueError, match=r"no column 'price'"):
        infer_columns(frame, "price")


def test_files_of_columns(tmp_path):
    path = tmp_path / "columns.json"
    with pytest.raises(FileNotFoundError, match=r"columns\.json"):
        load_overrides(path)
    for content, said in (("{", "is no JSON"), ("[1]", "must hold an object"), ('{"a": 1}', "'a'")):
        path.write_text(content)
        with pytest.raises(ValueError, match=said):
            load_overrides(path)


def test_small_tables():
    """One or two rows are too few to call anything an identifier or a leak."""
    frame = pandas.DataFrame({"id": [1, 2], "word": ["a", "b"], "y": [0, 1]})
    assert [c.kind for c in infer_columns(frame, "y")] == ["number", "category", "target"]
    assert [c.kind for c in infer_columns(frame.iloc[:1], "y")][-1] == "target"


def leaks(frame, target):
    return [column.name for column in infer_columns(frame, target) if column.kind == "leak"]


@pytest.mark.parametrize("order", ["mixed", "sorted"])
def test_leaks_of_classes(order):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 400)
    y = np.sort(y) if order == "sorted" else y
    frame = pandas.DataFrame(
        {
            "copy": y * 10,
            "scaled copy": y * 2.5 + rng.normal(0, 0.01, 400),
            "words": [f"{'xyz'[k]}{rng.integers(2)}" for k in y],
            "paid on": ["2024-05-01" if k == 1 else None for k in y],
            "good": y + rng.normal(0, 0.5, 400),
            "flag": (rng.random(400) < 0.4 + 0.2 * y).astype(int),
            "noise": rng.normal(size=400),
            "letters": rng.choice(["p", "q", "r"], 400),
            "y": y,
        }
    )
    found = ["copy", "scaled copy", "words", "paid on"]
    assert leaks(frame, "y") == found
    assert leaks(frame.assign(y=np.where(y == 1, "paid", "due")), "y") == found


def test_many_classes_of_one_row_each_are_told_by_nothing():
    rng = np.random.default_rng(1)
    frame = pandas.DataFrame({"size": rng.normal(size=400), "y": [f"n{k}" for k in range(400)]})
    assert leaks(frame, "y") == []
    assert leaks(frame.assign(y=[f"n{k // 2}" for k in range(400)]), "y") == []


def test_leaks_of_amounts():
    rng = np.random.default_rng(1)
    y = rng.gamma(2, 100, 400).round(2)
    frame = pandas.DataFrame(
        {
            "with tax": (y * 1.19).round(2),
            "rank": -np.sqrt(y),
            "close": y + rng.normal(0, 10, 400),
            "group": np.where(y > 200, "dear", "cheap"),
            "item": [f"item {v:.0f} at {v // 400}" for v in y // 20],
            "y": y,
        }
    )
    assert leaks(frame, "y") == ["with tax", "rank"]
    exact = frame.assign(y=y // 20 * 20)
    assert "item" in leaks(exact, "y")


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_no_alarm_on_sound_tables(name):
    datasets = pytest.importorskip("sklearn.datasets")
    frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
    columns = infer_columns(frame, "target")
    assert {column.kind for column in columns} == {"number", "target"}


@pytest.mark.parametrize("name", ["moons", "xor", "spirals"])
def test_no_alarm_on_points(name):
    frame = read_source(name).train.frame
    assert leaks(frame, "target") == []


def test_rare_classes_raise_no_alarm():
    """With 1 % of one class, any column seems to tell 99 % of the rows."""
    rng = np.random.default_rng(1)
    y = np.zeros(3000, int)
    y[:30] = 1
    frame = pandas.DataFrame(
        {"x": rng.normal(size=3000), "k": rng.choice(["a", "b"], 3000), "copy": y + 5, "y": y}
    )
    assert leaks(frame, "y") == ["copy"]
    sparse = np.where(rng.random(3000) < 0.05, "seen", None)
    sparse[y == 1] = None
    assert leaks(frame.assign(sparse=sparse), "y") == ["copy"]


TRUTHS = [
    *(("true", "false"), ("True", "False"), ("yes", "no"), ("YES", "NO"), ("Y", "N"), ("t", "f")),
    *((1, 0), (1.0, 0.0), ("1", "0"), (True, False)),
]


@pytest.mark.parametrize("trained", TRUTHS, ids=str)
def test_true_and_false_in_other_words_later(trained):
    """A program writes true and false, the next one 1 and 0; the rows mean the same."""
    bits = rng.integers(0, 2, ROWS)
    frames = [
        pandas.DataFrame({"x": [pair[1 - b] for b in bits], "y": [pair[b] for b in bits]})
        for pair in (trained, *TRUTHS)
    ]
    column, _ = infer_columns(frames[0].assign(y=rng.normal(size=ROWS)), "y")
    task = choose_task(frames[0]["y"], "y")
    for frame in frames:
        assert column_values(frame, column).tolist() == column_values(frames[0], column).tolist()
        assert task.encode(frame["y"]).tolist() == task.encode(frames[0]["y"]).tolist()


def test_true_and_false_in_several_words():
    frame = pandas.DataFrame({"x": ["yes", "no", "1", "0", "TRUE", "no"] * 10, "y": range(60)})
    column, _ = infer_columns(frame, "y")
    assert (column.form, column.distinct) == ("yes/no", 2)
    assert column_values(frame, column).tolist()[:6] == ["yes", "no", "yes", "no", "yes", "no"]
    assert choose_task(frame["x"], "x").classes == ["no", "yes"]


def test_a_number_is_no_truth():
    """Only columns of ones and zeros take words for them."""
    column, _ = infer_columns(pandas.DataFrame({"x": [1, 0, 2, 1], "y": [1, 2, 3, 4]}), "y")
    with pytest.raises(ValueError, match="Row 1 of column 'x' holds 'yes'"):
        column_values(pandas.DataFrame({"x": ["yes"]}), column)
