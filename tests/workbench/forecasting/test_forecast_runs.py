"""A forecast is a run like any other: kept, shown, asked for what comes next, trained again."""

import json
import shutil

import numpy as np
import pandas
import pytest

from kerata.cli.main import app
from kerata.workbench import runs
from kerata.workbench.data.containers import Table
from kerata.workbench.forecasting.origins import origin_interval
from kerata.workbench.runs.compare import compare_runs
from kerata.workbench.runs.examination import diagnose_run
from kerata.workbench.runs.forecasts import forecast_source
from kerata.workbench.runs.inference import evaluate_source
from kerata.workbench.runs.rerun import train_again

from .conftest import sales


def test_a_run_forecasts_as_the_training_did(run, trained):
    again = runs.load("sales", run.path.parent)
    pandas.testing.assert_frame_equal(again.forecast(), trained.future, rtol=1e-6)
    assert list(trained.future.columns) == ["date", "store", "forecast", "lower", "upper"]
    assert trained.future.date[:5].tolist() == [f"2024-08-{day:02}" for day in range(8, 13)]
    assert (trained.future.lower <= trained.future.forecast).all()
    assert (trained.future.forecast <= trained.future.upper).all()
    assert np.array_equal(run.record["metrics"]["mae"], trained.metrics["mae"])


def test_newer_rows_are_gone_on_from(run):
    longer = sales(227)
    newer = longer[longer.date >= "2024-08-08"].reset_index(drop=True)
    alone = run.forecast(Table(newer))
    whole = run.forecast(Table(longer))
    pandas.testing.assert_frame_equal(alone, whole)
    assert alone.date.iloc[0] == "2024-08-15"
    assert not np.allclose(alone.forecast, run.forecast().forecast)


def test_newer_rows_of_one_series_are_told(run):
    longer = sales(222)
    notes = []
    newer = longer[(longer.date >= "2024-08-08") & (longer.store == "A")].reset_index(drop=True)
    found = run.forecast(Table(newer), notes)
    assert found.date[found.store == "A"].iloc[0] == "2024-08-10"
    assert found.date[found.store == "B"].iloc[0] == "2024-08-08"
    assert "'B' has no newer rows" in notes[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(store="C"), "'C' was not there in training"),
        (lambda f: f.assign(date="2024-09-01 07:00"), "not on the run's steps"),
        (lambda f: f.drop(columns="date"), "no column 'date' for the time"),
        (lambda f: f.drop(columns="units"), "no column 'units' for the target"),
        (lambda f: f[f.date == "2024-08-20"].reset_index(drop=True), "the first 2024-08-08"),
    ],
)
def test_newer_rows_that_do_not_fit_are_refused(run, change, message):
    longer = sales(235)
    newer = longer[longer.date >= "2024-08-08"].reset_index(drop=True)
    with pytest.raises(ValueError, match=message):
        run.forecast(Table(change(newer)))


def test_the_folder_has_answers_report_and_what_comes_next(run, trained):
    written = pandas.read_csv(run.path / "forecast.csv")
    pandas.testing.assert_frame_equal(written, trained.future)
    page = (run.path / "report.html").read_text("utf-8")
    assert "This part is missing" not in page
    assert "Last origins" in page
    assert run.record["forecast"]["horizon"] == 5
    assert run.record["verdict"]["quality"].startswith("From ")


@pytest.mark.slow
def test_a_rerun_gives_the_same(run, place, monkeypatch):
    monkeypatch.chdir(place)
    again = train_again(run, data="sales.csv")
    assert again.metrics == run.record["metrics"]


def test_other_questions_are_refused(run, place):
    with pytest.raises(ValueError, match="answers no rows"):
        run.predict(Table(sales(20)))
    with pytest.raises(ValueError, match="newer than the run's last one, 2024-08-07"):
        evaluate_source(run, place / "sales.csv")
    with pytest.raises(ValueError, match="is a forecast"):
        diagnose_run(run)
    with pytest.raises(Exception, match="Forecasts are not searched for"):
        command("tune", place / "sales.csv", "--time", "date", "--horizon", 3)


def test_newer_rows_judge_a_run_as_its_forecasts_would(run, place):
    longer = sales(232)
    longer[longer.date >= "2024-08-01"].to_csv(place / "newer.csv", index=False)
    found = evaluate_source(run, place / "newer.csv")
    test = found.backtest
    assert len(test.origins) == 2 * 8
    asked = run.forecast()
    first = test.origins == test.origins.min()
    np.testing.assert_allclose(test.forecast[first].ravel(), asked.forecast, rtol=1e-4)
    np.testing.assert_allclose(test.upper[first].ravel(), asked.upper, rtol=1e-4)
    true = longer.set_index(["store", "date"]).units
    expected = [true[key] for key in zip(asked.store, asked.date, strict=True)]
    np.testing.assert_allclose(test.truth[first].ravel(), expected)
    last = [true["A", "2024-08-07"]] * 5 + [true["B", "2024-08-07"]] * 5
    np.testing.assert_allclose(test.simple["the last value"][first].ravel(), last)
    assert found.metrics["mae"] == pytest.approx(np.abs(test.forecast - test.truth).mean())
    assert [one.name for one in found.baselines] == list(test.simple)
    assert found.sentences[0].startswith("From 8 origins, 2024-08-07 to 2024-08-14,")


