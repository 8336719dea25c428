"""Sparse inputs give the dense ones' results, without ever being dense."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import kerata as keras
from kerata import layers
from kerata.kernels.sparse_rows import SparseRows
from kerata.training.data_adapter import make_array_data
from kerata.training.sparse import bags_from_sparse

sparse = pytest.importorskip("scipy.sparse")

rng = np.random.default_rng(0)
WIDTH = 600
DENSE = (rng.random((40, WIDTH)) < 0.01).astype("float32")
DENSE[3] = 0  # a row without any number
WEIGHTED = DENSE * rng.normal(size=DENSE.shape).astype("float32")
Y = rng.integers(0, 2, size=(40, 1)).astype("float32")


def network(first=None):
    keras.utils.set_random_seed(0)
    stack = [keras.Input((WIDTH,))] + ([] if first is None else [first])
    model = keras.Sequential([*stack, layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


def dense_twin(model, x, monkeypatch):
    """Train without the change to bags."""
    monkeypatch.setattr("kerata.training.data_adapter.bags_if_almost_zero", lambda array: None)
    history = fit(model, x)
    monkeypatch.undo()
    return history


def fit(model, x):
    return model.fit(
        x, Y, batch_size=16, epochs=3, shuffle=False, verbose=0, validation_data=(x, Y)
    ).history


@pytest.mark.only_cases("dropout-weights")
@pytest.mark.parametrize("dense", [DENSE, WEIGHTED], ids=["ones", "weights"])
@pytest.mark.parametrize("first", [None, lambda: layers.Dropout(0.0)], ids=["dense", "dropout"])
def test_sparse_training_equals_dense_training(dense, first, monkeypatch):
    def make():
        return network(None if first is None else first())

    reference = make()
    expected = dense_twin(reference, dense, monkeypatch)
    for x in (sparse.csr_matrix(dense), sparse.coo_array(dense), dense, dense.astype("float64")):
        model = make()
        found = fit(model, x)
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values, rtol=1e-5, atol=1e-6)
        for a, b in zip(reference.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(
            model.predict(x, verbose=0), reference.predict(dense, verbose=0), rtol=1e-5, atol=1e-6
        )
        np.testing.assert_allclose(
            model.evaluate(x, Y, verbose=0), reference.evaluate(dense, Y, verbose=0), rtol=1e-5
        )


def test_only_matrices_that_gain_become_bags():
    assert isinstance(make_array_data(DENSE).x, SparseRows)
    assert make_array_data(DENSE).x.values is None
    assert isinstance(make_array_data(WEIGHTED.astype("float64")).x, SparseRows)
    assert isinstance(make_array_data(DENSE[:, :100]).x, np.ndarray)
    assert isinstance(make_array_data(np.ones((4, WIDTH), "float32")).x, np.ndarray)
    one_full_row = DENSE.copy()
    one_full_row[1] = 1
    assert isinstance(make_array_data(one_full_row).x, SparseRows)
    # Every row that the sample does not see is full.
    rows = np.zeros((1000, WIDTH), "float32")
    rows[np.arange(1000) % (1000 // 64) != 0] = 1
    assert isinstance(make_array_data(rows).x, np.ndarray)


def test_bags_hold_what_the_matrix_holds():
    for dense in (DENSE, WEIGHTED):
        np.testing.assert_array_equal(make_array_data(dense).x.to_dense(), dense)
        twice = sparse.coo_matrix(
            (np.ones(3), (np.array([0, 0, 1]), np.array([2, 2, 5]))), shape=(40, WIDTH)
        )
        np.testing.assert_array_equal(make_array_data(twice).x.to_dense(), twice.toarray())


def random_bags(rows, width, seed, weighted=True):
    rng = np.random.default_rng(seed)
    # Empty, short and long rows; some longer than a piece.
    share = rng.choice([0, 0.02, 0.1, 0.6], size=(rows, 1))
    dense = (rng.random((rows, width)) < share) * rng.normal(size=(rows, width))
    dense = dense.astype("float32") if weighted else (dense != 0).astype("float32")
    return dense, bags_from_sparse(sparse.csr_matrix(dense), "x")


@pytest.mark.only_cases("1-3-True", "7-40-True", "9-70000-False")
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize(("rows", "width"), [(1, 3), (7, 40), (50, 300), (9, 70_000)])
def test_products_and_their_gradients(rows, width, weighted):
    dense, bags = random_bags(rows, width, rows, weighted)
    matrix = np.random.default_rng(1).normal(size=(width, 5)).astype("float32")
    np.testing.assert_allclose(bags @ matrix, dense @ matrix, rtol=1e-4, atol=1e-4)
    change = np.random.default_rng(2).normal(size=(rows, 5)).astype("float32")
    found, expected = (
        jax.jit(jax.grad(lambda m, x=x: ((x @ m) * change).sum()))(matrix)
        for x in (bags, jnp.asarray(dense))
    )
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
    if weighted:
        of_bags = jax.grad(lambda b: ((b @ matrix) * change).sum(), allow_int=True)(bags)
        values = np.asarray(SparseRows(bags.columns, of_bags.values, bags.starts, width).to_dense())
        expected = change @ matrix.T
        np.testing.assert_allclose(values, np.where(dense != 0, expected, 0), rtol=1e-3, atol=1e-3)


@given(
    seed=st.integers(0, 10**6),
    # Each other shape costs compiling.
    rows=st.sampled_from([1, 20, 33]),
    batch=st.sampled_from([7, 20]),
)
@settings(max_examples=3, deadline=None)
def test_rows_are_taken_as_from_the_matrix(seed, rows, batch):
    dense, bags = random_bags(rows, 80, seed)
    order = np.random.default_rng(seed).permutation(rows)
    ready = bags.for_batches(order, batch)
    for start in range(0, rows, batch):
        some = order[start : start + batch]
        np.testing.assert_array_equal(ready.take(jnp.asarray(some)).to_dense(), dense[some])
        np.testing.assert_array_equal(
            bags.sliced(start, start + batch).to_dense(), dense[start : start + batch]
        )
    more = bags.padded(rows + 3).to_dense()
    np.testing.assert_array_equal(more, np.pad(dense, ((0, 3), (0, 0))))


def test_every_epoch_finds_the_same_program():
    _, bags = random_bags(400, 300, 0)
    rng = np.random.default_rng(0)
    assert len({bags.for_batches(rng.permutation(400), 32).room for _ in range(50)}) == 1
    # An order that puts the longest rows together gets the room it needs.
    longest_first = np.argsort(-np.diff(bags.starts))
    assert bags.for_batches(longest_first, 32).room > bags.for_batches(np.arange(400), 32).room


def test_generators_may_yield_sparse_batches():
    def batches():
        for i in range(0, 40, 8):
            yield sparse.csr_matrix(WEIGHTED[i : i + 8]), Y[i : i + 8]

    model, twin = network(), network()
    model.fit(batches(), verbose=0)
    twin.fit(WEIGHTED, Y, batch_size=8, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_mistakes_with_sparse_matrices():
    model = network()
    with pytest.raises(ValueError, match="40 rows but y has 3"):
        model.fit(sparse.csr_matrix(DENSE), Y[:3], verbose=0)
    with pytest.raises(ValueError, match=r"\(None, 600\), got \(None, 10\)"):
        model.fit(sparse.csr_matrix(DENSE[:, :10]), Y, verbose=0)
    bad = sparse.csr_matrix(WEIGHTED)
    bad.data[9] = np.nan
    row, column = (int(n[9]) for n in bad.tocoo().coords)
    with pytest.raises(ValueError, match=rf"1 NaN .* at row {row}, column {column}\."):
        model.fit(bad, Y, verbose=0)


def test_subclassed_models_take_sparse_matrices():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1)

        def call(self, x):
            return self.out(x * 2.0)

    model = Net()
    model.compile("sgd", "mse")
    model.fit(sparse.csr_matrix(DENSE), Y, verbose=0)
    np.testing.assert_allclose(
        model.predict(sparse.csr_matrix(DENSE), verbose=0),
        2 * DENSE @ model.get_weights()[0] + model.get_weights()[1],
        rtol=1e-5,
        atol=1e-6,
    )
