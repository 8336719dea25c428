"""What was read: a table, texts or images, with a test part where the source has one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kerata.workbench.core.target_names import Target

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Table:
    """Rows and named columns: numbers as numbers, all else as text, missing as NaN."""

    frame: pandas.DataFrame
    origins: list[str] | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.frame)


@dataclass(frozen=True)
class Texts:
    """Texts, their labels (None without), and where each comes from: a file or a row."""

    texts: list[str]
    labels: list[str] | None
    origins: list[str]

    def __len__(self) -> int:
        """Count the texts."""
        return len(self.texts)


@dataclass(frozen=True)
class Images:
    """Images uint8 ``(n, height, width, channels)``, their labels and where each comes from.

    ``cropped`` says that they are the middles of photos.
    """

    images: np.ndarray
    labels: list[str] | None
    origins: list[str]
    cropped: bool = False

    def __len__(self) -> int:
        """Count the images."""
        return len(self.images)


Part = Table | Texts | Images


@dataclass(frozen=True)
class Source:
    """One source of data as it was read.

    Arguments:
        name: short, fit for the name of a run.
        kind: ``'table'``, ``'texts'`` or ``'images'``.
        train: all rows, or the training rows where there is an official test set.
        test: the official test set, or None.
        target: column of a table that is to be predicted, if given or plain; or several.
        notes: sentences on what was found and decided while reading.
        fingerprint: SHA-256 of the content, hexadecimal.
        sampled: whether the table was too large, so that its rows are a random sample.
    """

    name: str
    kind: str
    train: Part
    test: Part | None = None
    target: Target | None = None
    notes: list[str] = field(default_factory=list)
    fingerprint: str = ""
    sampled: bool = False

    def _repr_html_(self) -> str:
        from kerata.workbench.data.source_html import source_html

        return source_html(self)
