"""A table of one's own in the playground: which columns are numbers, what can be predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean

# Columns that are drawn as inputs, classes that are offered, rows that are drawn and trained on.
MOST_INPUTS, MOST_CLASSES, MOST_ROWS = 16, 10, 1000


@dataclass(frozen=True)
class Chosen:
    """Inputs and target, raw.

    Arguments:
        x: float64 ``(rows, inputs)``.
        y: classes 0 and 1, or amounts, float64 ``(rows,)``.
        kind: ``'binary'`` or ``'regression'``.
        names, classes, program, notes: see ``Problem``.
        target: what is predicted.
        kept: numbers of the rows in the table, from 0.
    """

    x: np.ndarray
    y: np.ndarray
    kind: str
    names: tuple[str, ...]
    classes: tuple[str, ...]
    program: tuple[str, ...]
    notes: tuple[str, ...]
    target: Target
    kept: np.ndarray


@dataclass(frozen=True)
class Target:
    """Something that can be predicted: a column's amounts, or one of its values or not.

    Arguments:
        label: as it is shown, and chosen by.
        column: its name.
        value: the class that counts as 1; None for amounts.
        other: what the other class is called.
        other_value: the only other value there is; None where there are several.
    """

    label: str
    column: str
    value: Any = None
    other: str = ""
    other_value: Any = None

    @property
    def whole(self) -> bool:
        """Whether the column's own values are the two classes."""
        return self.other_value is not None


class Sheet:
    """A table file whose columns can be inputs and targets.

    Arguments:
        path: a file as for ``read_source``.

    Attributes:
        frame: the table.
        fingerprint: of the file.
        columns: names of the numeric columns.
        targets: what can be predicted.
        most: rows that are used at most.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: fewer than two numeric columns, or nothing left to predict.
    """

    most = MOST_ROWS

    def __init__(self, path: str | Path) -> None:
        from kerata.workbench.data import read_source

        self.path = Path(path).expanduser()
        if not self.path.is_file():
            raise FileNotFoundError(f"There is no file {str(path)!r}.")
        source = read_source(self.path, labelled=False)
        frame = getattr(source.train, "frame", None)
        if frame is None:
            raise ValueError(f"{self.path.name} is no table: the playground takes rows of numbers.")
        self.frame, self.fingerprint = frame, source.fingerprint
        self.columns = [name for name in map(str, frame.columns) if frame[name].dtype.kind in "iuf"]
        if len(self.columns) < 2:
            found = f"{self.columns[0]!r} alone" if self.columns else "none"
            raise ValueError(
                f"{self.path.name} has fewer than two columns of numbers ({found}): the playground "
                "needs two inputs."
            )
        self.targets = [target for name in self._by_likelihood() for target in self._targets(name)]
        if not self.targets:
            raise ValueError(
                f"{self.path.name} has no column to predict: one of two to {MOST_CLASSES} "
                "different values, or a third one of numbers."
            )

    def choose(self, columns: Sequence[str] = (), target: str = "") -> Chosen:
        """Take inputs and target out of the table; rows that lack one of them are left out.

        Arguments:
            columns: names of the inputs; all numeric ones but the target if there are none.
            target: the label of one of ``targets``; the first if ''.

        Raises:
            ValueError: no such columns or target; too few rows.
        """
        labels = [t.label for t in self.targets]
        if target and target not in labels:
            raise ValueError(
                f"Nothing to predict is called {target!r}. {did_you_mean(target, labels)}"
            )
        wanted = self.targets[labels.index(target) if target else 0]
        for name in columns:
            if name not in self.columns:
                raise ValueError(
                    f"There is no column of numbers {name!r}. {did_you_mean(name, self.columns)}"
                )
        free = [name for name in self.columns if name != wanted.column]
        names = [name for name in columns if name in free] or free[:MOST_INPUTS]
        if len(names) < 2:
            names = free[:2]
        rows = self.frame[[*names, wanted.column]].dropna()
        column = rows[wanted.column]
        if wanted.value is None:
            y, kind, made = (
                column.to_numpy("float64"),
                "regression",
                'rows[target].to_numpy("float64")',
            )
        else:
            y, kind = (column == wanted.value).to_numpy("float64"), "binary"
            made = f'(rows[target] == {wanted.value!r}).to_numpy("float64")'
        if len(rows) < 10 or len(np.unique(y)) < 2:
            raise ValueError(
                f"Only {len(rows)} rows have a value of {wanted.column!r} and of all inputs, or "
                "they all have the same one: choose other columns."
            )
        notes = []
        if len(rows) < len(self.frame):
            notes.append(f"{len(self.frame) - len(rows)} rows with an empty cell are left out.")
        if not columns and len(free) > MOST_INPUTS:
            notes.append(f"The first {MOST_INPUTS} of {len(free)} numeric columns are inputs.")
        program = (
            f"table = keras.workbench.read_source({str(self.path)!r}, labelled=False).train.frame",
            f"columns, target = {names!r}, {wanted.column!r}",
            "rows = table[[*columns, target]].dropna()",
            'x = rows[columns].to_numpy("float64")',
            f"y = {made}",
        )
        classes = () if wanted.value is None else (wanted.other, str(wanted.value))
        x = rows[names].to_numpy("float64")
        kept = np.flatnonzero(self.frame.index.isin(rows.index))
        return Chosen(x, y, kind, tuple(names), classes, program, tuple(notes), wanted, kept)

    def _by_likelihood(self) -> list[str]:
        """List the columns, those that people predict first: by name, few values, the last."""
        names = [str(name) for name in self.frame.columns]
        plain = [n for n in names if n.lower() in ("target", "label", "class", "y", "outcome")]
        few = [n for n in reversed(names) if self._values(n) is not None]
        last = [n for n in reversed(names) if n in self.columns]
        return list(dict.fromkeys([*plain, *few, *last]))

    def _values(self, name: str) -> list[Any] | None:
        """Give a column's values if they are few enough to be classes."""
        column = self.frame[name].dropna()
        counts = column.value_counts()
        if not 2 <= len(counts) <= MOST_CLASSES or counts.min() < 2:
            return None
        if column.dtype.kind not in "iufbO" and column.dtype.kind == "M":
            return None
        return sorted(counts.index.tolist(), key=str)

    def _targets(self, name: str) -> list[Target]:
        others = [column for column in self.columns if column != name]
        if len(others) < 2:
            return []
        values = self._values(name)
        found = []
        if values is not None and len(values) == 2:
            found.append(Target(name, name, values[1], str(values[0]), values[0]))
        elif values is not None:
            found += [Target(f"{name}: {v}", name, v, f"not {v}") for v in values]
        if name in self.columns and values is None:
            found.append(Target(name, name))
        return found
