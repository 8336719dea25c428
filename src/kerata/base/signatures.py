"""Arguments of constructors: their names for messages, and what stands for several at once."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from kerata.base.messages import did_you_mean
from kerata.base.origin import is_own_class, is_own_function

Constructor = TypeVar("Constructor", bound=Callable[..., None])


def argument_names(cls: type) -> list[str]:
    """List the argument names that a class's constructors take, its bases' included.

    A base is asked where the constructor before it hands on others (``**kwargs``); what it needs
    and a constructor of this library before it does not name, that one gives it itself.

    >>> class A:
    ...     def __init__(self, size, **kwargs): ...
    >>> argument_names(A)
    ['size']
    """
    names: dict[str, None] = {}
    filled = False
    for base in cls.__mro__:
        init = base.__dict__.get("__init__")
        if not inspect.isfunction(init):
            continue
        parameters = list(inspect.signature(init).parameters.values())[1:]
        for p in parameters:
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or (filled and p.default is p.empty):
                continue
            names[p.name] = None
        if all(p.kind is not p.VAR_KEYWORD for p in parameters):
            break
        filled = filled or is_own_class(base)
    return list(names)


# What Python says of an argument that a constructor does not have, or gives to its base itself.
_NOT_TAKEN = re.compile(
    r"got (?:an unexpected keyword argument|multiple values for (?:keyword )?argument) '(\w+)'"
)


def refuse_by_class(cls: type) -> None:
    """Let a class of this library refuse arguments by its own name, whichever base does it.

    A class of the user's stays as it is.
    """
    init: Any = vars(cls).get("__init__")
    if not is_own_function(init):
        return

    @functools.wraps(init)
    def refusing(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            init(self, *args, **kwargs)
        except TypeError as error:
            found = _NOT_TAKEN.search(str(error))
            name = found and found[1]
            if name not in kwargs or name in inspect.signature(init).parameters:
                raise
            known = [other for other in argument_names(type(self)) if other != name]
            raise TypeError(
                f"{type(self).__name__} has no argument {name!r}. "
                f"{did_you_mean(name, known, listing=20)}"
            ) from None

    cls.__init__ = refusing  # type: ignore[misc] # wrapped, not replaced


def written_out(
    function: Callable[..., Any], name: str, instead: Iterable[inspect.Parameter]
) -> inspect.Signature:
    """Give a signature in which ``*name, **others`` are what they stand for.

    Arguments:
        function: with both, the latter last; one without has its own signature.
        name: of ``*name``.
        instead: with ``**others`` last; what the function names itself is left out.

    >>> def short(size, *common, **named): ...
    >>> def long(common=1, size=2, **kwargs): ...
    >>> print(written_out(short, "common", inspect.signature(long).parameters.values()))
    (size, common=1, **kwargs)
    """
    written = inspect.signature(function)
    own = list(written.parameters.values())
    names = [p.name for p in own]
    if name not in names:
        return written
    *common, rest = [p for p in instead if p.name not in set(names) - {name}]
    i = names.index(name)
    return written.replace(parameters=[*own[:i], *common, *own[i + 1 : -1], rest])


class Options:
    """Arguments that several constructors take, in the order of their places.

    A constructor that ``spread`` decorates is written as
    ``def __init__(self, size, *options, **named: Unpack[Types])``: callers may give the options
    by place or by name, and it always gets all of them as ``named``.

    Arguments:
        types: ``TypedDict`` that says what the options and further keyword arguments are.
        **defaults: what an option is if it is left out.

    >>> from typing import TypedDict, Unpack
    >>> class Types(TypedDict, total=False):
    ...     fast: bool
    >>> class A:
    ...     @Options(Types, fast=True).spread
    ...     def __init__(self, size: int, *options: Any, **named: Unpack[Types]) -> None:
    ...         self.fast = named["fast"]
    >>> A(1).fast, A(1, False).fast, A(size=1, fast=False).fast
    (True, False, False)
    >>> print(inspect.signature(A).parameters["fast"].default)
    True
    """

    def __init__(self, types: type, **defaults: Any) -> None:
        self.defaults = defaults
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self._parameters = [
            inspect.Parameter(
                name, kind, default=default, annotation=types.__annotations__[name].__forward_arg__
            )
            for name, default in defaults.items()
        ]
        self._parameters.append(
            inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD, annotation="Any")
        )

    def spread(self, init: Constructor) -> Constructor:
        """Let a constructor with ``*options, **named`` take these options by place and by name.

        Raises:
            TypeError: when it is called with too many of them, or with one twice.
        """
        whole = written_out(init, "options", self._parameters)
        first = list(inspect.signature(init).parameters).index("options")

        @functools.wraps(init)
        def spread_out(*args: Any, **named: Any) -> None:
            by_place = dict(zip(self.defaults, args[first:], strict=False))
            if len(args) - first > len(by_place):
                raise TypeError(f"{init.__qualname__}() {_too_many(whole, len(args))}")
            for name in by_place:
                if name in named:
                    raise TypeError(
                        f"{init.__qualname__}() got multiple values for argument {name!r}"
                    )
            init(*args[:first], **{**self.defaults, **by_place, **named})

        spread_out.__signature__ = whole  # type: ignore[attr-defined]  # what inspect reads first
        return spread_out  # type: ignore[return-value]  # called as the constructor is


def _too_many(whole: inspect.Signature, given: int) -> str:
    """Say what Python says of too many arguments."""
    places = [p for p in whole.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    needed = sum(p.default is p.empty for p in places)
    return f"takes from {needed} to {len(places)} positional arguments but {given} were given"
