"""The estimators inside scikit-learn's tools."""

import numpy as np
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.ensemble import AdaBoostClassifier, StackingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - has to come first
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from kerata import Input, Sequential, layers, optimizers, wrappers as w

X, Y = make_classification(120, 4, n_redundant=0, class_sep=2.0, random_state=1)


def build(width=8, activation="relu"):
    model = Sequential([Input((4,)), layers.Dense(width, activation), layers.Dense(1, "sigmoid")])
    model.compile(optimizers.Adam(0.03), "binary_crossentropy", metrics=["accuracy"])
    return model


def network(**params):
    return w.NetworkClassifier(
        **{"hidden": 8, "epochs": 20, "learning_rate": 0.03, "random_state": 0, **params}
    )


def keras(**params):
    return w.KerasClassifier(build, **{"epochs": 20, "random_state": 0, **params})


MAKERS = [
    pytest.param(network, id="native"),
    pytest.param(keras, id="built", marks=pytest.mark.slow),
]


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKERS)
def test_in_a_pipeline_with_parameters_of_the_builder(make):
    net = make_pipeline(StandardScaler(), make())
    step = net.steps[1][0]
    name = "hidden" if make is network else "width"
    search = GridSearchCV(net, {f"{step}__{name}": [4, 8], f"{step}__epochs": [1, 20]}, cv=3)
    search.fit(X, Y)
    assert search.best_params_[f"{step}__epochs"] == 20
    assert search.best_score_ > 0.8
    assert set(search.cv_results_[f"param_{step}__{name}"]) == {4, 8}


def test_in_a_column_transformer_and_out_of_one():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abcd"))
    frame["kind"] = np.where(Y == 1, "up", "down")
    columns = ColumnTransformer(
        [("n", StandardScaler(), list("abcd")), ("c", OneHotEncoder(), ["kind"])]
    )
    assert make_pipeline(columns, network()).fit(frame, Y).score(frame, Y) > 0.95
    model = Sequential([Input((4,)), layers.Dense(2), layers.Dense(4)])
    model.compile("sgd", "mse")
    learned = ColumnTransformer([("net", w.SKLearnTransformer(model), list("abcd"))])
    table = learned.set_output(transform="pandas").fit_transform(frame)
    assert table.columns.tolist() == [f"net__sklearntransformer{i}" for i in range(4)]


@pytest.mark.slow
def test_in_halving_searches():
    search = HalvingGridSearchCV(keras(), {"width": [2, 16]}, factor=2, cv=2, random_state=0)
    assert search.fit(X, Y).best_score_ > 0.7
    by_epochs = HalvingGridSearchCV(
        keras(), {"width": [2, 16]}, resource="epochs", max_resources=20, factor=2, cv=2
    )
    assert by_epochs.fit(X, Y).best_estimator_.epochs > 1


def test_in_cross_validation_with_arguments_of_fit():
    scores = cross_val_score(keras(), X, Y, cv=3, params={"epochs": 30, "batch_size": 8})
    assert scores.min() > 0.8
    assert cross_val_score(network(), X, Y, cv=3, scoring="roc_auc").min() > 0.9
    assert cross_val_predict(network(), X, Y, cv=2, method="predict_proba").shape == (120, 2)


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKERS)
def test_calibrated_stacked_and_boosted(make):
    assert CalibratedClassifierCV(make(), cv=2).fit(X, Y).score(X, Y) > 0.8
    stack = StackingClassifier([("a", make()), ("b", LogisticRegression())], cv=2)
    assert stack.fit(X, Y).score(X, Y) > 0.8
    # It passes weights that sum to 1, which must not slow the training down.
    assert AdaBoostClassifier(make(), n_estimators=2).fit(X, Y).score(X, Y) > 0.8


@pytest.mark.slow
def test_the_column_that_matters_is_important():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 3))
    found = permutation_importance(network().fit(x, x[:, 1] > 0), x, x[:, 1] > 0, random_state=0)
    assert found.importances_mean.argmax() == 1


@pytest.mark.slow
def test_several_regressors_at_once():
    y = X[:, :2] * [1.0, -2.0]
    net = w.NetworkRegressor(8, epochs=60, learning_rate=0.03, random_state=0)
    assert MultiOutputRegressor(net).fit(X, y).score(X, y) > 0.9


@pytest.mark.slow
def test_in_processes():
    def build_in_a_process(width):
        # Defined here, so that the other process can't import it.
        from kerata import Sequential, layers

        return Sequential([layers.Dense(width, "relu"), layers.Dense(1, "sigmoid")])

    net = w.KerasClassifier(build_in_a_process, optimizer="adam", random_state=0, width=4)
    net.set_params(optimizer__learning_rate=0.03)
    search = {"width": [2, 4], "epochs": [1, 20]}
    two = GridSearchCV(net, search, cv=2, n_jobs=2).fit(X, Y)
    one = GridSearchCV(net, search, cv=2).fit(X, Y)
    np.testing.assert_allclose(
        two.cv_results_["mean_test_score"], one.cv_results_["mean_test_score"]
    )
    assert two.best_estimator_.score(X, Y) > 0.8


def test_weights_are_routed_as_metadata():
    weights = np.where(Y == 1, 1.0, 0.0)
    weights[:2] = 1
    with sklearn.config_context(enable_metadata_routing=True):
        asked = network().set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        net = make_pipeline(scaler, asked).fit(X, Y, sample_weight=weights)
        assert net.predict(X[Y == 0]).mean() > 0.5
        silent = make_pipeline(scaler, network().set_fit_request(sample_weight=False))
        with pytest.raises(TypeError, match="not routed"):
            silent.fit(X, Y, sample_weight=weights)
