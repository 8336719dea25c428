"""What stages hand to each other: columns, splits, trials, searches, findings."""

import json

import numpy as np
import pytest

import kerata as keras
from kerata.workbench.core.boolean_words import boolean_pair, boolean_words
from kerata.workbench.core.column import Column
from kerata.workbench.core.extras import need
from kerata.workbench.core.findings import Finding, Findings
from kerata.workbench.core.result import Baseline, SearchSummary, Split, TrialSummary, outputs_of
from kerata.workbench.core.task import Task


def test_a_column_comes_back_from_its_file():
    column = Column("a", "number", True, "digits", 1, 3, ["1 kg"], unit="kg", noise=["x"])
    stored = json.loads(json.dumps(column.as_dict()))
    assert Column.from_dict(stored) == column
    other = Column("b", "text", False, "words", 0, 1, ["x"])
    assert (other.form, other.unit, other.noise) == ("", "", [])
    other.noise.append("x")
    assert Column("c", "text", False, "words", 0, 1, []).noise == []
    for fixed, name in ((column, "name"), (Baseline("mean", 1.0, (0.5, 1.5)), "value")):
        with pytest.raises(AttributeError):
            setattr(fixed, name, "b")


SENTENCES = [
    (Split(), "", "which it never saw"),
    (Split("groups", evidence="copies"), "", "which it never saw"),
    (
        Split("time", ("day", "hour"), "sorted"),
        "Rows follow each other in time: sorted. The network learns from earlier rows and is "
        "judged on the latest; --split-by random divides at random instead.",
        "the latest by 'day' and 'hour'",
    ),
    (
        Split("groups", ("patient",), asked=True),
        "The network is judged on groups that it never saw, by 'patient'.",
        "of values of 'patient' that it never saw",
    ),
    (
        Split("groups", ("patient",), "rows of one patient"),
        "Several rows belong together: rows of one patient. The network is judged on groups that "
        "it never saw; --split-by random divides at random instead.",
        "of values of 'patient' that it never saw",
    ),
]


@pytest.mark.parametrize(("split", "sentence", "unseen"), SENTENCES)
def test_a_split_says_what_was_done(split, sentence, unseen):
    assert split.sentence == sentence
    assert split.unseen == unseen


def test_a_trial_says_its_options():
    options = {"hidden": (64, 32), "rate": 0.00125, "norm": "batch", "depth": 3}
    trial = TrialSummary(0, "dense", options, 0.5, 3, 1.0)
    assert trial.description() == "dense, hidden 64-32, rate 0.00125, norm batch, depth 3"
    assert TrialSummary(0, "dense", {}, 0.5, 3, 1.0).description() == "dense, as it is"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0.5, 0.4, None], "The best of many looks better than it is; "),
        ([0.5, 0.4, 0.5], "1 other trial reaches the same: the surest one was taken. The best "),
        ([0.5, 0.5, 0.5], "2 other trials reach the same: the surest one was taken. The best "),
    ],
    ids=["alone", "one", "two"],
)
def test_a_search_says_how_many_are_as_good_as_the_best(values, said):
    trials = [TrialSummary(n, "dense", {}, value, 3, 1.0) for n, value in enumerate(values)]
    summary = SearchSummary(trials, trials[0], "dense", {}, "study.db")
    assert summary.caution.startswith(said)
    assert summary.as_dict()["best"]["value"] == 0.5


def test_outputs_of_one_number_a_row_have_one_axis():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(2.0)])
    rows = np.array([[0.25], [0.75]])
    for kind in ("binary", "regression"):
        assert outputs_of(model, rows, Task(kind, "y", [], "")).tolist() == [0.5, 1.5]
    for kind in ("classes", "labels"):
        assert outputs_of(model, rows, Task(kind, "y", [], "")).tolist() == [[0.5], [1.5]]


NOTE = Finding("odd", "Odd.", {"n": np.float64(1)}, "Look.", "note")
WARNING = Finding("bottleneck", "Narrow.", {}, "Widen it.")
SERIOUS = Finding("leak", "Known.", {}, "Remove it.", "serious")


def test_the_most_serious_finding_comes_first():
    findings = Findings([NOTE, WARNING, SERIOUS], ["leak", "odd", "bottleneck", "other"])
    assert findings.names == ["leak", "bottleneck", "odd"]
    assert findings.get("odd") is NOTE
    assert findings.get("other") is None
    assert findings.sentences(without=["leak"]) == ["Bottleneck: Narrow.", "Odd: Odd."]
    assert str(findings) == (
        "Leak: Known. Remove it.\nBottleneck: Narrow. Widen it.\nOdd: Odd. Look."
    )
    with pytest.raises(ValueError, match="severity must be one of"):
        Finding("odd", "Odd.", {}, "Look.", "bad")


def test_what_was_not_found_and_not_looked_for_is_said():
    left_out = {"a": "no test rows", "b": "no history", "c": "no test rows"}
    findings = Findings([SERIOUS], ["leak", "odd", "other"], left_out, "Fits well.")
    reasons = ["Not looked for (no test rows): a, c.", "Not looked for (no history): b."]
    assert findings.sentences() == ["Leak: Known.", *reasons]
    # What is shown elsewhere was found.
    nothing = "Nothing found among {} possible faults that were looked for."
    others = nothing.replace("Nothing", "Nothing else").format(2)
    assert findings.sentences(without=["leak"]) == [others, *reasons]
    assert str(Findings([], ["a", "b"])) == nothing.format(2)
    assert Findings().sentences() == []
    again = Findings.from_dict(json.loads(json.dumps(findings.as_dict())))
    assert (again.names, again.looked_for) == (findings.names, findings.looked_for)
    assert (again.left_out, again.fit) == (left_out, "Fits well.")


@pytest.mark.parametrize(
    ("words", "pair"),
    [
        (["no", "Yes"], ("Yes", "no")),
        (["0", "1", "yes", "no"], ("1", "0")),
        (["no", "yes", "1", "0"], ("yes", "no")),
        (["ja", "nein"], ("ja", "nein")),
        (["nej", "ja"], ("ja", "nej")),
        (["yes"], None),
        (["yes", "1"], None),
        (["yes", "no", "perhaps"], None),
        (["YES", "yes", "NO"], ("YES", "NO")),
    ],
    ids=str,
)
def test_the_words_for_true_and_false(words, pair):
    assert boolean_pair(words) == pair


def test_other_words_for_true_and_false_mean_those_of_the_column():
    words = boolean_words(("Ja", "Nein"))
    assert (words["yes"], words["false"]) == ("Ja", "Nein")
    assert "ja" not in words
    assert "nein" not in words


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    import sys

    for module, extra in (("PIL.Image", "images"), ("sklearn", "sklearn"), ("nothing_so", "all")):
        monkeypatch.setitem(sys.modules, module, None)
        package = module.partition(".")[0]
        said = rf"^Reading needs {package}, which is not installed: pip install 'kerata\[{extra}\]'"
        with pytest.raises(ImportError, match=said):
            need(module, "Reading")
