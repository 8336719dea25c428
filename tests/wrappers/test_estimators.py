"""What all estimators promise: kinds of data, weights, going on, copies."""

import io
import pickle

import joblib
import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_blobs, make_multilabel_classification, make_regression
from sklearn.exceptions import NotFittedError

from kerata import Input, Model, layers, wrappers as w

from .estimators import build_classifier, build_regressor, estimators

CLASSIFIERS = ["KerasClassifier", "NetworkClassifier", "SKLearnClassifier"]
BOTH = ["KerasClassifier", "KerasRegressor", "NetworkClassifier", "NetworkRegressor"]


def blobs(centers=3):
    X, y = make_blobs(60, centers=centers, cluster_std=0.4, random_state=0)
    return (X - X.mean(0)) / X.std(0), y


def made(name, **params):
    estimator = estimators()[name]
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    return estimator.set_params(**params)


def outputs(estimator, X):
    return estimator.predict_proba(X) if hasattr(estimator, "classes_") else estimator.predict(X)


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize(
    "labels", [["cat", "dog", "eel"], [7, 3, 5], [0.0, 1.0, 2.0]], ids=["texts", "ints", "floats"]
)
def test_labels_of_any_kind_come_back(name, labels):
    X, y = blobs()
    y = np.array(labels)[y]
    net = made(name)
    if name == "SKLearnClassifier":
        net.set_params(fit_kwargs={"epochs": 400, "batch_size": 50})
    assert (net.fit(X, y).predict(X) == y).mean() > 0.9
    assert net.classes_.tolist() == sorted(labels)
    np.testing.assert_allclose(net.predict_proba(X).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", BOTH)
def test_tables_and_sparse_matrices_give_what_arrays_give(name):
    pd = pytest.importorskip("pandas")
    X, y = blobs()
    frame = pd.DataFrame(X, columns=["a", "b"])
    expected = outputs(made(name).fit(X, y), X)
    fitted = made(name).fit(frame, pd.Series(y))
    assert fitted.feature_names_in_.tolist() == ["a", "b"]
    np.testing.assert_allclose(outputs(fitted, frame), expected, rtol=1e-6)
    for kind in (sparse.csr_array, sparse.coo_matrix):
        fitted = made(name).fit(kind(X), y)
        np.testing.assert_allclose(outputs(fitted, kind(X)), expected, rtol=1e-6)


def test_polars_tables_give_what_arrays_give():
    pl = pytest.importorskip("polars")
    X, y = blobs()
    frame = pl.DataFrame({"a": X[:, 0], "b": X[:, 1]})
    fitted = made("NetworkClassifier").fit(frame, pl.Series(y))
    expected = made("NetworkClassifier").fit(X, y).predict_proba(X)
    np.testing.assert_allclose(fitted.predict_proba(frame), expected, rtol=1e-6)


@pytest.mark.slow
def test_wide_sparse_matrices_stay_sparse():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 2
    X = sparse.lil_array((300, 40_000), dtype=np.float32)
    for row, label in enumerate(y):
        X[row, rng.integers(0, 20_000, 20) * 2 + label] = 1
    net = w.NetworkClassifier(8, epochs=15, learning_rate=0.01, random_state=0)
    assert net.fit(X.tocsr(), y).score(X.tocsr(), y) > 0.95


@pytest.mark.parametrize("name", BOTH)
def test_a_row_of_weight_2_is_worth_two_rows(name):
    X, y = blobs()
    weight = np.arange(60) % 3
    few = made(name, epochs=15, batch_size=100).fit(X, y, sample_weight=weight)
    many = made(name, epochs=15, batch_size=100).fit(X.repeat(weight, 0), y.repeat(weight))
    np.testing.assert_allclose(outputs(few, X), outputs(many, X), rtol=1e-4, atol=1e-5)
    small = made(name, epochs=15, batch_size=100).fit(X, y, sample_weight=weight / 1000)
    np.testing.assert_allclose(outputs(few, X), outputs(small, X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["KerasClassifier", "NetworkClassifier"])
def test_class_weights_by_label_by_number_and_balanced(name):
    X = np.zeros((40, 1))
    y = np.array(["no"] * 30 + ["yes"] * 10)

    def probability(class_weight):
        net = made(name, class_weight=class_weight, epochs=150)
        return net.fit(X, y).predict_proba(X)[0, 1]

    assert probability(None) == pytest.approx(0.25, abs=0.03)
    assert probability("balanced") == pytest.approx(0.5, abs=0.03)
    assert probability({"yes": 9.0}) == pytest.approx(0.75, abs=0.03)
    assert probability({1: 9.0}) == probability({"yes": 9.0})
    with pytest.raises(ValueError, match=r"class_weight names the class 'yse'.*'yes'"):
        probability({"yse": 9.0})


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.one_in(2)
def test_partial_fit_and_warm_start_go_on(name):
    X, y = blobs(2)
    net = made(name, epochs=1)
    for _ in range(40):
        net.partial_fit(X, y)
    assert net.score(X, y) > 0.5
    assert len(net.history_["loss"]) == 40
    warm = made(name, epochs=20, warm_start=True).fit(X, y)
    before = warm.history_["loss"][-1]
    model = warm.model_
    assert warm.fit(X, y).model_ is model
    assert len(warm.history_["loss"]) == 40
    assert warm.history_["loss"][-1] < before


@pytest.mark.parametrize("name", ["KerasClassifier", "NetworkClassifier"])
def test_partial_fit_is_told_all_classes_at_the_beginning(name):
    X, y = blobs()
    net = made(name).partial_fit(X[y < 2], y[y < 2], classes=[0, 1, 2])
    net.partial_fit(X, y)
    assert net.predict_proba(X).shape == (60, 3)
    fewer = made(name).partial_fit(X[y < 2], y[y < 2])
    with pytest.raises(ValueError, match="y has the label 2, which is not among the classes"):
        fewer.partial_fit(X, y)


@pytest.mark.parametrize("name", ["NetworkClassifier", "NetworkRegressor"])
def test_early_stopping_keeps_the_best_epoch(name):
    X, _ = blobs(2)
    y = np.random.default_rng(0).integers(0, 2, 60)
    net = made(name, hidden=64, epochs=500, early_stopping=True, patience=3, learning_rate=0.05)
    net.set_params(validation_fraction=0.3).fit(X, y)
    losses = net.history_["val_loss"]
    assert net.n_iter_ == len(losses) == np.argmin(losses) + 4 < 500
    held_out = {k: v for k, v in net.history_.items() if k == "val_loss"}
    assert held_out


@pytest.mark.slow
def test_indicators_and_several_classes_at_once():
    X, y = make_multilabel_classification(80, n_features=6, n_classes=3, random_state=0)
    X = (X - X.mean(0)) / X.std(0)
    for name in ("KerasClassifier", "NetworkClassifier"):
        net = made(name, epochs=80).fit(X, y)
        assert net.predict_proba(X).shape == (80, 3)
        assert (net.predict(X) == y).mean() > 0.85
    several = np.stack([y[:, 0], y[:, 1] + y[:, 2]], axis=1)
    net = made("NetworkClassifier", epochs=80).fit(X, several)
    assert [p.shape for p in net.predict_proba(X)] == [(80, 2), (80, 3)]
    assert (net.predict(X) == several).mean() > 0.85
    assert [c.tolist() for c in net.classes_] == [[0, 1], [0, 1, 2]]


def test_several_targets_of_a_model_with_several_outputs():
    def build(meta):
        x = Input((meta["n_features_in_"],))
        h = layers.Dense(16, "relu")(x)
        model = Model(x, [layers.Dense(1, "sigmoid")(h), layers.Dense(3, "softmax")(h)])
        model.compile("adam", ["binary_crossentropy", "categorical_crossentropy"])
        return model

    X, y = blobs()
    several = np.stack([y == 0, y], axis=1).astype(int)
    net = w.KerasClassifier(build, epochs=200, random_state=0).fit(X, several)
    assert (net.predict(X) == several).mean() > 0.9
    assert [p.shape for p in net.predict_proba(X)] == [(60, 2), (60, 3)]


@pytest.mark.parametrize("name", ["KerasRegressor", "NetworkRegressor", "SKLearnRegressor"])
def test_regression_of_several_targets_keeps_shape_and_type(name):
    X, y = make_regression(50, 4, n_targets=3, random_state=0)
    predicted = made(name).fit(X, y).predict(X)
    assert predicted.shape == y.shape
    assert predicted.dtype == np.float64
    assert made(name).fit(X, y[:, 0]).predict(X).shape == (50,)
    assert made(name).fit(X, y[:, :1]).predict(X).shape == (50, 1)


@pytest.mark.parametrize("name", sorted(estimators()))
def test_copies_predict_the_same(name, tmp_path):
    X, y = blobs(2)
    net = made(name).fit(X, y)
    act = net.transform if hasattr(net, "transform") else net.predict
    joblib.dump(net, tmp_path / "net.joblib")
    for again in (pickle.loads(pickle.dumps(net)), joblib.load(tmp_path / "net.joblib")):
        method = again.transform if hasattr(again, "transform") else again.predict
        np.testing.assert_array_equal(method(X), act(X))
    fresh = clone(net)
    assert fresh.get_params().keys() == net.get_params().keys()
    with pytest.raises(NotFittedError):
        (fresh.transform if hasattr(fresh, "transform") else fresh.predict)(X)


def test_a_pickled_network_goes_on_training():
    X, y = blobs(2)
    net = made("NetworkClassifier", warm_start=True, shuffle=False).fit(X, y)
    file = io.BytesIO()
    pickle.dump(net, file)
    file.seek(0)
    again = pickle.load(file)
    np.testing.assert_allclose(
        again.fit(X, y).predict_proba(X), net.fit(X, y).predict_proba(X), rtol=1e-5
    )


def test_a_seed_gives_the_same_network_and_none_another():
    X, y = blobs(2)
    first, second = (made("NetworkClassifier").fit(X, y).loss_curve_ for _ in range(2))
    assert first == second
    other = made("NetworkClassifier", random_state=None)
    assert other.fit(X, y).loss_curve_ != first


@pytest.mark.parametrize("builder", [build_classifier, build_regressor], ids=["classes", "numbers"])
def test_images_reach_the_model_with_all_their_axes(builder):
    X = np.random.default_rng(0).normal(size=(20, 4, 4, 1))
    kind = w.KerasClassifier if builder is build_classifier else w.KerasRegressor

    def build():
        stack = [layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(1, "sigmoid")]
        from kerata import Sequential

        return Sequential(stack)

    net = kind(build, optimizer="adam").fit(X, np.arange(20) % 2)
    assert net.predict(X).shape == (20,)


def test_a_dictionary_of_inputs():
    def build():
        a, b = Input((2,), name="a"), Input((3,), name="b")
        joined = layers.Concatenate()([a, b])
        return Model({"a": a, "b": b}, layers.Dense(1)(joined))

    X = {"a": np.ones((10, 2)), "b": np.ones((10, 3))}
    net = w.KerasRegressor(build, epochs=200, optimizer="adam", optimizer__learning_rate=0.05)
    assert net.fit(X, np.full(10, 3.0)).predict(X) == pytest.approx(np.full(10, 3.0), abs=0.1)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"hidden": (64, -1)}, "hidden must be a positive integer, got hidden=-1"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        ({"l2": -0.1}, "l2 must be at least 0, got -0.1"),
        ({"epochs": 0}, "epochs must be a positive integer, got epochs=0"),
        ({"optimizer": "adma"}, "Unknown optimizer .adma.. Did you mean"),
        ({"activation": "rleu"}, "Did you mean 'relu'"),
        ({"early_stopping": True, "validation_fraction": 2.0}, "validation_fraction must be"),
    ],
    ids=lambda x: next(iter(x)) if isinstance(x, dict) else "",
)
def test_parameters_that_make_no_sense_are_refused(params, words):
    X, y = blobs(2)
    with pytest.raises(ValueError, match=words):
        w.NetworkClassifier(**params).fit(X, y)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (np.zeros(60), "at least one number that is not zero"),
        (-np.ones(60), "finite numbers of at least 0"),
        (np.ones(59), r"one number a row, shape \(60,\), got \(59,\)"),
    ],
    ids=["zeros", "negative", "too few"],
)
def test_weights_that_make_no_sense_are_refused(weights, words):
    X, y = blobs(2)
    with pytest.raises(ValueError, match=words):
        w.NetworkClassifier().fit(X, y, sample_weight=weights)


@pytest.mark.parametrize("where", ["constructor", "fit"])
def test_a_regressor_has_no_classes_to_weigh(where):
    X, y = blobs()
    regressor = made("KerasRegressor")
    given = {}
    if where == "fit":
        given = {"class_weight": {0: 2.0}}
    else:
        regressor.set_params(class_weight={0: 2.0})
    with pytest.raises(ValueError, match="KerasRegressor: class_weight is for classifiers"):
        regressor.fit(X, y.astype("float32"), **given)
