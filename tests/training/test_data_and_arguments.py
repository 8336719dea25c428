"""What fit and evaluate are given: arrays, their types and lengths, numbers that make no sense."""

import io

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.sparse

from kerata.kernels.sparse_rows import SparseRows, is_sparse_rows
from kerata.training.arguments import (
    check_counts,
    check_fit,
    check_names,
    check_shuffle,
    validation_epochs,
    validation_parts,
    verbosity,
)
from kerata.training.batch import GivenBatch, as_a_step_gets_it
from kerata.training.batch_hooks import BatchHooks
from kerata.training.data_adapter import (
    ArrayData,
    aligned_empty,
    check_finite,
    cut_for,
    is_stream,
    make_array_data,
    split_rows,
    take,
    to_arrays,
)
from kerata.training.interop import is_infinite, is_tensor, length_of
from kerata.training.memory_check import check_all
from kerata.training.prediction import _pad, _padded, chosen_batch
from kerata.training.row_files import FileRows, SlicedRows, is_stored, row_source
from kerata.training.sparse import MIN_WIDTH, bags_from_sparse, bags_if_almost_zero


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        (np.zeros(2, "float64"), "float32"),
        (np.zeros(2, "float16"), "float16"),
        (np.zeros(2, "int64"), "int32"),
        (np.zeros(2, "uint32"), "int32"),
        (np.zeros(2, "uint8"), "uint8"),
        (np.zeros(2, bool), "bool"),
        (np.zeros(2, ">f4"), "float32"),
        (np.array([1, 2.5], object), "float32"),
        ([[1, 2], [3, 4]], "int32"),
        (jnp.zeros(2, "bfloat16"), "bfloat16"),
    ],
    ids=str,
)
def test_types_of_arrays(given, dtype):
    found = to_arrays(given, "x")
    assert str(found.dtype) == dtype
    assert not isinstance(found, np.ndarray) or found.dtype.isnative
    np.testing.assert_array_equal(np.asarray(found, float), np.asarray(given, float))


def test_integers_of_32_bits_are_the_largest():
    for number in (2**31 - 1, -(2**31)):
        assert to_arrays(np.array([number]), "x").tolist() == [number]
    for number in (2**31, -(2**31) - 1):
        with pytest.raises(ValueError, match="x holds integers beyond 32 bits"):
            to_arrays(np.array([number]), "x")


def test_what_is_no_data():
    for given, kind, said in (
        ("text", TypeError, "x must be an array of numbers, got 'text'"),
        (3.0, ValueError, "must have at least one axis"),
        ([[1], [2, 3]], ValueError, "x is ragged: row 0 has 1 elements, row 1 has 2"),
        ([["a", 1]], ValueError, "x holds text, 'a' at row 0, column 0"),
        (np.array([[1, None]], object), ValueError, r"missing value \(None\) at row 0, column 1"),
        (np.array([1j]), TypeError, "x must hold numbers, got an array of type complex"),
        (np.array([object()]), TypeError, "got objects of other types"),
        (np.full((1, 1, 2), "a"), ValueError, r"at index \(0, 0, 0\)"),
        ([(np.zeros(2), np.zeros(2))] * 2, ValueError, r"x is a list of 2 batches \(x, y\)"),
    ):
        with pytest.raises(kind, match=said):
            to_arrays(given, "x")


def test_lists_of_arrays_are_parts_and_lists_of_numbers_are_rows():
    parts = to_arrays([np.zeros(2), np.ones((2, 3))], "x")
    assert [p.shape for p in parts] == [(2,), (2, 3)]
    assert to_arrays([[1, 2], [3, 4]], "x").shape == (2, 2)
    assert [p.shape for p in to_arrays([[1, 2], [3, 4]], "x", several=True)] == [(2,), (2,)]
    assert to_arrays([np.float32(1), np.float32(2)], "x").shape == (2,)
    found = to_arrays({"a": np.zeros(2), "b": [np.zeros(2), None]}, "x")
    assert found["b"][1] is None
    nested = to_arrays([[np.zeros(2)], np.zeros(2)], "y", deep=True)
    assert nested[0][0].shape == (2,)


