"""Which task a target asks for, and how its values are encoded."""

import numpy as np
import pytest

pytest.importorskip("pandas")

import pandas

from kerata.workbench.core.task import Task, choose_task

rng = np.random.default_rng(0)

CHOICES = {
    "two words": (["no", "yes"] * 20, "binary", ["no", "yes"]),
    "zero and one": ([0, 1] * 20, "binary", ["0", "1"]),
    "one and two, as floats": ([1.0, 2.0] * 20, "binary", ["1", "2"]),
    "truth values": ([True, False] * 20, "binary", ["False", "True"]),
    "three words": (["a", "b", "c"] * 10, "classes", ["a", "b", "c"]),
    "few whole numbers": ([3, 10, 5] * 10, "classes", ["3", "5", "10"]),
    "spellings": (["Yes", "yes", "YES ", "no"] * 9 + ["yes"], "binary", ["no", "yes"]),
    "letters in both cases": (["a", "A", "b"] * 9, "classes", ["A", "a", "b"]),
    "missing ones": (["a", None, "b", float("nan"), "?"] * 9, "binary", ["a", "b"]),
    "none is a class": (["none", "mild", "severe"] * 9, "classes", ["mild", "none", "severe"]),
    "decimals": (rng.normal(size=40), "regression", []),
    "two decimals": ([0.5, 1.5] * 20, "binary", ["0.5", "1.5"]),
    "many whole numbers": (rng.integers(0, 500, 300), "regression", []),
    "counts": (rng.poisson(9, 3000), "regression", []),
    "numbered classes": (np.arange(100).repeat(12), "classes", [str(n) for n in range(100)]),
    "folders named by numbers": (["0"] * 50 + ["30"] * 3 + ["7"] * 9, "classes", ["0", "7", "30"]),
    "few rows of whole numbers": ([3, 7, 9, 12, 4, 8], "regression", []),
    "numbers with units": ([f"{n} kg" for n in range(50)], "regression", []),
    "labels": (["a|b", "a", "b|c", "c", ""] * 9, "labels", ["a", "b", "c"]),
    "labels with commas": (["red, big", "red", "big", "red, old", "old"] * 9, "labels",
                           ["big", "old", "red"]),
    "commas in names": (["Smith, John", "Doe, Jane", "Ng, Ann"] * 9, "classes",
                        ["Doe, Jane", "Ng, Ann", "Smith, John"]),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CHOICES))
def test_choice(name):
    values, kind, classes = CHOICES[name]
    task = choose_task(values, "y")
    assert (task.kind, task.classes) == (kind, classes)
    assert repr("y") in task.why
    assert task.why.endswith(".")
    assert Task.from_dict(task.as_dict()) == task
    series = pandas.Series(values)
    assert choose_task(series, "y").kind == kind


@pytest.mark.parametrize(
    ("values", "wanted", "kind"),
    [
        ([1, 2, 3, 4, 5] * 9, "regression", "regression"),
        ([1.5, 2.5, 3.5] * 9, "classes", "classes"),
        (["a", "b"] * 9, "classes", "classes"),
        (["a;b", "b", "a"], "labels", "labels"),
        (["a", "b", "a"], "labels", "labels"),
    ],
    ids=["regression", "classes of decimals", "two classes", "labels", "single labels"],
)
def test_wanted(values, wanted, kind):
    task = choose_task(values, "y", wanted)
    assert task.kind == kind
    assert "as you asked" in task.why


def test_encode_classes():
    task = choose_task(["b", "a", "c"] * 5, "y")
    encoded = task.encode(["c", " a ", "B"])
    assert encoded.tolist() == [2, 0, 1]
    assert encoded.dtype == np.int64
    with pytest.raises(ValueError, match=r"Row 2 has 'appel' .* not there in training"):
        task.encode(["a", "appel"])
    with pytest.raises(ValueError, match=r"Row 1 has no value"):
        task.encode([None, "a"])
    numbers = choose_task([0.0, 1.0, 2.0] * 9, "y")
    assert numbers.encode(np.array([2.0, 0.0])).tolist() == [2, 0]
    assert numbers.encode(["2", 1]).tolist() == [2, 1]


def test_encode_labels():
    task = choose_task(["a|b", "a", "b|c", "c", None] * 9, "y")
    encoded = task.encode(["c|a", None, "b"])
    assert encoded.tolist() == [[1, 0, 1], [0, 0, 0], [0, 1, 0]]
    assert encoded.dtype == np.float32
    with pytest.raises(ValueError, match=r"Row 1 has 'z'"):
        task.encode(["a|z"])


def test_encode_numbers():
    task = choose_task([1.5, 2.0, 3.25, 9.0], "y")
    encoded = task.encode([1, "2.5", "1,000"])
    assert encoded.tolist() == [1, 2.5, 1000]
    assert encoded.dtype == np.float32
    with pytest.raises(ValueError, match=r"Row 2 of the target 'y' holds 'dear'"):
        task.encode([1, "dear"])
    with pytest.raises(ValueError, match=r"Row 3 of the target 'y' is empty"):
        task.encode([1, 2, None])


BAD = {
    "nothing": ([None, float("nan"), "?"], None, "has no values"),
    "one row": (["a"], None, "one row only"),
    "one class": (["ab", "AB", "ab "], None, "is 'ab' in all 3 rows"),
    "one number": ([2.0, 2.0], None, "is '2' in all 2 rows"),
    "dates": ([f"2024-{m:02}-{d:02}" for m in range(1, 13) for d in range(1, 25)], None, "dates"),
    "too many classes": ([f"id {n}" for n in range(200_000)], None, "200,000 different values"),
    "many with repeats": (
        [f"c{n}" for n in range(10_001)] * 3,
        None,
        "10,001 different values in 30,003 rows",
    ),
    "not binary": (["a", "b", "c"] * 9, "binary", "has 3: "),
    "no numbers": (["a", "b"] * 9, "regression", "one of its values is 'a'"),
    "unknown": ([1, 2], "regresion", "Did you mean 'regression'"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_targets(name):
    values, wanted, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        choose_task(values, "y", wanted)


def test_imbalance_is_said():
    task = choose_task(["ill"] * 2 + ["well"] * 98, "y")
    assert "well 98 %, ill 2 %" in task.why
