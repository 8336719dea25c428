"""Values that aren't plain finite numbers in arrays: handled as Keras does, or refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental import sparse
from scipy.sparse import csr_matrix

import kerata as keras
from kerata import search

X = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3)
Y = X.sum(axis=1, keepdims=True)


@keras.saving.register_keras_serializable("test_values")
class FillIn(keras.layers.Layer):
    def call(self, inputs: Any) -> Any:
        return jnp.where(jnp.isfinite(inputs), inputs, 0.0)


def network(*first: Any, **compiled: Any) -> keras.Sequential:
    ones = {"kernel_initializer": "ones"}
    model = keras.Sequential([keras.Input((3,)), *first, keras.layers.Dense(1, **ones)])
    model.compile(keras.optimizers.SGD(0.01), **{"loss": "mse", **compiled})
    return model


def with_nan() -> np.ndarray:
    x = X.copy()
    x[5, 1] = np.nan
    return x


def test_a_network_may_fill_in_what_is_missing() -> None:
    zeros = np.nan_to_num(with_nan())
    reference = network().fit(zeros, Y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    found = network(FillIn()).fit(with_nan(), Y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    np.testing.assert_allclose(found.history["loss"], reference.history["loss"], rtol=1e-6)
    batches = [(with_nan()[i : i + 4], Y[i : i + 4]) for i in (0, 4)]
    found = network(FillIn()).fit(iter(batches), epochs=1, verbose=0)
    np.testing.assert_allclose(found.history["loss"], reference.history["loss"][:1], rtol=1e-6)
    assert np.isfinite(network(FillIn()).evaluate(with_nan(), Y, verbose=0))


def test_rows_that_are_almost_all_zeros_may_be_filled_in_too() -> None:
    dense = np.zeros((300, 200), "float32")
    dense[np.arange(300), np.arange(300) % 200] = 1
    y = dense.sum(axis=1, keepdims=True)
    dense[7, 7] = dense[201, 5] = np.nan

    def losses(x: Any, *first: Any) -> list[float]:
        layer = keras.layers.Dense(1, kernel_initializer="ones")
        model = keras.Sequential([keras.Input((200,)), *first, layer])
        model.compile(keras.optimizers.SGD(0.01), "mse")
        return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]

    expected = losses(np.nan_to_num(dense))
    for x in (dense, csr_matrix(dense)):
        np.testing.assert_allclose(losses(x, FillIn()), expected, rtol=1e-5)
        with pytest.raises(ValueError, match="row 7, column 7"):
            losses(x)


def test_a_search_asks_the_network_as_fit_does() -> None:
    def build(learning_rate: float) -> keras.Sequential:
        model = network(FillIn())
        model.optimizer.learning_rate = learning_rate
        return model

    given = {"epochs": 2, "batch_size": 4, "folds": 2, "verbose": 0, "scoring": "loss"}
    found = search.grid(build, {"learning_rate": [0.01, 0.02]}, with_nan(), Y, **given)
    zeros = search.grid(
        build, {"learning_rate": [0.01, 0.02]}, np.nan_to_num(with_nan()), Y, **given
    )
    np.testing.assert_allclose(found.scores(), zeros.scores(), rtol=1e-5)
    with pytest.raises(ValueError, match="row 5, column 1"):
        search.grid(lambda units: network(), {"units": [1]}, with_nan(), Y, **given)


def test_what_the_network_does_not_fill_in_names_the_place() -> None:
    with pytest.raises(ValueError, match="row 5, column 1"):
        network().fit(with_nan(), Y, verbose=0)
    with pytest.raises(ValueError, match="row 5, column 1"):
        network().evaluate(with_nan(), Y, verbose=0)
    batches = [(with_nan()[i : i + 4], Y[i : i + 4]) for i in (0, 4)]
    with pytest.raises(ValueError, match=r"Batch 1 .* row 1, column 1"):
        network().fit(iter(batches), verbose=0)


def test_a_loss_may_leave_targets_out() -> None:
    def known(y_true: Any, y_pred: Any) -> Any:
        there = jnp.isfinite(y_true)
        return jnp.where(there, jnp.square(jnp.where(there, y_true, 0) - y_pred), 0)

    y = Y.copy()
    y[3] = np.nan
    loss = network(loss=known).fit(X, y, verbose=0, batch_size=8).history["loss"]
    assert loss == pytest.approx([0.0], abs=1e-6)
    with pytest.raises(ValueError, match="row 3"):
        network().fit(X, y, verbose=0)


def test_an_infinite_target_reaches_terminate_on_nan() -> None:
    y = Y.copy()
    y[6] = np.inf
    watch = keras.callbacks.TerminateOnNaN()
    history = network().fit(X, y, epochs=5, batch_size=4, verbose=0, callbacks=[watch])
    assert len(history.history["loss"]) == 1


def test_frames_of_objects_that_are_numbers() -> None:
    pandas = pytest.importorskip("pandas")
    cells = [[Decimal(str(v)) for v in row] for row in X.round(3).tolist()]
    frame = pandas.DataFrame(cells, columns=list("abc"))
    mixed = pandas.DataFrame(X.round(3), columns=list("abc")).astype({"b": object})
    for x in (frame, mixed, np.array(cells, dtype=object)):
        found = network().predict(x, verbose=0)
        np.testing.assert_allclose(found, X.round(3).sum(axis=1, keepdims=True), atol=1e-5)
    mixed.loc[2, "b"] = "high"
    with pytest.raises(ValueError, match="column 'b'"):
        network().predict(mixed, verbose=0)


def test_lists_of_batches_say_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"2 batches \(x, y\): pass iter\(x\)"):
        network().fit([(X[:4], Y[:4]), (X[4:], Y[4:])], verbose=0)
    with pytest.raises(ValueError, match=r"numpy\.concatenate\(x\)"):
        network().fit([X[:4], X[4:]], Y, verbose=0)


@pytest.mark.parametrize(
    ("weights", "said"),
    [({"a": 1}, "the class 'a'"), ({0.5: 1}, "the class 0.5"), ({0: "x"}, "the weight 'x'")],
)
def test_class_weights_that_make_no_sense(weights: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        network().fit(X, (Y > 0).astype(int), class_weight=weights, verbose=0)


@pytest.mark.slow
def test_sparse_matrices_of_jax() -> None:
    dense = np.where(np.arange(24).reshape(8, 3) % 4 == 0, X, 0)
    x = sparse.BCOO.fromdense(jnp.asarray(dense), nse=9)
    twice = sparse.BCOO((x.data.repeat(2) / 2, x.indices.repeat(2, axis=0)), shape=x.shape)
    expected = network().fit(dense, Y, batch_size=4, shuffle=False, verbose=0).history["loss"]
    for matrix in (x, twice, sparse.BCSR.from_bcoo(x)):
        model = network()
        np.testing.assert_allclose(model(matrix), dense.sum(1, keepdims=True), atol=1e-6)
        np.testing.assert_allclose(model.predict(matrix, verbose=0), model(dense), atol=1e-6)
        assert model.evaluate(matrix, Y, verbose=0) == pytest.approx(
            model.evaluate(dense, Y, verbose=0), rel=1e-6
        )
        loss = model.fit(matrix, Y, batch_size=4, shuffle=False, verbose=0).history["loss"]
        np.testing.assert_allclose(loss, expected, rtol=1e-6)
    np.testing.assert_array_equal(keras.layers.Flatten()(x), dense)
    batched = sparse.BCOO.fromdense(jnp.asarray(dense), n_batch=1, nse=2)
    np.testing.assert_allclose(network().predict(batched, verbose=0), network()(dense), atol=1e-6)


@pytest.mark.parametrize("name", ["Dropout", "AlphaDropout", "GaussianDropout", "SpatialDropout1D"])
@pytest.mark.parametrize("rate", [None, "0.5"])
def test_rates_that_are_no_numbers(name: str, rate: Any) -> None:
    with pytest.raises(TypeError, match="rate"):
        getattr(keras.layers, name)(rate)


def test_other_arguments_at_their_borders() -> None:
    with pytest.raises(TypeError, match="momentum"):
        keras.layers.BatchNormalization(momentum=None)
    for trainable in ("x", None):
        with pytest.raises(ValueError, match="trainable must be True or False"):
            keras.layers.Dense(2, trainable=trainable)
    shapes = {0: (5, 1), -1: (1, 4), 1: (1, 4), 2: (5, 1)}  # as Keras 3.15 gives them
    for axes, shape in shapes.items():
        layer = keras.layers.PReLU(shared_axes=axes)
        layer.build((None, 5, 4))
        assert layer.alpha.shape == shape
