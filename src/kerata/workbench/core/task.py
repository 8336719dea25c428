"""The task, inferred from the target's values: classes, labels or a number."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.workbench.core.boolean_words import boolean_pair, boolean_words
from kerata.workbench.core.cell_values import date_format, is_missing, read_numbers, tidy
from kerata.workbench.core.extras import need
from kerata.workbench.core.rounding import rounded
from kerata.workbench.core.target_names import Target
from kerata.workbench.core.wording import counted

KINDS = ("binary", "classes", "labels", "regression")
MOST_CLASSES = 10_000

# Whole numbers with at most this many different values are taken as classes.
_FEW = 20


@dataclass(frozen=True)
class Task:
    """What a network is to predict.

    Arguments:
        kind: ``'binary'``, ``'classes'`` (one of several), ``'labels'`` (any of several) or
            ``'regression'``.
        target: the column's name.
        classes: names of the classes in the order of their numbers; empty for regression.
        why: one sentence with the reason for the kind.
        separator: stands between the labels of a row, for ``'labels'``.
        parts: the task of each target where there are several, which are all amounts.
        scales: their standard deviations, in which errors of several targets are averaged.
        threshold: of two classes, the probability above which the second is the answer.

    >>> task = choose_task(["no", "yes", "no"] * 10, "bought")
    >>> task.kind, task.classes, task.encode(["yes", "no"])
    ('binary', ['no', 'yes'], array([1, 0]))
    """

    kind: str
    target: str
    classes: list[str]
    why: str
    separator: str = ""
    parts: tuple[Task, ...] = ()
    scales: tuple[float, ...] = ()
    threshold: float = 0.5

    @property
    def target_columns(self) -> Target:
        """The name of the target's column, or those of several."""
        return tuple(part.target for part in self.parts) or self.target

    def encode(self, values: Iterable[Any]) -> np.ndarray:
        """Turn values of the target into what a network learns.

        Arguments:
            values: one for each row; of several targets a tuple of them.

        Returns:
            int64 ``(n,)`` for ``'binary'`` and ``'classes'``; multi-hot float32 ``(n, k)``
            for ``'labels'``, where a missing value means no label; float32 ``(n,)`` for
            ``'regression'``, ``(n, k)`` for k targets.

        Raises:
            ValueError: a class that was not there in training, a missing value, or text
                for a number; the row is named, the first is row 1.
        """
        listed = _listed(values)
        if self.parts:
            columns = zip(*listed, strict=True) if listed else [()] * len(self.parts)
            encoded = [p.encode(list(c)) for p, c in zip(self.parts, columns, strict=True)]
            return np.stack(encoded, axis=1)
        if self.kind == "regression":
            return self._numbers(listed)
        if self.kind == "labels":
            return self._multi_hot(listed)
        known = self._spellings()
        numbers = np.empty(len(listed), "int64")
        for row, value in enumerate(listed):
            numbers[row] = self._class(value, row, known)
        return numbers

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for a file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Task:
        """Make it from what :meth:`as_dict` gave."""
        parts = tuple(cls.from_dict(part) for part in data.get("parts", ()))
        return cls(**(data | {"parts": parts, "scales": tuple(data.get("scales", ()))}))

    def _numbers(self, values: list[Any]) -> np.ndarray:
        numbers, failed = _as_numbers(values)
        wrong = np.flatnonzero(failed | np.isnan(numbers))
        if len(wrong):
            row = int(wrong[0])
            message = "is empty" if is_missing(values[row]) else f"holds {str(values[row])!r}"
            raise ValueError(
                f"Row {row + 1} of the target {self.target!r} {message}, where a number is "
                "expected."
            )
        return numbers.astype("float32")

    def _multi_hot(self, values: list[Any]) -> np.ndarray:
        known = self._spellings()
        hot = np.zeros((len(values), len(self.classes)), "float32")
        for row, value in enumerate(values):
            for label in _labels(value, self.separator):
                hot[row, self._class(label, row, known)] = 1
        return hot

    def _class(self, value: Any, row: int, known: dict[str, int]) -> int:
        if is_missing(value):
            raise ValueError(f"Row {row + 1} has no value for the target {self.target!r}.")
        spelled = spell(value)
        number = known.get(spelled, known.get(spelled.casefold(), -1))
        if number < 0:
            raise ValueError(
                f"Row {row + 1} has {spelled!r} for the target {self.target!r}, a class that "
                f"was not there in training. {did_you_mean(spelled, self.classes)}"
            )
        return number

    def _spellings(self) -> dict[str, int]:
        """Give numbers by spelling, and by folded spelling where that leaves no doubt."""
        folded = Counter(name.casefold() for name in self.classes)
        known = {n.casefold(): i for i, n in enumerate(self.classes) if folded[n.casefold()] == 1}
        if len(self.classes) == 2 and (pair := boolean_pair(self.classes)):
            # A column of yes and no may be written with other words later.
            known |= {w: self.classes.index(name) for w, name in boolean_words(pair).items()}
        return known | {name: number for number, name in enumerate(self.classes)}


