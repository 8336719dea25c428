"""Argument names of constructors, for messages."""

from __future__ import annotations

import inspect


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
