"""Arguments of constructors: their names for messages, and what stands for several at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any


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
    own = list(inspect.signature(function).parameters.values())
    names = [p.name for p in own]
    if name not in names:
        return inspect.Signature(own)
    *common, rest = [p for p in instead if p.name not in set(names) - {name}]
    i = names.index(name)
    return inspect.Signature([*own[:i], *common, *own[i + 1 : -1], rest])
