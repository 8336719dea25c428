"""Commands for finished runs: predict, explain, evaluate, show, compare, export, rerun, ..."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path("runs")

RUN = Annotated[str, typer.Argument(help="A run's name, or the path of its folder.")]
FROM = Annotated[Path, typer.Option("--folder", help="Folder of the runs.")]
TABLE = Annotated[str | None, typer.Option(help="Table or query, or sheet, to read.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (predict, explain, evaluate, diagnose, runs, show, compare, export, rerun):
        app.command()(command)


def predict(
    run: RUN,
    new: Annotated[
        str | None,
        typer.Argument(help="Raw rows: a table, texts or images. A forecast needs none."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="CSV file to write; standard output if left out."),
    ] = None,
    table: TABLE = None,
    folder: FROM = FOLDER,
) -> None:
    """Predict new rows: adds prediction and probabilities to them.

    Columns in any order; those that training did not use are ignored. Without -o the rows go to
    standard output and notes to standard error. A run that forecasts gives its next steps, after
    its own last row or after those of newer rows.
    Examples: kerata predict wine new.csv -o answers.csv; kerata predict sales -o next.csv
    """
    from kerata.cli.finished_output import print_predict

    print_predict(run, new, out, table, folder)


def explain(
    run: RUN,
    rows: Annotated[str, typer.Argument(help="Raw rows: a table, texts or images.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV file for all contributions.")
    ] = None,
    answer: Annotated[
        str | None,
        typer.Option(help="Class or target to explain; what the network says if left out."),
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for a picture of each of the first ten rows.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Where the run's data are, if not in the current folder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the rows compared with, and of orders.")] = 0,
    table: TABLE = None,
    folder: FROM = FOLDER,
) -> None:
    """Say what each column, word or region adds to the answers to rows.

    Rows are compared with some that are drawn from the run's own data. What columns add sums to
    the answer minus the mean answer. Example: kerata explain wine new.csv -o why.csv
    """
    from kerata.cli.explained import print_explain

    print_explain(
        run,
        rows,
        out,
        pictures,
        folder,
        answer=answer,
        data=data,
        seed=seed,
        table=table,
    )


def evaluate(
    run: RUN,
    test: Annotated[str, typer.Argument(help="Raw rows with their true values.")],
    table: TABLE = None,
    folder: FROM = FOLDER,
) -> None:
    """Say how good a run is on other rows.

    Example: kerata evaluate wine test.csv
    """
    from kerata.cli.finished_output import print_evaluate

    print_evaluate(run, test, table, folder)


def diagnose(
    run: RUN,
    data: Annotated[
        str | None,
        typer.Argument(help="Where the run's data are now, or other rows with true values."),
    ] = None,
    folder: FROM = FOLDER,
) -> None:
    """Say anew what is wrong with a run's rows, network and training.

    Example: kerata diagnose wine
    """
    from kerata.cli.finished_output import print_diagnose

    print_diagnose(run, data, folder)


def runs(folder: FROM = FOLDER) -> None:
    """List the runs, the newest first."""
    from kerata.cli.finished_output import print_runs

    print_runs(folder)


def show(run: RUN, folder: FROM = FOLDER) -> None:
    """Show what is known about a run.

    Example: kerata show wine
    """
    from kerata.cli.finished_output import print_show

    print_show(run, folder)


def compare(
    names: Annotated[list[str], typer.Argument(metavar="RUN RUN ...", help="Two runs or more.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Picture of the curves.")] = None,
    folder: FROM = FOLDER,
) -> None:
    """Compare runs on the test rows that they share, with a paired test.

    Example: kerata compare wine wine-linear
    """
    from kerata.cli.finished_output import print_compare

    print_compare(names, out, folder)


def export(
    run: RUN,
    to: Annotated[
        str, typer.Option(help="Format: onnx, page, stablehlo, safetensors or keras.")
    ] = "onnx",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; the run's name if left out.")
    ] = None,
    rows: Annotated[
        str | None, typer.Option(help="Raw rows to try it with; the test rows if left out.")
    ] = None,
    folder: FROM = FOLDER,
) -> None:
    """Write a run for other programs, or as one page that answers in a browser.

    ONNX files and pages take raw rows, the other formats hold the network alone.
    Example: kerata export wine --to page
    """
    from kerata.cli.finished_output import print_export

    print_export(run, to, out, rows, folder)


def rerun(
    run: RUN,
    name: Annotated[
        str | None, typer.Option(help="Name of the new run; RUN-again if left out.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a run of that name.")
    ] = False,
    network: Annotated[
        str | None,
        typer.Option(help="The run's own module:function, said again if you trust its code."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Where the data are, if not in the current folder.")
    ] = None,
    folder: FROM = FOLDER,
) -> None:
    """Train a run again in the same way: same seed, same result.

    Nothing that the run's folder names is imported. Example: kerata rerun wine
    """
    from kerata.cli.finished_output import print_rerun

    print_rerun(run, name, overwrite, folder, network=network, data=data)
