"""Which networks one compiled program can train: alike but for numbers that can be traced."""

from __future__ import annotations

import contextlib
import functools
import math
import types
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np

from kerata.base.variable import Variable
from kerata.initializers import Initializer

# What says nothing about the program: names, caches, and what only made the first weights.
_IGNORED = frozenset(
    {
        *("name", "names", "path", "owner", "history", "stop_training", "input_spec"),
        *("_init_args", "_added_losses", "_build_shapes", "_first_shape", "_compiled"),
        *("_specs", "_programs", "_predictor", "_objective", "_start", "_indices", "_history"),
        *("_fn_names", "seed", "seed_generator"),
    }
)
_PLAIN = (type(None), bool, int, str, bytes, complex, type(Ellipsis), np.dtype, np.generic)


class Structure:
    """Everything about a network that its compiled program depends on.

    Arguments:
        roots: objects to look through: model, optimizer, objective.

    Attributes:
        signature: hashable; networks with the same one differ at most in their numbers.
        numbers: the Python floats found, such as rates and strengths, in a fixed order.
        kept: objects that the signature names by their identity; to be held as long as it.

    Floats that are 0 or not finite count as structure, since layers leave out what is
    switched off.
    """

    def __init__(self, *roots: Any) -> None:
        self._tokens: list[Any] = []
        self._places: list[tuple[Any, Any]] = []
        self.numbers: list[float] = []
        self.kept: list[Any] = []
        # What was met is kept, so that no id is used twice.
        self._met: dict[int, tuple[int, Any]] = {}
        # Explicit, since a deep network would be too deep for Python's own stack.
        self._todo: list[tuple[Any, Any, Any]] = [(root, None, None) for root in roots[::-1]]
        while self._todo:
            self._visit(*self._todo.pop())
        self.signature = tuple(self._tokens)

    @contextlib.contextmanager
    def replaced(self, which: Sequence[int], values: Sequence[Any]) -> Iterator[None]:
        """Put other values, traced ones too, in the places of some numbers for a while."""
        for i, value in zip(which, values, strict=True):
            _put(*self._places[i], value)
        try:
            yield
        finally:
            for i in which:
                _put(*self._places[i], self.numbers[i])

    def _visit(self, value: Any, owner: Any, key: Any) -> None:
        if isinstance(value, float):
            self._number(value, owner, key)
        elif isinstance(value, _PLAIN):
            self._tokens.append((type(value), value))
        elif id(value) in self._met:
            self._tokens.append(("again", self._met[id(value)][0]))
        else:
            self._met[id(value)] = (len(self._met), value)
            self._open(value)

    def _number(self, value: float, owner: Any, key: Any) -> None:
        if owner is None or value == 0 or not math.isfinite(value):
            self._tokens.append(("float", value))
        else:
            self._tokens.append(("number", value > 0))
            self._places.append((owner, key))
            self.numbers.append(value)

    def _open(self, value: Any) -> None:
        if isinstance(value, Variable):
            self._tokens.append((value.shape, value.dtype, value.trainable, value.autocast))
            self._attributes(
                value, {"regularizer": value.regularizer, "constraint": value.constraint}
            )
        elif isinstance(value, Initializer):
            self._tokens.append("initializer")
        elif isinstance(value, dict):
            self._tokens.append((dict, len(value), *map(_key, value)))
            self._push((v, value, k) for k, v in value.items())
        elif isinstance(value, (list, tuple)):
            self._tokens.append((type(value), len(value)))
            holder = value if isinstance(value, list) else None
            self._push((v, holder, i) for i, v in enumerate(value))
        elif isinstance(value, (np.ndarray, jax.Array)):
            array = np.asarray(value)
            self._tokens.append((array.shape, str(array.dtype), hash(array.tobytes())))
        elif isinstance(value, (types.FunctionType, types.MethodType, functools.partial)):
            self._function(value)
        elif isinstance(value, (set, frozenset)) and all(isinstance(v, str) for v in value):
            self._tokens.append(tuple(sorted(value)))
        elif hasattr(value, "__dict__") and not isinstance(value, (type, types.ModuleType)):
            self._tokens.append(type(value))
            self.kept.append(type(value))
            self._attributes(value, vars(value))
        else:
            # Nothing is known about it, so only the very same object counts as alike.
            self._tokens.append(("object", id(value)))
            self.kept.append(value)

    def _function(self, value: Any) -> None:
        if isinstance(value, types.MethodType):
            self._tokens.append("method")
            self._push([(value.__func__, None, None), (value.__self__, None, None)])
        elif isinstance(value, functools.partial):
            self._tokens.append("partial")
            keywords = tuple(value.keywords.items())
            self._push((part, None, None) for part in (value.func, value.args, keywords))
        else:
            cells = tuple(c.cell_contents for c in value.__closure__ or ())
            self._tokens.append((value.__code__, id(value.__globals__)))
            self.kept.append(value)
            parts = (cells, value.__defaults__, tuple((value.__kwdefaults__ or {}).items()))
            self._push((part, None, None) for part in parts)

    def _attributes(self, owner: Any, found: dict[str, Any]) -> None:
        kept = {k: v for k, v in found.items() if k not in _IGNORED}
        self._tokens.append(tuple(kept))
        self._push((v, owner, k) for k, v in kept.items())

    def _push(self, items: Any) -> None:
        self._todo += list(items)[::-1]


def _put(owner: Any, key: Any, value: Any) -> None:
    if isinstance(owner, (dict, list)):
        owner[key] = value
    else:
        # Past __setattr__: layers and models track what is assigned to them.
        object.__setattr__(owner, key, value)


def _key(key: Any) -> Any:
    return key if isinstance(key, (str, int, bool, type(None))) else id(key)
