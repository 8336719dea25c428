"""Tensors as TensorFlow's programs know them, around arrays of JAX or NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerata.base.dtypes import dtype_name
from kerata.base.variable import Variable
from kerata.data.spec import DType, TensorShape, type_of

# What records gradients, filled in by ``tape.py``: whether an open tape follows a tensor.
_follows: Callable[[Any], bool] = lambda tensor: False  # noqa: E731 # replaced by a function


def set_follower(follows: Callable[[Any], bool]) -> None:
    """Say how to find out whether an open tape follows a tensor."""
    global _follows
    _follows = follows


class Tensor:
    """An array with TensorFlow's methods.

    Texts lie in NumPy arrays of objects, everything else in arrays of JAX. Where a function is
    compiled, values are not known: ``numpy()`` is refused then.

    Arguments:
        value: array of JAX or NumPy, or a traced one.
    """

    __array_priority__ = 300
    __array_ufunc__ = None

    def __init__(self, value: Any, node: Any = None, place: int = 0) -> None:
        self._value = value
        # The recorded step that this comes from, and which of its outputs it is.
        self._node, self._place = node, place

    # What it is ----------------------------------------------------------------------------

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return TensorShape(self._value.shape)

    def get_shape(self) -> TensorShape:
        """Give the shape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Check the shape against a description of it.

        Raises:
            ValueError: they don't fit.
        """
        if not TensorShape(shape).is_compatible_with(self.shape):
            raise ValueError(f"A tensor of shape {self.shape} can't have the shape {shape}.")

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self._value.shape)

    @property
    def dtype(self) -> DType:
        """The type."""
        return type_of(self._value.dtype)

    @property
    def device(self) -> str:
        """Where it lies, in TensorFlow's words."""
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    def numpy(self) -> Any:
        """Give the values: a NumPy array, or one number or text; texts are bytes.

        Raises:
            NotImplementedError: inside a compiled function, where they are not known.
        """
        if isinstance(self._value, jax.core.Tracer):
            raise NotKnown(
                "numpy() is not possible here: inside a compiled function a tensor has no values "
                "yet. Leave tf.function out, or compute with tensors."
            )
        array = np.array(self._value)
        if array.dtype.kind == "O":
            flat = [t.encode() if isinstance(t, str) else t for t in array.reshape(-1)]
            array = _objects(flat, array.shape)
        return array[()] if array.ndim == 0 else array

    def host_value(self) -> np.ndarray:
        """Give the values as they are kept, for data sets."""
        if isinstance(self._value, jax.core.Tracer):
            raise NotKnown("A tensor inside a compiled function has no values yet.")
        return np.asarray(self._value)

    def ref(self) -> Reference:
        """Give something that stands for this very tensor in sets and dictionaries."""
        return Reference(self)

    # Conversions -----------------------------------------------------------------------------

    def plain(self) -> Any:
        """Give the array, for code that no gradient goes through.

        Raises:
            TypeError: while a tape follows this tensor.
        """
        if _follows(self):
            raise TypeError(
                "This function can't take a tensor that an open GradientTape follows: the "
                "gradient would be lost. Use the function of the same name in tf or keras.ops, or "
                "stop_gradient(x).numpy() if no gradient is wanted."
            )
        return self._value

    def __jax_array__(self) -> Any:
        return self.plain()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype=dtype)

    def __int__(self) -> int:
        return int(self._concrete())

    def __float__(self) -> float:
        return float(self._concrete())

    def __complex__(self) -> complex:
        return complex(self._concrete())

    def __index__(self) -> int:
        value = self._concrete()
        if value.ndim or value.dtype.kind not in "iu":
            raise TypeError(f"Only a single integer is an index, not {self!r}.")
        return int(value)

    def __bool__(self) -> bool:
        value = self._concrete()
        if value.size != 1:
            raise ValueError(
                f"A tensor of shape {self.shape} is neither true nor false; use tf.reduce_any or "
                "tf.reduce_all."
            )
        return bool(value.reshape(()))

    def _concrete(self) -> np.ndarray:
        if isinstance(self._value, jax.core.Tracer):
            raise NotKnown(
                "The value of a tensor is not known inside a compiled function, so it can't decide "
                "an `if` or a loop there; use tf.where, tf.cond or tf.while_loop."
            )
        return np.asarray(self._value)

    def __format__(self, spec: str) -> str:
        traced = isinstance(self._value, jax.core.Tracer)
        return str(self) if traced else format(self.numpy(), spec)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("A single number has no length.")
        return int(self._value.shape[0])

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError("A single number can't be looped over.")
        return (self[i] for i in range(len(self)))  # type: ignore[index]  # see operators.py

    __hash__ = None  # type: ignore[assignment]  # tensors are compared by value

    def __getattr__(self, name: str) -> Any:
        # Code of this library may meet a tensor where it expects an array.
        if name.startswith("_") or name in _NOT_TENSORFLOWS:
            raise AttributeError(f"A tensor has no attribute {name!r}.", name=name, obj=self)
        return getattr(self.plain(), name)

    def __repr__(self) -> str:
        if isinstance(self._value, jax.core.Tracer):
            return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}>"
        return (
            f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={_shown(self, True)}>"
        )

    def __str__(self) -> str:
        if isinstance(self._value, jax.core.Tracer):
            return f"Tensor(shape={self.shape}, dtype={self.dtype.name})"
        return f"tf.Tensor({_shown(self, False)}, shape={self.shape}, dtype={self.dtype.name})"


