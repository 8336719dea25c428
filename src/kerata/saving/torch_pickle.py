"""The pickles of PyTorch's checkpoints, read as data: an own stack, and nothing is called.

``pickletools`` of the standard library splits the bytes into operations; what each of them means
here is in this file. A name of a class or a function is only a word: a few words are known, any
other is refused.
"""

from __future__ import annotations

import math
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import ml_dtypes
import numpy as np

DTYPES: dict[str, np.dtype] = {
    name: np.dtype(kind)
    for name, kind in {
        "FloatStorage": "<f4",
        "DoubleStorage": "<f8",
        "HalfStorage": "<f2",
        "BFloat16Storage": ml_dtypes.bfloat16,
        "LongStorage": "<i8",
        "IntStorage": "<i4",
        "ShortStorage": "<i2",
        "CharStorage": "i1",
        "ByteStorage": "u1",
        "BoolStorage": "?",
    }.items()
}
_MOST_AXES = 32


@dataclass(frozen=True)
class Storage:
    """A row of numbers in the checkpoint.

    Arguments:
        key: its name there.
        dtype: of its numbers.
        count: how many they are.
    """

    key: str
    dtype: np.dtype
    count: int


@dataclass(frozen=True)
class Tensor:
    """A view of a storage.

    Arguments:
        storage: its numbers.
        offset: place of the first.
        shape: of the tensor.
        strides: numbers between neighbours, for each axis.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Word:
    """The name of something that pickle would import."""

    def __init__(self, name: str) -> None:
        self.name = name


_MARK = object()


def read_pickle(file: IO[bytes]) -> Any:
    """Read one pickle of dictionaries, lists, tuples, words, numbers, storages and tensors.

    Arguments:
        file: at the beginning of the pickle; at its end afterwards.

    Returns:
        The value, with ``Storage`` and ``Tensor`` in the places of PyTorch's.

    Raises:
        ValueError: anything else in it, or damage.

    >>> import io, pickle
    >>> read_pickle(io.BytesIO(pickle.dumps({"a": [1, (2.5, None)]}, 2)))
    {'a': [1, (2.5, None)]}
    >>> read_pickle(io.BytesIO(pickle.dumps(print, 2)))
    Traceback (most recent call last):
    ValueError: it names __builtin__.print, which is no tensor
    """
    machine = _Machine()
    try:
        for operation, argument, _ in pickletools.genops(file):
            step = _STEPS.get(operation.name)
            if step is None:
                raise ValueError(f"it has the operation {operation.name}, which is refused")
            step(machine, argument)
    except (IndexError, KeyError, TypeError, OverflowError, AttributeError) as error:
        raise ValueError(f"it is damaged ({type(error).__name__}: {error})") from None
    if len(machine.stack) != 1:
        raise ValueError(f"it is damaged: it ends with {len(machine.stack)} values, not one")
    return machine.stack[0]


class _Machine:
    """What a pickle works on: a stack, and values by number that come again."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.kept: dict[int, Any] = {}

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise ValueError("it is damaged: a mark in the place of a value")
        return value

    def since_mark(self) -> list[Any]:
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("it is damaged: a mark is missing")
        values = self.stack[place + 1 :]
        del self.stack[place:]
        return values

    def top(self, kind: type) -> Any:
        value = self.stack[-1]
        if not isinstance(value, kind):
            raise ValueError(f"it is damaged: {type(value).__name__} in the place of a container")
        return value

    def add_pairs(self, values: list[Any]) -> None:
        target = self.top(dict)
        for key, value in zip(values[::2], values[1::2], strict=True):
            if not isinstance(key, str | int):
                raise ValueError(f"a key is of the type {type(key).__name__}")
            target[key] = value

    def tuple_of(self, count: int) -> None:
        values = [self.pop() for _ in range(count)][::-1]
        self.push(tuple(values))

    def add_state(self, argument: Any) -> None:
        # What a dictionary of weights knows beside its entries: versions of layers.
        self.pop()
        self.top(dict)

    def call(self, argument: Any) -> None:
        values, word = self.pop(), self.pop()
        name = word.name if isinstance(word, _Word) else type(word).__name__
        if not isinstance(values, tuple) or name not in _MADE:
            raise ValueError(f"it calls {name}")
        self.push(_MADE[name](*values))

    def named(self, argument: Any) -> None:
        module, _, name = str(argument).partition(" ")
        self.word(f"{module}.{name}")

    def named_by_stack(self, argument: Any) -> None:
        name, module = self.pop(), self.pop()
        self.word(f"{module}.{name}")

    def word(self, name: str) -> None:
        if name not in _MADE and not (
            name.startswith("torch.") and name.removeprefix("torch.") in DTYPES
        ):
            raise ValueError(f"it names {name}, which is no tensor")
        self.push(_Word(name))

    def storage(self, argument: Any) -> None:
        kind, word, key, _, count, *view = self.pop()
        if kind != "storage" or not isinstance(word, _Word) or any(v is not None for v in view):
            raise ValueError("it has a storage of another kind")
        if not isinstance(key, str) or not _is_size(count):
            raise ValueError("it has a storage without a name or a size")
        self.push(Storage(key, DTYPES[word.name.removeprefix("torch.")], count))


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *others: Any) -> Tensor:
    """Give a tensor whose numbers all lie in its storage, each once.

    Raises:
        ValueError: they don't.
    """
    sizes = (*shape, *strides)
    if not isinstance(storage, Storage) or not all(map(_is_size, (offset, *sizes))):
        raise ValueError("it has a tensor without a storage or with sizes that are no numbers")
    if len(shape) != len(strides) or len(shape) > _MOST_AXES:
        raise ValueError("it has a tensor whose shape and strides don't fit together")
    if math.prod(shape):
        last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
        if last >= storage.count or math.prod(shape) > storage.count:
            raise ValueError(
                f"it has a tensor of shape {tuple(shape)} in a storage of {storage.count} numbers"
            )
    return Tensor(storage, offset, tuple(shape), tuple(strides))


