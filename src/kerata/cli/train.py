"""``kerata train``: call the workbench, print what is done and what came of it."""

from __future__ import annotations

import ast
import sys
import time
from typing import TYPE_CHECKING, Any

import typer

from kerata.base.messages import printable
from kerata.cli.early_checks import check_numbers, check_table
from kerata.cli.errors import UserError
from kerata.cli.event_printer import EventPrinter
from kerata.cli.paragraphs import say
from kerata.cli.request import Request
from kerata.cli.verdict import print_verdict

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.cli.run_saver import RunSaver
    from kerata.workbench.core.result import Trained


def train_source(request: Request) -> None:
    """Train on a source and print the verdict.

    Raises:
        UserError: options that make no sense.
        ValueError: a source, target or network that makes no sense.
    """
    began = time.monotonic()
    check_numbers(request)
    options = options_of(request)
    wish = wish_of(request)
    say_reading(request)
    columns = kinds_of_columns(request)
    options = check_table(request, columns, options)

    from kerata.cli.run_saver import RunSaver, writable
    from kerata.utils.terminal import terminal
    from kerata.workbench.data import read_source
    from kerata.workbench.experiment import fit_source
    from kerata.workbench.training.live import LiveView
    from kerata.workbench.training.time_limit import TimeLimit

    limit = None if request.minutes is None else TimeLimit(request.minutes, began)
    console = terminal()
    source = read_source(request.source, target=request.target, table=request.table)
    name = run_name(request, source.name)
    printer = None if request.quiet else EventPrinter(console).on_event
    saver = RunSaver(console, request, name, printer)
    with (
        writable(request.folder),
        saver.watching(),
        saver.telling("train") as told,
        LiveView(console) as view,
    ):
        trained = fit_source(
            source,
            target=request.target,
            task=request.task,
            network=request.network or "auto",
            columns=columns,
            options=options,
            epochs=request.epochs,
            batch_size=request.batch_size,
            minutes=limit,
            seed=request.seed,
            split_by=request.split_by,
            group=request.group,
            folds=request.folds,
            balance=request.balance,
            **wish,
            with_diagnosis=True,
            watch=[saver.watch, told.watch, *([] if request.quiet else [view])],
            on_event=told.on_event,
        )
        finish(console, trained, saver)
    if not request.quiet:
        console.print("[bold]The same in Python[/bold]")
        console.print(
            python_lines(request, columns, options), highlight=False, markup=False, soft_wrap=True
        )


def finish(console: Console, trained: Trained, saver: RunSaver) -> None:
    """Judge the run that was saved and print what came of it.

    Raises:
        OSError: it could not be saved.
    """
    from kerata.workbench import runs
    from kerata.workbench.runs.record import judged_record_of

    saved, problem = [], saver.problem
    judged: dict[str, Any] | None = None
    if saver.run is not None:
        saved.append(str(saver.run.path))
        try:
            saver.run = runs.complete(saver.run, trained)
            judged = saver.run.record
        except OSError as error:
            problem = error
    _print_result(console, trained, judged or judged_record_of(trained))
    if saver.run is not None and problem is None:
        try:
            saved.append(str(runs.add_report(saver.run, trained)))
        except OSError as error:
            problem = error
    if problem is not None and saver.run is None:
        raise problem
    if problem is not None:
        said = "its report" if judged else "its verdict and report"
        say(console, "Not written", [f"{problem}: the run is saved, but not {said}."])
    say(console, "Saved", saved)


def say_reading(request: Request) -> None:
    """Say at once what is read: importing all that reads it takes a second or two."""
    if not request.quiet:
        typer.echo(f"Reading {printable(request.source)} ...")
        sys.stdout.flush()


def wish_of(request: Request) -> dict[str, Any]:
    """Read what a threshold shall reach.

    Raises:
        ValueError: costs or shares that make no sense, or several wishes at once.
    """
    if request.cost is request.recall is request.precision is None:
        return {}
    from kerata.workbench.training.thresholds import Wish, read_cost

    cost = None if request.cost is None else read_cost(request.cost)
    wish = Wish(cost, request.recall, request.precision)
    given = {"cost": wish.cost, "recall": wish.recall, "precision": wish.precision}
    return {name: value for name, value in given.items() if value is not None}


