"""An exported run answers as the run does, without JAX."""

import json
import subprocess
import sys

import numpy as np
import pytest

from kerata.serving.served_run import ServedRun

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

from kerata.workbench.runs.exporting import export_run  # after the checks


@pytest.fixture(scope="module")
def exported(run, place, rows):
    rows(40, seed=9).to_csv(place / "other.csv", index=False)
    path = place / "fruit.onnx"
    export_run(run, path, rows=place / "other.csv")
    return path


def test_it_answers_as_the_run_does(client, client_of, exported, rows, row):
    other = client_of(ServedRun(exported))
    given = rows(30, seed=5).drop(columns="kind").to_dict("records")
    given += [dict.fromkeys(row), row | {"size": "0.5", "town": "paris"}]
    theirs, ours = (c.post("/predict", json=given).json()["answers"] for c in (client, other))
    assert [a["prediction"] for a in ours] == [a["prediction"] for a in theirs]
    shares = [[a["probability_pear"] for a in answers] for answers in (ours, theirs)]
    np.testing.assert_allclose(*shares, atol=1e-5)
    about, wanted = (c.get("/runs/fruit").json() for c in (other, client))
    assert about["columns"] == wanted["columns"]
    assert about["classes"] == wanted["classes"]


def test_what_does_not_fit_is_named(client_of, exported, row):
    client = client_of(ServedRun(exported))
    found = client.post("/predict", json=[row, row | {"size": "large"}, {"size": 1}, 5])
    assert found.status_code == 422
    assert [fault["row"] for fault in found.json()["rows"]] == [1, 2, 3]
    assert found.json()["rows"][0]["reason"] == "holds 'large', where a number is expected"


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x07" * 50])
def test_a_file_that_is_none(tmp_path, content):
    path = tmp_path / "a.onnx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is no ONNX file"):
        ServedRun(path)


def test_a_graph_of_somebody_elses(tmp_path):
    from onnx import TensorProto, helper

    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, 1]) for n in "xy")
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    path = tmp_path / "a.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match="no exported run: write it with 'kerata export RUN'"):
        ServedRun(path)


def test_it_needs_no_jax(exported, row):
    program = f"""
import json, sys
sys.modules["jax"] = None
from starlette.testclient import TestClient
from kerata.serving.app import application
from kerata.serving.figures import Figures
from kerata.serving.server import serve_runs
from kerata.serving.served_run import ServedRun
from pathlib import Path
app = application([ServedRun(Path({str(exported)!r}))], figures=Figures())
found = TestClient(app, "http://127.0.0.1").post("/predict", json={row!r})
print(json.dumps(found.json()))
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["answers"][0]["prediction"] in ("apple", "pear")
