"""The diagnosis of a finished run anew."""

import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench.diagnosis.trained import diagnose_trained  # noqa: E402 - needs pandas
from kerata.workbench.runs.examination import diagnose_run  # noqa: E402 - needs pandas


def test_it_finds_what_was_found_after_training(run, trained, place):
    again = diagnose_run(run, place / "fruit.csv")
    before = diagnose_trained(trained)
    assert [one.name for one in again] == [one.name for one in before]
    assert again.looked_for == before.looked_for


def test_other_rows_take_the_place_of_the_test_rows(run, place, tmp_path, monkeypatch):
    monkeypatch.chdir(place)
    run.config["source"] = "fruit.csv"
    frame = pandas.read_csv(place / "fruit.csv")
    learned = frame.drop(index=[int(row) - 1 for row in run.answers()["row"]])
    learned.head(30).to_csv(tmp_path / "known.csv", index=False)
    assert "shared rows" in diagnose_run(run, tmp_path / "known.csv").names
    frame.head(30).assign(kind=None).to_csv(tmp_path / "blank.csv", index=False)
    with pytest.raises(ValueError, match="no row with a value for the target 'kind'"):
        diagnose_run(run, tmp_path / "blank.csv")


def test_data_elsewhere_are_not_looked_for(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run.config["source"] = "/somewhere/fruit.csv"
    with pytest.raises(ValueError, match=r"outside the current folder.*kerata diagnose fruit"):
        diagnose_run(run)
    run.config["source"] = "fruit.csv"
    with pytest.raises(FileNotFoundError, match="kerata diagnose fruit FILE"):
        diagnose_run(run)
