"""``kerata run``: errors of the program look as they do in Python, without our own frames."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer

from kerata.cli.errors import UserError


def run_as_python_would(program: Path, arguments: Sequence[str]) -> None:
    """Run a program; its own errors end with their traceback and exit code 1.

    Raises:
        UserError: no such program, or one that uses what Kerata lacks.
    """
    from kerata.running import MissingPiece, run_program

    if not program.is_file():
        raise UserError(f"There is no program {str(program)!r}.")
    try:
        run_program(program, arguments)
    except MissingPiece as error:
        raise UserError(str(error)) from error
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        theirs = [f for f in frames if Path(f.filename).resolve() == program.resolve()]
        print("Traceback (most recent call last):", file=sys.stderr)
        print("".join(traceback.format_list(theirs)), end="", file=sys.stderr)
        print("".join(traceback.format_exception_only(error)), end="", file=sys.stderr)
        raise typer.Exit(1) from error
