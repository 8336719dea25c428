"""A solved linear model beside the networks: when it has a share, and what the file answers."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

from sklearn.linear_model import Ridge  # noqa: E402

import kerata  # noqa: E402
from kerata.workbench import fit_source, runs, verdict_of  # noqa: E402
from kerata.workbench.core.several import choose_several  # noqa: E402
from kerata.workbench.core.task import Task  # noqa: E402
from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.features.preparation import Inputs  # noqa: E402
from kerata.workbench.networks.table import table  # noqa: E402
from kerata.workbench.training.linear_share import SHARES, Held, linear_share  # noqa: E402

ROWS = 90
AMOUNT = Task("regression", "y", [], "")
BINARY = Task("binary", "y", ["no", "yes"], "")
CLASSES = Task("classes", "y", ["a", "b", "c"], "")
INPUTS = Inputs(
    rows=60,
    numbers=3,
    mean=(0.0, 1.0, 0.0),
    variance=(1.0, 4.0, 1.0),
    ranks=(2,),
    target_mean=5.0,
    target_scale=2.0,
)


def rows(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(ROWS, 3)).astype("float32") * [1, 2, 1] + [0, 1, 0]
    return x.astype("float32"), rng


def splits(y, said, parts=3):
    """Let each network hold back a third of the rows, and answer them with what is said."""
    place = np.arange(ROWS) % parts
    return [
        Held(np.flatnonzero(place != k), np.flatnonzero(place == k), said[place == k])
        for k in range(parts)
    ]


def test_amounts_that_are_linear_are_answered_by_ridge_regression():
    x, rng = rows()
    y = (5 + 2 * x[:, 0] - x[:, 1] + 0.1 * rng.normal(size=ROWS)).astype("float32")
    found = linear_share(INPUTS, AMOUNT, {"numbers": x}, y, splits(y, y + rng.normal(size=ROWS)))
    assert found.share > 0.9
    scaled = (x - np.array(INPUTS.mean)) / np.sqrt(INPUTS.variance)
    # The rank in the last column says nothing, so the model may leave it out.
    used = [0, 1] if found.solution.kernel[2, 0] == 0 else [0, 1, 2]
    expert = Ridge(1e-3).fit(scaled[:, used], y).predict(scaled[:, used])
    mixed = found.mixed(np.zeros(ROWS, np.float32), {"numbers": x})
    np.testing.assert_allclose(mixed, found.share * expert, atol=0.05)


@pytest.mark.parametrize("task", [AMOUNT, BINARY], ids=["amount", "two classes"])
def test_what_is_not_clear_gets_no_share(task):
    """Neither where the network is better nor where a gain may be luck."""
    x, rng = rows()
    score = x[:, 0] + rng.normal(size=ROWS)
    y = score.astype("float32") if task is AMOUNT else (score > 0).astype(int)
    # A network that says what a linear model would, with a little noise.
    said = x[:, 0] if task is AMOUNT else 1 / (1 + np.exp(-2 * x[:, 0]))
    noisy = said + 0.01 * rng.normal(size=ROWS)
    noisy = noisy if task is AMOUNT else np.clip(noisy, 0.001, 0.999)
    assert linear_share(INPUTS, task, {"numbers": x}, y, splits(y, noisy)) is None
    sure = y.astype(float) if task is AMOUNT else np.clip(y, 0.01, 0.99)
    assert linear_share(INPUTS, task, {"numbers": x}, y, splits(y, sure)) is None


def test_losses_of_amounts_keep_the_networks_alone():
    x, _ = rows()
    y = np.exp(x[:, 0]).astype("float32")
    for loss in ("poisson", "gamma", "lognormal"):
        assert linear_share(INPUTS, AMOUNT, {"numbers": x}, y, splits(y, y + 9), loss) is None


def test_several_classes_get_a_second_opinion_and_classes_that_a_split_lacks_are_known():
    x, rng = rows()
    y = np.digitize(x[:, 0] + 0.5 * rng.normal(size=ROWS), [-0.5, 0.7])
    y[y == 2] = 1
    # Only the first network's held-back rows have the last class.
    y[[0, 3]] = 2
    said = np.full((ROWS, 3), 0.02)
    said[np.arange(ROWS), np.where(rng.random(ROWS) < 0.1, 0, y)] = 0.96
    found = linear_share(INPUTS, CLASSES, {"numbers": x}, y, splits(y, said))
    assert 0 < found.share <= 0.5
    answer = found.mixed(said, {"numbers": x})
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)
    assert "% of the answer is that of a linear model (logistic regression)" in found.sentence


def test_each_of_several_targets_has_its_own_share():
    x, rng = rows()
    y = np.stack([x[:, 0], np.sin(5 * x[:, 1])], axis=1).astype("float32")
    task = choose_several([tuple(row) for row in y.tolist()], ["straight", "bent"])
    said = np.stack([x[:, 0] + rng.normal(size=ROWS), y[:, 1]], axis=1)
    found = linear_share(INPUTS, task, {"numbers": x}, y, splits(y, said))
    assert found.share[0] > 0.9
    assert found.share[1] == 0


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_the_joined_model_answers_as_both_do_and_is_an_ordinary_file(share, tmp_path):
    import dataclasses

    x, rng = rows()
    y = (5 + 2 * x[:, 0]).astype("float32")
    found = linear_share(INPUTS, AMOUNT, {"numbers": x}, y, splits(y, y + rng.normal(size=ROWS)))
    found = dataclasses.replace(found, share=np.array(share))
    network = table(INPUTS, AMOUNT, units=(4,), ensemble=2, frequencies=2)
    expected = found.mixed(network.predict(x, verbose=0)[:, 0], {"numbers": x})
    model = found.joined(network)
    np.testing.assert_allclose(model.predict(x, verbose=0)[:, 0], expected, rtol=1e-5, atol=1e-5)
    model.save(tmp_path / "both.keras")
    again = kerata.models.load_model(tmp_path / "both.keras")
    assert np.array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert found.alone == (share == 1) == ("with" not in model.name)


def test_shares_begin_with_none_and_end_with_all():
    assert SHARES[[0, -1]].tolist() == [0, 1]


@pytest.mark.slow
def test_a_table_that_a_linear_model_answers_better(tmp_path):
    """The whole way: folds of networks, the note, the run's file, new rows."""
    rng = np.random.default_rng(3)
    one = rng.normal(size=120)
    frame = pandas.DataFrame({f"c{k}": one + 0.01 * rng.normal(size=120) for k in range(8)})
    frame["y"] = 40 * (frame["c0"] - frame["c5"]) + one
    trained = fit_source(
        Source("alike", "table", Table(frame), None, "y"),
        options={"members": 2, "units": (8,), "ensemble": 2, "frequencies": 2},
        epochs=2,
        folds=1,
        with_baselines=False,
    )
    assert trained.metrics["r2"] > 0.95
    # What is said of the weights is said of those that answer.
    assert verdict_of(trained).best_epoch.startswith("The weights are solved, not trained: ridge")
    assert any("The answer is that of a linear model" in note for note in trained.notes)
    run = runs.save(trained, "alike", tmp_path, report=False)
    assert np.array_equal(run.predict(trained.test), trained.outputs)
