"""Functions of ``tf`` itself: making tensors, their shapes, joining, choosing, control flow."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata import ops
from kerata.base.eager import asked, inside
from kerata.base.symbolic import is_symbolic
from kerata.base.variable import Variable as BaseVariable
from kerata.compat.tensorflow.exporting import exported, integers, on_host, pair, value
from kerata.compat.tensorflow.front import FRONT
from kerata.compat.tensorflow.tensor import Tensor, as_value
from kerata.data.spec import numpy_type, type_of

FUNCTIONS: dict[str, Callable[..., Any]] = {}


def _tf(function: Callable[..., Any]) -> Callable[..., Any]:
    made = exported(function)
    FUNCTIONS[function.__name__] = made
    return made


def _python(function: Callable[..., Any]) -> Callable[..., Any]:
    FUNCTIONS[function.__name__] = function
    return function


# Making ------------------------------------------------------------------------------------


def _shaped(x: Any, shape: Any) -> Any:
    if shape is None:
        return x
    sizes = integers(shape)
    full = (sizes,) if isinstance(sizes, int) else sizes
    return x.reshape(full) if x.size == np.prod(full) else jnp.broadcast_to(x, full)


@_python
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


@_python
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


@_tf
def identity(input: Any) -> Any:
    """``tf.identity``: the same values as a new tensor."""
    x = value(input)
    return x if is_symbolic(x) or isinstance(x, np.ndarray) else x + jnp.zeros((), x.dtype)


@_tf
def cast(x: Any, dtype: Any) -> Any:
    """``tf.cast``: the values in another type."""
    if type_of(dtype) == "string":
        raise TypeError("tf.cast makes no texts; use tf.strings.as_string.")
    return value(x, str(type_of(dtype)))


def _made(function: Callable[..., Any], shape: Any, dtype: Any) -> Any:
    return function(integers(shape), numpy_type(dtype))


@_tf
def zeros(shape: Any, dtype: Any = "float32") -> Any:
    """``tf.zeros``: a tensor of zeros."""
    return _made(jnp.zeros, shape, dtype)


@_tf
def ones(shape: Any, dtype: Any = "float32") -> Any:
    """``tf.ones``: a tensor of ones."""
    return _made(jnp.ones, shape, dtype)


@_tf
def fill(dims: Any, value: Any) -> Any:
    """``tf.fill``: a tensor of one value."""
    return jnp.broadcast_to(as_value(value), integers(dims))


@_tf
def zeros_like(input: Any, dtype: Any = None) -> Any:
    """``tf.zeros_like``: zeros of the same shape."""
    return ops.zeros_like(value(input), dtype=None if dtype is None else str(type_of(dtype)))


@_tf
def ones_like(input: Any, dtype: Any = None) -> Any:
    """``tf.ones_like``: ones of the same shape."""
    return ops.ones_like(value(input), dtype=None if dtype is None else str(type_of(dtype)))


@_tf
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


@_tf
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


@_tf
def linspace(start: Any, stop: Any, num: Any, axis: Any = 0) -> Any:
    """``tf.linspace``: so many numbers from start to stop."""
    return jnp.linspace(value(start), value(stop), integers(num), axis=integers(axis))


@_tf
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


@_tf
def meshgrid(*args: Any, indexing: str = "xy") -> Any:
    """``tf.meshgrid``: coordinates of a grid."""
    return ops.meshgrid(*map(value, args), indexing=indexing)


@_tf
def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool") -> Any:
    """``tf.sequence_mask``: which places lie before each length."""
    lengths = value(lengths)
    size = int(np.asarray(lengths).max()) if maxlen is None else integers(maxlen)
    return (jnp.arange(size) < lengths[..., None]).astype(numpy_type(dtype))


# Shapes ------------------------------------------------------------------------------------


@_python
def shape(input: Any, out_type: Any = "int32", name: Any = None) -> Any:
    """``tf.shape``: the sizes as a tensor; they are known in compiled functions too."""
    sizes = ops.shape(input if hasattr(input, "shape") else as_value(input))
    if None in sizes:
        return tuple(sizes)
    return Tensor(np.array(sizes, numpy_type(out_type)))


@_python
def size(input: Any, out_type: Any = "int32", name: Any = None) -> Any:
    """``tf.size``: the number of values."""
    return Tensor(np.array(np.prod(shape(input).numpy(), dtype=int), numpy_type(out_type)))


@_python
def rank(input: Any, name: Any = None) -> Any:
    """``tf.rank``: the number of axes."""
    return Tensor(
        np.array(len(ops.shape(input if hasattr(input, "shape") else as_value(input))), np.int32)
    )


@_tf
def reshape(tensor: Any, shape: Any) -> Any:
    """``tf.reshape``: the same values in another shape."""
    x, sizes = value(tensor), integers(shape)
    sizes = (sizes,) if isinstance(sizes, int) else sizes
    return x.reshape(sizes) if isinstance(x, np.ndarray) else ops.reshape(x, sizes)


@_tf
def transpose(a: Any, perm: Any = None, conjugate: bool = False) -> Any:
    """``tf.transpose``: the axes in another order."""
    x = ops.transpose(value(a), axes=integers(perm))
    return ops.conj(x) if conjugate else x


@_tf
def expand_dims(input: Any, axis: Any) -> Any:
    """``tf.expand_dims``: a new axis of size 1."""
    x = value(input)
    if isinstance(x, np.ndarray):
        return np.expand_dims(x, integers(axis))
    return ops.expand_dims(x, integers(axis))


@_tf
def squeeze(input: Any, axis: Any = None) -> Any:
    """``tf.squeeze``: without axes of size 1."""
    return ops.squeeze(value(input), axis=integers(axis) if axis != [] else None)


@_tf
def broadcast_to(input: Any, shape: Any) -> Any:
    """``tf.broadcast_to``: repeated along axes of size 1."""
    return ops.broadcast_to(value(input), integers(shape))


@_python
def ensure_shape(x: Any, shape: Any, name: Any = None) -> Any:
    """``tf.ensure_shape``: the tensor, if it has the shape."""
    Tensor(value(x)).set_shape(shape)
    return x


@_python
def broadcast_static_shape(shape_x: Any, shape_y: Any) -> Any:
    """``tf.broadcast_static_shape``: the shape that two shapes broadcast to."""
    from kerata.data.spec import TensorShape

    return TensorShape(np.broadcast_shapes(tuple(shape_x), tuple(shape_y)))


@_tf
def tile(input: Any, multiples: Any) -> Any:
    """``tf.tile``: repeated along each axis."""
    return ops.tile(value(input), integers(multiples))


@_tf
def repeat(input: Any, repeats: Any, axis: Any = None) -> Any:
    """``tf.repeat``: each value several times."""
    return ops.repeat(value(input), integers(repeats), axis=integers(axis))


@_tf
def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Any:
    """``tf.pad``: more values before and behind, along each axis."""
    widths, mode = integers(paddings), mode.lower()
    if isinstance(widths, tuple) and hasattr(paddings, "ndim"):
        widths = tuple(map(tuple, np.asarray(paddings).tolist()))
    if mode == "constant":
        return ops.pad(value(tensor), widths, mode=mode, constant_values=constant_values)
    return ops.pad(value(tensor), widths, mode=mode)


@_tf
def reverse(tensor: Any, axis: Any) -> Any:
    """``tf.reverse``: in the opposite order along axes."""
    return ops.flip(value(tensor), axis=integers(axis))


@_tf
def roll(input: Any, shift: Any, axis: Any) -> Any:
    """``tf.roll``: shifted round along axes."""
    return ops.roll(value(input), integers(shift), axis=integers(axis))


# Joining and parting -------------------------------------------------------------------------


@_tf
def concat(values: Any, axis: Any) -> Any:
    """``tf.concat``: tensors one behind the other along an axis."""
    if on_host(values):
        return np.concatenate(values, axis=integers(axis))
    if (
        isinstance(values, (list, tuple))
        and on_host([part for part in values if not isinstance(part, (list, tuple))])
        and any(isinstance(part, np.ndarray) for part in values)
    ):
        rows = [np.asarray(integers(part)) for part in values]
        if all(row.dtype.kind == "i" for row in rows):
            return np.concatenate(rows, axis=integers(axis)).astype(np.int32)
    parts = [value(part) for part in values] if isinstance(values, (list, tuple)) else [values]
    if any(isinstance(part, np.ndarray) and part.dtype.kind == "O" for part in parts):
        return np.concatenate(parts, axis=integers(axis))
    return ops.concatenate(parts, axis=integers(axis))


@_tf
def stack(values: Any, axis: Any = 0) -> Any:
    """``tf.stack``: tensors beside each other along a new axis."""
    if on_host(values):
        return np.stack([np.asarray(v, np.int32) for v in values], axis=integers(axis))
    parts = [value(part) for part in values]
    if any(isinstance(part, np.ndarray) and part.dtype.kind == "O" for part in parts):
        return np.stack(parts, axis=integers(axis))
    return ops.stack(parts, axis=integers(axis))


@_tf
def unstack(value: Any, num: Any = None, axis: Any = 0) -> Any:
    """``tf.unstack``: a list of the tensors along an axis."""
    return list(ops.unstack(as_value(value) if not is_symbolic(value) else value, num, axis))


@_tf
def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None) -> Any:
    """``tf.split``: a list of parts along an axis, so many or of such sizes."""
    x = value if is_symbolic(value) else as_value(value)
    parts, axis = integers(num_or_size_splits), integers(axis)
    if isinstance(parts, int):
        return list(ops.split(x, parts, axis=axis))
    sizes = builtins.list(parts)
    if -1 in sizes:
        sizes[sizes.index(-1)] = x.shape[axis] - sum(s for s in sizes if s != -1)
    if sum(sizes) != x.shape[axis]:
        raise ValueError(
            f"tf.split can't cut axis {axis} of size {x.shape[axis]} into sizes {tuple(sizes)}."
        )
    return list(ops.split(x, np.cumsum(sizes)[:-1].tolist(), axis=axis))


# Choosing ------------------------------------------------------------------------------------


@_tf
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """``tf.where``: values of x where a condition is true, else of y; or the places."""
    condition = value(condition)
    if x is None and y is None:
        return jnp.asarray(np.argwhere(np.asarray(condition)))
    return ops.where(condition, *pair(x, y))


@_tf
def gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: Any = 0
) -> Any:
    """``tf.gather``: rows, or slices of another axis, by their numbers."""
    params, indices, batch = value(params), value(indices), integers(batch_dims)
    axis = batch if axis is None else integers(axis)
    if isinstance(params, np.ndarray) and params.dtype.kind == "O":
        return np.take(params, np.asarray(indices), axis=axis)
    if not batch:
        _check_places(params.shape[axis], indices)
        return ops.take(params, indices, axis=axis)
    return jax.vmap(lambda p, i: gather(p, i, axis=axis - 1, batch_dims=batch - 1))(params, indices)


def _check_places(count: Any, indices: Any) -> None:
    known = not isinstance(indices, jax.core.Tracer) and not is_symbolic(indices)
    if known and count is not None:
        places = np.asarray(indices)
        if places.size and (places.min() < 0 or places.max() >= count):
            raise IndexError(
                f"tf.gather has an index outside of 0 to {count - 1}: "
                f"{int(places.min() if places.min() < 0 else places.max())}."
            )


@_tf
def gather_nd(params: Any, indices: Any, batch_dims: Any = 0) -> Any:
    """``tf.gather_nd``: values or slices by the numbers along the first axes."""
    params, indices = value(params), value(indices)
    if integers(batch_dims):
        inner = integers(batch_dims) - 1
        return jax.vmap(lambda p, i: gather_nd(p, i, batch_dims=inner))(params, indices)
    return params[tuple(jnp.moveaxis(indices, -1, 0))]


@_tf
def boolean_mask(tensor: Any, mask: Any, axis: Any = None) -> Any:
    """``tf.boolean_mask``: what stands where a mask is true."""
    places = np.argwhere(np.asarray(value(mask)))
    first = integers(axis) or 0
    x = value(tensor)
    index = (slice(None),) * first + tuple(places.T)
    return x[index]


@_tf
def slice_(input_: Any, begin: Any, size: Any) -> Any:
    """``tf.slice``: a block, from a place and of a size; -1 is all that is left."""
    x, begin, size = value(input_), integers(begin), integers(size)
    index = tuple(slice(b, None if s == -1 else b + s) for b, s in zip(begin, size, strict=True))
    return x[index]


FUNCTIONS["slice"] = FUNCTIONS.pop("slice_")


@_tf
def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any) -> Any:
    """``tf.tensor_scatter_nd_update``: with new values at some places."""
    x, places = value(tensor), jnp.moveaxis(value(indices), -1, 0)
    return x.at[tuple(places)].set(value(updates))


@_tf
def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any) -> Any:
    """``tf.tensor_scatter_nd_add``: with something added at some places."""
    x, places = value(tensor), jnp.moveaxis(value(indices), -1, 0)
    return x.at[tuple(places)].add(value(updates))


@_tf
def scatter_nd(indices: Any, updates: Any, shape: Any) -> Any:
    """``tf.scatter_nd``: zeros with sums of values at some places."""
    updates, places = value(updates), jnp.moveaxis(value(indices), -1, 0)
    return jnp.zeros(integers(shape), updates.dtype).at[tuple(places)].add(updates)


@_tf
def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING") -> Any:
    """``tf.sort``: in order along an axis."""
    x = ops.sort(value(values), axis=axis)
    return x if direction == "ASCENDING" else ops.flip(x, axis=axis)


@_tf
def argsort(values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False) -> Any:
    """``tf.argsort``: the places in order of the values."""
    x = value(values)
    return ops.argsort(x if direction == "ASCENDING" else -x, axis=axis)


@_tf
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """``tf.searchsorted``: where values would stand in a sorted row."""
    return ops.searchsorted(value(sorted_sequence), value(values), side=side)


@_python
def unique(x: Any, out_idx: Any = "int32", name: Any = None) -> Any:
    """``tf.unique``: the different values in order of appearance, and which one each is."""
    array = np.asarray(as_value(x))
    found, first, which = np.unique(array, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return Tensor(as_value(found[order])), Tensor(jnp.asarray(place[which].astype(np.int32)))


@_tf
def stop_gradient(input: Any) -> Any:
    """``tf.stop_gradient``: the same values, through which no gradient goes."""
    return ops.stop_gradient(value(input))


# Clipping and norms --------------------------------------------------------------------------


@_tf
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    """``tf.clip_by_value``: values within bounds."""
    x = value(t)
    low, high = (pair(x, bound)[1] for bound in (clip_value_min, clip_value_max))
    return ops.minimum(ops.maximum(x, low), high)


@_tf
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None) -> Any:
    """``tf.clip_by_norm``: made shorter where the length is above a bound."""
    x = value(t)
    total = ops.sum(ops.square(x), axis=integers(axes), keepdims=True)
    length = ops.sqrt(ops.where(total > 0, total, 1.0))
    length = ops.where(total > 0, length, total)
    return ops.divide(x * clip_norm, ops.maximum(length, clip_norm))


@_tf
def clip_by_global_norm(t_list: Any, clip_norm: Any, use_norm: Any = None) -> Any:
    """``tf.clip_by_global_norm``: all made shorter together, and the length before."""
    given = [None if t is None else value(t) for t in t_list]
    parts = [t for t in given if t is not None]
    total = (
        value(use_norm)
        if use_norm is not None
        else jnp.sqrt(sum((jnp.sum(jnp.square(t)) for t in parts), start=jnp.zeros(())))
    )
    factor = clip_norm / jnp.maximum(total, clip_norm)
    return [None if t is None else t * factor for t in given], total


@_tf
def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False) -> Any:
    """``tf.norm``: length of a vector or matrix."""
    x, axis = value(tensor), integers(axis)
    if ord in ("euclidean", 2, "fro") and not (ord == 2 and isinstance(axis, tuple)):
        return ops.sqrt(ops.sum(ops.square(ops.absolute(x)), axis=axis, keepdims=keepdims))
    if axis is None:
        x, axis = ops.reshape(x, (-1,)), 0
    return ops.norm(x, ord=ord, axis=axis, keepdims=keepdims)


@_tf
def einsum(equation: str, *inputs: Any) -> Any:
    """``tf.einsum``: sums of products, as an equation of letters says."""
    return ops.einsum(equation, *map(value, inputs))


# Python and control flow ---------------------------------------------------------------------


@_python
def is_tensor(x: Any) -> bool:
    """``tf.is_tensor``: whether something is a tensor or variable."""
    return isinstance(x, (Tensor, BaseVariable, jax.Array)) or is_symbolic(x)


@_python
def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """``tf.get_static_value``: the values, or None where they are not known."""
    x = tensor._value if isinstance(tensor, Tensor) else tensor
    return None if isinstance(x, jax.core.Tracer) or is_symbolic(x) else np.asarray(x)


def print_(
    *inputs: Any,
    output_stream: Any = None,
    summarize: Any = 3,
    sep: str = " ",
    end: str = "\n",
    name: Any = None,
) -> None:
    """``tf.print``: print values, in compiled functions too, when they are known."""
    arrays = [x._value if isinstance(x, Tensor) else x for x in inputs]
    arrays = [x._own_value() if isinstance(x, BaseVariable) else x for x in arrays]
    stream = output_stream if hasattr(output_stream, "write") else sys.stderr

    def show(*values: Any) -> None:
        texts = [_text(v) for v in values]
        print(*texts, sep=sep, end=end, file=stream)

    if any(isinstance(x, jax.core.Tracer) for x in arrays):
        traced = [i for i, x in enumerate(arrays) if isinstance(x, jax.Array)]

        def back(*values: Any) -> None:
            full = list(arrays)
            for i, v in zip(traced, values, strict=True):
                full[i] = v
            show(*full)

        jax.debug.callback(back, *(arrays[i] for i in traced), ordered=False)
    else:
        show(*arrays)


def _text(x: Any) -> str:
    if isinstance(x, (np.ndarray, jax.Array)):
        array = np.asarray(x)
        return str(array[()]) if array.ndim == 0 else str(array)
    return str(x)


FUNCTIONS["print"] = print_


def _branch(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of the program be one on plain arrays."""
    return lambda *arrays: FRONT.hand_back(function, arrays, {})


