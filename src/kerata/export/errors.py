"""What can't be exported."""

from __future__ import annotations


class ExportError(ValueError):
    """A model, layer or operation that can't be exported; the message names it.

    >>> issubclass(ExportError, ValueError)
    True
    """
