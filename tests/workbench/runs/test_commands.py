"""The commands for finished runs, as a user types them."""

import sys

import pytest

pytest.importorskip("pandas")

from kerata.cli.main import main


@pytest.fixture
def kerata(run, place, monkeypatch, capsys):
    monkeypatch.chdir(place)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["kerata", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code, told.out, told.err

    return call


def test_each_command_works(kerata, place):
    code, out, _ = kerata("predict", "fruit", "fruit.csv", "-o", "answers.csv")
    assert code == 0
    assert "200 rows" in out
    written = (place / "answers.csv").read_text(encoding="utf-8")
    code, out, err = kerata("predict", "fruit", "fruit.csv")
    assert (code, out) == (0, written)
    assert "Notes" in err
    code, out, _ = kerata("explain", "fruit", "fruit.csv", "-o", "why.csv", "--pictures", "why")
    assert code == 0
    assert "row 1: probability of 'pear'" in out or "row 1: probability of 'apple'" in out
    assert len((place / "why.csv").read_text(encoding="utf-8").splitlines()) == 201
    assert len(list((place / "why").glob("why_*.png"))) == 10
    code, out, _ = kerata("evaluate", "runs/fruit", "fruit.csv")
    assert code == 0
    assert "200 rows: accuracy" in out
    code, out, _ = kerata("diagnose", "fruit", "fruit.csv")
    assert code == 0
    assert "Diagnosis of fruit" in out
    assert "fruit" in kerata("runs")[1]
    assert "Verdict" in kerata("show", "fruit")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "friut"), "Did you mean 'fruit'"),
        (("show", "fruit.csv"), "no run but a file"),
        (("predict", "fruit", "nothing.csv", "-o", "a.csv"), "nothing.csv"),
        (("compare", "fruit", "fruit"), "two runs"),
        (("diagnose", "fruit", "nothing.csv"), "nothing.csv"),
        (("rerun", "fruit", "--name", "fruit"), "--overwrite"),
    ],
)
def test_mistakes_are_one_sentence(kerata, words, told):
    code, _, error = kerata(*words)
    assert code == 2
    assert told in error
    assert len(error.strip().splitlines()) == 1
