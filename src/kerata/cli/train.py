"""``kerata train``: call the workbench, print what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kerata.base.messages import did_you_mean
from kerata.cli.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.workbench import DigitsResult

SOURCES = ("digits",)


def train_source(
    source: str, epochs: int, batch_size: int, seed: int, out: Path | None, quiet: bool
) -> None:
    """Train on a source and print the verdict.

    Raises:
        UserError: an unknown source.
    """
    if source not in SOURCES:
        raise UserError(f"Unknown source {source!r}. {did_you_mean(source, SOURCES)}")
    from rich.console import Console

    from kerata.workbench import train_digits

    console = Console()
    if not quiet:
        console.print(
            "[bold]Handwritten digits[/bold]: 1,797 scans of 8 by 8 pixels, "
            "10 classes, a small convolutional network."
        )
    result = train_digits(
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        folder=Path("runs/digits") if out is None else out,
        console=None if quiet else console,
    )
    _print_result(console, result)


def _print_result(console: Console, result: DigitsResult) -> None:
    from kerata.datasets.digits import CLASS_NAMES
    from kerata.workbench.confusion import confusion_table, most_confused

    train, validation, test = result.rows
    console.print()
    console.print(
        f"Trained on {train:,} rows, stopped by {validation:,} validation rows, "
        f"judged on {test:,} test rows.",
        highlight=False,
    )
    console.print()
    console.print(confusion_table(result.confusion, CLASS_NAMES))
    mistakes = most_confused(result.confusion, top=1)
    if mistakes:
        truth, said, count = mistakes[0]
        times = "once" if count == 1 else f"{count} times"
        console.print(
            f"Most frequent mistake: a {truth} taken for a {said}, {times}.", highlight=False
        )
    console.print()
    verdict = result.verdict
    _say(console, "Verdict", [verdict.quality, verdict.best_epoch, verdict.overfitting])
    _say(console, "What to try", verdict.advice)
    _say(console, "Pictures", [str(path) for path in result.pictures.values()])


def _say(console: Console, title: str, lines: Sequence[str]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    if not lines:
        return
    console.print(Text(title, style="bold"))
    for line in lines:
        if title == "Pictures":
            # A path that is broken over two lines can't be clicked or copied.
            console.print(f"  {line}", soft_wrap=True, highlight=False, markup=False)
        else:
            console.print(Padding(line, (0, 0, 0, 2), expand=False), highlight=False)
