"""What an export wrote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        path: where the file is.
        format: what it is, in words.
        inputs, outputs: their names.
        rows: how many rows it was tried with.
        difference: the largest between its answers and the model's, relative to the largest
            answer where that is above 1.
    """

    path: Path
    format: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rows: int
    difference: float

    def moved(self, path: Path) -> Written:
        """Give the same at another place."""
        return replace(self, path=path)

    def __str__(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        return (
            f"{self.path}: {self.format}, {', '.join(self.inputs)} to {', '.join(self.outputs)}; "
            f"on {rows} its answers differ from Kerata's by at most {self.difference:.1g}"
        )


@dataclass(frozen=True)
class WrittenWeights:
    """Weights that were written.

    Attributes:
        path: where the file is.
        names: of the weights.
    """

    path: Path
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: safetensors, {len(self.names)} weights by PyTorch's names"