def _on_tensors(function: Callable[..., Any], *arrays: Any) -> Any:
    """Call a control flow of JAX with its parts noted."""
    return asked(function)(*arrays)


@_python
def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Any:
    """``tf.cond``: what one of two functions gives."""
    flag = pred._value if isinstance(pred, Tensor) else pred
    if not isinstance(flag, jax.core.Tracer):
        return true_fn() if bool(flag) else false_fn()
    return _on_tensors(lambda p: jax.lax.cond(p, _branch(true_fn), _branch(false_fn)), pred)


@_python
def while_loop(
    cond: Any,
    body: Any,
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: Any = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: Any = None,
) -> Any:
    """``tf.while_loop``: repeat a function of some tensors while a condition is true."""
    state = list(loop_vars)
    known = [
        x._value if isinstance(x, Tensor) else x
        for x in jax.tree.leaves(state, is_leaf=lambda x: isinstance(x, Tensor))
    ]
    most = None if maximum_iterations is None else integers(maximum_iterations)
    if any(isinstance(x, jax.core.Tracer) for x in known):

        def whole(*arrays: Any) -> Any:
            def go_on(carried: Any) -> Any:
                more = _branch(cond)(*carried[1])
                return more if most is None else jnp.logical_and(more, carried[0] < most)

            def step(carried: Any) -> Any:
                made = _branch(body)(*carried[1])
                made = made if isinstance(made, (list, tuple)) else (made,)
                return carried[0] + 1, jax.tree.map(jnp.asarray, tuple(made))

            start = (jnp.zeros((), jnp.int32), jax.tree.map(jnp.asarray, arrays))
            return list(jax.lax.while_loop(go_on, step, start)[1])

        return _on_tensors(whole, *state)
    done = 0
    while bool(cond(*state)) and (most is None or done < most):
        made = body(*state)
        state = list(made) if isinstance(made, (list, tuple)) else [made]
        done += 1
    return state


