"""Arguments of constructors: their names for messages, and what stands for several at once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Constructor = TypeVar("Constructor", bound=Callable[..., None])


def argument_names(cls: type) -> list[str]:
    """List the argument names that a class's constructors take, its bases' included.

    >>> class A:
    ...     def __init__(self, size, **kwargs): ...
    >>> argument_names(A)
    ['size']
    """
    names: dict[str, None] = {}
    for base in cls.__mro__:
        init = base.__dict__.get("__init__")
        if inspect.isfunction(init):
            for p in list(inspect.signature(init).parameters.values())[1:]:
                if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                    names[p.name] = None
    return list(names)


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
