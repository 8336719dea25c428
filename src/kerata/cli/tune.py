"""``kerata tune``: search for a good network, print each trial and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata.cli.early_checks import check_networks, check_numbers, check_table
from kerata.cli.errors import UserError
from kerata.cli.event_printer import EventPrinter
from kerata.cli.paragraphs import say
from kerata.cli.request import Request
from kerata.cli.train import (
    finish,
    given_arguments,
    kinds_of_columns,
    run_name,
    say_reading,
)

if TYPE_CHECKING:
    from rich.console import Console

# Choices listed by their importance, at most.
LISTED = 6


@dataclass
class SearchRequest:
    """The options of ``kerata tune`` that ``kerata train`` does not have."""

    networks: list[str] = field(default_factory=list)
    trials: int = 40
    minutes: float | None = None
    workers: int = 1
    ray: str | None = None
    study: Path | None = None


def tune(request: Request, wanted: SearchRequest) -> None:
    """Search, train the best network and print the verdict.

    Raises:
        UserError: options that make no sense.
        ValueError: a source, target, network or study file that makes no sense.
    """
    if request.folds is not None:
        raise UserError(
            "kerata tune chooses by validation rows and judges the winner once by test rows that "
            "the search never saw: leave --folds out, or judge one network by folds with kerata "
            "train --folds."
        )
    check_numbers(request)
    networks = [name.strip() for text in wanted.networks for name in text.split(",")]
    check_networks(networks)
    say_reading(request)

    from kerata.cli.run_saver import RunSaver, writable
    from kerata.utils.terminal import terminal
    from kerata.workbench.data import read_source
    from kerata.workbench.training.live import LiveView
    from kerata.workbench.tuning import tune_source

    columns = kinds_of_columns(request)
    check_table(request, columns, {})
    console = terminal()
    source = read_source(request.source, target=request.target, table=request.table)
    name = run_name(request, source.name)
    # Beside the runs and of the source's name, so that the same command goes on with it.
    study = wanted.study or request.folder / f"{request.name or source.name}.study.db"
    printer = None if request.quiet else SearchEventPrinter(console).on_event
    saver = RunSaver(console, request, name, printer)
    with (
        writable(request.folder),
        saver.watching(),
        saver.telling("tune") as told,
        LiveView(console) as view,
    ):
        trained = tune_source(
            source,
            target=request.target,
            task=request.task,
            networks=networks,
            columns=columns,
            trials=wanted.trials,
            minutes=wanted.minutes,
            epochs=request.epochs,
            seed=request.seed,
            split_by=request.split_by,
            group=request.group,
            balance=request.balance,
            workers=wanted.workers,
            ray=wanted.ray,
            study=study,
            watch=[saver.watch, told.watch, *([] if request.quiet else [view])],
            on_event=told.on_event,
        )
        finish(console, trained, saver)
    if not request.quiet:
        console.print("[bold]The same in Python[/bold]")
        lines = python_lines(request, wanted, columns, networks, study)
        console.print(lines, highlight=False, markup=False, soft_wrap=True)


class SearchEventPrinter(EventPrinter):
    """Prints trials as they come, then the last training."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.best: float | None = None

    def search(self, message: dict[str, Any]) -> None:
        """Print what there is to choose from."""
        from kerata.workbench.core.metrics import higher_is_better

        self.wanted, self.kind = message["trials"], message["task"]
        self.sign = 1 if higher_is_better(self.kind) else -1
        self._line(f"Networks to choose from: {', '.join(message['networks'])}.")
        self._line(f"Study: {message['file']} (the same command goes on with it)")

    def trial(self, tried: Any) -> None:
        """Print what came of a trial."""
        from kerata.workbench.evaluation.figures import figure

        number = f"{tried.number + 1:{len(str(self.wanted))}}/{self.wanted}"
        if tried.value is None:
            said, mark = f"ended after epoch {tried.epochs}", ""
        else:
            gain = 1 if self.best is None else self.sign * (tried.value - self.best)
            better = gain > 0
            mark = "  best so far" if better else ""
            self.best = tried.value if better else self.best
            said = figure(tried.value, self.kind)
        self._line(f"trial {number}  {said}  {tried.seconds:.1f} s  {tried.description()}{mark}")

    def found(self, search: Any) -> None:
        """Print the best trial and what mattered."""
        from kerata.workbench.evaluation.figures import figure

        early = sum(tried.value is None for tried in search.tried)
        message = [
            f"{figure(search.best.value, self.kind)} on the validation rows: "
            f"{search.best.description()}.",
            f"{len(search.tried)} trials, {early} of them ended early. {search.caution}",
        ]
        shares = list(search.importance.items())[:LISTED]
        if shares:
            said = ", ".join(f"{name} {100 * share:.0f}%" for name, share in shares)
            message.append(f"What mattered for {search.common}: {said}.")
        say(self.console, "Best trial", message)


def python_lines(
    request: Request,
    wanted: SearchRequest,
    columns: dict[str, str],
    networks: list[str],
    study: Path,
) -> str:
    """Give the few lines of Python that do what the command did.

    >>> wine = Request("wine.csv", "quality")
    >>> print(python_lines(wine, SearchRequest(), {}, [], Path("wine.db")))
    from kerata.workbench import read_source
    from kerata.workbench.tuning import tune_source
    <BLANKLINE>
    source = read_source('wine.csv', target='quality')
    trained = tune_source(source, study='wine.db')
    print(trained.search.best, trained.metrics)
    """
    where = {"target": request.target, "table": request.table}
    how = {
        "task": request.task,
        "networks": networks or None,
        "columns": columns or None,
        "trials": None if wanted.trials == SearchRequest().trials else wanted.trials,
        "minutes": wanted.minutes,
        "epochs": request.epochs,
        "seed": request.seed or None,
        "split_by": request.split_by,
        "group": request.group,
        "balance": request.balance or None,
        "workers": None if wanted.workers == 1 else wanted.workers,
        "ray": wanted.ray,
        "study": str(study),
    }
    return "\n".join(
        [
            "from kerata.workbench import read_source",
            "from kerata.workbench.tuning import tune_source",
            "",
            f"source = read_source({', '.join([repr(request.source), *given_arguments(where)])})",
            f"trained = tune_source({', '.join(['source', *given_arguments(how)])})",
            "print(trained.search.best, trained.metrics)",
        ]
    )
