"""From what users pass as x and y to arrays that a compiled program can take."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import floatx
from kerata.base.placement import current_placement
from kerata.base.rows import slice_rows
from kerata.kernels.sparse_rows import SparseRows, is_sparse_rows
from kerata.training.batch import GivenBatch
from kerata.training.interop import is_file_array, is_tensor, tensor_to_numpy
from kerata.training.sparse import (
    bags_from_sparse,
    bags_if_almost_zero,
    can_be_bags,
    is_sparse_matrix,
    to_dense,
)


@dataclass(frozen=True)
class ArrayData:
    """Data in memory: nested arrays whose first axes all have the same length."""

    x: Any
    y: Any  # None where there are no targets
    sample_weight: Any  # None where all rows count the same
    count: int
    parts: int | None = None  # how many came, where steps of a model's own want to know

    @property
    def arrays(self) -> Any:
        """The three parts as one, which can be taken apart like a tuple."""
        whole = (self.x, self.y, self.sample_weight)
        return whole if self.parts is None else GivenBatch(*whole, self.parts)

    @property
    def leaves(self) -> list[Any]:
        """All single arrays."""
        return jax.tree.leaves(self.arrays, is_leaf=is_sparse_rows)


def is_stream(x: Any) -> bool:
    """Say whether x yields batches (a generator, PyDataset, loader) instead of being rows."""
    rows = (np.ndarray, jax.Array, SparseRows, list, tuple, dict, str, bytes)
    others = (_is_table, is_sparse_matrix, is_tensor, is_file_array)
    if isinstance(x, rows) or any(recognise(x) for recognise in others):
        return False
    return hasattr(x, "__next__") or hasattr(x, "__iter__") or _is_pydataset(x)


def make_array_data(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    n_inputs: int = 1,
    whole: bool = True,
    prepare: Callable[[Any], Any] | None = None,
) -> ArrayData:
    """Turn x, y and sample weights into arrays of one length.

    Arguments:
        x: array, DataFrame, list of rows, or a list or dictionary of such for several inputs.
        y: likewise, or None.
        sample_weight: one number a row, likewise, or None.
        n_inputs: how many inputs the model has; tells a list of rows from a list of inputs.
        whole: whether these are all rows, which may become bags if they are almost all
            zeros; of batches, each might be of another shape then, so they become dense.
        prepare: what a model does with x before its compiled program.

    Raises:
        ValueError: strings, ragged lists, no rows, different lengths.
        TypeError: something that is not data.
    """
    if prepare is not None:
        x = prepare(x)
    x = to_arrays(x, "x", several=n_inputs > 1, bags=whole)
    y = None if y is None else to_arrays(y, "y", deep=True)
    if sample_weight is not None:
        sample_weight = to_arrays(sample_weight, "sample_weight", deep=True)
    count = _common_length({"x": x, "y": y, "sample_weight": sample_weight})
    return ArrayData(x, y, sample_weight, count)


def to_arrays(
    value: Any, what: str, several: bool = False, bags: bool = False, deep: bool = False
) -> Any:
    """Turn one argument into a NumPy or JAX array, or nested lists or dictionaries of them.

    Arguments:
        value: what was given.
        what: its name, for messages.
        several: whether a list is one of several arrays, whatever is in it.
        bags: whether arrays that are almost all zeros may become bags.
        deep: whether lists of arrays in a list are several arrays too, and not rows.
    """

    def inside(part: Any, place: Any) -> Any:
        if part is None:
            return None
        return to_arrays(part, f"{what}[{place!r}]", bags=bags, deep=deep)

    if isinstance(value, dict):
        return {key: inside(v, key) for key, v in value.items()}
    if isinstance(value, list) and what == "x" and value and all(map(_is_batch, value)):
        raise ValueError(
            f"x is a list of {len(value)} batches (x, y): pass iter(x) to go through them once, or "
            "join the arrays with numpy.concatenate and pass x and y."
        )
    if isinstance(value, (list, tuple)) and (several or _are_parts(value, deep)):
        return [inside(v, i) for i, v in enumerate(value)]
    return _to_array(value, what, bags)


def _are_parts(values: list[Any] | tuple[Any, ...], deep: bool) -> bool:
    """Say whether a list holds several arrays, in the way of outputs or inputs, and not rows."""
    # An output without targets, or an optional input that is left out, is None.
    given = [v for v in values if v is not None]
    rows = all(getattr(v, "ndim", None) == 0 for v in given)
    deep = deep or any(map(_has_rows, given))
    return not rows and all(
        hasattr(v, "shape")
        or isinstance(v, dict)
        or (deep and isinstance(v, (list, tuple)) and _are_parts(v, deep))
        for v in given
    )


def _is_batch(value: Any) -> bool:
    """Say whether a value looks like ``(x, y)`` or ``(x, y, sample_weight)``."""
    return isinstance(value, tuple) and len(value) in (2, 3) and all(map(_has_rows, value))


def _has_rows(value: Any) -> bool:
    return getattr(value, "ndim", 0) > 0


def _to_array(value: Any, what: str, bags: bool) -> Any:
    if isinstance(value, SparseRows):
        return value if bags else np.asarray(value.to_dense())
    if isinstance(value, jax.Array):
        return value
    if is_tensor(value):
        value = tensor_to_numpy(value)
    if is_sparse_matrix(value) and not (bags and can_be_bags(value)):
        value = to_dense(value)
    elif is_sparse_matrix(value):
        return bags_from_sparse(value, what)
    if isinstance(value, (str, bytes)) or value is None:
        raise TypeError(f"{what} must be an array of numbers, got {value!r:.60}.")
    if _is_table(value):
        value = _table_to_numpy(value, what)
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(_ragged(value, what)) from None
    if array.dtype.kind in "OSUT":
        array = _from_objects(array, what)
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        raise TypeError(f"{what} must hold numbers, got an array of type {array.dtype}.")
    if array.ndim == 0:
        raise ValueError(f"{what} must have at least one axis (the rows), got the number {array}.")
    if bags:
        # Before any copy: as dense floats such a matrix can take gigabytes.
        found = bags_if_almost_zero(array)
        if found is not None:
            return found
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype == np.float64:
        return aligned_copy(array, floatx())
    if array.dtype in (np.int64, np.uint64, np.uint32):
        return _to_int32(array, what)
    return array


def aligned_copy(array: np.ndarray, dtype: Any) -> np.ndarray:
    """Copy an array to another type, at an address that JAX can use on the CPU as it is.

    >>> copy = aligned_copy(np.array([1.0, 2.0]), "float32")
    >>> copy.dtype.name, copy.ctypes.data % 64
    ('float32', 0)
    """
    copy = aligned_empty(array.shape, dtype)
    copy[...] = array
    return copy


def aligned_empty(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Make an array without filling it, at an address that JAX can use on the CPU as it is."""
    dtype = jnp.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(dtype).reshape(shape)


