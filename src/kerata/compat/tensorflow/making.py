"""Functions of ``tf`` that make tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata import ops
from kerata.base.eager import inside
from kerata.base.symbolic import is_symbolic
from kerata.compat.tensorflow.exporting import exported, integers, value
from kerata.compat.tensorflow.registering import python, tf
from kerata.compat.tensorflow.tensor import Tensor, as_value
from kerata.data.spec import numpy_type, type_of


def _shaped(x: Any, shape: Any) -> Any:
    if shape is None:
        return x
    sizes = integers(shape)
    full = (sizes,) if isinstance(sizes, int) else sizes
    return x.reshape(full) if x.size == np.prod(full) else jnp.broadcast_to(x, full)


@python
def constant(value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Any:
    """``tf.constant``: a tensor of numbers, lists, arrays or texts.

    >>> constant([[1, 2]]).shape
    TensorShape([1, 2])
    """
    if isinstance(value, Tensor) and shape is None and dtype is None:
        return value
    if is_symbolic(value):
        raise TypeError(f"tf.constant takes values, got the symbolic tensor {value!r}.")
    made = _shaped(as_value(value, dtype), shape)
    return made if inside.here else Tensor(made)


@python
def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: Any = None
) -> Any:
    """``tf.convert_to_tensor``: a tensor of what can be one; tensors stay."""
    if isinstance(value, Tensor) and (dtype is None or type_of(dtype) == value.dtype):
        return value
    return _converted(value, dtype)


@exported
def _converted(x: Any, dtype: Any) -> Any:
    if isinstance(x, (list, tuple)) and any(isinstance(p, jax.Array) for p in jax.tree.leaves(x)):
        return ops.stack([_inner(part, dtype) for part in x])
    return value(x, dtype)


def _inner(x: Any, dtype: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return ops.stack([_inner(part, dtype) for part in x])
    return value(x, dtype)


@tf
def identity(input: Any) -> Any:
    """``tf.identity``: the same values as a new tensor."""
    x = value(input)
    return x if is_symbolic(x) or isinstance(x, np.ndarray) else x + jnp.zeros((), x.dtype)


@tf
def cast(x: Any, dtype: Any) -> Any:
    """``tf.cast``: the values in another type."""
    if type_of(dtype) == "string":
        raise TypeError("tf.cast makes no texts; use tf.strings.as_string.")
    return value(x, str(type_of(dtype)))


def _made(function: Callable[..., Any], shape: Any, dtype: Any) -> Any:
    return function(integers(shape), numpy_type(dtype))


@tf
def zeros(shape: Any, dtype: Any = "float32") -> Any:
    """``tf.zeros``: a tensor of zeros."""
    return _made(jnp.zeros, shape, dtype)


@tf
def ones(shape: Any, dtype: Any = "float32") -> Any:
    """``tf.ones``: a tensor of ones."""
    return _made(jnp.ones, shape, dtype)


@tf
def fill(dims: Any, value: Any) -> Any:
    """``tf.fill``: a tensor of one value."""
    return jnp.broadcast_to(as_value(value), integers(dims))


@tf
def zeros_like(input: Any, dtype: Any = None) -> Any:
    """``tf.zeros_like``: zeros of the same shape."""
    return ops.zeros_like(value(input), dtype=None if dtype is None else str(type_of(dtype)))


@tf
def ones_like(input: Any, dtype: Any = None) -> Any:
    """``tf.ones_like``: ones of the same shape."""
    return ops.ones_like(value(input), dtype=None if dtype is None else str(type_of(dtype)))


@tf
def eye(
    num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = "float32"
) -> Any:
    """``tf.eye``: a unit matrix."""
    made = jnp.eye(integers(num_rows), integers(num_columns), dtype=numpy_type(dtype))
    return (
        made
        if batch_shape is None
        else jnp.broadcast_to(made, (*integers(batch_shape), *made.shape))
    )


@tf
def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Any:
    """``tf.range``: numbers at equal steps, without the end."""
    start, limit = (0, start) if limit is None else (start, limit)
    bounds = [np.asarray(b).item() for b in (start, limit, delta)]
    given = [b.dtype for b in (start, limit, delta) if hasattr(b, "dtype")]
    if dtype is None:
        floats = any(isinstance(b, float) for b in bounds)
        dtype = given[0] if given else "float32" if floats else "int32"
    made = np.arange(*bounds).astype(numpy_type(dtype))
    return jnp.asarray(made)


@tf
def linspace(start: Any, stop: Any, num: Any, axis: Any = 0) -> Any:
    """``tf.linspace``: so many numbers from start to stop."""
    return jnp.linspace(value(start), value(stop), integers(num), axis=integers(axis))


@tf
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
) -> Any:
    """``tf.one_hot``: a row with a one at each place."""
    if dtype is None:
        given = on_value if on_value is not None else off_value
        dtype = "float32" if given is None else str(as_value(given).dtype)
    made = ops.one_hot(value(indices), integers(depth), axis=-1 if axis is None else axis)
    on, off = (1 if on_value is None else on_value), (0 if off_value is None else off_value)
    plain = on_value is None and off_value is None
    made = made if plain else ops.where(ops.equal(made, 1), on, off)
    return ops.cast(made, str(type_of(dtype)))


@tf
def meshgrid(*args: Any, indexing: str = "xy") -> Any:
    """``tf.meshgrid``: coordinates of a grid."""
    return ops.meshgrid(*map(value, args), indexing=indexing)


@tf
def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool") -> Any:
    """``tf.sequence_mask``: which places lie before each length."""
    lengths = value(lengths)
    size = int(np.asarray(lengths).max()) if maxlen is None else integers(maxlen)
    return (jnp.arange(size) < lengths[..., None]).astype(numpy_type(dtype))
