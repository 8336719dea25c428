"""Operators of tensors: ``x + y``, ``x > 0``, ``x @ w``, ``x[:, 0]``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerata import ops
from kerata.base.eager import asked
from kerata.base.symbolic import is_symbolic
from kerata.base.variable import Variable
from kerata.compat.tensorflow.exporting import pair, value
from kerata.compat.tensorflow.tensor import Tensor

_BINARY: dict[str, Callable[..., Any]] = {
    "add": ops.add,
    "sub": ops.subtract,
    "mul": ops.multiply,
    "truediv": ops.true_divide,
    "floordiv": ops.floor_divide,
    "mod": ops.mod,
    "pow": ops.power,
    "matmul": ops.matmul,
    "and": ops.bitwise_and,
    "or": ops.bitwise_or,
    "xor": ops.bitwise_xor,
}
_COMPARING: dict[str, Callable[..., Any]] = {
    "eq": ops.equal,
    "ne": ops.not_equal,
    "lt": ops.less,
    "le": ops.less_equal,
    "gt": ops.greater,
    "ge": ops.greater_equal,
}
_ON_HOST = ("add", "sub", "mul", "floordiv", "mod", "eq", "ne", "lt", "le", "gt", "ge")
_OPERANDS = (bool, int, float, complex, str, bytes, list, tuple, np.ndarray, np.generic)


def _texts(x: Any) -> bool:
    if isinstance(x, (str, bytes)):
        return True
    return isinstance(x, np.ndarray) and x.dtype.kind == "O"


def _plain(x: Any) -> Any:
    return x._value if isinstance(x, Tensor) else x


def _binary(name: str, function: Callable[..., Any], swapped: bool = False) -> Callable[..., Any]:
    on_host = getattr(operator, name, None)

    @asked
    def noted(x: Any, y: Any) -> Any:
        return function(*pair(x, y))

    def apply(self: Tensor, other: Any) -> Any:
        kinds = (Tensor, Variable, jax.Array, *_OPERANDS)
        if other is None or not (isinstance(other, kinds) or is_symbolic(other)):
            return other is not self if name == "ne" else NotImplemented
        x, y = (other, self) if swapped else (self, other)
        first, second = _plain(x), _plain(y)
        # Sizes are known in compiled functions, and stay so.
        if name in _ON_HOST and on_host is not None:
            whole = [v for v in (first, second) if isinstance(v, np.ndarray)]
            if whole and all(
                isinstance(v, int) or (isinstance(v, np.ndarray) and v.dtype.kind == "i")
                for v in (first, second)
            ):
                kind = whole[0].dtype
                made = on_host(np.asarray(first, kind), np.asarray(second, kind))
                return Tensor(np.asarray(made))
            if _texts(first) or _texts(second):
                return Tensor(np.asarray(on_host(_as_texts(first), _as_texts(second))))
        return noted(x, y)

    return apply


def _as_texts(x: Any) -> np.ndarray:
    array = np.asarray(x, object)
    flat = [t.decode() if isinstance(t, bytes) else t for t in array.reshape(-1)]
    made = np.empty(len(flat), object)
    made[:] = flat
    return made.reshape(array.shape)


@asked
def _item(x: Any, index: Any) -> Any:
    x = value(x)
    index = tuple(map(_index, index)) if isinstance(index, tuple) else _index(index)
    return _host_item(x, index) if isinstance(x, np.ndarray) else x[index]


def _index(part: Any) -> Any:
    if isinstance(part, slice):
        return slice(
            *(None if p is None else _place(p) for p in (part.start, part.stop, part.step))
        )
    if isinstance(part, np.ndarray) and part.dtype.kind in "iu" and part.ndim == 0:
        return int(part)
    return part


def _place(x: Any) -> int:
    return operator.index(x) if not hasattr(x, "dtype") else int(x)


def _get_item(self: Tensor, index: Any) -> Any:
    if isinstance(self._value, np.ndarray):
        # Sizes and texts.
        known = _on_host(index)
        if known is not None:
            return Tensor(_host_item(self._value, known[0]))
    made = _item(self, index)
    return Tensor(made) if isinstance(made, np.ndarray) else made


def _on_host(index: Any) -> tuple[Any] | None:
    """Give an index with plain numbers in it, or None where it is not known."""
    parts = index if isinstance(index, tuple) else (index,)
    plain = [_plain(part) for part in parts]
    if any(isinstance(part, (jax.Array, Variable)) for part in plain):
        return None
    made = tuple(map(_index, plain))
    return (made if isinstance(index, tuple) else made[0],)


def _host_item(array: np.ndarray, index: Any) -> np.ndarray:
    made = array[index]
    if isinstance(made, np.ndarray):
        return made
    single = np.empty((), array.dtype)
    single[()] = made
    return single


def _unary(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self: function(self)


def attach() -> None:
    """Give ``Tensor`` its operators."""
    for name, function in _BINARY.items():
        setattr(Tensor, f"__{name}__", _binary(name, function))
        setattr(Tensor, f"__r{name}__", _binary(name, function, swapped=True))
    for name, function in _COMPARING.items():
        setattr(Tensor, f"__{name}__", _binary(name, function))
    setattr(Tensor, "__neg__", _unary(ops.negative))  # noqa: B010 # beside its like
    setattr(Tensor, "__abs__", _unary(ops.absolute))  # noqa: B010 # as above
    setattr(Tensor, "__invert__", _unary(ops.logical_not))  # noqa: B010 # as above
    setattr(Tensor, "__getitem__", _get_item)  # noqa: B010 # as above


attach()
