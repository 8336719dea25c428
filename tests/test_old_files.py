"""Files that version 0.2 wrote are read, as docs/promises.md promises."""

import json
from pathlib import Path

import numpy as np
import pytest

import kerata as keras

OLD = Path(__file__).parent / "files_of_0_2"
RECORDED = json.loads((OLD / "recorded.json").read_text())
X = np.array(RECORDED["x"], "float32")


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_models_answer_as_they_did_and_learn_on(name):
    model = keras.saving.load_model(OLD / name)
    np.testing.assert_allclose(model.predict(X, verbose=0), RECORDED["outputs"], atol=1e-5)
    assert model.optimizer.iterations == 4
    assert all(np.abs(v).sum() > 0 for v in model.optimizer.variables[2:4])


def test_weights_go_into_the_same_layers():
    model = keras.saving.load_model(OLD / "model.keras", compile=False)
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    model.load_weights(OLD / "model.weights.h5")
    np.testing.assert_allclose(model.predict(X, verbose=0), RECORDED["outputs"], atol=1e-5)


def test_exported_files_answer_in_onnxruntime():
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(OLD / "model.onnx")
    (name,) = (given.name for given in session.get_inputs())
    (outputs,) = session.run(None, {name: X})
    np.testing.assert_allclose(outputs, RECORDED["outputs"], atol=1e-5)


def test_runs_are_shown_and_answer(tmp_path, monkeypatch, capsys):
    pytest.importorskip("pandas")
    from typer.testing import CliRunner

    from kerata.cli.main import app
    from kerata.workbench import read_source
    from kerata.workbench.runs import load

    run = load("fruit", OLD / "runs")
    source = read_source(OLD / "fruit.csv", target="kind")
    np.testing.assert_allclose(run.predict(source.train)[:6], RECORDED["run"], atol=1e-5)
    shown = CliRunner().invoke(app, ["show", "fruit", "--folder", str(OLD / "runs")])
    assert shown.exit_code == 0, shown.output
    assert "test rows right" in shown.output
    answers = tmp_path / "answers.csv"
    given = [str(OLD / "fruit.csv"), "-o", str(answers), "--folder", str(OLD / "runs")]
    told = CliRunner().invoke(app, ["predict", "fruit", *given])
    assert told.exit_code == 0, told.output
    assert len(answers.read_text().splitlines()) == 161


def test_the_files_stay_small():
    assert sum(p.stat().st_size for p in OLD.rglob("*") if p.is_file()) < 250_000