@_python
def map_fn(
    fn: Any,
    elems: Any,
    dtype: Any = None,
    parallel_iterations: Any = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: Any = None,
    fn_output_signature: Any = None,
) -> Any:
    """``tf.map_fn``: a function of each row, its results stacked."""
    leaves, structure = jax.tree.flatten(elems, is_leaf=lambda x: isinstance(x, Tensor))
    tensors = [convert_to_tensor(leaf) for leaf in leaves]
    rows = [fn(jax.tree.unflatten(structure, list(row))) for row in zip(*tensors, strict=True)]
    return _stacked(rows)


def _stacked(rows: list[Any]) -> Any:
    if isinstance(rows[0], (tuple, list)):
        return type(rows[0])(_stacked(list(parts)) for parts in zip(*rows, strict=True))
    return stack(rows)


@_python
def vectorized_map(fn: Any, elems: Any, fallback_to_while_loop: bool = True) -> Any:
    """``tf.vectorized_map``: a function of each row, its results stacked."""
    return map_fn(fn, elems)


@_python
def foldl(fn: Any, elems: Any, initializer: Any = None, *_: Any, **__: Any) -> Any:
    """``tf.foldl``: all rows put together by a function of the state and a row."""
    rows = list(convert_to_tensor(elems))
    state = rows.pop(0) if initializer is None else initializer
    for row in rows:
        state = fn(state, row)
    return state


