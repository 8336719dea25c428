"""A run's folder from a stranger: nothing that it names is imported, opened or obeyed."""

import json
import shutil
import zipfile

import numpy as np
import pytest

from kerata.workbench import runs
from kerata.workbench.runs.rerun import train_again


@pytest.fixture
def gift(run, tmp_path, monkeypatch):
    """Copy a run into an empty current folder, with a function to change its files."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(run.path, tmp_path / "runs" / "gift")

    def change(file="run.json", **values):
        path = tmp_path / "runs" / "gift" / file
        path.write_text(json.dumps(json.loads(path.read_text()) | values))
        return runs.load("gift")

    return change


def test_no_module_is_imported_because_a_record_names_it(gift, tmp_path):
    (tmp_path / "evil.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w')\ndef build(i, t): pass\n"
    )
    shutil.copy(gift().config["source"], tmp_path / "fruit.csv")
    gift("config.json", source="fruit.csv", network="evil:build")
    found = gift(network="evil:build")
    with pytest.raises(ValueError, match=r"nothing that a record names is imported.*--network"):
        train_again(found)
    with pytest.raises(ValueError, match="was trained with the network 'evil:build'"):
        train_again(found, network="other:build")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("where", ["/etc/passwd", "../outside.csv", "link/fruit.csv"])
def test_no_file_outside_the_current_folder_is_opened_because_a_record_names_it(
    gift, tmp_path, where
):
    (tmp_path / "link").symlink_to("/")
    found = gift("config.json", source=where)
    with pytest.raises(ValueError, match=r"outside the current folder.*--data"):
        train_again(found)


def test_the_folder_of_a_record_leads_nowhere(gift, place):
    found = gift("config.json", source="fruit.csv", folder=str(place))
    with pytest.raises(FileNotFoundError, match="not in the current folder"):
        train_again(found)
    # Whoever names the data himself trains again.
    again = train_again(found, data=place / "fruit.csv")
    assert again.metrics == found.record["metrics"]


def test_other_data_than_the_run_s_are_refused(gift, tmp_path):
    (tmp_path / "fruit.csv").write_text("size,town,kind,price\n1,Ulm,pear,2\n2,Bonn,apple,3\n" * 20)
    with pytest.raises(ValueError, match="have changed since"):
        train_again(gift("config.json", source="fruit.csv"))


def test_a_model_s_file_may_not_swell(gift, tmp_path):
    path = tmp_path / "runs" / "gift" / "model.keras"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["preparation.json"] = b" " * (1 << 28) + parts["preparation.json"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match=r"model\.keras"):
        _ = gift().model


def test_a_preparation_of_an_unknown_kind_is_refused(gift, tmp_path):
    path = tmp_path / "runs" / "gift" / "model.keras"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    stored = json.loads(parts["preparation.json"])
    stored["preparation"]["kind"] = "os.system"
    parts["preparation.json"] = json.dumps(stored).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match=r"os\.system"):
        _ = gift().preparation


def test_reports_show_hostile_names_as_text(place, tmp_path):
    import pandas

    from kerata.workbench import fit_source
    from kerata.workbench.data import read_source

    frame = pandas.read_csv(place / "fruit.csv")
    evil = "<script>alert(1)</script>"
    frame = frame.rename(columns={"size": evil}).replace({"kind": {"pear": "<img src=x>"}})
    frame.to_csv(tmp_path / "evil.csv", index=False)
    source = read_source(tmp_path / "evil.csv", target="kind")
    trained = fit_source(source, network="linear", epochs=2, columns={"price": "drop"}, folds=1)
    made = runs.save(trained, "evil", tmp_path)
    page = (made.path / "report.html").read_text()
    assert evil not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;" in page
    assert np.isfinite(trained.outputs).all()
