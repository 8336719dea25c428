"""The box in which a layer, metric or optimizer keeps an array."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.device_arrays import device_array
from kerata.base.dtypes import dtype_name
from kerata.base.eager import asked, asked_apart, asked_front
from kerata.base.forking import check_process
from kerata.base.messages import printable
from kerata.base.naming import auto_name, current_path
from kerata.base.registry import namespace_of
from kerata.base.scope import autocast_dtype, current_scope


class _Limit(threading.local):
    """How many numbers new variables may still hold, or None."""

    left: int | None = None


_limit = _Limit()


@contextlib.contextmanager
def limited_size(numbers: int) -> Iterator[None]:
    """Refuse variables that hold more numbers together: a hostile file can name any shape.

    >>> with limited_size(10):
    ...     Variable(np.zeros, shape=(20,), name="big")
    Traceback (most recent call last):
    ValueError: Variable 'big' of shape (20,) is larger than all the data there are for it.
    """
    before, _limit.left = _limit.left, numbers
    try:
        yield
    finally:
        _limit.left = before


class Variable:
    """A named array that can be changed in place.

    Arguments:
        initializer: the first value (array, number, nested list), or a function
            ``(shape, dtype) -> array`` or an initializer's name, which then need ``shape``.
        shape: shape of the array; only with a function as initializer.
        dtype: type of the array; by default the initializer's own, float32 for Python floats.
        trainable: whether ``fit`` may change it.
        name: short name, such as ``'kernel'``.

    Attributes:
        path: name with the names of the open scopes in front, ``'seq/dense/kernel'``.
        regularizer, constraint: applied by training, or None.
        belongs_to: the weight for which an optimizer keeps this, or None.

    Raises:
        ValueError: a function without a shape; a value of another shape assigned.

    Example:

    >>> v = Variable([1.0, 2.0], name="v")
    >>> v.assign_add([1.0, 1.0])
    Array([2., 3.], dtype=float32)
    >>> (v == 3).tolist()
    [False, True]
    """

    def __init__(
        self,
        initializer: Any,
        shape: tuple[int, ...] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
    ) -> None:
        self.name = auto_name("variable") if name is None else name
        if "/" in self.name:
            raise ValueError(f"A variable's name can't contain '/', got {self.name!r}.")
        self.path = "/".join([*current_path(), self.name])
        self.trainable = trainable
        self.autocast = autocast
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.regularizer: Callable[[Any], Any] | None = None
        self.constraint: Callable[[Any], Any] | None = None
        self.belongs_to: Variable | None = None
        self._overwrite_with_gradient = False
        # Initial values are concrete even when a layer is built while its caller is traced.
        with jax.ensure_compile_time_eval():
            if isinstance(initializer, str):
                initializer = namespace_of("keras.initializers").get(initializer)
            if callable(initializer):
                if shape is None:
                    raise ValueError(
                        f"Variable {self.name!r} is given an initializer function, "
                        "so it needs shape=(...)."
                    )
                self._check_size(shape)
                value = initializer(tuple(shape), dtype=dtype_name(dtype))
            else:
                value = initializer.value if isinstance(initializer, Variable) else initializer
                if dtype is None and not hasattr(value, "dtype"):
                    dtype = _python_dtype(value)
            self._value = _array(value, None if dtype is None else dtype_name(dtype))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _accept_in_programs(cls)

    def _check_size(self, shape: tuple[int, ...]) -> None:
        if _limit.left is not None:
            _limit.left -= math.prod(shape)
            if _limit.left < 0:
                raise ValueError(
                    f"Variable {self.name!r} of shape {tuple(shape)} is larger than all the data "
                    "there are for it."
                )

    @property
    def value(self) -> jax.Array:
        """The array; inside a scope, the scope's value; in mixed precision in the short type."""
        front = asked_front()
        return self._own_value() if front is None else front.read(self)

    def _own_value(self) -> jax.Array:
        value = self._read()
        short = self._short_type(value)
        return value if short is None else value.astype(short)

    def _short_type(self, value: jax.Array) -> str | None:
        """Give the type in which mixed precision reads the array, or None for its own."""
        floating = self.autocast and jnp.issubdtype(value.dtype, jnp.floating)
        return autocast_dtype() if floating else None

    def _read(self) -> jax.Array:
        scope = current_scope()
        return self._value if scope is None else scope.read(self)

    @property
    def overwrite_with_gradient(self) -> bool:
        """Whether an optimizer takes the gradient as the new value, as scales of 8 bits want it.

        Raises:
            TypeError: set to something that is not a boolean.
        """
        return self._overwrite_with_gradient

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(f"overwrite_with_gradient must be True or False, got {value!r}.")
        self._overwrite_with_gradient = value

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return tuple(self._value.shape)

    @property
    def dtype(self) -> str:
        """Short name of the type in which the array is read, such as ``'float32'``."""
        return self._short_type(self._value) or str(self._value.dtype.name)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return int(self._value.ndim)

    @asked_apart
    def assign(self, value: Any) -> jax.Array:
        """Replace the array by one of the same shape; it is cast to the variable's type.

        Returns:
            The new array.

        Raises:
            ValueError: if the shape is another one.
        """
        value = value.value if isinstance(value, Variable) else value
        value = _array(value, self._value.dtype)
        if value.shape != self._value.shape:
            raise ValueError(
                f"Variable {self.path!r} has shape {self.shape}; "
                f"it can't be assigned a value of shape {tuple(value.shape)}."
            )
        scope = current_scope()
        if scope is None:
            self._value = value
        else:
            scope.write(self, value)
        return value

    @asked_apart
    def assign_add(self, value: Any) -> jax.Array:
        """Add to the array; gives the new one."""
        return self.assign(self._read() + _unbox(value))

    @asked_apart
    def assign_sub(self, value: Any) -> jax.Array:
        """Subtract from the array; gives the new one."""
        return self.assign(self._read() - _unbox(value))

    def numpy(self) -> np.ndarray:
        """Give a NumPy copy of the array."""
        return np.array(self._own_value())

    def __jax_array__(self) -> jax.Array:
        # While a tape is open this is a tensor, which refuses to become an array in silence.
        value = self.value
        return value if isinstance(value, jax.Array) else value.__jax_array__()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._own_value(), dtype=dtype)

    @asked
    def __getitem__(self, index: Any) -> jax.Array:
        return self.value[index]

    def __len__(self) -> int:
        return len(self._value)

    # Operators compare values, but tables and sets hold the boxes themselves.
    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[jax.Array]:
        return iter(self.value)

    def __bool__(self) -> bool:
        raise TypeError(
            f"Variable {self.path!r} can't decide an `if`, as in Keras: compare its number, "
            "float(variable) != 0, or use ops.where in a layer."
        )

    @asked
    def __round__(self, digits: int | None = None) -> jax.Array:
        return jnp.round(self.value, digits or 0)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec) if self.ndim == 0 else repr(self)

    def __repr__(self) -> str:
        return printable(f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>")

    def __getattr__(self, name: str) -> Any:
        # Array methods and attributes: v.sum(), v.T, v.astype(...).
        if name.startswith("_"):
            raise AttributeError(f"Variable has no attribute {name!r}")
        return getattr(self.value, name)


def _array(value: Any, dtype: Any) -> jax.Array:
    """Make an array of a firm type: a loop's carried values must not change theirs."""
    check_process()
    if isinstance(value, (np.ndarray, np.generic, float, int)):
        return device_array(np.asarray(value), dtype)
    return jnp.asarray(value, dtype=jnp.asarray(value).dtype if dtype is None else dtype)


def _accept_in_programs(cls: type[Variable]) -> None:
    """Let ``jax.jit`` and ``jax.grad`` take variables as arguments, for their present values.

    JAX once asked such objects for their array; since it does not, it keeps a table of the types
    that it takes, which has no public name. A pytree would be one, but then ``jax.tree.map``
    gave a user's function the arrays and not the variables.
    """
    with contextlib.suppress(ImportError, AttributeError):
        from jax._src import core, dtypes

        core.pytype_aval_mappings[cls] = lambda variable: jax.typeof(variable.__jax_array__())
        dtypes.canonicalize_value_handlers[cls] = lambda variable: variable.__jax_array__()


_accept_in_programs(Variable)


def unboxed(x: Any) -> Any:
    """Give a variable's array, or what is no variable as it is."""
    return x.value if isinstance(x, Variable) else x


def _unbox(x: Any) -> Any:
    if isinstance(x, Variable):
        return x.value
    # Plain numbers stay plain, so that they don't change the array's type.
    return jnp.asarray(x) if isinstance(x, (list, tuple)) else x


def _is_operand(x: Any) -> bool:
    plain = (bool, int, float, complex, list, tuple, np.ndarray, np.generic)
    return isinstance(x, (Variable, jax.Array, *plain))


def _python_dtype(value: Any) -> str | None:
    kind = np.asarray(value).dtype.kind
    return {"f": dtype_name(None), "i": "int32", "u": "int32", "b": "bool"}.get(kind)


def _attach_arithmetic() -> None:
    binary = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"]
    compare = ["eq", "ne", "lt", "le", "gt", "ge"]

    def forward(op: str) -> Callable[[Any, Any], Any]:
        def apply(self: Variable, other: Any) -> Any:
            return getattr(self.value, f"__{op}__")(_unbox(other))

        return asked(apply)

    for op in [*binary, *(f"r{b}" for b in binary), *compare]:
        setattr(Variable, f"__{op}__", forward(op))
    logic = {"and": jnp.logical_and, "or": jnp.logical_or, "xor": jnp.logical_xor}

    def logical(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        # Python then asks the other side, such as a symbolic tensor.
        return asked(
            lambda self, other: (
                function(self.value, _unbox(other)) if _is_operand(other) else NotImplemented
            )
        )

    for op, function in logic.items():
        setattr(Variable, f"__{op}__", logical(function))
        setattr(Variable, f"__r{op}__", logical(function))
    for op in ("neg", "pos", "abs", "invert"):
        apply = (lambda o: lambda self: getattr(self.value, f"__{o}__")())(op)
        setattr(Variable, f"__{op}__", asked(apply))


_attach_arithmetic()
