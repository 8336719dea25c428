"""A row of a CSV goes through the workbench once, stage by stage, as docs/design.md says."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import kerata
from kerata.cli.main import main

pandas = pytest.importorskip("pandas")

HERE = Path(kerata.__file__).parent / "workbench"
DESIGN = HERE.parents[2] / "docs" / "design.md"
# What each stage is entered by.
ENTRIES = {
    "data/source.py": "read_source",
    "data/schema.py": "infer_columns",
    "splitting/divide.py": "divide",
    "features/tables.py": "TablePreparation.fit",
    "training/ensemble.py": "train",
    "evaluation/verdict.py": "verdict_of",
    "diagnosis/diagnose.py": "examine",
    "runs/store.py": "keep",
    "report/page.py": "write_report",
}


def order_in_the_design():
    sentence = next(
        line
        for line in DESIGN.read_text().splitlines()
        if "goes through the workbench once" in line
    )
    return [f for f in re.findall(r"`([a-z_/]+\.py)`", sentence) if f in ENTRIES]


@pytest.mark.slow
def test_each_stage_is_entered_once_and_in_order(tmp_path, monkeypatch, capsys):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 620)).round(6)
    town = rng.choice(["Ulm", "Bonn"], 620)
    frame = pandas.DataFrame({"a": a, "b": b, "town": town, "ring": np.where(a > b, "out", "in")})
    frame.to_csv(tmp_path / "rings.csv", index=False)
    monkeypatch.chdir(tmp_path)
    words = ["train", "rings.csv", "--target", "ring", "--network", "mlp", "--epochs", "2"]
    monkeypatch.setattr("sys.argv", ["kerata", *words])
    entered, parts = [], {}

    def watch(code, event, arg):
        if event not in ("call", "return") or not code.f_code.co_filename.startswith(str(HERE)):
            return
        file = Path(code.f_code.co_filename).relative_to(HERE).as_posix()
        if code.f_code.co_qualname == ENTRIES.get(file):
            if event == "call":
                entered.append(file)
            elif file == "splitting/divide.py":
                parts.update(arg.parts)

    sys.setprofile(watch)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.setprofile(None)
    assert ended.value.code == 0
    capsys.readouterr()
    # The linear baseline tries three preparations of its own.
    (again,) = {file for file in entered if entered.count(file) > 1}
    assert (again, entered.count(again)) == ("features/tables.py", 4)
    once = [file for file, before in zip(entered, [None, *entered], strict=False) if file != before]
    assert once == order_in_the_design()
    assert sorted(once) == sorted(ENTRIES)
    # Each row is in one part and comes out of it as it stood in the file.
    together = pandas.concat([parts[name].frame for name in ("train", "validation", "test")])
    left = frame.sort_values(["a", "b"]).reset_index(drop=True)
    right = together.sort_values(["a", "b"]).reset_index(drop=True)
    assert left[["a", "b", "town"]].to_dict() == right[["a", "b", "town"]].to_dict()
    answers = pandas.read_csv(tmp_path / "runs" / "rings" / "test_predictions.csv")
    assert len(answers) == len(parts["test"].frame) == 124
