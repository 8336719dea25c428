"""Whole trainings here and in real Keras: same weights and data in, same numbers out."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import kerata  # noqa: E402  (after the check that Keras is there)

rng = np.random.default_rng(0)
X = rng.normal(size=(50, 4)).astype("float32")
REGRESSION = (X @ rng.normal(size=(4, 1)) + 0.1).astype("float32")
BINARY = (REGRESSION > 0).astype("float32")
LABELS = rng.integers(0, 3, size=50)
ONE_HOT = np.eye(3, dtype="float32")[LABELS]
WEIGHTS = rng.uniform(0.1, 2.0, size=50).astype("float32")


def pair(build):
    """Build the same network in both libraries, with the same weights."""
    keras.utils.set_random_seed(0)
    theirs, ours = build(keras), build(kerata)
    ours.set_weights(theirs.get_weights())
    return theirs, ours


def compare_fit(build, compile_args, *args, tolerance=1e-5, **fit_args):
    theirs, ours = pair(build)
    histories = []
    for library, model in ((keras, theirs), (kerata, ours)):
        model.compile(**compile_args(library))
        history = model.fit(*args, shuffle=False, verbose=0, **fit_args)
        histories.append(history.history)
    assert set(histories[0]) == set(histories[1])
    for name, values in histories[0].items():
        np.testing.assert_allclose(
            histories[1][name], values, rtol=tolerance, atol=tolerance, err_msg=name
        )
    for a, b in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=tolerance, atol=tolerance)
    return theirs, ours


def mlp(last, activation=None, **dense):
    def build(k):
        return k.Sequential(
            [
                k.Input((4,)),
                k.layers.Dense(8, activation="tanh", **dense),
                k.layers.Dense(last, activation=activation),
            ]
        )

    return build


@pytest.mark.only_cases("16-adam", "1-sgd", "50-rmsprop")
@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam"])
@pytest.mark.parametrize("batch_size", [1, 16, 50, 64])
def test_histories_agree_with_partial_batches(optimizer, batch_size):
    compare_fit(
        mlp(1),
        lambda k: {"optimizer": optimizer, "loss": "mse", "metrics": ["mae"]},
        X,
        REGRESSION,
        batch_size=batch_size,
        epochs=3,
        validation_data=(X[:7], REGRESSION[:7]),
    )


@pytest.mark.only_cases("build-categorical_crossentropy-y2-metrics2", "build-mse-y6-metrics6")
@pytest.mark.parametrize(
    ("build", "loss", "y", "metrics"),
    [
        (mlp(1, "sigmoid"), "binary_crossentropy", BINARY, ["accuracy"]),
        (mlp(1, "sigmoid"), "binary_crossentropy", BINARY[:, 0], ["acc"]),
        (mlp(3, "softmax"), "categorical_crossentropy", ONE_HOT, ["accuracy", "mse"]),
        (mlp(3, "softmax"), "sparse_categorical_crossentropy", LABELS, ["accuracy"]),
        (mlp(3, "softmax"), "sparse_categorical_crossentropy", LABELS[:, None], ["acc"]),
        (mlp(1), "huber", REGRESSION, ["mse", "mae"]),
        (mlp(1), "mse", REGRESSION[:, 0], ["mae"]),
    ],
)
def test_losses_and_metric_names(build, loss, y, metrics):
    compare_fit(
        build,
        lambda k: {"optimizer": "adam", "loss": loss, "metrics": metrics},
        X,
        y,
        batch_size=16,
        epochs=2,
        validation_split=0.2,
    )


def test_sample_weights_and_weighted_metrics():
    compare_fit(
        mlp(1),
        lambda k: {
            "optimizer": "sgd",
            "loss": "mse",
            "metrics": ["mae"],
            "weighted_metrics": ["mae", "mse"],
        },
        X,
        REGRESSION,
        sample_weight=WEIGHTS,
        batch_size=16,
        epochs=2,
        validation_data=(X[:9], REGRESSION[:9], WEIGHTS[:9]),
    )


@pytest.mark.slow
def test_class_weights_with_labels_and_one_hot():
    for loss, y in (
        ("sparse_categorical_crossentropy", LABELS),
        ("categorical_crossentropy", ONE_HOT),
    ):
        compare_fit(
            mlp(3, "softmax"),
            lambda k, loss=loss: {"optimizer": "sgd", "loss": loss, "metrics": ["accuracy"]},
            X,
            y,
            class_weight={0: 0.5, 1: 2.0, 2: 1.0},
            batch_size=16,
            epochs=2,
        )


def test_penalties_are_in_the_reported_loss():
    def build(k):
        return k.Sequential(
            [
                k.Input((4,)),
                k.layers.Dense(
                    8,
                    kernel_regularizer=k.regularizers.L1L2(0.01, 0.02),
                    bias_regularizer="l2",
                    activity_regularizer=k.regularizers.L2(0.03),
                ),
                k.layers.Dense(1),
            ]
        )

    compare_fit(
        build,
        lambda k: {"optimizer": "sgd", "loss": "mse"},
        X,
        REGRESSION,
        batch_size=16,
        epochs=3,
        validation_data=(X[:7], REGRESSION[:7]),
    )


def test_batch_normalization_moves_its_statistics():
    def build(k):
        return k.Sequential(
            [
                k.Input((4,)),
                k.layers.Dense(8),
                k.layers.BatchNormalization(momentum=0.9),
                k.layers.Dense(1),
            ]
        )

    compare_fit(
        build,
        lambda k: {"optimizer": "sgd", "loss": "mse"},
        X,
        REGRESSION,
        batch_size=16,
        epochs=3,
        validation_data=(X[:7], REGRESSION[:7]),
    )


def two_in_two_out(k):
    a, b = k.Input((3,), name="a"), k.Input((1,), name="b")
    both = k.layers.Concatenate(name="both")([a, b])
    hidden = k.layers.Dense(6, activation="relu", name="hidden")(both)
    value = k.layers.Dense(1, name="value")(hidden)
    kind = k.layers.Dense(3, activation="softmax", name="kind")(hidden)
    return k.Model([a, b], [value, kind])


@pytest.mark.only_cases("lists")
@pytest.mark.parametrize("style", ["lists", "dicts"])
def test_several_inputs_and_outputs(style):
    if style == "lists":
        x, y = [X[:, :3], X[:, 3:]], [REGRESSION, ONE_HOT]
        losses, weights = ["mse", "categorical_crossentropy"], [1.0, 0.5]
        metrics = [["mae"], ["accuracy"]]
    else:
        x, y = {"a": X[:, :3], "b": X[:, 3:]}, {"value": REGRESSION, "kind": ONE_HOT}
        losses = {"value": "mse", "kind": "categorical_crossentropy"}
        weights = {"value": 1.0, "kind": 0.5}
        metrics = {"value": ["mae"], "kind": ["accuracy"]}
    theirs, ours = compare_fit(
        two_in_two_out,
        lambda k: {
            "optimizer": "adam",
            "loss": losses,
            "loss_weights": weights,
            "metrics": metrics,
        },
        x,
        y,
        batch_size=16,
        epochs=2,
        validation_split=0.2 if style == "lists" else 0.0,
    )
    expected = theirs.evaluate(x, y, verbose=0, return_dict=True)
    found = ours.evaluate(x, y, verbose=0, return_dict=True)
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-5, abs=1e-5), name
    np.testing.assert_allclose(
        ours.evaluate(x, y, verbose=0), theirs.evaluate(x, y, verbose=0), rtol=1e-5, atol=1e-5
    )
    for a, b in zip(theirs.predict(x, verbose=0), ours.predict(x, verbose=0), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)


def test_single_batches():
    theirs, ours = pair(mlp(1))
    for model in (theirs, ours):
        model.compile("sgd", "mse", metrics=["mae"])
    for start in (0, 10, 20):
        rows = slice(start, start + 10)
        expected = theirs.train_on_batch(X[rows], REGRESSION[rows])
        found = ours.train_on_batch(X[rows], REGRESSION[rows])
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(
        ours.test_on_batch(X, REGRESSION), theirs.test_on_batch(X, REGRESSION), rtol=1e-5
    )
    np.testing.assert_allclose(
        ours.predict_on_batch(X), theirs.predict_on_batch(X), rtol=1e-5, atol=1e-6
    )


def test_learning_rate_schedule_and_callbacks():
    compare_fit(
        mlp(1),
        lambda k: {
            "optimizer": k.optimizers.SGD(
                k.optimizers.schedules.ExponentialDecay(0.1, 5, 0.8), momentum=0.9
            ),
            "loss": "mse",
        },
        X,
        REGRESSION,
        batch_size=16,
        epochs=3,
    )


def test_layer_order_of_a_branching_graph():
    def build(k):
        a = k.Input((4,), name="a")
        left = k.layers.Dense(3, name="left")(a)
        right = k.layers.Dense(3, name="right")(k.layers.Dense(5, name="deep")(a))
        out = k.layers.Dense(1, name="out")(k.layers.Add(name="add")([left, right]))
        return k.Model(a, [out, left])

    names = [[layer.name for layer in build(k).layers] for k in (keras, kerata)]
    assert names[0] == names[1]
    shapes = [[w.shape for w in build(k).get_weights()] for k in (keras, kerata)]
    assert shapes[0] == shapes[1]


def test_worked_back_propagation_example():
    model = kerata.Sequential(
        [
            kerata.Input((2,)),
            kerata.layers.Dense(2, activation="sigmoid"),
            kerata.layers.Dense(2, activation="sigmoid"),
        ]
    )
    for layer, kernel, bias in (
        (model.layers[0], [[0.15, 0.25], [0.20, 0.30]], [0.35, 0.35]),
        (model.layers[1], [[0.40, 0.50], [0.45, 0.55]], [0.60, 0.60]),
    ):
        layer.set_weights([np.array(kernel), np.array(bias)])

    def half_squares(y_true, y_pred):
        return 0.5 * kerata.ops.sum(kerata.ops.square(y_true - y_pred), axis=-1)

    model.compile(kerata.optimizers.SGD(0.5), half_squares)
    x, y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    assert model.evaluate(x, y, verbose=0) == pytest.approx(0.298371109, abs=1e-8)
    # Only the kernels are compared: the example keeps the biases, and one step's kernel
    # gradients do not depend on whether the biases move.
    model.fit(x, y, epochs=1, verbose=0)
    first, second = model.layers[0].get_weights()[0], model.layers[1].get_weights()[0]
    assert second[0, 0] == pytest.approx(0.35891648, abs=1e-7)
    assert first[0, 0] == pytest.approx(0.14978072, abs=1e-7)
