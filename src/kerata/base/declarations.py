"""What classes declare about their attributes and themselves, for signatures and programs."""

from __future__ import annotations

import itertools
import weakref
from typing import Any

from kerata.base.origin import is_own_class

_declarations: weakref.WeakKeyDictionary[type, dict[str, frozenset[str]]]
_declarations = weakref.WeakKeyDictionary()


def declared(cls: type, what: str) -> frozenset[str]:
    """Give the attributes for which a class and its bases declare something.

    Arguments:
        what: ``_not_in_signature`` for attributes that nothing depends on,
            ``_not_in_program`` for what counts only when weights are made or keys are drawn,
            ``_traced`` for numbers that may be traced values.
    """
    known = _declarations.setdefault(cls, {})
    if what not in known:
        known[what] = frozenset(itertools.chain(*(vars(c).get(what, ()) for c in cls.__mro__)))
    return known[what]


def makes_first_values(value: Any) -> bool:
    """Say whether an object is used when weights are made and never again."""
    cls = type(value)
    return getattr(cls, "_makes_first_values", False) and is_own_class(cls)
