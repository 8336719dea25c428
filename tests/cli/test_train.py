"""``kerata train`` on a table, as a user types it."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.cli import main as cli  # noqa: E402 - needs pandas


@pytest.fixture
def folder(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 2))
    frame = pandas.DataFrame(
        {
            "size": x[:, 0],
            "weight": x[:, 1],
            "row": range(120),
            "kind": np.where(x.sum(1) + rng.normal(size=120) > 0, "big", "small"),
        }
    )
    frame.to_csv(tmp_path / "things.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["kerata", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return ended.value.code, out, err


def test_a_table_from_file_to_run(folder, monkeypatch, capsys):
    words = ["train", "things.csv", "--target", "kind", "--network", "linear", "--epochs", "3"]
    words += ["--folds", "1"]
    code, out, err = run(monkeypatch, capsys, *words, "--column", "weight=drop")
    assert (code, err) == (0, "")
    for told in (
        "identifier (unused)",
        "left out as you asked",
        "Binary: 'kind' has 2 values",
        "training rows,",
        "Baseline, always",
        "epoch 3/3",
        "Network: linear, at most 3 epochs.",
        "Verdict",
        "The network is",
        "runs/things",
        "source = read_source('things.csv', target='kind')",
        "columns={'weight': 'drop'}, epochs=3, folds=1",
    ):
        assert told in " ".join(out.split()), told
    assert (folder / "runs" / "things" / "model.keras").exists()
    code, _, err = run(monkeypatch, capsys, *words, "--name", "things")
    assert code == 2
    assert "already" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "kinds"], "no column 'kinds' (--target). Did you mean 'kind'"),
        ([], "target"),
        (["--target", "kind", "--network", "mpl"], "Did you mean 'mlp'"),
        (["--target", "kind", "--column", "size"], "--column takes NAME=VALUE"),
        (["--target", "kind", "--option", "depth=3"], "Unknown option 'depth'"),
        (["--target", "kind", "--option", "units=many", "--network", "mlp"], "units"),
        (["--target", "kind", "--split-by", "sise"], "--split-by). Did you mean 'size'"),
        (["--target", "kind", "--group", "kind"], "is the target"),
        (["--target", "kind", "--epochs", "0"], "--epochs must be at least 1"),
        (["--target", "kind", "--folds", "0"], "--folds takes 2 or more"),
        (["--target", "kind", "--folds", "-1"], "--folds takes 2 or more"),
        (["--target", "kind", "--folds", "many"], "--folds takes 2 or more"),
        (["--target", "kind", "--folds", "1000"], "too few for 1,000 folds"),
        (["--target", "kind", "--minutes", "0"], "--minutes must be above 0"),
        (["--target", "kind", "--batch-size", "-1"], "--batch-size must be at least 1"),
        (["--target", "kind", "--task", "clases"], "Did you mean 'classes'"),
        (["--target", "kind", "--column", "size=nubmer"], "Did you mean 'number'"),
        (["--target", "kind", "--columns", "none.json"], "none.json"),
        (["--target", "kind", "--name", "a/b"], "can't be called 'a/b'"),
    ],
)
def test_mistakes_end_with_one_sentence(folder, monkeypatch, capsys, words, message):
    code, _, err = run(monkeypatch, capsys, "train", "things.csv", *words)
    assert code == 2
    assert err.startswith("Error: ")
    assert message in err
    assert len(err.splitlines()) == 1
    assert not (folder / "runs").exists()


def test_it_says_at_once_what_it_reads(folder, monkeypatch, capsys):
    _, out, _ = run(monkeypatch, capsys, "train", "things.csv", "--target", "none")
    assert out == "Reading things.csv ...\n"
    _, out, _ = run(monkeypatch, capsys, "train", "things.csv", "--target", "none", "--quiet")
    assert out == ""


def test_names_are_refused_before_any_row_is_read(folder, monkeypatch, capsys):
    # Below the first lines it is no table at all.
    with open(folder / "things.csv", "a") as file:
        file.write("1,2,3,4,5,6,7,8\n" * 30_000)
    _, _, err = run(monkeypatch, capsys, "train", "things.csv", "--target", "kinds")
    assert "no column 'kinds'" in err
    _, _, err = run(monkeypatch, capsys, "train", "things.csv", "--target", "kind")
    assert "don't fit" in err


def test_networks_are_listed_and_explained(monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "networks")
    assert code == 0
    assert "units=64,64" in out
    code, out, _ = run(monkeypatch, capsys, "networks", "mlp")
    assert "from 0 to below 1" in out
    code, _, err = run(monkeypatch, capsys, "networks", "mpl")
    assert code == 2
    assert "Did you mean 'mlp'" in err
