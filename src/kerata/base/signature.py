"""Signatures: whether two models may share a compiled program or a journal's score.

A signature describes whatever the given objects' doing depends on but the values of variables:
attributes, however they were set; functions by code, closure, defaults, partial arguments
and the globals that they read. What can't be looked into is described by its identity,
so that only the very same object counts as alike.
"""

from __future__ import annotations

import contextlib
import copyreg
import enum
import functools
import hashlib
import operator
import re
import secrets
import types
import weakref
from collections.abc import Iterable
from typing import Any, ClassVar

import jax
import numpy as np

from kerata.base.code_reading import Reading, global_of, globals_read, imported, imports, reading_of
from kerata.base.configurable import Configurable
from kerata.base.declarations import declared, makes_first_values
from kerata.base.dtypes import dtype_policy, epsilon, floatx, image_data_format
from kerata.base.fingerprint import content_digest
from kerata.base.naming import is_automatic
from kerata.base.origin import (
    installed_name,
    is_installed_file,
    is_installed_module,
    is_own_class,
    is_own_function,
    version_of,
)
from kerata.base.variable import Variable

_PLAIN = (type(None), bool, int, str, bytes, complex, type(Ellipsis), np.dtype, range)
_FUNCTIONS = (types.FunctionType, types.MethodType, functools.partial)
# What a class's dictionary holds that says nothing about what the class does.
_OF_CLASSES = frozenset(
    {
        *("__module__", "__dict__", "__weakref__", "__doc__", "__firstlineno__", "__qualname__"),
        *("__static_attributes__", "__annotations__", "__annotate__", "__annotate_func__"),
        *("__abstractmethods__", "_abc_impl", "__parameters__", "__orig_bases__"),
    }
)


