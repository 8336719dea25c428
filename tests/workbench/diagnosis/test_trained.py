"""Diagnoses of networks that the workbench trained."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench import fit_source  # noqa: E402 # after the skip
from kerata.workbench.data.containers import Source, Table  # noqa: E402 # after the skip
from kerata.workbench.diagnosis import diagnose_trained  # noqa: E402 # after the skip
from kerata.workbench.diagnosis.trained import diagnose_prepared  # noqa: E402 # after the skip


def table(rows):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, rows))
    town = rng.choice(["Ulm", "Bonn"], rows)
    return pandas.DataFrame(
        {
            "a": 1000 + 200 * a,
            "b": b,
            "town": town,
            "ring": np.where(a**2 + b**2 > 1.4, "out", "in"),
            "price": 1e5 * (3 + a - (town == "Ulm")),
        }
    )


def diagnosed(target, frame, **options):
    frame = frame.drop(columns=[{"ring": "price", "price": "ring"}[target]])
    source = Source("made", "table", Table(frame), None, target)
    trained = fit_source(
        source,
        network="mlp",
        with_baselines=False,
        options={"learning_rate": 0.01},
        **options,
        folds=1,
    )
    return diagnose_trained(trained)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["ring", "price"])
def test_a_healthy_table(target):
    found = diagnosed(target, table(1200), epochs=40)
    assert [f for f in found if f.severity != "note"] == []
    assert len(found.looked_for) == 19


@pytest.mark.slow
def test_rows_that_come_twice():
    frame = table(400)
    found = diagnosed("ring", pandas.concat([frame, frame]), epochs=3)
    assert "shared rows" in found.names


def test_a_mean_of_networks_is_no_wrong_activation_and_is_looked_into():
    frame = table(300)[["a", "b"]]
    frame["sector"] = [f"s{n}" for n in (np.arctan2(frame["b"], frame["a"] - 1000) + 3.15) // 0.9]
    trained = fit_source(
        Source("made", "table", Table(frame), None, "sector"),
        network="mlp",
        with_baselines=False,
        with_diagnosis=True,
        epochs=2,
        options={"members": 2, "units": (32, 1, 32)},
        folds=1,
    )
    assert "wrong last activation" not in trained.findings.names
    assert "bottleneck" in trained.findings.names


def test_ctrl_c_during_the_diagnosis_keeps_the_training(monkeypatch):
    def interrupted(*given, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("kerata.workbench.diagnosis.trained.examine", interrupted)
    found = diagnose_prepared({}, None, None, {}, {})
    assert found.left_out == {"the whole diagnosis": "interrupted"}
