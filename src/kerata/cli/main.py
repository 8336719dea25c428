"""The ``kerata`` command. Heavy imports are inside the commands: help and version come at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kerata._version import __version__
from kerata.cli import board, finished, playground
from kerata.cli.errors import UserError, report
from kerata.cli.finished import TABLE
from kerata.cli.output_guard import OutputGuard
from kerata.cli.request import NETWORKS
from kerata.training.interrupt import heard_interrupts

EXAMPLES = """
Examples:

  kerata train digits               watch a network learn handwritten digits

  kerata train wine.csv --target quality

  kerata train reviews/ --network bag-of-words    a folder with a subfolder for each class

  kerata train sales.csv --target units --time date --horizon 14      the next 14 steps

  kerata tune wine.csv --target quality           search for the best network

  kerata predict wine new.csv -o answers.csv      new rows to a finished run

  kerata predict sales              the next steps of a forecast

  kerata show wine                  a run's verdict; kerata runs lists them all

  kerata export wine --to onnx      a file that other programs run

  kerata board                      watch and compare runs in the browser

  kerata serve wine                 a page and an address that answer new rows

  kerata networks                   the networks, their options and defaults

  kerata data                       the standard data sets, and which are here

  kerata playground                 watch a network learn in the browser, on your table too

  kerata gallery                    example programs, with published results and Kerata's

  kerata run program.py             run a Keras program as it is

  kerata doctor                     versions, devices, caches, and whether training works
