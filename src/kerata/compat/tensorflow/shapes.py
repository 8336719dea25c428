"""Functions of ``tf`` for shapes, and for joining and parting tensors."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from kerata import ops
from kerata.base.symbolic import is_symbolic
from kerata.compat.tensorflow.exporting import integers, on_host, value
from kerata.compat.tensorflow.registering import python, tf
from kerata.compat.tensorflow.tensor import Tensor, as_value
from kerata.data.spec import numpy_type


@python
def shape(input: Any, out_type: Any = "int32", name: Any = None) -> Any:
    """``tf.shape``: the sizes as a tensor; they are known in compiled functions too."""
    sizes = ops.shape(input if hasattr(input, "shape") else as_value(input))
    if None in sizes:
        return tuple(sizes)
    return Tensor(np.array(sizes, numpy_type(out_type)))


@python
def size(input: Any, out_type: Any = "int32", name: Any = None) -> Any:
    """``tf.size``: the number of values."""
    return Tensor(np.array(np.prod(shape(input).numpy(), dtype=int), numpy_type(out_type)))


@python
def rank(input: Any, name: Any = None) -> Any:
    """``tf.rank``: the number of axes."""
    return Tensor(
        np.array(len(ops.shape(input if hasattr(input, "shape") else as_value(input))), np.int32)
    )


@tf
def reshape(tensor: Any, shape: Any) -> Any:
    """``tf.reshape``: the same values in another shape."""
    x, sizes = value(tensor), integers(shape)
    sizes = (sizes,) if isinstance(sizes, int) else sizes
    return x.reshape(sizes) if isinstance(x, np.ndarray) else ops.reshape(x, sizes)


@tf
def transpose(a: Any, perm: Any = None, conjugate: bool = False) -> Any:
    """``tf.transpose``: the axes in another order."""
    x = ops.transpose(value(a), axes=integers(perm))
    return ops.conj(x) if conjugate else x


@tf
def expand_dims(input: Any, axis: Any) -> Any:
    """``tf.expand_dims``: a new axis of size 1."""
    x = value(input)
    if isinstance(x, np.ndarray):
        return np.expand_dims(x, integers(axis))
    return ops.expand_dims(x, integers(axis))


@tf
def squeeze(input: Any, axis: Any = None) -> Any:
    """``tf.squeeze``: without axes of size 1."""
    return ops.squeeze(value(input), axis=integers(axis) if axis != [] else None)


@tf
def broadcast_to(input: Any, shape: Any) -> Any:
    """``tf.broadcast_to``: repeated along axes of size 1."""
    return ops.broadcast_to(value(input), integers(shape))


@python
def ensure_shape(x: Any, shape: Any, name: Any = None) -> Any:
    """``tf.ensure_shape``: the tensor, if it has the shape."""
    Tensor(value(x)).set_shape(shape)
    return x


@python
def broadcast_static_shape(shape_x: Any, shape_y: Any) -> Any:
    """``tf.broadcast_static_shape``: the shape that two shapes broadcast to."""
    from kerata.data.spec import TensorShape

    return TensorShape(np.broadcast_shapes(tuple(shape_x), tuple(shape_y)))


@tf
def tile(input: Any, multiples: Any) -> Any:
    """``tf.tile``: repeated along each axis."""
    return ops.tile(value(input), integers(multiples))


@tf
def repeat(input: Any, repeats: Any, axis: Any = None) -> Any:
    """``tf.repeat``: each value several times."""
    return ops.repeat(value(input), integers(repeats), axis=integers(axis))


@tf
def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Any:
    """``tf.pad``: more values before and behind, along each axis."""
    widths, mode = integers(paddings), mode.lower()
    if isinstance(widths, tuple) and hasattr(paddings, "ndim"):
        widths = tuple(map(tuple, np.asarray(paddings).tolist()))
    if mode == "constant":
        return ops.pad(value(tensor), widths, mode=mode, constant_values=constant_values)
    return ops.pad(value(tensor), widths, mode=mode)


@tf
def reverse(tensor: Any, axis: Any) -> Any:
    """``tf.reverse``: in the opposite order along axes."""
    return ops.flip(value(tensor), axis=integers(axis))


@tf
def roll(input: Any, shift: Any, axis: Any) -> Any:
    """``tf.roll``: shifted round along axes."""
    return ops.roll(value(input), integers(shift), axis=integers(axis))


@tf
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


@tf
def stack(values: Any, axis: Any = 0) -> Any:
    """``tf.stack``: tensors beside each other along a new axis."""
    if on_host(values):
        return np.stack([np.asarray(v, np.int32) for v in values], axis=integers(axis))
    parts = [value(part) for part in values]
    if any(isinstance(part, np.ndarray) and part.dtype.kind == "O" for part in parts):
        return np.stack(parts, axis=integers(axis))
    return ops.stack(parts, axis=integers(axis))


@tf
def unstack(value: Any, num: Any = None, axis: Any = 0) -> Any:
    """``tf.unstack``: a list of the tensors along an axis."""
    return list(ops.unstack(as_value(value) if not is_symbolic(value) else value, num, axis))


@tf
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