def test_rows_must_be_as_many():
    data = make_array_data(np.zeros((3, 2)), [1, 2, 3], np.ones(3))
    assert (data.count, len(data.leaves)) == (3, 3)
    with pytest.raises(ValueError, match="x has 3 rows but y has 2"):
        make_array_data(np.zeros((3, 2)), [1, 2])
    with pytest.raises(ValueError, match="If x is a list of batches, join them first"):
        make_array_data([np.zeros((3, 2)), np.zeros((2, 2))])
    with pytest.raises(ValueError, match="x has no rows"):
        make_array_data(np.zeros((0, 2)))
    with pytest.raises(ValueError, match="All of the data is None"):
        make_array_data({"a": None})


def test_values_that_are_not_finite_are_named():
    x = np.zeros((3, 2), "float32")
    x[2, 1] = np.inf
    with pytest.raises(ValueError, match=r"^x has 1 NaN .* \(inf\) at row 2, column 1"):
        check_finite(make_array_data(x))
    with pytest.raises(ValueError, match=r"^sample_weight has 1 NaN"):
        check_finite(make_array_data(np.zeros(2), np.zeros(2), np.array([1, np.nan])))
    # The sum of finite numbers may overflow.
    check_finite(make_array_data(np.full(4, 3e38, "float32")))
    sparse = scipy.sparse.csr_matrix(([1.0, np.nan], ([0, 2], [3, 1])), shape=(3, 600))
    with pytest.raises(ValueError, match=r"x has 1 NaN .* at row 2, column 1"):
        check_finite(make_array_data(sparse))
    check_finite(make_array_data(np.zeros(2, int)))


def test_what_yields_batches():
    def batches():
        yield np.zeros(2)

    assert is_stream(batches())
    assert is_stream(iter([]))
    for rows in (np.zeros(2), jnp.zeros(2), [1], (1,), {"a": 1}, "text", scipy.sparse.eye(2), 3):
        assert not is_stream(rows)


def test_parts_of_data():
    data = make_array_data(np.arange(10), np.arange(10))
    part = take(data, 2, 5)
    assert (part.x.tolist(), part.y.tolist(), part.count) == ([2, 3, 4], [2, 3, 4], 3)
    first, last = split_rows(data, 0.25)
    assert (first.count, last.count) == (7, 3)
    assert last.x.tolist() == [7, 8, 9]
    assert cut_for(2, 0.5) == 1
    for fraction in (0, 1, -0.1, True, "0.5", None):
        with pytest.raises(ValueError, match="must be a fraction between 0 and 1"):
            cut_for(10, fraction)
    for fraction, side in ((0.95, "training"), (1e-20, "validation")):
        with pytest.raises(ValueError, match=f"leaves no rows for {side}"):
            cut_for(10, fraction)
    empty = aligned_empty((3, 5), "bfloat16")
    assert (empty.shape, str(empty.dtype), empty.ctypes.data % 64) == ((3, 5), "bfloat16", 0)


def test_batches_as_they_came():
    batch = ArrayData(1, None, None, 1, parts=2).arrays
    assert isinstance(batch, GivenBatch)
    assert as_a_step_gets_it(batch) == (1, None)
    assert as_a_step_gets_it((1, None, None)) == 1
    assert as_a_step_gets_it((1, 2, None)) == (1, 2)
    assert as_a_step_gets_it((1, 2, 3)) == (1, 2, 3)
    assert ArrayData(1, None, None, 1).arrays == (1, None, None)


# Almost all zeros -----------------------------------------------------------------------------


