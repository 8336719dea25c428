"""Prints the events of a training by the workbench."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerata.cli.columns_table import print_columns
from kerata.cli.paragraphs import say

if TYPE_CHECKING:
    from rich.console import Console


class EventPrinter:
    """Prints each event of ``fit_source`` as a line, a table or a paragraph."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._part = "Fold"

    def on_event(self, name: str, value: Any) -> None:
        """Print one event."""
        message = getattr(self, name, None)
        if message is not None:
            message(value)

    def columns(self, columns: list[Any]) -> None:
        """Print what is made of each column."""
        print_columns(self.console, columns)

    def task(self, task: Any) -> None:
        """Print what is predicted."""
        self._line(task.why)
        self.kind = task

    def split(self, rule: Any) -> None:
        """Print along what the rows were divided, if not at random."""
        if rule.summary.sentence:
            say(self.console, "Split", [rule.summary.sentence])

    def rows(self, rows: dict[str, int]) -> None:
        """Print how the rows were divided."""
        self._line(
            f"{rows['train']:,} training rows, {rows['validation']:,} validation rows, "
            f"{rows['test']:,} test rows."
        )

    def few(self, sentence: str) -> None:
        """Print that rows are so few that folds judge."""
        self._line(sentence)

    def folds(self, message: dict[str, Any]) -> None:
        """Print that a cross-validation begins."""
        self._part = "Block" if message["along_time"] else "Fold"

    def fold(self, message: dict[str, Any]) -> None:
        """Print how the network of a fold came out."""
        from kerata.workbench.evaluation.figures import figure

        self._line(
            f"{self._part} {message['number']} of {message['of']}: {self._figure} "
            f"{figure(message['value'], self.kind)} on {message['rows']:,} rows, "
            f"{message['seconds']:.1f} s"
        )

    def preparation(self, preparation: Any) -> None:
        """Print what was done to the rows."""
        say(self.console, "Preparation", preparation.notes)

    def baseline(self, baseline: Any) -> None:
        """Print what is to be beaten."""
        from kerata.workbench.evaluation.figures import figure

        value = figure(baseline.value, self.kind)
        self._line(f"Baseline, {baseline.name}: {self._figure} {value}")

    def network(self, network: dict[str, Any]) -> None:
        """Print which network is trained."""
        if network["solved"]:
            self._line(f"Network: {network['name']}, solved exactly.")
            return
        several = f", {network['members']} of them" if network["members"] > 1 else ""
        self._line(f"Network: {network['name']}{several}, at most {network['epochs']} epochs.")

    def member(self, message: dict[str, Any]) -> None:
        """Print how one of several networks came out."""
        self._line(
            f"Network {message['number']} of {message['of']}: best epoch {message['best_epoch']} "
            f"of {message['epochs']}, val_loss {message['val_loss']:.4f}"
        )

    def diagnosis(self, nothing: None) -> None:
        """Say that it takes a moment."""
        self._line("Looking for what is wrong with rows and network ...")

    @property
    def _figure(self) -> str:
        if self.kind.parts:
            return "mean error in standard deviations"
        name = {"regression": "mean error", "labels": "F1 of labels"}
        return name.get(self.kind.kind, "accuracy")

    def _line(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False)