def choose_task(values: Iterable[Any], name: str, wanted: str | None = None) -> Task:
    """Choose the task from the target's values.

    Arguments:
        values: of the training rows; missing ones are passed over.
        name: the target's name.
        wanted: one of ``'binary'``, ``'classes'``, ``'labels'``, ``'regression'`` to have
            that instead.

    Raises:
        ValueError: no values, only one, or far too many to be classes; a wanted task that
            the values don't allow.

    >>> choose_task([1.5, 2.25, 3.0, 4.5], "price").kind
    'regression'
    """
    if wanted is not None and wanted not in KINDS:
        raise ValueError(f"Unknown task {wanted!r}. {did_you_mean(wanted, KINDS)}")
    present = [value for value in _listed(values) if not is_missing(value)]
    if not present:
        raise ValueError(f"The target {name!r} has no values: every row is empty.")
    if wanted != "labels":
        _need_two(present, name)
    if wanted == "labels" or (wanted is None and _separator(present)):
        return _choose_labels(present, name, said=wanted is not None)
    if wanted is None and _names_in_digits(present):
        return _choose_classes(present, name, wanted)
    numbers, failed = _as_numbers(present)
    message = "" if wanted is None else ", as you asked"
    if wanted == "regression":
        if failed.any():
            row = int(np.flatnonzero(failed)[0])
            raise ValueError(
                f"The target {name!r} can't be learned as a number: one of its values is "
                f"{str(present[row])!r}."
            )
        return Task("regression", name, [], _regression_sentence(name, numbers) + message + ".")
    if wanted is None and not failed.any():
        why = _why_number(numbers)
        if why:
            sentence = f"{_regression_sentence(name, numbers)}: {why}."
            return Task("regression", name, [], sentence)
    return _choose_classes(present, name, wanted)


def spell(value: Any) -> str:
    """Write a value as the name of a class: whole numbers without ``.0``, no outer spaces.

    >>> spell(3.0), spell(" yes "), spell(True)
    ('3', 'yes', 'True')
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _listed(values: Any) -> list[Any]:
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _as_numbers(values: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Give values as numbers, and which of them are something else."""
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return np.asarray(values, "float64"), np.zeros(len(values), bool)
    if not any(char.isdigit() for value in set(map(str, values)) for char in value):
        return np.full(len(values), np.nan), np.ones(len(values), bool)
    pandas = need("pandas", "Telling the task of a target in words")
    cells = [None if is_missing(value) else spell(value) for value in values]
    read = read_numbers(pandas.Series(cells, dtype="str"))
    # "none" is a value of a class, and nothing among numbers.
    lost = np.isnan(read.values) & np.array([cell is not None for cell in cells], bool)
    return read.values, read.failed | lost


def _need_two(present: list[Any], name: str) -> None:
    first = spell(present[0])
    if len(present) == 1:
        raise ValueError(f"There is one row only ({name!r} is {first!r}): nothing can be learned.")
    if all(spell(value) == first for value in present):
        raise ValueError(
            f"The target {name!r} is {first!r} in all {len(present):,} rows: "
            "there is nothing to tell apart."
        )


def _names_in_digits(present: list[Any]) -> bool:
    """Say whether text is whole numbers that come again, as folders' names are."""
    if not all(isinstance(value, str) for value in present):
        return False
    names = {value.strip() for value in present}
    return 2 * len(names) <= len(present) and all(name.isdecimal() for name in names)


def _why_number(numbers: np.ndarray) -> str:
    """Say why numbers are amounts; nothing if they are classes."""
    values, counts = np.unique(numbers, return_counts=True)
    if len(values) <= 2:
        return ""
    if np.any(values != np.round(values)):
        return "they have decimals"
    if len(values) <= _FEW:
        return "" if len(numbers) >= 5 * len(values) else "nearly each row has another"
    numbered = values[0] in (0, 1) and values[-1] - values[0] == len(values) - 1
    if numbered and len(values) <= 1000 and counts.min() * 5 >= counts.max() >= 10:
        return ""
    if len(values) == len(numbers) and values[-1] - values[0] == len(values) - 1:
        return "whole numbers that number the rows, so that there may be nothing to learn"
    return f"whole numbers of {len(values):,} values"


def _regression_sentence(name: str, numbers: np.ndarray) -> str:
    ends = f"from {rounded(numbers.min())} to {rounded(numbers.max())}"
    return f"Regression: {name!r} is an amount {ends}"


def _refuse_dates(present: list[Any], name: str) -> None:
    """Refuse dates, whose names of classes no column could tell but one of the same dates."""
    if not all(isinstance(value, str) or hasattr(value, "isoformat") for value in present):
        return
    pandas = need("pandas", "Telling the task of a target in words")
    if date_format(tidy(pandas.Series(list(map(str, present)), dtype="str"))) is not None:
        raise ValueError(
            f"The target {name!r} holds dates (such as {str(present[0])[:25]!r}), which can't be "
            "predicted as they are: name another column, or make it a number, such as days from a "
            "first date."
        )