def test_matrices_that_are_almost_all_zeros_become_bags():
    array = np.zeros((100, MIN_WIDTH), "float32")
    array[::3, ::60] = 1
    bags = bags_if_almost_zero(array)
    assert isinstance(bags, SparseRows)
    np.testing.assert_array_equal(np.asarray(bags.to_dense()), array)
    assert is_sparse_rows(make_array_data(array).x)
    assert not is_sparse_rows(make_array_data(array, whole=False).x)
    for other in (array[:, :-1], array.astype(int), array[:0], array[0], array + 1):
        assert bags_if_almost_zero(other) is None
    # The rows that are looked at first have zeros alone; the others don't.
    full = np.zeros((200, MIN_WIDTH), "float32")
    full[1::3] = 1
    assert bags_if_almost_zero(full) is None


def test_sparse_matrices():
    matrix = scipy.sparse.coo_matrix(([1.0, 2.0, 4.0], ([0, 0, 2], [1, 1, 3])), shape=(3, 5))
    bags = bags_from_sparse(matrix, "x")
    np.testing.assert_array_equal(np.asarray(bags.to_dense()), matrix.toarray())
    assert matrix.nnz == 3
    with pytest.raises(TypeError, match="must hold numbers, got a sparse matrix of type complex"):
        bags_from_sparse(matrix.astype("complex64"), "x")
    with pytest.raises(ValueError, match=r"must have two axes if it is sparse, got shape \(2,\)"):
        bags_from_sparse(scipy.sparse.coo_array([1.0, 2.0]), "x")


# Files ----------------------------------------------------------------------------------------


def test_rows_in_files(tmp_path):
    array = np.arange(24, dtype="int16").reshape(6, 4)
    np.save(tmp_path / "a.npy", array)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    for given, kind in ((mapped, FileRows), (mapped[2:], FileRows), (mapped[:, 1:], SlicedRows)):
        source = row_source(given)
        assert type(source) is kind
        assert is_stored(given)
        out = np.empty((2, *given.shape[1:]), "int16")
        source.read(1, 3, out)
        np.testing.assert_array_equal(out, given[1:3])
        source.forget()
        source.read(2, 4, out)
        np.testing.assert_array_equal(out, given[2:4])
    assert not is_stored(array)
    assert type(row_source(array)) is SlicedRows
    changed = np.load(tmp_path / "a.npy", mmap_mode="c")
    changed[0, 0] = 99
    out = np.empty((1, 4), "int16")
    source = row_source(changed)
    source.forget()
    source.read(0, 1, out)
    assert out[0, 0] == 99
    source = row_source(mapped)
    (tmp_path / "a.npy").write_bytes(b"short")
    with pytest.raises(OSError, match="ends before row 6: has it become shorter"):
        source.read(5, 6, out)


# Arguments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ((-1, None, 0, 0), "epochs"),
        ((1.0, None, 0, 0), "epochs"),
        ((1, 0, 0, 0), "batch_size"),
        ((1, True, 0, 0), "batch_size"),
        ((1, None, -1, 0), "initial_epoch"),
        ((1, None, 0, 3), "verbose"),
    ],
    ids=str,
)
def test_numbers_for_fit_that_make_no_sense(given, name):
    with pytest.raises(ValueError, match=f"^{name} must be"):
        check_fit(*given)


def test_numbers_for_fit():
    check_fit(0, 1, 0, "auto")
    check_counts(steps=None, batch_size=1)
    for value in (0, 1.5, True):
        with pytest.raises(ValueError, match="steps must be a positive whole number"):
            check_counts(batch_size=1, steps=value)
    assert [verbosity(v) for v in ("auto", True, 0, 2)] == [1, 1, 0, 2]
    assert [check_shuffle(s) for s in (True, False, None, "batch")] == [True, False, False, "batch"]
    with pytest.raises(ValueError, match="shuffle must be True, False or 'batch', got 'rows'"):
        check_shuffle("rows")


