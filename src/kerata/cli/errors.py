"""Errors as the command line prints them: one sentence, no traceback."""

from __future__ import annotations

from typing import Any

import typer

from kerata.base.messages import printable


class UserError(Exception):
    """A mistake that the user can mend; its text is the whole message."""


# What the library raises for users' mistakes, and what the system raises for files.
_EXPECTED = (UserError, ValueError, TypeError, FloatingPointError, ImportError, OSError)


def report(error: Exception) -> bool:
    """Print an error to standard error; False if it is no mistake of the user's."""
    # Errors of the command line itself; typer carries its own copy of click or uses click's.
    usage: Any = error
    if hasattr(usage, "format_message"):
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(usage.format_message(), err=True)
            return True
        _tell(usage.format_message())
        context = getattr(usage, "ctx", None)
        if context is not None:
            typer.echo(f"Try '{context.command_path} --help'.", err=True)
        return True
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        _tell(f"{error.strerror}{where}")
        return True
    if isinstance(error, _EXPECTED):
        _tell(str(error))
        return True
    return False


def _tell(message: str) -> None:
    # Messages name what stands in files, which must not steer the terminal.
    typer.echo(f"Error: {printable(message)}", err=True)
