"""``kerata tune`` on a table, as a user types it."""

import sys

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("optuna")

from kerata.cli import main as cli  # noqa: E402 - needs pandas


@pytest.fixture
def type_in(tmp_path, monkeypatch, capsys):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 2)).round(3)
    kind = np.where(x.sum(1) + rng.normal(size=120) > 0, "big", "small")
    frame = pandas.DataFrame({"size": x[:, 0], "weight": x[:, 1], "kind": kind})
    frame.to_csv(tmp_path / "things.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words):
        monkeypatch.setattr("sys.argv", ["kerata", "tune", "things.csv", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    return run


@pytest.mark.slow
def test_from_file_to_the_best_network_s_run(type_in, tmp_path):
    words = ["--network", "linear", "--trials", "2", "--epochs", "3"]
    code, out, err = type_in("--target", "kind", *words)
    assert (code, err) == (0, "")
    for told in (
        "Networks to choose from: linear.",
        "Study: runs/things.study.db",
        "trial 1/2",
        "linear, as it is best so far",
        "trial 2/2",
        "linear, learning_rate 0.",
        "Best trial",
        "The best of many looks better than it is",
        "Verdict",
        "Chosen among 2 trials",
        "runs/things/report.html",
        "trained = tune_source(source, networks=['linear'], trials=2, epochs=3,",
    ):
        assert told in " ".join(out.split()), told
    assert (tmp_path / "runs" / "things.study.db").exists()
    code, _, err = type_in("--target", "size", *words)
    assert code == 2
    assert "belongs to another search: its target is 'kind', now it is 'size'" in err
    assert not (tmp_path / "runs" / "things-2").exists()


def test_what_is_not_installed_is_named(type_in, monkeypatch):
    words = ["--target", "kind", "--network", "linear"]
    monkeypatch.setitem(sys.modules, "ray", None)
    code, _, err = type_in(*words, "--ray", "ray", "--quiet")
    assert (code, err) == (2, "Error: --ray needs Ray: pip install 'kerata[ray]'.\n")
    monkeypatch.setitem(sys.modules, "optuna", None)
    code, _, err = type_in(*words)
    assert (code, err) == (2, "Error: Tuning needs Optuna: pip install 'kerata[optuna]'.\n")
