"""Pieces of error messages that every floor uses."""

from __future__ import annotations

import contextlib
import difflib
import warnings
from collections.abc import Iterable, Iterator


def did_you_mean(name: object, known: Iterable[str], *, listing: int = 12) -> str:
    """Suggest known names close to a wrong one.

    >>> did_you_mean("rleu", ["relu", "selu", "tanh"])
    "Did you mean 'relu'?"
    >>> did_you_mean("zzz", ["relu", "tanh"])
    'Known names: relu, tanh.'
    """
    names = sorted({str(k) for k in known})
    folded = {n.lower(): n for n in names}
    close = difflib.get_close_matches(str(name).lower(), list(folded), n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(repr(folded[c]) for c in close[:2])}?"
    shown = ", ".join(map(printable, names[:listing])) + (", ..." if len(names) > listing else "")
    return f"Known names: {shown}."


def printable(text: str) -> str:
    r"""Show control characters instead of letting a terminal obey them; lines and tabs stay.

    >>> print(printable("name" + chr(27) + "[31m"))
    name\x1b[31m
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )


def warn(message: str, category: type[Warning] = UserWarning, stacklevel: int = 1) -> None:
    """Warn as ``warnings.warn`` does, in a text that can't steer a terminal."""
    warnings.warn(printable(message), category, stacklevel=stacklevel + 1)


@contextlib.contextmanager
def printable_errors() -> Iterator[None]:
    """Let no error that passes carry control characters from a file to a terminal."""
    try:
        yield
    except Exception as error:
        error.args = tuple(printable(a) if isinstance(a, str) else a for a in error.args)
        raise


def shape_text(shape: Iterable[int | None]) -> str:
    """Write a shape as Keras users read it.

    >>> shape_text((None, 3)), shape_text([5])
    ('(None, 3)', '(5,)')
    """
    return str(tuple(shape))
