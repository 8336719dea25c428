"""Networks that learned in the playground as runs: the same figures, raw rows in."""

import numpy as np
import pandas
import pytest

from kerata.playground import Learner, Settings, Sheet, make_problem
from kerata.playground.network import plain_network
from kerata.playground.saved_run import save_run
from kerata.playground.visit import Visit
from kerata.workbench import runs
from kerata.workbench.data import read_source
from kerata.workbench.runs.rerun import own_source, train_again


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame({"id": range(120), "kg": rng.normal(50, 10, 120).round(2)})
    frame["far"] = (1e6 + rng.normal(0, 3, 120)).round(2)
    frame.loc[4, "kg"] = np.nan
    frame["kind"] = rng.choice(["pear", "apple", "fig"], 120)
    frame["ripe"] = np.where(frame["kg"] > 50, "yes", "no")
    path = tmp_path_factory.mktemp("own") / "own.csv"
    frame.to_csv(path, index=False)
    return path


def learned(settings, sheet=None, epochs=8):
    learner = Learner(make_problem(settings, sheet), [settings])
    learner.advance(epochs)
    return learner


def kept_unadorned(monkeypatch):
    # Pictures take seconds, and other tests draw them.
    monkeypatch.setattr(runs, "add_report", lambda run, trained: None)


@pytest.mark.slow
def test_made_points_come_along_as_a_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept_unadorned(monkeypatch)
    learner = learned(Settings(rows=40, layers=(3,), batch=20, seed=3))
    run = runs.load(save_run(learner).name)
    assert run.record["rows"] == {"train": 20, "validation": 20, "test": 40}
    assert run.history["val_loss"][-1] == pytest.approx(learner.reports[0]["val_loss"])
    assert run.record["best_epoch"] == run.record["epochs"] == 8
    source, _ = own_source(run, None, "explain")
    problem = learner.problem
    assert source.train.frame["class"].tolist()[:40] == [f"class {y:.0f}" for y in problem.y]
    # The network's own answers, by the table that stands in the folder.
    answers = run.predict(source.train)[:40]
    model = plain_network(learner.settings[0], 2, "binary")
    model.set_weights(learner.weights())
    np.testing.assert_allclose(answers, model.predict(problem.x, verbose=0)[:, 0], atol=1e-6)
    assert save_run(learner).name == "moons-2"
    with pytest.raises(ValueError, match="which 'kerata train' does not have"):
        train_again(run)


@pytest.mark.only_cases("kg")
@pytest.mark.parametrize("target", ["ripe", "kind: fig", "kg"])
def test_a_table_s_raw_columns_are_asked_for(tmp_path, monkeypatch, table, target):
    monkeypatch.chdir(table.parent)
    kept_unadorned(monkeypatch)
    sheet = Sheet("own.csv")
    columns = ("far", "id") if target == "kg" else ("far", "kg")
    settings = Settings(problem="table", target=target, columns=columns, layers=(2,))
    learner = learned(settings, sheet)
    run = runs.load(save_run(learner, sheet, tmp_path).path)
    loss = learner.reports[0]["val_loss"]
    if target == "kg":
        spread = sheet.frame["kg"].dropna().iloc
        order = np.random.default_rng(1).permutation(119)[: learner.problem.train]
        assert run.record["metrics"]["rmse"] == pytest.approx(loss**0.5 * spread[order].std(ddof=0))
    else:
        assert run.record["metrics"]["log_loss"] == pytest.approx(loss, rel=1e-4)
        assert run.task.classes == (["no", "yes"] if target == "ripe" else ["not fig", "fig"])
    assert run.record["rows"]["test"] == len(learner.problem.x) - learner.problem.train
    assert any("validation loss the playground showed" in note for note in run.record["notes"])
    path = tmp_path / run.name / "rows.csv" if target == "kind: fig" else table
    assert run.config["source"] in (str(path), "own.csv")
    source = read_source(path, target=run.task.target)
    assert source.fingerprint == run.record["fingerprint"]
    assert np.isfinite(run.predict(source.train)).all()


@pytest.mark.slow
def test_rows_that_were_too_many_are_the_test_rows(tmp_path, monkeypatch, table):
    monkeypatch.chdir(table.parent)
    kept_unadorned(monkeypatch)
    sheet = Sheet("own.csv")
    sheet.most = 60
    settings = Settings(problem="table", target="ripe", columns=("far", "kg"), layers=(2,))
    run = save_run(learned(settings, sheet), sheet, tmp_path)
    assert run.record["rows"] == {"train": 30, "validation": 30, "test": 59}
    assert not any("playground showed" in note for note in run.record["notes"])


def test_what_cannot_be_kept_is_a_sentence(tmp_path):
    visit = Visit(folder=tmp_path / "file" / "runs")
    (tmp_path / "file").write_text("")
    visit.answer({"do": "settings", "settings": {"rows": 40, "layers": [3], "batch": 20}})
    with pytest.raises(ValueError, match="Nothing is learned yet"):
        visit.answer({"do": "run"})
    visit.answer({"do": "step"})
    with pytest.raises(ValueError, match="could not be written"):
        visit.answer({"do": "run"})