def test_few_newer_rows_judge_one_forecast(run, place, capsys, monkeypatch):
    longer = sales(223)
    longer[longer.date > "2024-08-07"].to_csv(place / "few.csv", index=False)
    monkeypatch.chdir(place)
    command("evaluate", "sales", "few.csv")
    said = " ".join(capsys.readouterr().out.split())
    assert "There are 3 days of newer rows" in said
    assert "one origin gives no interval" in said
    assert "evaluate_forecast(runs.load('sales'), 'few.csv')" in said


def test_forecasts_are_compared_from_the_same_origins(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "worse")
    path = tmp_path / "worse" / "test_predictions.csv"
    rows = pandas.read_csv(path)
    rows.prediction += np.where(rows.series == "A", 0.5, 5.0)
    rows[rows.step <= 3].to_csv(path, index=False)
    worse = runs.load("worse", tmp_path)
    found = compare_runs([worse, run])
    assert [pair.name for pair in found.pairs] == ["sales", "worse"]
    mine = pandas.read_csv(run.path / "test_predictions.csv")
    mine = mine[mine.step <= 3]
    gain = (rows[rows.step <= 3].prediction - mine.truth).abs() - (
        mine.prediction - mine.truth
    ).abs()
    at = mine.origin.rank(method="dense").to_numpy()
    value, interval = origin_interval(gain.to_numpy(), at, 3)
    assert found.rows == len(mine)
    assert found.pairs[1].gain == pytest.approx(value)
    assert found.pairs[1].interval == pytest.approx(interval)
    assert found.pairs[1].p < 0.05
    assert "1 to 3 steps ahead" in found.how


def test_forecasts_of_other_things_are_not_compared(run):
    other = runs.load("sales", run.path.parent)
    other.record["forecast"] = None
    with pytest.raises(ValueError, match="forecasts the next steps and 'sales' answers rows"):
        compare_runs([run, other])
    other.record["forecast"] = {**run.record["forecast"], "group": None}
    with pytest.raises(ValueError, match="their group is 'store' and None"):
        compare_runs([run, other])


def test_a_damaged_record_is_told(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "hurt")
    record = json.loads((tmp_path / "hurt" / "run.json").read_text("utf-8"))
    record["forecast"] = {"horizon": "long"}
    (tmp_path / "hurt" / "run.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(ValueError, match="its 'forecast' makes no sense"):
        runs.load("hurt", tmp_path)


def command(*arguments):
    return app([str(one) for one in arguments], standalone_mode=False)


def test_commands(run, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    command("predict", "sales", "-o", "next.csv")
    assert len(pandas.read_csv("next.csv")) == 10
    assert "forecast_source(runs.load('sales'), out='next.csv')" in capsys.readouterr().out
    command("predict", "sales")
    assert capsys.readouterr().out == (place / "next.csv").read_text("utf-8")
    command("show", "sales")
    assert "for each of 2 values of 'store'" in capsys.readouterr().out.replace("\n", " ")
    command("runs")
    assert "forecast" in capsys.readouterr().out


@pytest.mark.slow
def test_a_training_by_command(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    settings = ["--option", "members=1", "--option", "units=4", "--epochs", 2, "--name", "again"]
    command("train", "sales.csv", "--target", "units", "--time", "date", "--horizon", 3,
            "--group", "store", *settings)  # fmt: skip
    said = capsys.readouterr().out
    assert "Baseline, the same day last week" in said
    assert "fit_forecast(source, time='date', horizon=3, group='store'" in said
    found, notes = forecast_source(runs.load("again"), None)
    assert len(found) == 6
    assert not notes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--time", "date"], "needs --horizon too"),
        (["--horizon", 5], "needs --time too"),
        (["--time", "date", "--horizon", 0], "at least 1 step"),
        (["--time", "date", "--horizon", 5, "--balance"], "--balance is not for forecasts"),
        (["--time", "day", "--horizon", 5, "--group", "store"], "no column 'day'"),
    ],
)
def test_options_that_make_no_sense_leave_nothing_behind(place, monkeypatch, arguments, message):
    monkeypatch.chdir(place)
    given = ["train", "sales.csv", "--target", "units", "--out", "nothing", *arguments]
    with pytest.raises(Exception, match=message):
        command(*given)
    assert not (place / "nothing").exists()
