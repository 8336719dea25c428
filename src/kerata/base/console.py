"""Where what training and tools tell goes: standard output, or the logging of the program."""

from __future__ import annotations

import logging

_logger = logging.getLogger("kerata")
_interactive = True


def enable_interactive_logging() -> None:
    """Print progress and messages on standard output, which is the default.

    >>> enable_interactive_logging()
    """
    global _interactive
    _interactive = True


def disable_interactive_logging() -> None:
    """Send progress and messages to the logger ``kerata`` of ``logging``, as level INFO.

    Lines that a terminal would redraw are logged once, when they are finished.

    >>> disable_interactive_logging()
    >>> is_interactive_logging_enabled()
    False
    >>> enable_interactive_logging()
    """
    global _interactive
    _interactive = False


def is_interactive_logging_enabled() -> bool:
    """Say whether messages are printed (True) or go to ``logging`` (False).

    >>> is_interactive_logging_enabled()
    True
    """
    return _interactive


def show(text: str = "", end: str = "\n") -> None:
    """Print a message, or log it if interactive logging is disabled.

    >>> show("3 files found.")
    3 files found.
    """
    if _interactive:
        print(text, end=end, flush=True)
    elif text.strip() and end:
        _logger.info(text.strip())
