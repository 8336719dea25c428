"""``kerata train digits``: the small network on the embedded digits, with pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kerata.cli.told import say

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.workbench import DigitsResult


def train_on_digits(epochs: int, batch_size: int, seed: int, out: Path | None, quiet: bool) -> None:
    """Train on the digits and print the verdict."""
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
    from kerata.workbench.core.confusion import confusion_table, most_confused

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
    say(console, "Verdict", [verdict.quality, verdict.best_epoch, verdict.overfitting])
    say(console, "What to try", verdict.advice)
    say(console, "Pictures", [str(path) for path in result.pictures.values()])
