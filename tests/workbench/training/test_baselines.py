"""Baselines that an expert would reach with scikit-learn, and a linear network that is one."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.ensemble import (  # noqa: E402
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LogisticRegression, RidgeCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402

from kerata.workbench import fit_source  # noqa: E402
from kerata.workbench.core import metrics  # noqa: E402
from kerata.workbench.core.task import Task  # noqa: E402
from kerata.workbench.data.containers import Images, Source, Table  # noqa: E402
from kerata.workbench.features.preparation import Inputs  # noqa: E402
from kerata.workbench.networks.linear_solution import solve  # noqa: E402
from kerata.workbench.splitting.divide import divide  # noqa: E402
from kerata.workbench.training import baselines  # noqa: E402

ROWS = 400


def table(kind, towns=4):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(ROWS, 3)) * [1, 50, 0.01] + [0, 1000, 5]
    town = rng.integers(0, towns, ROWS)
    score = x[:, 0] + (x[:, 1] - 1000) / 50 - 100 * (x[:, 2] - 5) + (town % 4) - 1.5
    noise = rng.normal(size=ROWS)
    y = {
        "regression": 30 + 10 * (score + noise),
        "binary": np.where(score + noise > 0, "yes", "no"),
        "classes": np.array(["low", "mid", "high"])[np.digitize(score + noise, [-1, 1])],
    }[kind]
    frame = pandas.DataFrame(x, columns=["a", "b", "c"])
    names = [f"town {number}" for number in range(towns)]
    return frame.assign(town=np.array(names)[town], y=y)


def divided_of(kind, **more):
    return divide(Source("made", "table", Table(table(kind, **more)), None, "y"))


def frames(divided):
    parts = [divided.parts[name].frame.drop(columns="y") for name in ("train", "validation")]
    truth = np.concatenate([divided.targets[name] for name in ("train", "validation")])
    return pandas.concat(parts), truth, divided.parts["test"].frame.drop(columns="y")


def expert(divided, model):
    scaled = ColumnTransformer(
        [
            ("numbers", StandardScaler(), ["a", "b", "c"]),
            ("words", OneHotEncoder(handle_unknown="ignore"), ["town"]),
        ]
    )
    rows, truth, test = frames(divided)
    return make_pipeline(scaled, model).fit(rows, truth).predict(test)


def test_ridge_reaches_what_scikit_learn_reaches():
    divided = divided_of("regression")
    found, outputs = baselines.linear(divided, 32, 0, {})
    wanted = expert(divided, RidgeCV(np.logspace(-3, 5, 17)))
    truth = divided.targets["test"]
    assert found.name == "a linear model (ridge regression)"
    assert found.value == pytest.approx(np.abs(wanted - truth).mean(), rel=0.01)
    np.testing.assert_allclose(outputs, wanted, atol=0.05 * truth.std())


@pytest.mark.parametrize("kind", ["binary", "classes"])
def test_logistic_regression_reaches_what_scikit_learn_reaches(kind):
    divided = divided_of(kind)
    found, outputs = baselines.linear(divided, 32, 0, {})
    wanted = expert(divided, LogisticRegression(max_iter=1000))
    said = metrics.answers(divided.task, outputs)
    assert found.name == "a linear model (logistic regression)"
    assert (said == wanted).mean() > 0.95
    assert found.value >= (wanted == divided.targets["test"]).mean() - 0.02


def test_small_images_are_solved_as_scikit_learn_would():
    from sklearn.datasets import load_digits

    images, digits = load_digits(return_X_y=True)
    images, digits = images[:500], digits[:500]
    bytes_of = (images * 15).astype("uint8").reshape(-1, 8, 8, 1)
    origins = [f"digit {number}" for number in range(500)]
    part = Images(bytes_of, [str(digit) for digit in digits], origins)
    divided = divide(Source("digits", "images", part))
    found, outputs = baselines.linear(divided, 32, 0, {})
    assert found.name == "a linear model (logistic regression)"
    rows, held, test = (
        divided.parts[name].images.reshape(-1, 64) / 255 for name in ("train", "validation", "test")
    )
    truth = np.concatenate([divided.targets[name] for name in ("train", "validation")])
    expert = LogisticRegression(C=1.0, max_iter=1000).fit(np.concatenate([rows, held]), truth)
    assert found.value >= expert.score(test, divided.targets["test"]) - 0.02
    assert outputs.shape == (len(test), 10)


def test_many_categories_stay_one_hot():
    divided = divided_of("regression", towns=90)
    found, _ = baselines.linear(divided, 32, 0, {})
    wanted = expert(divided, RidgeCV(np.logspace(-3, 5, 17)))
    error = np.abs(wanted - divided.targets["test"]).mean()
    assert found.value == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize("kind", ["regression", "binary", "classes"])
def test_boosting_is_scikit_learns(kind):
    divided = divided_of(kind)
    found, outputs = baselines.boosting(divided, 0)
    rows, truth, test = frames(divided)
    towns = sorted(rows["town"].unique())
    rows, test = (f.assign(town=pandas.Categorical(f["town"], towns)) for f in (rows, test))
    regression = kind == "regression"
    maker = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    model = maker(categorical_features="from_dtype", random_state=0).fit(rows, truth)
    wanted = model.predict(test)
    if regression:
        np.testing.assert_allclose(outputs, wanted, rtol=1e-3)
    else:
        assert (metrics.answers(divided.task, outputs) == wanted).mean() > 0.98
    assert found.name == "gradient boosting"


def test_the_linear_network_is_the_baseline():
    source = Source("made", "table", Table(table("regression")), None, "y")
    divided = divide(source)
    found, outputs = baselines.linear(divided, 32, 0, {})
    trained = fit_source(source, network="linear", folds=1)
    # The network computes in float32.
    np.testing.assert_allclose(trained.outputs, outputs, rtol=1e-5, atol=1e-5 * outputs.std())
    assert trained.metrics["mae"] == pytest.approx(found.value, rel=1e-4)
    assert trained.solved.startswith("ridge regression, penalty ")
    assert [one.name for one in trained.baselines][1:] == ["gradient boosting"]
    by_steps = fit_source(source, network="linear", epochs=2, with_baselines=False, folds=1)
    assert by_steps.solved == ""


def test_classes_that_training_rows_lack():
    inputs = Inputs(rows=40, numbers=2, mean=(0.0, 0.0), variance=(1.0, 1.0))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2))
    task = Task("classes", "letter", ["a", "b", "c", "d"], "")
    for present in ([0, 2], [1, 2, 3], [3]):
        y = np.array(present)[rng.integers(0, len(present), 40)]
        found = solve(inputs, task, x, y, (x[:9], y[:9]))
        assert found.kernel.shape == (2, 4)
        answers = (x @ found.kernel + found.bias).argmax(axis=1)
        assert set(answers) <= set(present)
