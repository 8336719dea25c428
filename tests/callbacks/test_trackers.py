"""Experiment trackers get each epoch's figures; each test needs its tracker."""

import importlib.util
import json
import sqlite3

import numpy as np
import pytest

import kerata as keras


def fitted(*callbacks):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(16, 3)).astype("float32")
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=list(callbacks)).history


def test_mlflow(tmp_path):
    mlflow = pytest.importorskip("mlflow")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/runs.db")
    history = fitted(keras.callbacks.MLflowLogger("first", {"note": "a"}))
    assert mlflow.active_run() is None
    run = mlflow.search_runs().iloc[0]
    assert run["params.note"] == "a"
    kept = mlflow.MlflowClient().get_metric_history(run["run_id"], "loss")
    assert [one.value for one in kept] == history["loss"]
    with mlflow.start_run() as own:
        fitted(keras.callbacks.MLflowLogger())
        fitted(keras.callbacks.MLflowLogger())
        assert mlflow.active_run().info.run_id == own.info.run_id


def test_trackio(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path))
    pytest.importorskip("trackio")
    history = fitted(keras.callbacks.TrackioLogger("first", {"note": "a"}, project="demo"))
    with sqlite3.connect(tmp_path / "demo.db") as found:
        kept = [json.loads(row[0]) for row in found.execute("select metrics from metrics")]
    assert [one["loss"] for one in kept] == history["loss"]


def test_wandb(tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.chdir(tmp_path)
    wandb = pytest.importorskip("wandb")
    run = wandb.init(project="demo")
    history = fitted(keras.callbacks.WandbLogger(config={"note": "a"}))
    assert wandb.run is run
    assert run.config["note"] == "a"
    assert run.summary["loss"] == history["loss"][-1]
    wandb.finish()


@pytest.mark.parametrize(
    ("name", "package"),
    [("MLflowLogger", "mlflow"), ("WandbLogger", "wandb"), ("TrackioLogger", "trackio")],
)
def test_a_missing_tracker_is_named(name, package):
    if importlib.util.find_spec(package) is not None:
        pytest.skip("it is here")
    with pytest.raises(ImportError, match=f"{name} needs {package}.*pip install {package}"):
        getattr(keras.callbacks, name)()
