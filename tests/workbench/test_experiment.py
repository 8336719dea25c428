"""From a source to a judged network."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.callbacks import Callback  # noqa: E402
from kerata.workbench import fit_source, verdict_of  # noqa: E402
from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.evaluation.standing import gain_sentence  # noqa: E402
from kerata.workbench.features import load_with, save_with  # noqa: E402

ROWS = 240


def table(seed=0, rows=ROWS):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, rows))
    town = rng.choice(["Ulm", "Bonn"], rows)
    return pandas.DataFrame(
        {
            "a": a,
            "b": b,
            "town": town,
            "ring": np.where(a**2 + b**2 > 1.4, "out", "in"),
            "price": 1e5 * (3 + a - (town == "Ulm")),
            "tags": [
                "|".join(n for n, v in (("x", i > 0), ("y", j > 0)) if v)
                for i, j in zip(a, b, strict=True)
            ],
        }
    )


def source(target, drop=(), **frames):
    left = {"ring", "price", "tags"} - {target} | {*drop}
    frame = frames.get("frame", table()).drop(columns=[*left])
    test = frames.get("test")
    return Source("made", "table", Table(frame), None if test is None else Table(test), target)


@pytest.fixture(scope="module")
def ring():
    events = []
    trained = fit_source(
        source("ring"),
        network="mlp",
        epochs=60,
        on_event=lambda name, value: events.append(name),
        options={"learning_rate": 0.01},
        folds=1,
    )
    return trained, events


def test_a_network_beats_its_baselines_and_says_so(ring):
    trained, _ = ring
    constant, linear, _ = trained.baselines
    assert trained.metrics["accuracy"] > 0.85
    assert constant.gain == pytest.approx(trained.metrics["accuracy"] - constant.value)
    low, high = linear.gain_interval
    assert low < linear.gain < high
    assert "The network is better by" in gain_sentence(constant, trained.task)
    assert "test rows right" in verdict_of(trained).quality


def test_events_come_in_order(ring):
    _, events = ring
    wanted = [
        "columns",
        "task",
        "split",
        "rows",
        "preparation",
        "baseline",
        "baseline",
        "baseline",
        "network",
        "trained",
    ]
    assert events == wanted


def test_rows_are_split_without_overlap(ring):
    trained, _ = ring
    numbers = np.concatenate([trained.rows[part] for part in ("train", "validation", "test")])
    assert sorted(numbers) == list(range(ROWS))
    assert len(trained.rows["test"]) == 48
    share = [np.mean(getattr(trained, part).frame["ring"] == "in") for part in trained.rows]
    assert max(share) - min(share) < 0.04


def test_raw_rows_are_predicted_as_in_the_test(ring):
    trained, _ = ring
    np.testing.assert_allclose(trained.predict(trained.test), trained.outputs, atol=1e-6)
    assert trained.outputs.shape == trained.truth.shape == (48,)


def test_model_and_preparation_live_in_one_file(ring, tmp_path):
    trained, _ = ring
    save_with(trained.model, trained.preparation, tmp_path / "m.keras", task=trained.task.as_dict())
    model, preparation, kept = load_with(tmp_path / "m.keras")
    answers = model.predict(preparation.transform(trained.test), verbose=0)[:, 0]
    np.testing.assert_allclose(answers, trained.outputs, atol=1e-6)
    assert kept["task"]["classes"] == ["in", "out"]


def test_a_model_without_preparation_is_told_apart(ring, tmp_path):
    ring[0].model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="without preparation"):
        load_with(tmp_path / "m.keras")


def test_same_seed_same_result(ring):
    trained, _ = ring
    again = fit_source(
        source("ring"), network="mlp", epochs=60, options={"learning_rate": 0.01}, folds=1
    )
    np.testing.assert_array_equal(again.outputs, trained.outputs)


def test_regression_answers_in_the_targets_units():
    trained = fit_source(source("price"), network="linear", epochs=60, folds=1)
    assert trained.task.kind == "regression"
    assert 1e5 < trained.outputs.mean() < 5e5
    assert trained.metrics["r2"] > 0.9
    assert 0.1 < trained.history["val_mae"][-1] < 1e4
    assert "is missed by" in verdict_of(trained).quality


def test_several_labels_in_a_row():
    trained = fit_source(source("tags"), network="mlp", epochs=30, folds=1)
    assert trained.task.classes == ["x", "y"]
    assert trained.outputs.shape == (48, 2)
    assert trained.metrics["f1"] > 0.8
    assert trained.baselines[0].gain > 0
    assert "F1" in verdict_of(trained).quality


@pytest.mark.slow
def test_several_classes_and_members():
    frame = table().assign(third=lambda f: np.digitize(f["a"], [-0.5, 0.5]).astype(str))
    trained = fit_source(
        Source("m", "table", Table(frame[["a", "b", "third"]]), None, "third"),
        network="wide-deep",
        epochs=3,
        options={"members": 2},
        columns={"a": "number", "b": "drop"},
        folds=1,
    )
    assert trained.outputs.shape == (48, 3)
    np.testing.assert_allclose(trained.outputs.sum(1), 1, atol=1e-5)
    assert [c.name for c in trained.columns if c.used] == ["a"]
    assert any("2 networks" in note for note in trained.notes)


def test_an_official_test_set_is_used():
    test = table(seed=1, rows=50).drop(columns=["price", "tags"])
    trained = fit_source(source("ring", test=test), network="linear", epochs=2, folds=1)
    assert len(trained.truth) == 50
    assert len(trained.rows["train"]) + len(trained.rows["validation"]) == ROWS


class _Stop(Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 3:
            raise KeyboardInterrupt


def test_ctrl_c_keeps_the_best_epoch():
    trained = fit_source(
        source("ring"), network="mlp", watch=[_Stop()], with_baselines=False, epochs=50, folds=1
    )
    assert len(trained.history["loss"]) == 4
    assert any("Interrupted after 4 epochs" in note for note in trained.notes)
    assert np.isfinite(trained.outputs).all()


def test_ctrl_c_before_the_first_epoch_ends():
    class _AtOnce(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_source(source("ring"), network="mlp", watch=[_AtOnce()], with_baselines=False, folds=1)


def test_uneven_classes_are_told():
    frame = table().assign(rare=lambda f: np.where(f["a"] > 1.9, "rare", "usual"))
    trained = fit_source(
        Source("m", "table", Table(frame[["a", "b", "rare"]]), None, "rare"),
        network="linear",
        epochs=2,
        balance=True,
        folds=1,
    )
    assert any("uneven" in note for note in trained.notes)


def test_a_network_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_networks.py").write_text(
        "from kerata.workbench.networks import linear\n"
        "def small(inputs, task):\n    return linear(inputs, task, l2=0.01)\n"
    )
    trained = fit_source(
        source("ring"), network="my_networks:small", epochs=1, with_baselines=False, folds=1
    )
    assert trained.network == "my_networks:small"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "rings"}, "no column 'rings'.*Did you mean 'ring'"),
        ({"network": "mlpp"}, "Unknown network 'mlpp'. Did you mean 'mlp'"),
        ({"network": "nowhere:net"}, "No module named 'nowhere'"),
        ({"options": {"unit": 3}}, "Unknown option 'unit'. Did you mean 'units'"),
        ({"columns": {"c": "number"}}, "no column 'c'"),
        ({"task": "ranking"}, "Unknown task"),
        ({"test_share": 1.5}, "test_share"),
        ({"epochs": 0}, "epochs must be at least 1"),
    ],
    ids=["target", "network", "module", "option", "column", "task", "share", "epochs"],
)
def test_mistakes_are_told(change, message):
    with pytest.raises(ValueError, match=message):
        fit_source(source("ring"), **change, folds=1)


def test_one_class_only():
    with pytest.raises(ValueError, match="nothing to tell apart"):
        fit_source(source("ring", frame=table().assign(ring="in")), folds=1)


def test_too_many_classes():
    frame = table().assign(ring=[f"name {i}" for i in range(ROWS)])
    with pytest.raises(ValueError, match="too many for classes"):
        fit_source(source("ring", frame=frame), folds=1)


def test_too_few_rows():
    with pytest.raises(ValueError, match="12 rows with a target are too few"):
        fit_source(source("ring", frame=table().head(12)), folds=1)


def test_rows_without_a_target_are_left_out():
    frame = table()
    frame.loc[:9, "ring"] = None
    trained = fit_source(source("ring", frame=frame), network="linear", epochs=1, folds=1)
    assert "10 rows without a target were left out." in trained.notes
