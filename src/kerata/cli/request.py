"""What ``kerata train`` and ``kerata tune`` were asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Known without importing them; held by a test.
NETWORKS = (
    *("linear", "mlp", "wide-deep", "table"),
    *("bag-of-words", "tfidf", "embeddings", "text-cnn"),
    *("pretrained", "cnn", "cnn-bn", "airbench"),
)


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
    minutes: float | None = None
    seed: int = 0
    split_by: str | None = None
    group: str | None = None
    folds: str | None = None
    balance: bool = False
    cost: str | None = None
    recall: float | None = None
    precision: float | None = None
    time: str | None = None
    horizon: int | None = None
    known: list[str] = field(default_factory=list)
    out: Path | None = None
    overwrite: bool = False
    quiet: bool = False

    @property
    def folder(self) -> Path:
        """The folder of runs."""
        return Path("runs") if self.out is None else self.out

    def about(self, command: str) -> dict[str, Any]:
        """Give what the board may know of it while it runs.

        Arguments:
            command: that was asked for.
        """
        asked = {
            "command": command,
            "source": self.source,
            "target": self.target,
            "network": self.network,
            "epochs": self.epochs,
            "seed": self.seed,
            "options": list(self.options),
        }
        return {name: value for name, value in asked.items() if value not in (None, [])}