@_python
def scan(fn: Any, elems: Any, initializer: Any = None, *_: Any, **__: Any) -> Any:
    """``tf.scan``: the states of ``foldl``, stacked."""
    rows = list(convert_to_tensor(elems))
    state = rows.pop(0) if initializer is None else initializer
    states = [state] if initializer is None else []
    for row in rows:
        state = fn(state, row)
        states.append(state)
    return _stacked(states)


@_python
def numpy_function(func: Any, inp: Any, Tout: Any, stateful: bool = True, name: Any = None) -> Any:
    """``tf.numpy_function``: a function of NumPy arrays; no gradient goes through it."""
    made = func(*(np.asarray(constant(x).numpy()) for x in inp))
    return _typed(made, Tout)


@_python
def py_function(func: Any, inp: Any, Tout: Any, name: Any = None) -> Any:
    """``tf.py_function``: a function of Python, of tensors."""
    return _typed(func(*(convert_to_tensor(x) for x in inp)), Tout)


def _typed(made: Any, types: Any) -> Any:
    if isinstance(types, (list, tuple)):
        return [convert_to_tensor(m, t) for m, t in zip(made, types, strict=True)]
    return convert_to_tensor(made, types)


@_python
def group(*inputs: Any, name: Any = None) -> None:
    """``tf.group``: nothing to do, since everything is done in order."""


@_python
def no_op(name: Any = None) -> None:
    """``tf.no_op``: nothing."""