def options_of(request: Request) -> dict[str, Any]:
    """Read the options of network and training.

    Raises:
        UserError: one that is no NAME=VALUE.
    """
    pairs = (_pair(text, "--option", "units=64,64") for text in request.options)
    return {name: _value(text) for name, text in pairs}


def kinds_of_columns(request: Request) -> dict[str, str]:
    """Read columns' kinds from the file and the flags.

    Raises:
        UserError, ValueError: they make no sense.
    """
    from kerata.workbench.data.schema import load_overrides

    columns = {} if request.columns is None else load_overrides(request.columns)
    return columns | dict(_pair(text, "--column", "zip=category") for text in request.kinds)


def python_lines(request: Request, columns: dict[str, str], options: dict[str, Any]) -> str:
    """Give the few lines of Python that do what the command did.

    >>> print(python_lines(Request("wine.csv", target="quality"), {}, {}))
    from kerata.workbench import fit_source, read_source
    <BLANKLINE>
    source = read_source('wine.csv', target='quality')
    trained = fit_source(source)
    print(trained.metrics)
    answers = trained.predict(trained.test)
    """
    where = {"target": request.target, "table": request.table}
    how = {
        "task": request.task,
        "network": request.network,
        "columns": columns or None,
        "options": options or None,
        "epochs": request.epochs,
        "batch_size": request.batch_size,
        "minutes": request.minutes,
        "seed": request.seed or None,
        "split_by": request.split_by,
        "group": request.group,
        "folds": _plain_folds(request.folds),
        "balance": request.balance or None,
        **wish_of(request),
    }
    return "\n".join(
        [
            "from kerata.workbench import fit_source, read_source",
            "",
            f"source = read_source({', '.join([repr(request.source), *given_arguments(where)])})",
            f"trained = fit_source({', '.join(['source', *given_arguments(how)])})",
            "print(trained.metrics)",
            "answers = trained.predict(trained.test)",
        ]
    )


def _plain_folds(folds: str | None) -> int | str | None:
    """Write folds as Python takes them: a number where it is one."""
    return int(folds) if folds is not None and folds.strip().isdigit() else folds


def given_arguments(arguments: dict[str, Any]) -> list[str]:
    """Write the arguments of a call that are not None."""
    return [f"{name}={value!r}" for name, value in arguments.items() if value is not None]


def _pair(text: str, flag: str, example: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise UserError(f"{flag} takes NAME=VALUE, as in {flag} {example}; got {text!r}.")
    return name.strip(), value.strip()


def _value(text: str) -> Any:
    """Read an option's value: a number, True, numbers with commas, or text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _print_result(console: Console, trained: Trained, record: dict[str, Any]) -> None:
    console.print()
    if trained.task.kind in ("binary", "classes") and len(trained.task.classes) <= 12:
        from kerata.workbench.core.confusion import confusion_matrix, confusion_table
        from kerata.workbench.core.metrics import answers

        said = answers(trained.task, trained.outputs)
        matrix = confusion_matrix(trained.truth, said, len(trained.task.classes))
        console.print(confusion_table(matrix, trained.task.classes))
        console.print()
    print_verdict(console, record)
    shown = {*trained.preparation.notes}
    say(console, "Notes", [note for note in trained.notes if note not in shown])


def run_name(request: Request, source: str) -> str:
    """Choose the run's name before anything is trained: the given one, or a free one.

    Raises:
        FileExistsError: the given one is taken.
        ValueError: it is no name of a folder.
    """
    from kerata.workbench import runs

    folder = request.folder
    if request.name is not None:
        runs.check_name(request.name, folder, overwrite=request.overwrite)
        return request.name
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in source).strip("-.")
    return name if request.overwrite else runs.free_name(name, folder)
