"""Which task a target asks for, and how its values are encoded."""

import numpy as np
import pytest

pytest.importorskip("pandas")

import pandas

from kerata.workbench.core.task import Task, _separator, choose_task

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
    "numbers as text": ([str(n) for n in range(300)], "regression", []),
    "decimals as text": (["1.5", "2.5", "3.5"] * 9, "regression", []),
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


# Rows of each whole number that a target has: classes if they are few and come often enough.
BORDERS = {
    "five rows each": (np.arange(3, 8).repeat(5), "classes"),
    "not five rows each": (np.arange(3, 8).repeat(5)[1:], "regression"),
    "twenty values": (np.arange(0, 40, 2).repeat(5), "classes"),
    "twenty-one values": (np.arange(0, 42, 2).repeat(5), "regression"),
    "numbered from 0": (np.arange(21).repeat(10), "classes"),
    "numbered from 1": (np.arange(1, 22).repeat(10), "classes"),
    "numbered from 2": (np.arange(2, 23).repeat(10), "regression"),
    "one number left out": (np.delete(np.arange(22), 5).repeat(10), "regression"),
    "ten rows at most": (np.arange(21).repeat([10] * 20 + [2]), "classes"),
    "nine rows at most": (np.arange(21).repeat(9), "regression"),
    "one a fifth as often": (np.arange(21).repeat([50] * 20 + [10]), "classes"),
    "one less than a fifth as often": (np.arange(21).repeat([50] * 20 + [9]), "regression"),
    "a thousand numbers": (np.arange(1000).repeat(10), "classes"),
    "a thousand and one": (np.arange(1001).repeat(10), "regression"),
}


@pytest.mark.parametrize("name", list(BORDERS))
def test_whole_numbers_are_classes_or_amounts(name):
    values, kind = BORDERS[name]
    assert choose_task(values, "y").kind == kind


def test_the_reason_for_an_amount_is_said():
    assert choose_task([1.5, 2.25, 3.0], "y").why == (
        "Regression: 'y' is an amount from 1.5 to 3: they have decimals."
    )
    assert "whole numbers that number the rows" in choose_task(range(5, 305), "y").why
    assert "nearly each row has another." in choose_task([3, 7, 9, 12], "y").why
    assert "whole numbers of 300 values." in choose_task([*range(0, 600, 2)], "y").why
    assert choose_task([1, 2], "y", "regression").why == (
        "Regression: 'y' is an amount from 1 to 2, as you asked."
    )


@pytest.mark.parametrize(
    ("values", "wanted", "said"),
    [
        (["a", "b", "b"], None, "Binary: 'y' has 2 values (b 66.7 %, a 33.3 %)."),
        (
            ["a", "b", "b"] * 2,
            "classes",
            "Classes: 'y' has 2 values (b 66.7 %, a 33.3 %), as you asked.",
        ),
        (["a", "b", "c", "c"] * 5, None, "Classes: 'y' has 3 values (c 50 %, a 25 %, b 25 %)."),
        (
            ["a"] * 4 + ["b"] * 3 + ["c"] * 2 + ["d"],
            None,
            "Classes: 'y' has 4 values (a 40 %, b 30 %, c 20 %, d 10 %).",
        ),
        (
            ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"] * 2 + ["e"],
            None,
            "Classes: 'y' has 5 values (a 33.3 %, b 26.7 %, ..., e 6.7 %).",
        ),
        (
            [3, 5, 9] * 5,
            None,
            "Classes: 'y' has 3 values (3 33.3 %, 5 33.3 %, 9 33.3 %); "
            "if they are amounts, ask for regression.",
        ),
        ([3, 5] * 5, None, "Binary: 'y' has 2 values (3 50 %, 5 50 %)."),
        (
            [3, 5, 9] * 5,
            "classes",
            "Classes: 'y' has 3 values (3 33.3 %, 5 33.3 %, 9 33.3 %), as you asked.",
        ),
        (
            ["Yes", "Yes", "yes", "YES", "no"],
            None,
            "Binary: 'y' has 2 values (Yes 80 %, no 20 %); 2 more spellings of the same.",
        ),
        (
            ["a|b", "a", "b", "b|a"],
            None,
            "Labels: cells of 'y' hold any of 2 labels separated by '|', 1.5 in a row.",
        ),
        (
            ["a", "b", ""],
            "labels",
            "Labels: cells of 'y' hold any of 2 labels separated by '|', 1.0 in a row, "
            "as you asked.",
        ),
    ],
    ids=range(11),
)
def test_the_sentence_of_a_task(values, wanted, said):
    assert choose_task(values, "y", wanted).why == said