def on_device(rows: ArrayData) -> ArrayData:
    """Put rows on the device, or on all of them."""
    x, y, weight = current_placement().data(rows.arrays, rows.count)
    return ArrayData(x, y, weight, rows.count)


def _to_int32(array: np.ndarray, what: str) -> np.ndarray:
    check_integers(array, what)
    return aligned_copy(array, np.int32)


def check_integers(array: np.ndarray, what: str) -> None:
    """Refuse integers beyond 32 bits.

    Raises:
        ValueError: naming array and value.
    """
    if array.size and (array.max() > 2**31 - 1 or array.min() < -(2**31)):
        raise ValueError(
            f"{what} holds integers beyond 32 bits (largest {array.max()}); "
            "turn them into floats or smaller ids first."
        )


def _from_objects(array: np.ndarray, what: str) -> np.ndarray:
    """Rescue numbers from an object array, or say which element is not one."""
    flat = array.reshape(-1)
    for i, element in enumerate(flat):
        if isinstance(element, (str, bytes)):
            raise ValueError(
                f"{what} holds text, {str(element)!r:.40} at {_place(i, array.shape)}; networks "
                "need numbers. Encode it first: categories with layers.StringLookup, "
                "texts with layers.TextVectorization."
            )
        if isinstance(element, (list, tuple, np.ndarray)):
            raise ValueError(_ragged(flat, what))
        if element is None:
            raise ValueError(
                f"{what} has a missing value (None) at {_place(i, array.shape)}; "
                "fill it in or drop the row."
            )
    try:
        return array.astype(floatx())
    except (TypeError, ValueError):
        raise TypeError(f"{what} must hold numbers, got objects of other types.") from None


def _ragged(value: Any, what: str) -> str:
    lengths = [len(v) if hasattr(v, "__len__") else 0 for v in value]
    different = next((i for i, n in enumerate(lengths) if n != lengths[0]), 0)
    return (
        f"{what} is ragged: row 0 has {lengths[0]} elements, row {different} has "
        f"{lengths[different]}. Make all rows equally long first, for example by padding."
    )


def _place(index: int, shape: tuple[int, ...]) -> str:
    place = np.unravel_index(index, shape)
    names = ("row", "column")
    if len(place) <= 2:
        return ", ".join(f"{n} {int(p)}" for n, p in zip(names, place, strict=False))
    return f"index {tuple(int(p) for p in place)}"


def _is_table(value: Any) -> bool:
    """Recognise pandas and polars tables and columns without importing either."""
    module = type(value).__module__.partition(".")[0]
    return module in ("pandas", "polars") and hasattr(value, "to_numpy")


