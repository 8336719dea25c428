"""``kerata train --time --horizon``, and ``kerata predict`` of such a run."""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata.cli.early_checks import check_numbers
from kerata.cli.errors import UserError
from kerata.cli.event_printer import EventPrinter
from kerata.cli.paragraphs import say
from kerata.cli.request import Request
from kerata.cli.train import finish, given_arguments, options_of, run_name, say_reading

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.workbench.runs.run import Run


def train_forecast(request: Request) -> None:
    """Train a forecast on a table in time and print the verdict.

    Raises:
        UserError: options that make no sense together.
        ValueError: a source, column or horizon that makes no sense.
    """
    began = clock.monotonic()
    time, horizon = _checked(request)
    check_numbers(request)
    options = options_of(request)
    say_reading(request)

    from kerata.cli.run_saver import RunSaver, writable
    from kerata.utils.terminal import terminal
    from kerata.workbench.data import read_source
    from kerata.workbench.forecasting import fit_forecast
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
        saver.telling("forecast") as told,
        LiveView(console) as view,
    ):
        trained = fit_forecast(
            source,
            target=request.target,
            time=time,
            horizon=horizon,
            group=request.group,
            known=request.known,
            options=options,
            epochs=request.epochs,
            batch_size=request.batch_size,
            seed=request.seed,
            minutes=limit,
            watch=[saver.watch, told.watch, *([] if request.quiet else [view])],
            on_event=told.on_event,
        )
        saver.end_if_told()
        finish(console, trained, saver)
    if not request.quiet:
        console.print("[bold]The same in Python[/bold]")
        lines = python_lines(request, options)
        console.print(lines, highlight=False, markup=False, soft_wrap=True)


def print_forecast(
    console: Console, run: Run, newer: str | None, out: Path | None, table: str | None
) -> None:
    """Write the next steps to a file, or to standard output where there is none."""
    from kerata.workbench.runs.forecasts import forecast_source

    found, notes = forecast_source(run, newer, out, table=table)
    say(console, "Notes", notes)
    if out is None:
        sys.stdout.write(found.to_csv(index=False, lineterminator="\n"))
        return
    console.print(f"{len(found):,} rows with forecasts of {run.task.target!r}: {out}")
    console.print("The same in Python", style="bold")
    arguments = [f"runs.load({run.name!r})", *([repr(newer)] if newer else [])]
    arguments += given_arguments({"out": str(out), "table": table})
    for line in (
        "from kerata.workbench import runs",
        "from kerata.workbench.runs.forecasts import forecast_source",
        "",
        f"forecast, notes = forecast_source({', '.join(arguments)})",
    ):
        console.print(line, soft_wrap=True)


def print_judged(console: Console, run: Run, newer: str, table: str | None) -> None:
    """Print how far a run's forecasts miss newer rows, beside simpler ones."""
    from kerata.workbench.evaluation.figures import figure
    from kerata.workbench.runs.forecasts import evaluate_forecast

    judged = evaluate_forecast(run, newer, table=table)
    say(console, "Notes", judged.notes)
    before = f"In the run's own test it missed by {figure(run.record['metrics']['mae'], run.task)}."
    say(console, f"{run.name} on newer rows", [*judged.sentences, before])
    console.print("The same in Python", style="bold")
    given = [f"runs.load({run.name!r})", repr(newer), *given_arguments({"table": table})]
    for line in (
        "from kerata.workbench import runs",
        "from kerata.workbench.runs.forecasts import evaluate_forecast",
        "",
        f"print(evaluate_forecast({', '.join(given)}).metrics)",
    ):
        console.print(line, soft_wrap=True)


def python_lines(request: Request, options: dict[str, Any]) -> str:
    """Give the few lines of Python that do what the command did.

    >>> print(python_lines(Request("s.csv", target="units", time="date", horizon=14), {}))
    from kerata.workbench import fit_forecast, read_source
    <BLANKLINE>
    source = read_source('s.csv', target='units')
    trained = fit_forecast(source, time='date', horizon=14)
    print(trained.metrics)
    print(trained.future)
    """
    where = {"target": request.target, "table": request.table}
    how = {
        "time": request.time,
        "horizon": request.horizon,
        "group": request.group,
        "known": request.known or None,
        "options": options or None,
        "epochs": request.epochs,
        "batch_size": request.batch_size,
        "minutes": request.minutes,
        "seed": request.seed or None,
    }
    return "\n".join(
        [
            "from kerata.workbench import fit_forecast, read_source",
            "",
            f"source = read_source({', '.join([repr(request.source), *given_arguments(where)])})",
            f"trained = fit_forecast({', '.join(['source', *given_arguments(how)])})",
            "print(trained.metrics)",
            "print(trained.future)",
        ]
    )


def _checked(request: Request) -> tuple[str, int]:
    """Refuse options that a forecast does not have.

    Raises:
        UserError: which.
    """
    if request.time is None:
        given = "--horizon" if request.horizon is not None else "--known"
        raise UserError(
            f"{given} is for forecasts and needs --time too: name the column of dates or steps."
        )
    if request.horizon is None:
        raise UserError(
            "--time is for forecasts and needs --horizon too: say how many steps are to be "
            "forecast, or use --split-by to judge on the latest rows."
        )
    others = {
        "--split-by": request.split_by,
        "--task": request.task,
        "--network": request.network,
        "--columns": request.columns,
        "--column": request.kinds,
        "--folds": request.folds is not None,
        "--balance": request.balance,
        "--cost": request.cost,
        "--recall": request.recall,
        "--precision": request.precision,
    }
    for flag, value in others.items():
        if value:
            raise UserError(f"{flag} is not for forecasts: leave it out, or leave out --horizon.")
    if request.horizon < 1:
        raise UserError(f"--horizon must be at least 1 step, got {request.horizon}.")
    return request.time, request.horizon