def test_more_than_half_as_many_classes_as_rows_are_too_many():
    assert choose_task(["a", "b", "c", "a", "b", "c"], "y").kind == "classes"
    with pytest.raises(ValueError, match="3 different values in 5 rows"):
        choose_task(["a", "b", "c", "a", "b"], "y")
    assert choose_task(["a", "b", "b"], "y").kind == "binary"


LABELS = {
    # cells, sign
    "pipes": (["a|b", "a", "b"], "|"),
    "semicolons": (["a;b", "a", "b"], ";"),
    "one cell in twenty": (["a|b"] + ["a", "b"] * 9 + ["a"], "|"),
    "less than one in twenty": (["a|b"] + ["a", "b"] * 10, ""),
    "half of the parts come again": (["a|b", "a|c", "b", "d|a"], "|"),
    "few parts come again": (["a|b", "c|d", "e|f", "a"], ""),
    "four words in a label": (["a|b c d e", "a", "b c d e"], "|"),
    "five words in a label": (["a|b c d e f", "a", "b c d e f"], ""),
    "numbers among them": (["a|b", "a", 3], ""),
}


@pytest.mark.parametrize("name", list(LABELS))
def test_several_labels_in_a_cell(name):
    cells, sign = LABELS[name]
    assert _separator(cells) == sign


def test_ten_thousand_labels_are_the_most():
    labels = [[f"l{n}" for n in range(10_000)]]
    assert len(choose_task(labels, "y", "labels").classes) == 10_000
    for more in (["x"], ["x", "y"]):
        with pytest.raises(ValueError, match=r"different labels, too many"):
            choose_task([*labels, more], "y", "labels")
    with pytest.raises(ValueError, match="has no labels"):
        choose_task([[], []], "y", "labels")


def test_labels_given_as_lists():
    task = choose_task([["b", 1.0], ("a",), set()], "y", "labels")
    assert task.classes == ["1", "a", "b"]
    assert task.encode([["a", "b"], []]).tolist() == [[0, 1, 1], [0, 0, 0]]
    with pytest.raises(ValueError, match=r"Row 2 has 'c'"):
        task.encode([["a"], ["c"]])


def test_classes_of_numbers_are_in_the_order_of_numbers():
    assert choose_task(["10", "-2", "9.5"] * 5, "y", "classes").classes == ["-2", "9.5", "10"]
    assert choose_task(["10", "9", "1.2.3"] * 5, "y").classes == ["1.2.3", "10", "9"]


def test_other_words_for_true_and_false_are_known_where_there_are_two_classes():
    task = choose_task(["yes", "no"] * 9, "y")
    assert task.encode(["TRUE", "0", "No"]).tolist() == [1, 0, 0]
    with pytest.raises(ValueError, match=r"Row 1 has 'true'"):
        choose_task(["yes", "no", "perhaps"] * 9, "y").encode(["true"])


def test_spellings_that_leave_doubt_are_not_folded():
    task = Task("classes", "y", ["Aa", "aA", "b"], "")
    assert task.encode(["aA", "Aa", "B"]).tolist() == [1, 0, 2]
    with pytest.raises(ValueError, match=r"Row 1 has 'aa'"):
        task.encode(["aa"])