class Signature:
    """What the doing of some objects depends on, as something that can be compared.

    Arguments:
        roots: objects to look through: model, optimizer, objective, builder.
        lasting: describe for other processes too: classes by what they define, installed ones
            by name and version. Otherwise classes are described by identity.

    Attributes:
        tokens: hashable; equal for objects that do the same.
        kept: objects that the tokens name by their identity; to be held as long as those.
        foreign: objects of the user's own making: functions, instances of his classes.
        unknown: what can't be looked into; with ``lasting`` it is never like anything else.
    """

    # Whether another version of an installed package is another thing.
    with_versions: ClassVar[bool] = True

    def __init__(self, *roots: Any, lasting: bool = False) -> None:
        self.lasting = lasting
        self.kept: list[Any] = []
        self.foreign: list[Any] = []
        self.unknown: list[Any] = []
        self._in_doubt = False
        self._tokens: list[Any] = []
        # What was met is kept, so that no id is used twice.
        self._met: dict[Any, tuple[int, Any]] = {}
        # What the tokens were read from, as far as a look at it tells whether it has changed.
        self._seen: list[tuple[Any, frozenset[str], Any, Any]] = []
        # Explicit, since a deep network would be too deep for Python's own stack.
        self._todo: list[tuple[Any, Any, Any]] = [(root, None, None) for root in roots[::-1]]
        while self._todo:
            self._visit(*self._todo.pop())
        self.tokens = (_settings(), tuple(self._tokens))

    @property
    def digest(self) -> str:
        """The tokens in a few letters."""
        return hashlib.blake2b(repr(self.tokens).encode(), digest_size=12).hexdigest()

    def still_holds(self) -> bool:
        """Say whether the objects surely are as they were: a quick look, which may be in doubt.

        What the user wrote, and arrays that can be written into, are always in doubt.
        """
        return (
            not (self.foreign or self._in_doubt or self.unknown)
            and self.tokens[0] == _settings()
            and all(_unchanged(*seen) for seen in self._seen)
        )

    def has_met(self, value: Any) -> bool:
        """Say whether the objects lead to a value."""
        return id(value) in self._met

    # What may be met ---------------------------------------------------------------------

    def _visit(self, value: Any, owner: Any, key: Any) -> None:
        if isinstance(value, float):
            self._number(value, owner, key)
        elif isinstance(value, _PLAIN) and not isinstance(value, enum.Enum):
            self._tokens.append((type(value).__name__, value))
        elif isinstance(value, tuple):
            # Whether equal tuples are one object is the interpreter's affair.
            self._sequence(value)
        else:
            place = (id(value.module), value.names) if isinstance(value, Reading) else id(value)
            if place in self._met:
                self._tokens.append(("again", self._met[place][0]))
            else:
                self._met[place] = (len(self._met), value)
                self._open(value)

    def _number(self, value: float, owner: Any, key: Any) -> None:
        self._tokens.append((type(value).__name__, float(value).hex()))

    def _open(self, value: Any) -> None:
        if isinstance(value, Variable):
            self._variable(value)
        elif not self.lasting and makes_first_values(value):
            self._tokens.append("initializer")
        elif isinstance(value, dict):
            if type(value) is not dict:
                self._class(type(value))
            self._tokens.append(("dict", len(value)))
            self._see(value)
            self._push((v, value, k) for k, v in value.items())
            self._push((part, None, None) for part in value)
        elif isinstance(value, list):
            self._sequence(value)
        elif isinstance(value, (set, frozenset)):
            self._in_doubt |= isinstance(value, set)
            parts = [self._apart(v) for v in value]
            self._tokens.append((type(value).__name__, *sorted(parts)))
        elif isinstance(value, jax.core.Tracer):
            self._tokens.append("traced")
        elif isinstance(value, (np.ndarray, np.generic, jax.Array)):
            self._array(value)
        elif isinstance(value, _FUNCTIONS):
            self._function(value)
        elif isinstance(value, re.Pattern):
            self._tokens.append(("pattern", value.pattern, value.flags))
        elif isinstance(value, types.CodeType):
            self._code(value)
        elif isinstance(value, Reading):
            self._module(value)
        elif isinstance(value, types.ModuleType):
            self._tokens.append(self._named_module(value))
        elif isinstance(value, type):
            self._class(value)
        else:
            self._object(value)

    def _see(self, container: Any, ignored: frozenset[str] = frozenset()) -> None:
        if not self.lasting:
            self._seen.append((container, ignored, *_look(container, ignored)))

    def _variable(self, value: Variable) -> None:
        # Optimizers name theirs after the weights.
        named = value.belongs_to is None and not is_automatic(value.name, "variable")
        self._tokens.append(
            ("variable", tuple(value.shape), str(value.dtype), value.trainable, value.autocast)
            + ((value.name,) if named else ())
        )
        if self.lasting:
            self._array(value._value)
        self._see(value)
        self._attributes(value, {"regularizer": value.regularizer, "constraint": value.constraint})

    def _sequence(self, value: Any) -> None:
        if type(value) not in (list, tuple):
            self._class(type(value))
        self._tokens.append((type(value).__name__, len(value)))
        holder = None
        if isinstance(value, list):
            self._see(value)
            holder = value
        self._push((v, holder, i) for i, v in enumerate(value))

    def _array(self, value: Any) -> None:
        self._in_doubt |= isinstance(value, np.ndarray)
        if value.dtype == object:
            self._tokens.append(("objects", value.shape))
            self._push((v, None, None) for v in value.ravel().tolist())
        else:
            self._tokens.append(
                (type(value).__name__, value.shape, str(value.dtype), content_digest(value))
            )

    def _object(self, value: Any) -> None:
        cls = type(value)
        name = installed_name(value)
        if name is not None:
            self._tokens.append(("installed", self._versioned(name)))
        elif isinstance(value, (property, staticmethod, classmethod, functools.cached_property)):
            self._tokens.append(cls.__name__)
            parts = ("fget", "fset", "fdel", "__func__", "func")
            self._push((getattr(value, p), None, None) for p in parts if hasattr(value, p))
        elif isinstance(value, types.MemberDescriptorType | types.GetSetDescriptorType):
            self._tokens.append(("slot", value.__name__))
        elif isinstance(value, types.CellType):
            self._tokens.append("cell")
            self._push((c, None, None) for c in _contents(value))
        elif not hasattr(value, "__dict__") or (self.lasting and _has_state_of_its_own(value)):
            self._reduced(value)
        else:
            if not is_own_class(cls):
                self.foreign.append(value)
            self._class(cls)
            self._attributes(value, vars(value))

    def _reduced(self, value: Any) -> None:
        """Describe an object as its author says that it is kept in files."""
        parts: Any = None
        if self.lasting:
            registered = copyreg.dispatch_table.get(type(value))
            # Whatever the author's code raises: it can't be kept.
            with contextlib.suppress(Exception):
                parts = registered(value) if registered else value.__reduce_ex__(4)
        if isinstance(parts, str):
            self._tokens.append(("named", type(value).__qualname__, parts))
        elif not isinstance(parts, tuple):
            self._unknown(value)
        else:
            self._tokens.append("reduced")
            items = [list(part) if part is not None else None for part in parts[3:5]]
            self._push((part, None, None) for part in (*parts[:3], *items))

    def _unknown(self, value: Any) -> None:
        # Nothing is known about it, so only the very same object counts as alike.
        self.unknown.append(value)
        self.kept.append(value)
        self._tokens.append(("object", secrets.token_hex(8) if self.lasting else id(value)))

    # Functions and classes ---------------------------------------------------------------

    def _function(self, value: Any) -> None:
        if isinstance(value, types.MethodType):
            self._tokens.append("method")
            self._push([(value.__func__, None, None), (value.__self__, None, None)])
            return
        if isinstance(value, functools.partial):
            self._tokens.append("partial")
            keywords = tuple(value.keywords.items())
            self._push((part, None, None) for part in (value.func, value.args, keywords))
            return
        name = installed_name(value)
        if name is not None:
            self._tokens.append(("installed", self._versioned(name)))
            if not is_own_function(value):
                self.foreign.append(value)
            return
        self._tokens.append("function")
        cells = tuple(_contents(c) for c in value.__closure__ or ())
        defaults = tuple((value.__kwdefaults__ or {}).items())
        parts = [value.__code__, cells, value.__defaults__, defaults, vars(value)]
        if not is_installed_file(value.__code__.co_filename):
            self.foreign.append(value)
            parts += [global_of(value, name) for name in globals_read(value.__code__)]
            parts += [imported(value, *names) for names in imports(value.__code__)]
        self._push((part, None, None) for part in parts)

    def _code(self, code: types.CodeType) -> None:
        self._tokens.append(
            (code.co_code, code.co_exceptiontable, code.co_flags, code.co_names, code.co_varnames)
            + (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
            + (code.co_freevars, code.co_cellvars)
        )
        self._push((c, None, None) for c in code.co_consts)

    def _class(self, cls: type) -> None:
        known = _installed_class(cls)
        if not self.lasting:
            self.kept.append(cls)
            self._tokens.append(("class", id(cls)))
        else:
            self._tokens.append(("class", self._versioned(known or cls.__qualname__)))
        if known is None and (id(cls), "content") not in self._met:
            self._met[(id(cls), "content")] = (len(self._met), cls)
            found = {k: v for k, v in vars(cls).items() if k not in _OF_CLASSES}
            self._tokens.append(tuple(found))
            self._push((part, None, None) for part in (cls.__bases__, *found.values()))

    def _module(self, reading: Reading) -> None:
        module = reading.module
        self._tokens.append(self._named_module(module))
        if not is_installed_module(module):
            found = [name for name in reading.names if name in vars(module)]
            self._tokens.append(tuple(found))
            self._push(
                (reading_of(vars(module)[name], reading.names), None, None) for name in found
            )

    def _named_module(self, module: types.ModuleType) -> tuple[str, ...]:
        version = (version_of(module),) if self.with_versions else ()
        return ("module", module.__name__, *version)

    def _versioned(self, name: str) -> str:
        return name if self.with_versions else name.partition(" ")[0]

    # The rest ------------------------------------------------------------------------------

    def _attributes(self, owner: Any, found: dict[str, Any]) -> None:
        ignored = declared(type(owner), "_not_in_signature")
        if not self.lasting:
            ignored |= declared(type(owner), "_not_in_program")
        kept = {k: v for k, v in found.items() if k not in ignored}
        if isinstance(owner, Configurable) and "name" in kept:
            cls = type(owner).__name__
            if isinstance(kept["name"], str) and is_automatic(kept["name"], cls):
                del kept["name"]
        self._tokens.append(tuple(kept))
        if not isinstance(owner, Variable):
            self._see(found, ignored)
        self._push((v, owner, k) for k, v in kept.items())

    def _apart(self, value: Any) -> str:
        other = Signature(value, lasting=self.lasting)
        self.kept += other.kept
        self.foreign += other.foreign
        self.unknown += other.unknown
        return repr(other.tokens[1])

    def _push(self, items: Iterable[tuple[Any, Any, Any]]) -> None:
        self._todo += list(items)[::-1]


def _look(container: Any, ignored: frozenset[str]) -> tuple[Any, Any]:
    if isinstance(container, list):
        return (), tuple(container)
    if isinstance(container, Variable):
        of_training = container.regularizer, container.constraint, container.trainable
        return (), (*of_training, container.name, container.autocast)
    if ignored.isdisjoint(container):
        return tuple(container), tuple(container.values())
    kept = {k: v for k, v in container.items() if k not in ignored}
    return tuple(kept), tuple(kept.values())


def _unchanged(container: Any, ignored: frozenset[str], keys: Any, values: Any) -> bool:
    keys_now, now = _look(container, ignored)
    same = len(values) == len(now) and all(map(operator.is_, values, now))
    return same and bool(keys == keys_now)


def _settings() -> tuple[Any, ...]:
    return floatx(), epsilon(), image_data_format(), dtype_policy().name


def _contents(cell: types.CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # not filled yet
        return ()


def _has_state_of_its_own(value: Any) -> bool:
    if isinstance(value, Configurable):
        return False
    cls = type(value)
    return any(
        getattr(cls, name, None) is not getattr(object, name, None)
        for name in ("__reduce__", "__reduce_ex__", "__getstate__")
    )


_installed: weakref.WeakKeyDictionary[type, str | None] = weakref.WeakKeyDictionary()


def _installed_class(cls: type) -> str | None:
    if cls not in _installed:
        _installed[cls] = installed_name(cls)
    return _installed[cls]