def _choose_classes(present: list[Any], name: str, wanted: str | None) -> Task:
    counts = Counter(spell(value) for value in present)
    merged = _merge_spellings(counts)
    if len(merged) == 1:
        raise ValueError(
            f"The target {name!r} is {next(iter(merged))!r} in all {len(present):,} rows: "
            "there is nothing to tell apart."
        )
    if wanted == "binary" and len(merged) != 2:
        raise ValueError(
            f"A binary task needs a target of 2 values; {name!r} has {len(merged):,}: "
            f"{', '.join(list(merged)[:6])}. Leave the task out, or ask for 'classes'."
        )
    rows = len(present)
    if wanted is None and len(merged) > _FEW:
        _refuse_dates(present, name)
    if len(merged) > MOST_CLASSES or (len(merged) > 2 and 2 * len(merged) > rows):
        raise ValueError(
            f"The target {name!r} has {counted(len(merged), 'different value')} in "
            f"{counted(rows, 'row')}, too many for classes: name another column, or group its "
            "values."
        )
    classes = _sorted(merged)
    spellings = len(counts) - len(merged)
    kind = "binary" if len(classes) == 2 and wanted != "classes" else "classes"
    shares = sorted(merged.items(), key=lambda item: -item[1])
    named = [f"{cls} {100 * count / rows:.3g} %" for cls, count in shares[:3]]
    if len(classes) > 3:
        least = f"{shares[-1][0]} {100 * shares[-1][1] / rows:.2g} %"
        named = [*named[:2], "..." if len(classes) > 4 else named[2], least]
    listing = ", ".join(named)
    word = "Binary" if kind == "binary" else "Classes"
    why = f"{word}: {name!r} has {len(classes):,} values ({listing})"
    if spellings:
        why += f"; {counted(spellings, 'more spelling')} of the same"
    if wanted is None and not isinstance(present[0], str) and len(classes) > 2:
        why += "; if they are amounts, ask for regression"
    return Task(kind, name, classes, why + ("." if wanted is None else ", as you asked."))


def _merge_spellings(counts: Counter[str]) -> Counter[str]:
    """Count "Yes" and "yes" as one class under its most frequent spelling; "a" and "A" are two."""
    groups: dict[str, Counter[str]] = {}
    for spelled, count in counts.items():
        key = spelled if len(spelled) == 1 else spelled.casefold()
        groups.setdefault(key, Counter())[spelled] += count
    merged = Counter({g.most_common(1)[0][0]: g.total() for g in groups.values()})
    pair = boolean_pair(name for name, _ in merged.most_common())
    if pair is None or len(merged) == 2:
        return merged
    words, same = boolean_words(pair), Counter[str]()
    for name, count in merged.items():
        same[words.get(name.casefold(), name)] += count
    return same


def _all_numbers(classes: list[str]) -> bool:
    return all(name.removeprefix("-").replace(".", "", 1).isdigit() for name in classes)


def _sorted(classes: Iterable[str]) -> list[str]:
    names = list(classes)
    return sorted(names, key=float) if _all_numbers(names) else sorted(names)


def _labels(value: Any, separator: str) -> list[str]:
    if isinstance(value, (list, tuple, set, frozenset)):
        return [spell(label) for label in value]
    if is_missing(value):
        return []
    parts = spell(value).split(separator) if separator else [spell(value)]
    return [part.strip() for part in parts if part.strip()]


def _separator(present: list[Any]) -> str:
    """Find the sign between several labels in a cell; nothing if cells are single classes."""
    cells = Counter(value for value in present if isinstance(value, str))
    total = cells.total()
    if not total or total < len(present):
        return ""
    for sign in ("|", ";", ","):
        joined = {cell: count for cell, count in cells.items() if sign in cell}
        if sum(joined.values()) < 0.05 * total:
            continue
        homes: dict[str, int] = {}
        for cell in cells:
            for label in set(_labels(cell, sign)):
                homes[label] = homes.get(label, 0) + 1
        parts = {label for cell in joined for label in _labels(cell, sign)}
        shared = sum(homes[label] > 1 for label in parts)
        if shared >= 0.5 * len(parts) and max(len(part.split()) for part in parts) <= 4:
            return sign
    return ""


def _choose_labels(present: list[Any], name: str, *, said: bool) -> Task:
    sign = _separator(present)
    if said and not sign:
        sign = next((s for s in ("|", ";", ",") if any(s in str(v) for v in present)), "|")
    rows = [_labels(value, sign) for value in present]
    counts = Counter(label for row in rows for label in set(row))
    if not counts:
        raise ValueError(f"The target {name!r} has no labels: every row is empty.")
    if len(counts) > MOST_CLASSES:
        raise ValueError(
            f"The target {name!r} has {len(counts):,} different labels, too many: group them."
        )
    classes = _sorted(counts)
    mean = sum(map(len, rows)) / len(rows)
    why = (
        f"Labels: cells of {name!r} hold any of {len(classes):,} labels separated by "
        f"{sign!r}, {mean:.1f} in a row"
    )
    return Task("labels", name, classes, why + (", as you asked." if said else "."), sign)
