"""Runs against each other, and once more."""

import re

import numpy as np
import pytest

pytest.importorskip("pandas")

from kerata.workbench import fit_source, read_source, runs
from kerata.workbench.runs.compare import compare_runs, draw_curves, mcnemar
from kerata.workbench.runs.rerun import train_again


def test_a_rerun_gives_the_same_and_is_no_better(run, place):
    again = runs.save(
        train_again(run, data=place / "fruit.csv"), "again", place / "runs", report=False
    )
    assert again.record["metrics"] == run.record["metrics"]
    pairs, rows = compare_runs([run, again])
    assert rows == len(run.answers()["row"])
    assert [(pair.gain, pair.p) for pair in pairs] == [(0, 1), (0, 1)]
    assert draw_curves([run, again], place / "curves.png").is_file()


def test_a_worse_run_is_told_apart(run, place, trained):
    answers = (run.path / "test_predictions.csv").read_text()
    other = runs.save(trained, "worse", place / "runs", report=False)
    turned = re.sub(r"(?m)^(\d+,\w+),\w+,", r"\1,none,", answers)
    (other.path / "test_predictions.csv").write_text(turned)
    best, worse = compare_runs([other, run])[0]
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
    pairs, rows = compare_runs([run, older])
    assert rows == len(lines)
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
    trained = fit_source(source, network="linear", with_baselines=False)
    trained.config |= {"source": "sum.csv", "table": None}
    run = runs.save(trained, "one", tmp_path / "runs", report=False)
    again = train_again(run)
    assert again.solved == trained.solved != ""
    np.testing.assert_array_equal(again.outputs, trained.outputs)