def _table_to_numpy(table: Any, what: str) -> np.ndarray:
    columns = getattr(table, "columns", None)
    if columns is None:
        return table.to_numpy()
    arrays = []
    for name in columns:
        array = np.asarray(table[name].to_numpy())
        if array.dtype.kind == "O" and all(isinstance(v, numbers.Number) for v in array):
            array = array.astype(float)
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"{what}: column {name!r} holds {array.dtype} values; networks need numbers. "
                "Encode it first, for example with pandas.get_dummies."
            )
        arrays.append(array)
    return np.stack(arrays, axis=1) if arrays else table.to_numpy()


def _is_pydataset(x: Any) -> bool:
    return hasattr(x, "__getitem__") and hasattr(x, "__len__") and not hasattr(x, "shape")


def _common_length(parts: dict[str, Any]) -> int:
    lengths: dict[str, int] = {}
    for what, tree in parts.items():
        for path, leaf in jax.tree_util.tree_leaves_with_path(tree, is_leaf=is_sparse_rows):
            lengths[what + "".join(str(p) for p in path)] = len(leaf)
    if not lengths:
        raise ValueError("All of the data is None; give at least one array.")
    first, count = next(iter(lengths.items()))
    for name, length in lengths.items():
        if length != count:
            joined = " If x is a list of batches, join them first with numpy.concatenate(x)."
            raise ValueError(
                f"{first} has {count} rows but {name} has {length}; they must have the same number."
                + (joined if isinstance(parts["x"], list) else "")
            )
    if count == 0:
        raise ValueError(f"{first} has no rows; give at least one.")
    return count


def check_finite(rows: ArrayData, names: Iterable[str] = ("x", "y", "sample_weight")) -> None:
    """Refuse NaN and infinite values, naming the first place.

    Raises:
        ValueError: naming array, row and column.
    """
    for what, tree in zip(names, rows.arrays, strict=True):
        for path, leaf in jax.tree_util.tree_leaves_with_path(tree, is_leaf=is_sparse_rows):
            if is_sparse_rows(leaf):
                _check_bags(leaf, what)
            elif leaf.dtype.kind == "f" and not np.isfinite(np.sum(leaf)):
                _refuse_not_finite(np.asarray(leaf), what + "".join(str(p) for p in path))


def _check_bags(bags: SparseRows, what: str) -> None:
    if bags.values is not None and not np.isfinite(np.sum(bags.values)):
        bad = np.argwhere(~np.isfinite(bags.values))
        if len(bad):
            chunk, place = bad[0]
            row = int(np.searchsorted(bags.starts, chunk, side="right")) - 1
            raise ValueError(
                f"{what} has {len(bad)} NaN or infinite values, the first "
                f"({bags.values[chunk, place]}) at row {row}, column "
                f"{bags.columns[chunk, place]}. Fill them in or drop those rows before training."
            )


def _refuse_not_finite(array: np.ndarray, what: str) -> None:
    # The sum of finite numbers may overflow, so look again before blaming anyone.
    bad = ~np.isfinite(array)
    if bad.any():
        first = int(np.argmax(bad.reshape(-1)))
        raise ValueError(
            f"{what} has {int(bad.sum())} NaN or infinite values, the first "
            f"({array.reshape(-1)[first]}) at {_place(first, array.shape)}. Fill them in or drop "
            "those rows before training."
        )


def take(rows: ArrayData, start: int, stop: int) -> ArrayData:
    """Give the rows from start to stop (exclusive)."""
    x, y, weight = slice_rows(rows.arrays, start, stop)
    return ArrayData(x, y, weight, stop - start)


def split_rows(rows: ArrayData, fraction: Any) -> tuple[ArrayData, ArrayData]:
    """Split off the last rows for validation, as ``validation_split`` says.

    Raises:
        ValueError: a fraction outside 0 to 1, or one that leaves a side without rows.
    """
    cut = cut_for(rows.count, fraction)
    return take(rows, 0, cut), take(rows, cut, rows.count)


def cut_for(count: int, fraction: Any) -> int:
    """Give the number of rows that ``validation_split`` leaves for training."""
    valid = isinstance(fraction, (int, float)) and not isinstance(fraction, bool)
    if not valid or not 0 < fraction < 1:
        raise ValueError(
            f"validation_split must be a fraction between 0 and 1, got {fraction!r}. "
            "It is the share of the last rows that is kept for validation."
        )
    cut = int(np.floor(count * (1 - fraction)))
    if cut == 0 or cut == count:
        raise ValueError(
            f"validation_split={fraction} of {count} rows leaves no rows for "
            f"{'training' if cut == 0 else 'validation'}; use another fraction or more data."
        )
    return cut
