"""``kerata train``: call the workbench, print what is done and what came of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata.cli.errors import UserError
from kerata.cli.told import say

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.workbench.fitting import Trained

DIGITS_EPOCHS, DIGITS_BATCH = 60, 32
# Wide tables show so many columns.
SHOWN_COLUMNS = 60


@dataclass
class Request:
    """What was asked for on the command line; None where nothing was said."""

    source: str
    target: str | None = None
    task: str | None = None
    network: str | None = None
    name: str | None = None
    table: str | None = None
    columns: Path | None = None
    kinds: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    epochs: int | None = None
    batch_size: int | None = None
    seed: int = 0
    balance: bool = False
    out: Path | None = None
    overwrite: bool = False
    quiet: bool = False

    @property
    def is_plain_digits(self) -> bool:
        """Whether this is the demonstration on the embedded digits."""
        said = (self.target, self.task, self.network, self.name, self.table, self.columns)
        return self.source == "digits" and not any((*said, self.kinds, self.options, self.balance))


def train_source(request: Request) -> None:
    """Train on a source and print the verdict.

    Raises:
        UserError: options that make no sense.
        ValueError: a source, target or network that makes no sense.
    """
    if request.is_plain_digits:
        from kerata.cli.train_digits import train_on_digits

        train_on_digits(
            DIGITS_EPOCHS if request.epochs is None else request.epochs,
            DIGITS_BATCH if request.batch_size is None else request.batch_size,
            request.seed,
            request.out,
            request.quiet,
        )
        return
    from rich.console import Console

    from kerata.workbench import runs
    from kerata.workbench.columns import load_overrides
    from kerata.workbench.fitting import fit_source
    from kerata.workbench.live import LiveView
    from kerata.workbench.reading import read_source

    columns = {} if request.columns is None else load_overrides(request.columns)
    columns |= dict(_pair(text, "--column", "zip=category") for text in request.kinds)
    options = {
        name: _value(text)
        for name, text in (_pair(text, "--option", "units=64,64") for text in request.options)
    }
    console = Console()
    source = read_source(request.source, target=request.target, table=request.table)
    name = run_name(request, source.name)
    shown = None if request.quiet else console
    with LiveView(console) as view:
        trained = fit_source(
            source,
            target=request.target,
            task=request.task,
            network=request.network or "auto",
            columns=columns,
            options=options,
            epochs=request.epochs,
            batch_size=request.batch_size,
            seed=request.seed,
            balance=request.balance,
            watch=[] if request.quiet else [view],
            on_event=None if shown is None else _Teller(shown).tell,
        )
    trained.config |= {"source": request.source, "table": request.table}
    _print_result(console, trained)
    run = runs.save(trained, name, _folder(request), overwrite=request.overwrite)
    report = run.path / "report.html"
    say(console, "Saved", [str(run.path), *([str(report)] if report.exists() else [])])
    if not request.quiet:
        console.print("[bold]The same in Python[/bold]")
        console.print(
            python_lines(request, columns, options), highlight=False, markup=False, soft_wrap=True
        )


class _Teller:
    """Prints what becomes known while the workbench works."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def tell(self, name: str, value: Any) -> None:
        """Print one event."""
        told = getattr(self, name, None)
        if told is not None:
            told(value)

    def columns(self, columns: list[Any]) -> None:
        self.console.print(columns_table(columns))

    def task(self, task: Any) -> None:
        self._line(task.why)
        self.kind = task

    def rows(self, rows: dict[str, int]) -> None:
        self._line(
            f"{rows['train']:,} rows to train on, {rows['validation']:,} to stop by, "
            f"{rows['test']:,} to judge by."
        )

    def preparation(self, preparation: Any) -> None:
        say(self.console, "Preparation", preparation.notes)

    def baseline(self, baseline: Any) -> None:
        from kerata.workbench.judgement import figure

        name = {"regression": "mean error", "labels": "F1 of labels"}
        what = name.get(self.kind.kind, "accuracy")
        self._line(f"Baseline, {baseline.name}: {what} {figure(baseline.value, self.kind)}")

    def network(self, network: dict[str, Any]) -> None:
        several = f", {network['members']} of them" if network["members"] > 1 else ""
        self._line(f"Network: {network['name']}{several}, at most {network['epochs']} epochs.")

    def member(self, told: dict[str, Any]) -> None:
        self._line(
            f"Network {told['number']} of {told['of']}: best epoch {told['best_epoch']} of "
            f"{told['epochs']}, val_loss {told['val_loss']:.4f}"
        )

    def _line(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False)


def columns_table(columns: list[Any]) -> Any:
    """Lay out what is made of each column."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("column", "is", "because", "missing", "for example"):
        side: Any = "right" if title == "missing" else "left"
        table.add_column(title, justify=side, no_wrap=True, overflow="ellipsis")
    for column in columns[:SHOWN_COLUMNS]:
        style = "bold" if column.kind == "target" else None if column.used else "dim"
        kind = column.kind if column.used or column.kind == "target" else f"{column.kind} (unused)"
        cells = (column.name, kind, column.why, f"{column.missing:,}", ", ".join(column.examples))
        table.add_row(*(Text(cell, style=style or "") for cell in cells))
    if len(columns) > SHOWN_COLUMNS:
        table.add_row(f"... {len(columns) - SHOWN_COLUMNS:,} more")
    return table


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
        "seed": request.seed or None,
        "balance": request.balance or None,
    }
    return "\n".join(
        [
            "from kerata.workbench import fit_source, read_source",
            "",
            f"source = read_source({', '.join([repr(request.source), *_given(where)])})",
            f"trained = fit_source({', '.join(['source', *_given(how)])})",
            "print(trained.metrics)",
            "answers = trained.predict(trained.test)",
        ]
    )


def _given(arguments: dict[str, Any]) -> list[str]:
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


def _print_result(console: Console, trained: Trained) -> None:
    from kerata.workbench.judgement import gain_sentence, verdict_of

    console.print()
    if trained.task.kind in ("binary", "classes") and len(trained.task.classes) <= 12:
        from kerata.workbench.confusion import confusion_matrix, confusion_table
        from kerata.workbench.measures import answers

        said = answers(trained.task, trained.outputs)
        matrix = confusion_matrix(trained.truth, said, len(trained.task.classes))
        console.print(confusion_table(matrix, trained.task.classes))
        console.print()
    verdict = verdict_of(trained)
    gains = [gain_sentence(baseline, trained.task) for baseline in trained.baselines]
    say(console, "Verdict", [verdict.quality, *gains, verdict.best_epoch, verdict.overfitting])
    say(console, "What to try", verdict.advice)
    shown = {*trained.preparation.notes}
    say(console, "Notes", [note for note in trained.notes if note not in shown])


def run_name(request: Request, source: str) -> str:
    """Choose the run's name before anything is trained: the given one, or a free one.

    Raises:
        FileExistsError: the given one is taken.
        ValueError: it is no name of a folder.
    """
    from kerata.workbench import runs

    folder = _folder(request)
    if request.name is not None:
        runs.check_name(request.name, folder, overwrite=request.overwrite)
        return request.name
    free = name = "".join(c if c.isalnum() or c in "-_." else "-" for c in source).strip("-.")
    number = 2
    while (folder / free).exists() and not request.overwrite:
        free = f"{name}-{number}"
        number += 1
    return free


def _folder(request: Request) -> Path:
    return Path("runs") if request.out is None else request.out