"""

app = typer.Typer(
    name="kerata",
    help="Neural networks for tables, texts and images, in Keras's language, on JAX.\n\n"
    + EXAMPLES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
state = {"debug": False}
# The shell's code for a program that ended by Ctrl-C.
INTERRUPTED = 130


# Options that training and tuning share.
SOURCE = Annotated[
    str, typer.Argument(help="A table, a folder of texts or images, or a data set's name.")
]
TARGET = Annotated[
    str | None,
    typer.Option(help="Column to predict, or several of numbers, as in weight,size."),
]
TASK = Annotated[
    str | None, typer.Option(help="binary, classes, labels or regression; chosen if left out.")
]
NAME = Annotated[str | None, typer.Option(help="The run's name; the source's if left out.")]
COLUMNS = Annotated[Path | None, typer.Option(help="JSON file of columns' kinds.")]
COLUMN = Annotated[
    list[str] | None, typer.Option(help="A column's kind, such as zip=category or id=drop.")
]
EPOCHS = Annotated[int | None, typer.Option(help="Upper limit of passes over the data.")]
SPLIT_BY = Annotated[
    str | None,
    typer.Option(help="Column of dates or steps: learn from the past, judge on the latest rows."),
]
GROUP = Annotated[
    str | None, typer.Option(help="Column of subjects: none is on both sides of a split.")
]
BALANCE = Annotated[
    bool, typer.Option("--balance", help="Let rare classes weigh as much as others.")
]
OUT = Annotated[Path | None, typer.Option(help="Folder for what is saved.")]
OVERWRITE = Annotated[bool, typer.Option("--overwrite", help="Replace a run of that name.")]
QUIET = Annotated[bool, typer.Option("--quiet", "-q", help="Only the verdict.")]


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"kerata {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show it.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """Read the options that all commands share."""
    state["debug"] = debug


@app.command()
def train(
    source: SOURCE,
    target: TARGET = None,
    task: TASK = None,
    network: Annotated[
        str | None,
        typer.Option(
            help=f"auto (if left out), {', '.join(NETWORKS)}, or module:function; "
            "kerata networks describes them."
        ),
    ] = None,
    name: NAME = None,
    table: TABLE = None,
    columns: COLUMNS = None,
    column: COLUMN = None,
    option: Annotated[
        list[str] | None, typer.Option(help="An option of the network, such as units=64,64.")
    ] = None,
    epochs: EPOCHS = None,
    batch_size: Annotated[int | None, typer.Option(help="Rows in a training step.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="All shall be done in so many: fewer epochs, networks.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same result.")] = 0,
    split_by: SPLIT_BY = None,
    group: GROUP = None,
    folds: Annotated[
        str | None,
        typer.Option(
            help="Judge by so many folds: 5, or 5x2 to deal them twice; 1 is a single split. Left "
            "out, tables of fewer than 500 rows get 5."
        ),
    ] = None,
    balance: BALANCE = False,
    cost: Annotated[
        str | None,
        typer.Option(help="What errors cost, as in fp=1,fn=20: two classes get a threshold by it."),
    ] = None,
    recall: Annotated[
        float | None, typer.Option(help="A threshold that finds such a share of the second class.")
    ] = None,
    precision: Annotated[
        float | None, typer.Option(help="A threshold at which such a share of alarms is right.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Column of dates or steps, to forecast the next ones.")
    ] = None,
    horizon: Annotated[int | None, typer.Option(help="How many steps are forecast.")] = None,
    known: Annotated[
        list[str] | None, typer.Option(help="A column whose later values are known in advance.")
    ] = None,
    out: OUT = None,
    overwrite: OVERWRITE = False,
    quiet: QUIET = False,
) -> None:
    """Train a network and say how good it is.

    With --time and --horizon it learns to forecast the next steps of the target, of each series
    that --group names. Examples: kerata train wine.csv --target quality;
    kerata train sales.csv --target units --time date --horizon 14 --group store
    """
    from kerata.cli.request import Request
    from kerata.cli.train import train_source

    request = Request(
        source=source,
        target=target,
        task=task,
        network=network,
        name=name,
        table=table,
        columns=columns,
        kinds=column or [],
        options=option or [],
        epochs=epochs,
        batch_size=batch_size,
        minutes=minutes,
        seed=seed,
        split_by=split_by,
        group=group,
        folds=folds,
        balance=balance,
        cost=cost,
        recall=recall,
        precision=precision,
        out=out,
        overwrite=overwrite,
        quiet=quiet,
        time=time,
        horizon=horizon,
        known=known or [],
    )
    if time is None and horizon is None and not known:
        train_source(request)
    else:
        from kerata.cli.forecast import train_forecast

        train_forecast(request)


@app.command()
def tune(
    source: SOURCE,
    target: TARGET = None,
    task: TASK = None,
    network: Annotated[
        list[str] | None, typer.Option(help="Networks to choose from, as in mlp,table.")
    ] = None,
    trials: Annotated[int, typer.Option(help="So many in the study, earlier ones included.")] = 40,
    minutes: Annotated[float | None, typer.Option(help="At most so long.")] = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine.")] = 1,
    ray: Annotated[
        str | None, typer.Option(help="Address of a Ray cluster, or ray for one on this machine.")
    ] = None,
    study: Annotated[
        Path | None, typer.Option(help="The study's file; in the folder of runs by default.")
    ] = None,
    name: NAME = None,
    table: TABLE = None,
    columns: COLUMNS = None,
    column: COLUMN = None,
    epochs: EPOCHS = None,
    seed: Annotated[int, typer.Option(help="Of splits, first weights and choices.")] = 0,
    split_by: SPLIT_BY = None,
    group: GROUP = None,
    folds: Annotated[str | None, typer.Option(hidden=True)] = None,
    balance: BALANCE = False,
    time: Annotated[str | None, typer.Option(hidden=True)] = None,
    horizon: Annotated[str | None, typer.Option(hidden=True)] = None,
    known: Annotated[list[str] | None, typer.Option(hidden=True)] = None,
    out: OUT = None,
    overwrite: OVERWRITE = False,
    quiet: QUIET = False,
) -> None:
    """Search for the best network and its options, then train it.

    Trials are kept in a file: stopped and started again, the search goes on, and several
    processes may share it. Example: kerata tune wine.csv --target quality --trials 60
    """
    from kerata.cli.request import Request
    from kerata.cli.tune import SearchRequest, tune as search

    if time is not None or horizon is not None or known:
        raise UserError(
            "Forecasts are not searched for: they choose season, lags and epochs by themselves; "
            "train one with kerata train --time --horizon, other options with --option."
        )
    search(
        Request(
            source=source,
            target=target,
            task=task,
            name=name,
            table=table,
            columns=columns,
            kinds=column or [],
            epochs=epochs,
            seed=seed,
            split_by=split_by,
            group=group,
            folds=folds,
            balance=balance,
            out=out,
            overwrite=overwrite,
            quiet=quiet,
        ),
        SearchRequest(network or [], trials, minutes, workers, ray, study),
    )


@app.command()
def data(
    name: Annotated[
        str | None, typer.Argument(help="Fetch this one; without it, list all.")
    ] = None,
) -> None:
    """List the standard data sets, or fetch one.

    Example: kerata data mnist
    """
    from kerata.cli.data import fetch_set, list_sets

    if name is None:
        list_sets()
    else:
        fetch_set(name)


@app.command()
def networks(
    name: Annotated[
        str | None, typer.Argument(help="Explain this one's options; without it, list all.")
    ] = None,
) -> None:
    """List the networks with their options, or explain one.

    Example: kerata networks mlp
    """
    from kerata.cli.networks import list_networks, show_network

    if name is None:
        list_networks()
    else:
        show_network(name)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(
    context: typer.Context,
    program: Annotated[Path, typer.Argument(help="A Python file written for Keras.")],
) -> None:
    """Run a Keras program, unchanged, on Kerata.

    Imports of keras and tensorflow.keras are answered by Kerata; what follows PROGRAM
    goes to the program. Example: kerata run mnist_mlp.py --epochs 3
    """
    from kerata.cli.run import run_as_python_would

    run_as_python_would(program, context.args)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def gallery(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Run this one; without it, list all.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The list as Markdown.")] = False,
) -> None:
    """List the example programs with their figures, or run one.

    Pictures go to the folder runs. Example: kerata gallery moons --quick
    """
    from kerata.cli import gallery

    if name is not None:
        gallery.run_example(name, context.args)
    elif markdown:
        typer.echo(gallery.markdown())
    else:
        gallery.list_examples()


@app.command()
def serve(
    run: Annotated[
        list[str], typer.Argument(help="Names of runs, their folders, or exported .onnx files.")
    ],
    port: Annotated[int, typer.Option(help="Port; the next free one if it is taken.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 lets other machines ask.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(envvar="KERATA_TOKEN", help="Asked of every program, as a bearer token."),
    ] = None,
    folder: finished.FROM = finished.FOLDER,
) -> None:
    """Answer new rows over HTTP: POST them to /predict, or open the page with a form.

    Example: kerata serve wine --port 8000
    """
    from kerata.cli.pages import say_at_once
    from kerata.serving import serve_runs

    serve_runs(run, folder=folder, port=port, host=host, token=token, say=say_at_once)


@app.command()
def doctor() -> None:
    """Show versions, devices and caches, and try a tiny training."""
    from kerata.cli.doctor import examine

    if not examine():
        raise typer.Exit(1)


finished.add_to(app)
board.add_to(app)
playground.add_to(app)


def main() -> None:
    """Run the command; mistakes end with one sentence and exit code 2."""
    state["debug"] = False
    output = sys.stdout = OutputGuard(sys.stdout)
    sys.stderr = OutputGuard(sys.stderr)
    try:
        with heard_interrupts():
            code = app(prog_name="kerata", standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        # What a user can mend is told in one sentence; the rest is a fault and keeps its trace.
        if state["debug"] or not report(error):
            raise
        sys.exit(2)
    if code == INTERRUPTED:
        # Typer turns Ctrl-C into this code without a word.
        typer.echo("Interrupted.", err=True)
    output.flush()
    if output.problem is not None and not code:
        # Whatever the command keeps is kept; but what it printed is not whole.
        report(OSError(output.problem.errno, output.problem.strerror, "standard output"))
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


__all__ = ["UserError", "app", "main"]