# ``hasattr`` is asked for these to tell tensors of others.
_NOT_TENSORFLOWS = ("detach", "to_numpy", "as_numpy_iterator", "columns", "todense", "element_spec")


class NotKnown(TypeError, NotImplementedError):
    """A value is asked for where a function is compiled and none is known."""


class Reference:
    """Stands for a tensor or variable in sets and dictionaries."""

    def __init__(self, tensor: Any) -> None:
        self._tensor = tensor

    def deref(self) -> Any:
        """Give the tensor."""
        return self._tensor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._tensor is other._tensor

    def __hash__(self) -> int:
        return id(self._tensor)


def _objects(items: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(len(items), object)
    array[:] = items
    return array.reshape(shape)


def _shown(tensor: Tensor, short: bool) -> str:
    values = tensor.numpy()
    return repr(values) if short and not isinstance(values, np.generic) else str(values)


def as_value(x: Any, dtype: Any = None) -> Any:
    """Turn what a program has into an array: texts into NumPy's, numbers into JAX's.

    Python floats become float32 and integers int32.

    Raises:
        ValueError: ragged lists.

    >>> as_value([1.5, 2]).dtype.name, as_value(["a"]).dtype.name
    ('float32', 'object')
    """
    if isinstance(x, Tensor):
        x = x._value
    elif isinstance(x, Variable):
        x = x._read()
    if not isinstance(x, jax.Array):
        if not isinstance(x, np.ndarray):
            x = _from_python(x)
        if x.dtype.kind in "OUST":
            x = x.astype(object)
            if dtype is not None and type_of(dtype) != "string":
                x = x.astype(np.dtype(str(type_of(dtype))))
            else:
                return x
        x = jax.numpy.asarray(x)
    # JAX has no types of 64 bits unless it is told.
    wanted = None if dtype is None else str(jax.dtypes.canonicalize_dtype(dtype_name(dtype)))
    return x if wanted in (None, str(x.dtype)) else x.astype(wanted)


def _from_python(x: Any) -> Any:
    parts = jax.tree.leaves(x, is_leaf=lambda leaf: isinstance(leaf, (Tensor, Variable)))
    if any(isinstance(part, (Tensor, Variable, jax.Array)) for part in parts):
        if not isinstance(x, (list, tuple)):
            return np.asarray(x)
        return jax.numpy.stack([as_value(part) for part in x])
    try:
        array = np.asarray(x.to_numpy() if hasattr(x, "to_numpy") else x)
    except ValueError:
        raise ValueError(
            "A tensor can't be made of a list whose rows have different lengths; pad them first."
        ) from None
    if array.dtype.kind == "O" and any(p is None for p in array.reshape(-1)):
        raise ValueError(f"A tensor can't be made of None, got {x!r:.60}.")
    if isinstance(x, np.generic) or hasattr(x, "to_numpy"):
        return array
    plain = {"f": np.float32, "i": np.int32}.get(array.dtype.kind)
    if plain is not None and not any(hasattr(p, "dtype") for p in parts):
        return array.astype(plain)
    return array


def _flatten(tensor: Tensor) -> tuple[tuple[Any], None]:
    return (tensor.plain(),), None


jax.tree_util.register_pytree_node(Tensor, _flatten, lambda _, inside: Tensor(inside[0]))
