"""What Kerata does differently inside a notebook: whether it runs in one, and short tracebacks."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

_HOME = str(Path(__file__).parent.parent)


def shell() -> Any | None:
    """Give the IPython shell whose front end shows pictures and HTML, or None.

    >>> shell() is None
    True
    """
    # Whoever runs in one has imported it already.
    ipython = sys.modules.get("IPython")
    found = None if ipython is None else ipython.get_ipython()
    return None if found is None or _is_terminal(found) else found


def _is_terminal(found: Any) -> bool:
    return any(kind.__name__ == "TerminalInteractiveShell" for kind in type(found).__mro__)


def tracebacks_are_filtered() -> bool:
    """Say whether tracebacks leave out the frames of JAX, and in a notebook those of Kerata."""
    # Without JAX nobody has changed the setting.
    jax = sys.modules.get("jax")
    return jax is None or getattr(jax.config, "jax_traceback_filtering", "auto") != "off"


def shorten_tracebacks() -> None:
    """Let IPython show a refused mistake as the user's own lines and Kerata's sentence.

    Does nothing outside of IPython, and where somebody else handles exceptions already. Errors
    that Kerata didn't raise on purpose keep all their frames, and so does ``%debug``.
    """
    ipython = sys.modules.get("IPython")
    found = None if ipython is None else ipython.get_ipython()
    if found is not None and not found.custom_exceptions:
        found.set_custom_exc((Exception,), _show)


def _show(shell: Any, kind: type, error: BaseException, tb: Any, tb_offset: Any = None) -> None:
    if not (tracebacks_are_filtered() and is_refusal(tb)):
        shell.showtraceback((kind, error, tb), tb_offset=tb_offset, running_compiled_code=True)
        return
    kept = error.__cause__, error.__context__, error.__suppress_context__
    # What led to the refusal is said in its sentence.
    error.__cause__, error.__context__ = None, None
    try:
        shell.showtraceback(
            (kind, error, own_frames(tb)), tb_offset=tb_offset, running_compiled_code=True
        )
    finally:
        error.__cause__, error.__context__, error.__suppress_context__ = kept
        error.__traceback__ = sys.last_traceback = tb


def is_refusal(tb: TracebackType | None) -> bool:
    """Say whether an error was raised on purpose by Kerata: its last line is a ``raise``.

    >>> import kerata
    >>> try:
    ...     kerata.layers.Dense(-1)
    ... except ValueError as error:
    ...     is_refusal(error.__traceback__)
    True
    """
    last = None
    while tb is not None:
        last, tb = tb, tb.tb_next
    if last is None or not _is_own(last):
        return False
    line = linecache.getline(last.tb_frame.f_code.co_filename, last.tb_lineno)
    return line.lstrip().startswith("raise ")


def own_frames(tb: TracebackType | None) -> TracebackType | None:
    """Give a traceback without the frames of Kerata and JAX."""
    frames = []
    while tb is not None:
        if not _is_own(tb):
            frames.append(tb)
        tb = tb.tb_next
    kept = None
    for frame in reversed(frames):
        kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept


def _is_own(tb: TracebackType) -> bool:
    name = tb.tb_frame.f_code.co_filename
    module = str(tb.tb_frame.f_globals.get("__name__", ""))
    return name.startswith(_HOME) or module.split(".")[0] in ("jax", "jaxlib", "contextlib")