def test_names_of_losses_and_metrics_are_checked_at_once():
    check_names("mse", ["accuracy", {"a": "mae"}], ["acc", "ce", "crossentropy"])
    for given in (("msee", [], []), ("mse", ["mea"], []), ("mse", [], [["mea"]])):
        with pytest.raises(ValueError, match="Unknown"):
            check_names(*given)


def test_arrays_over_half_of_an_accelerators_memory_stay_outside_it(monkeypatch):
    class Small:
        def memory_stats(self):
            return {"bytes_limit": 1000}

    large, fitting = np.zeros(501, np.uint8), np.zeros(500, np.uint8)
    assert not is_stored(large)
    monkeypatch.setattr("jax.default_backend", lambda: "gpu")
    monkeypatch.setattr("jax.local_devices", lambda: [Small()])
    assert is_stored(large)
    assert not is_stored(fitting)


def test_validation_data_and_epochs():
    assert validation_parts((1, 2)) == (1, 2, None)
    assert validation_parts([1, 2, 3]) == (1, 2, 3)
    assert validation_parts("stream") == ("stream", None, None)
    for wrong in ((1,), (1, 2, 3, 4)):
        with pytest.raises(ValueError, match=f"got a tuple of {len(wrong)} elements"):
            validation_parts(wrong)
    every = validation_epochs(3)
    assert [e for e in range(9) if every(e)] == [2, 5, 8]
    chosen = validation_epochs([1, 4])
    assert [e for e in range(9) if chosen(e)] == [0, 3]
    with pytest.raises(ValueError, match="validation_freq must be at least 1, got 0"):
        validation_epochs(0)


def test_hooks_of_several_steps():
    called = []
    hooks = BatchHooks(
        lambda step: called.append(step), lambda step, logs: called.append((step, logs)), 3, True
    )
    assert list(hooks.bounds(0, 0, 7)) == [(0, 3), (3, 6), (6, 7)]
    assert list(hooks.bounds(2, 0, 5)) == [(0, 1), (1, 4), (4, 5)]
    assert list(hooks.bounds(0, 4, 7)) == [(4, 6), (6, 7)]
    for done in range(1, 8):
        hooks.before(done - 1)
        hooks.after(done, {"n": done}, last=done == 7)
    assert called == [0, (2, {"n": 3}), 3, (5, {"n": 6}), 6, (8, {"n": 7})]
    quiet = BatchHooks(called.append, called.append, 1, False)
    called.clear()
    quiet.before(0)
    quiet.after(1, {}, last=True)
    assert called == []


def test_batches_of_predictions():
    data = make_array_data(np.zeros((10, 1)))
    assert chosen_batch(data, None, None, 4) == 4
    assert chosen_batch(data, None, None, 512) == 10
    assert chosen_batch(data, 3, None, 512) == 3
    assert chosen_batch(data, None, 3, 512) == 4
    assert [_padded(n) for n in (1, 2, 3, 4, 5, 64, 65)] == [1, 2, 4, 4, 8, 64, 128]
    assert _pad(np.array([[1], [2]]), 4).tolist() == [[1], [2], [2], [2]]


def test_outputs_that_no_memory_holds():
    chunk = np.zeros(1 << 20, "uint8")
    check_all([chunk], 63)
    with pytest.raises(MemoryError, match=r"predict\(\): the outputs of all batches, put together"):
        check_all([chunk, chunk], 1 << 40)


def test_other_libraries_data_is_recognised():
    class Tensor:
        shape = (2,)

        def numpy(self):
            return np.zeros(2)

    class Endless:
        def cardinality(self):
            return -1

    assert is_tensor(Tensor())
    assert not is_tensor(np.zeros(2))
    assert not is_tensor(io.BytesIO())
    assert to_arrays(Tensor(), "x").shape == (2,)
    assert is_infinite(Endless())
    assert not is_infinite([1])
    assert (length_of([1, 2]), length_of(iter([1]))) == (2, None)
