"""Counts and skewed amounts: losses of their own, predictions that are never negative."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

from sklearn.metrics import mean_gamma_deviance  # noqa: E402

from kerata.workbench import fit_source, runs  # noqa: E402 - needs pandas
from kerata.workbench.data.containers import Source, Table  # noqa: E402 - needs pandas
from kerata.workbench.networks.amounts import (  # noqa: E402 - needs pandas
    gamma_deviance,
    squared_log_ratio,
)

HOW = {"network": "mlp", "epochs": 8, "with_baselines": False, "split_by": "random"}


def source(shift=0.0):
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    frame = pandas.DataFrame({"x": x, "y": rng.gamma(2.0, np.exp(1.5 * x)) + shift})
    return Source("amounts", "table", Table(frame), target="y")


def test_losses_are_those_of_the_distributions():
    rng = np.random.default_rng(0)
    truth, said = (rng.gamma(2.0, size=(50, 1)) + 0.1 for _ in range(2))
    mine = 2 * float(np.mean(gamma_deviance(truth, said)))
    assert mine == pytest.approx(mean_gamma_deviance(truth, said), rel=1e-5)
    logs = float(np.mean(squared_log_ratio(truth, said)))
    assert logs == pytest.approx(np.mean((np.log(truth) - np.log(said)) ** 2), rel=1e-5)


@pytest.mark.parametrize("loss", ["poisson", "gamma", "lognormal"])
def test_predictions_are_never_negative_and_kept_in_a_run(loss, tmp_path):
    trained = fit_source(source(), options={"units": (8,), "loss": loss}, **HOW, folds=1)
    far = Table(pandas.DataFrame({"x": [-50.0, 0.0, 50.0]}))
    assert (trained.predict(far) >= 0).all()
    assert trained.history["loss"][-1] < trained.history["loss"][0]
    run = runs.save(trained, "amounts", tmp_path, report=False)
    np.testing.assert_allclose(run.predict(far), trained.predict(far), rtol=1e-5)


@pytest.mark.parametrize(
    ("loss", "shift", "told"),
    [("poisson", -5.0, "takes targets from 0, but 'y' goes down to -"), ("nothing", 0.0, "loss")],
)
def test_what_can_not_be_learned_so_is_refused(loss, shift, told):
    with pytest.raises(ValueError, match=told):
        fit_source(source(shift), options={"loss": loss}, **HOW, folds=1)


def test_classes_are_no_amounts():
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame({"x": rng.normal(size=60), "y": ["a", "b"] * 30})
    classes = Source("classes", "table", Table(frame), target="y")
    with pytest.raises(ValueError, match="is none but binary"):
        fit_source(classes, options={"loss": "gamma"}, **HOW, folds=1)
