"""Runs against each other, and once more."""

import re
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("pandas")

from kerata.workbench import fit_source, read_source, runs
from kerata.workbench.core import metrics
from kerata.workbench.core.dependence import Dependence
from kerata.workbench.runs.compare import compare_runs, draw_curves
from kerata.workbench.runs.paired_tests import mcnemar
from kerata.workbench.runs.rerun import train_again
from kerata.workbench.runs.row_places import dependence_of_answers


def test_a_rerun_gives_the_same_and_is_no_better(run, place):
    again = runs.save(
        train_again(run, data=place / "fruit.csv"), "again", place / "runs", report=False
    )
    assert again.record["metrics"] == run.record["metrics"]
    found = compare_runs([run, again])
    pairs = found.pairs
    assert found.rows == len(run.answers()["row"])
    assert [(pair.gain, pair.p) for pair in pairs] == [(0, 1), (0, 1)]
    assert draw_curves([run, again], place / "curves.png").is_file()


def test_a_worse_run_is_told_apart(run, place, trained):
    answers = (run.path / "test_predictions.csv").read_text()
    other = runs.save(trained, "worse", place / "runs", report=False)
    turned = re.sub(r"(?m)^(\d+,\w+),\w+,", r"\1,none,", answers)
    (other.path / "test_predictions.csv").write_text(turned)
    best, worse = compare_runs([other, run]).pairs
    assert (best.name, worse.name) == ("fruit", "worse")
    assert worse.p < 1e-4
    assert worse.interval[0] > 0.5


def test_runs_from_when_rows_began_at_0_are_matched_by_row(run, place, trained):
    older = runs.save(trained, "older", place / "runs", report=False)
    path = older.path / "test_predictions.csv"
    head, *lines = path.read_text().splitlines()
    fields = [line.partition(",") for line in lines]
    path.write_text("\n".join([head, *(f"{int(row) - 1},{rest}" for row, _, rest in fields)]))
    del older.record["first_row"]
    found = compare_runs([run, older])
    pairs = found.pairs
    assert found.rows == len(lines)
    assert [pair.gain for pair in pairs] == [0, 0]


def test_what_can_not_be_compared(run, place, trained):
    with pytest.raises(ValueError, match="two runs"):
        compare_runs([run])
    other = runs.save(trained, "else", place / "runs", report=False)
    other.record["fingerprint"] = "0"
    with pytest.raises(ValueError, match="different data"):
        compare_runs([run, other])


@pytest.mark.parametrize(("first", "second", "p"), [(0, 0, 1), (10, 0, 2 / 1024), (6, 4, 0.7539)])
def test_mcnemar(first, second, p):
    assert mcnemar(first, second) == pytest.approx(p, abs=1e-4)


def test_a_solved_network_is_solved_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    lines = [f"{a:.4f},{b:.4f},{2 * a - b:.4f}" for a, b in rng.normal(size=(80, 2))]
    (tmp_path / "sum.csv").write_text("a,b,y\n" + "\n".join(lines) + "\n")
    source = read_source("sum.csv", target="y")
    trained = fit_source(source, network="linear", with_baselines=False, folds=1)
    trained.config |= {"source": "sum.csv", "table": None}
    run = runs.save(trained, "one", tmp_path / "runs", report=False)
    again = train_again(run)
    assert again.solved == trained.solved != ""
    np.testing.assert_array_equal(again.outputs, trained.outputs)


@pytest.mark.parametrize(
    ("kind", "column", "said"),
    [("groups", "group_number", "there are 8 groups"), ("time", "time_rank", "8 steps in time")],
)
def test_rows_that_depend_on_each_other_count_as_such(place, trained, kind, column, said):
    number = np.arange(len(trained.truth)) // 5
    depends = Dependence(kind, number)
    mine = runs.save(
        replace(trained, dependence=depends), kind, place / "runs", overwrite=True, report=False
    )
    # Wrong in two whole groups, and where the other is wrong.
    outputs = np.where(number < 2, 1 - trained.truth, trained.outputs)
    worse = replace(trained, dependence=depends, outputs=outputs.astype("float32"))
    other = runs.save(worse, f"{kind}-worse", place / "runs", overwrite=True, report=False)
    assert column in mine.answers()
    found = compare_runs([mine, other])
    values = [metrics.row_values(mine.task, trained.truth, o) for o in (trained.outputs, outputs)]
    gain, interval = metrics.gain(mine.task, *values, depends)
    assert found.pairs[1].gain == pytest.approx(gain)
    assert found.pairs[1].interval == pytest.approx(interval)
    alone = metrics.gain(mine.task, *values)[1]
    assert interval[1] - interval[0] > alone[1] - alone[0]
    assert said in found.how
    assert "Student's t" in found.how


def test_older_runs_of_groups_say_that_their_rows_count_as_independent(run, place):
    older = runs.load("fruit", place / "runs")
    older.record["split"] = {"kind": "groups", "columns": ["town"]}
    assert "'fruit' is from before its rows' dependence was kept" in compare_runs([older, run]).how


def test_folds_and_what_is_within_them_are_read_again(place, trained):
    rows = len(trained.truth)
    depends = Dependence(
        "folds", np.arange(rows) % 4, 4, Dependence("groups", np.arange(rows) // 5)
    )
    split = replace(trained.split, folds=4)
    run = runs.save(
        replace(trained, dependence=depends, split=split), "folded", place / "runs", report=False
    )
    read = dependence_of_answers(run, list(trained.rows["test"]))
    assert (read.kind, read.folds, read.within.kind) == ("folds", 4, "groups")
    assert read.place.tolist() == depends.place.tolist()
    assert read.within.place.tolist() == depends.within.place.tolist()
