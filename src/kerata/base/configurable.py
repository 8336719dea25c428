"""Objects that know how they were made: ``get_config`` and ``from_config`` for everything."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from kerata.base.origin import is_own_class
from kerata.base.registry import deserialize, serialize
from kerata.base.signatures import refuse_by_class

# What every object has beside its arguments, or had as arguments in older versions of Keras.
_NOT_ARGUMENTS = ("name", "trainable", "dtype", "weights")


class Configurable:
    """Base of every object that can be written as a config and rebuilt from it.

    A class of this library stores each constructor argument under the argument's own
    name; ``get_config`` then needs no code of its own. For a user's class, which may
    store anything, the arguments it was called with are used instead.
    """

    _init_args: tuple[tuple[Any, ...], dict[str, Any]]

    # What no program depends on; see base/signature.py.
    _not_in_signature: ClassVar[tuple[str, ...]] = ("_init_args",)
    # What counts for results but for no compiled program.
    _not_in_program: ClassVar[tuple[str, ...]] = ()
    # Numbers that are only ever used as values, so that they may be traced ones.
    _traced: ClassVar[tuple[str, ...]] = ()

    # Whether objects of the class are used when weights are made, and never again.
    _makes_first_values: ClassVar[bool] = False

    # Constructor arguments that Keras's config of the class lacks.
    _not_in_config: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let constructors of this library refuse what they don't take in one sentence."""
        super().__init_subclass__(**kwargs)
        refuse_by_class(cls)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Remember the arguments of the call.

        Raises:
            TypeError: arguments for a class that has no constructor to take them.
        """
        if (args or kwargs) and vars(object)["__init__"] is cls.__init__:
            given = ", ".join([*map(repr, args), *kwargs])
            raise TypeError(f"{cls.__name__} takes no arguments, got {given}.")
        self = super().__new__(cls)
        # object.__setattr__: subclasses may track attributes before they are initialised.
        object.__setattr__(self, "_init_args", (args, kwargs))
        return self

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this object, as plain values."""
        arguments = constructor_arguments(self)
        if is_own_class(type(self)):
            return {name: serialize(value) for name, value in arguments.items()}
        return {name: _kept(self, name, value) for name, value in arguments.items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build an object from what ``get_config`` gave."""
        return cls(**restored(cls, config))


def is_automatic(cls: type) -> bool:
    """Say whether a user's class leaves it to this library to write its config."""
    maker = next(c for c in cls.__mro__ if "get_config" in vars(c))
    return not is_own_class(cls) and is_own_class(maker)


def restored(cls: type, config: dict[str, Any]) -> dict[str, Any]:
    """Make the arguments of a user's class again, of which ``get_config`` wrote plain values."""
    if not is_automatic(cls):
        return config
    return {name: deserialize(value) for name, value in config.items()}


def constructor_arguments(obj: Configurable) -> dict[str, Any]:
    """Give the named constructor arguments of an object with their present values."""
    parameters = list(inspect.signature(type(obj).__init__).parameters.values())[1:]
    args, kwargs = obj._init_args
    given = dict(kwargs)
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    given.update({p.name: a for p, a in zip(positional, args, strict=False)})
    own = is_own_class(type(obj))
    names = {p.name for p in parameters}
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters)
    out: dict[str, Any] = {}
    for p in parameters:
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or p.name in obj._not_in_config:
            continue
        if own and hasattr(obj, p.name):
            out[p.name] = getattr(obj, p.name)
        elif p.name in given:
            out[p.name] = given[p.name]
        elif p.default is not p.empty:
            out[p.name] = p.default
    if open_ended and not own:
        unnamed = {k: v for k, v in kwargs.items() if k not in names | set(_NOT_ARGUMENTS)}
        out |= {k: v for k, v in unnamed.items() if k not in obj._not_in_config}
    return out


def _kept(obj: Any, name: str, value: Any) -> Any:
    """Write an argument of a user's class so that the same comes back.

    Raises:
        TypeError: it can't be written, with the class and the argument.
    """
    try:
        return _written(value)
    except TypeError as problem:
        owner = f"{type(obj).__name__} {getattr(obj, 'name', '')!r}"
        raise TypeError(
            f"{owner} was given {name}={value!r}, which can't be written into a config "
            f"({str(problem).rstrip('.')}). Give the class a get_config(), and a from_config() "
            "that makes the argument again."
        ) from problem


def _written(value: Any) -> Any:
    if type(value) is tuple:
        return {"class_name": "__tuple__", "items": [_written(v) for v in value]}
    if isinstance(value, tuple):
        raise TypeError("a tuple of a type of its own")
    if isinstance(value, list):
        return [_written(v) for v in value]
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a dictionary whose keys are no texts")
        if "class_name" in value:
            raise TypeError("a dictionary with the key 'class_name'")
        return {key: _written(v) for key, v in value.items()}
    return serialize(value, by_name=False)