def _parameter(tensor: Any, *others: Any) -> Tensor:
    if not isinstance(tensor, Tensor):
        raise ValueError("it has a parameter that is no tensor")
    return tensor


def _dictionary(*values: Any) -> dict[Any, Any]:
    if values:
        raise ValueError("it has a dictionary that is made from values")
    return {}


_MADE: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": _dictionary,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
}


def _keep(machine: _Machine, argument: Any) -> None:
    machine.kept[argument] = machine.stack[-1]


def _keep_next(machine: _Machine, argument: Any) -> None:
    machine.kept[len(machine.kept)] = machine.stack[-1]


def _extend(machine: _Machine, argument: Any) -> None:
    values = machine.since_mark()
    machine.top(list).extend(values)


def _append(machine: _Machine, argument: Any) -> None:
    value = machine.pop()
    machine.top(list).append(value)


def _set_item(machine: _Machine, argument: Any) -> None:
    value, key = machine.pop(), machine.pop()
    machine.add_pairs([key, value])


def _constant(value: Callable[[], Any]) -> Callable[[_Machine, Any], None]:
    return lambda machine, argument: machine.push(value())


def _argument(machine: _Machine, argument: Any) -> None:
    machine.push(argument)


def _nothing(machine: _Machine, argument: Any) -> None:
    pass


_NUMBERS = ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT")
_TEXTS = ("BINUNICODE", "SHORT_BINUNICODE")
_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), _nothing),
    **dict.fromkeys((*_NUMBERS, *_TEXTS), _argument),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _keep),
    **dict.fromkeys(
        ("BINGET", "LONG_BINGET"), lambda machine, number: machine.push(machine.kept[number])
    ),
    "MEMOIZE": _keep_next,
    "MARK": _constant(lambda: _MARK),
    "NONE": _constant(lambda: None),
    "NEWTRUE": _constant(lambda: True),
    "NEWFALSE": _constant(lambda: False),
    "EMPTY_DICT": _constant(dict),
    "EMPTY_LIST": _constant(list),
    "EMPTY_TUPLE": _constant(tuple),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.since_mark())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": _append,
    "APPENDS": _extend,
    "SETITEM": _set_item,
    "SETITEMS": lambda machine, _: machine.add_pairs(machine.since_mark()),
    "GLOBAL": _Machine.named,
    "STACK_GLOBAL": _Machine.named_by_stack,
    "REDUCE": _Machine.call,
    "BUILD": _Machine.add_state,
    "BINPERSID": _Machine.storage,
}
