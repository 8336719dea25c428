"""Tables: columns of numbers, categories, dates and texts to a network's inputs."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.workbench.core.column import Column
from kerata.workbench.data.column_cells import column_values
from kerata.workbench.features import onnx_tables, onnx_texts
from kerata.workbench.features.categories import OTHER, CategoryColumn, fit_categories
from kerata.workbench.features.dates import DateColumn, fit_dates
from kerata.workbench.features.numbers import NumberColumn, fit_numbers, stacked
from kerata.workbench.features.preparation import Inputs, Preparation, part
from kerata.workbench.features.ranges import FarValues, Ranges, ends_of, far_outside
from kerata.workbench.features.word_bag import WordBag

# Most distinct words of free text in a table that become inputs.
WORDS = 20_000
SHOWN = 3
# Categories of a column that are told.
OFFERED = 200


class TablePreparation(Preparation):
    """Prepares a table's rows; what it learns comes from training rows alone.

    A network gets up to three inputs: ``numbers`` (float32; numbers, dates and where values were
    missing), ``categories`` (int32, ids numbered on over the columns) and ``words`` (a sparse
    bag of TF-IDF weights of all free texts).

    Arguments:
        ranked: True takes ranks instead of values for all numbers, False for skewed ones, None
            for none.
        least: rows that a category needs to have an id of its own; by default a hundredth of
            the rows, at most 5.
        beside: keep values beside their ranks.
    """

    kind = "table"

    def __init__(
        self, ranked: bool | None = False, least: int | None = None, beside: bool = False
    ) -> None:
        self.ranked, self.least, self.beside = ranked, least, beside
        self.numbers: list[NumberColumn | DateColumn] = []
        self.categories: list[CategoryColumn] = []
        self.texts: list[str] = []
        self.bag: WordBag | None = None
        self.read: list[Column] = []
        self.target: Any = ""
        self.ranges: Ranges = {}
        self.notes: list[str] = []

    def fit(self, data: Any, task: Any, columns: Any = None) -> Self:
        """Learn from training rows.

        Arguments:
            data: a ``Table``.
            task: names the target.
            columns: what ``infer_columns`` gave; its used columns are prepared.

        Raises:
            ValueError: no column is left; a value that does not fit its column.
        """
        self.target = task.target_columns
        self.read = [c for c in columns if c.used and c.kind != "target"]
        for column in self.read:
            values = column_values(data.frame, column)
            if column.kind in ("number", "date"):
                ends = ends_of(days_of(values) if column.kind == "date" else values.to_numpy())
                self.ranges |= {} if ends is None else {column.name: ends}
            if column.kind == "number":
                made = fit_numbers(
                    column.name, values.to_numpy(), self.notes, self.ranked, self.beside
                )
                self.numbers.append(made)
            elif column.kind == "date":
                self.numbers.append(fit_dates(column.name, days_of(values), self.notes))
            elif column.kind == "text":
                self.texts.append(column.name)
            else:
                self.categories.append(
                    fit_categories(column.name, _listed(values), self.notes, self.least)
                )
        self._note_ranks()
        if not (self.numbers or self.categories or self.texts):
            left_out = [f"{c.name!r} ({c.why})" for c in columns if c.kind != "target"]
            raise ValueError(
                "No column is left to predict from: left out are "
                f"{', '.join(left_out[:5])}{', ...' if len(left_out) > 5 else ''}. Use --columns "
                "to say what they are."
            )
        if self.texts:
            self.bag = WordBag(ngrams=2, weights="tfidf", most=WORDS).fit(self._joined(data.frame))
        prepared = self._numbers(data.frame)
        variance = prepared.var(axis=0, dtype=np.float64)
        self.inputs = Inputs(
            rows=len(data.frame),
            numbers=prepared.shape[1],
            mean=tuple(prepared.mean(axis=0, dtype=np.float64).tolist()),
            # A column that is constant here must not be blown up where it is not.
            variance=tuple(np.where(variance > 0, variance, 1.0).tolist()),
            ranks=self._ranks(),
            categories=tuple(column.size for column in self.categories),
            words=self.bag.width if self.bag else 0,
        )
        return self

    @property
    def input_names(self) -> list[str]:
        """Names of the network's inputs."""
        parts = {"numbers": self.numbers, "categories": self.categories, "words": self.texts}
        return [name for name, present in parts.items() if present]

    @property
    def columns(self) -> list[str]:
        """The raw columns that are needed."""
        return [column.name for column in self.read]

    def check(self, data: Any) -> list[str]:
        """Say what is odd about new rows.

        Raises:
            ValueError: a column is missing.
        """
        frame = _frame(data)
        lacking = [name for name in self.columns if name not in frame.columns]
        if len(lacking) == 1:
            raise ValueError(
                f"The table has no column {lacking[0]!r}, which the network needs. "
                f"{did_you_mean(lacking[0], frame.columns)}"
            )
        if lacking:
            raise ValueError(
                f"The table lacks {len(lacking):,} columns that the network needs: "
                f"{', '.join(map(repr, lacking))}. It has: {_some(list(frame.columns), 12)}."
            )
        notes = []
        known = {*self.columns, *([self.target] if isinstance(self.target, str) else self.target)}
        extra = [str(name) for name in frame.columns if name not in known]
        if extra:
            notes.append(f"Ignored columns that training did not use: {_some(extra)}.")
        for column in self.categories:
            unseen = column.unseen(self._categories(frame, column))
            if unseen:
                verb = "counts" if len(unseen) == 1 else "count"
                notes.append(f"{column.name}: {_some(unseen)} {verb} as rare or unseen.")
        return notes

    def far_values(self) -> FarValues:
        """Give what counts values of new rows that lie far outside the training rows."""
        # Runs from before know no ranges.
        dates = [column.name for column in self.read if column.kind == "date"]
        return FarValues(getattr(self, "ranges", {}), dates)

    def look_for_far_values(self, data: Any, far: FarValues) -> None:
        """Add a piece of new rows to what :meth:`far_values` gave."""
        frame = _frame(data)
        for name in far.ranges:
            values = self._values(frame, name)
            far.add(name, days_of(values) if name in far.dates else values.to_numpy())

    def unlike(self, data: Any) -> list[str]:
        """Name for each row the columns in which it is unlike the training rows.

        Numbers and dates are if they lie far outside of those of training, categories if they have
        no vector of their own: rare or unseen.

        Arguments:
            data: rows that ``check`` found complete.

        Returns:
            A text for each row: names with commas between them, ``''`` where it is like them.
        """
        frame = _frame(data)
        odd: list[tuple[str, np.ndarray]] = []
        dates = {column.name for column in self.read if column.kind == "date"}
        for name, ends in getattr(self, "ranges", {}).items():
            values = self._values(frame, name)
            odd.append(
                (name, far_outside(days_of(values) if name in dates else values.to_numpy(), ends))
            )
        for column in self.categories:
            ids = column.transform(self._categories(frame, column))
            odd.append((column.name, ids == OTHER))
        names: list[list[str]] = [[] for _ in range(len(frame))]
        for name, places in odd:
            for row in np.flatnonzero(places):
                names[row].append(name)
        return [", ".join(some) for some in names]

    def transform(self, data: Any) -> dict[str, Any]:
        """Give the network's inputs for raw rows; columns in any order, others are ignored.

        Raises:
            ValueError: a column is missing; a value that does not fit its column.
        """
        frame = _frame(data)
        self.check(frame)
        inputs: dict[str, Any] = {}
        if self.numbers:
            inputs["numbers"] = self._numbers(frame)
        if self.categories:
            ids = [column.transform(self._categories(frame, column)) for column in self.categories]
            inputs["categories"] = self.numbered_on(ids)
        if self.bag is not None:
            inputs["words"] = self.bag.transform(self._joined(frame))
        return inputs

    def numbered_on(self, ids: list[np.ndarray]) -> np.ndarray:
        """Give ids of all columns, ``(rows, columns)`` int32, for each column's own ones."""
        starts = np.cumsum([0, *(column.size for column in self.categories[:-1])])
        return (np.stack(ids, axis=1) + starts).astype(np.int32)

    def column_facts(self) -> list[dict[str, Any]]:
        """Say of each column its kind, an example, its range and its most frequent categories."""
        known = {column.name: column.known[:OFFERED] for column in self.categories}
        found = []
        for column in self.read:
            facts: dict[str, Any] = {
                "name": column.name,
                "kind": column.kind,
                "example": column.examples[0] if column.examples else None,
            }
            ends = self.ranges.get(column.name)
            if ends is not None:
                facts["range"] = [_day(e) for e in ends] if column.kind == "date" else ends
            if column.name in known:
                facts["categories"] = known[column.name]
            found.append(facts | ({"unit": column.unit} if column.unit else {}))
        return found

    def raw_inputs(self) -> list[tuple[str, str, tuple[int, ...]]]:
        """Say that a graph takes each column apart: numbers, or text for all else."""
        return [(c.name, onnx_tables.raw_type(c), (1,)) for c in self.read]

    def raw_arrays(self, data: Any) -> dict[str, np.ndarray]:
        """Give each raw column as ``(rows, 1)``."""
        frame = _frame(data)
        self.check(frame)
        return {c.name: onnx_tables.raw_array(frame, c) for c in self.read}

    def write_onnx(self, graph: Any, raw: dict[str, Any]) -> dict[str, Any]:
        """Write the preparation of each column."""
        known = {column.name: column for column in self.read}
        cells = {name: onnx_tables.flat(graph, value) for name, value in raw.items()}
        one = np.array([1], np.int64)
        inputs: dict[str, Any] = {}
        parts: list[Any] = []
        for made in self.numbers:
            cell, column = cells[made.name], known[made.name]
            if isinstance(made, DateColumn):
                parts += onnx_tables.date_parts(graph, cell, made, column)
            else:
                parts += onnx_tables.number_parts(graph, cell, made, column)
        if parts:
            columns = [graph.node("Unsqueeze", x, one) for x in parts]
            inputs["numbers"] = graph.cast(graph.node("Concat", *columns, axis=1), np.float32)
        ids, start = [], 0
        for category in self.categories:
            name = category.name
            found = onnx_tables.category_ids(graph, cells[name], category, known[name])
            found = graph.node("Add", found, np.int64(start))
            ids.append(graph.node("Unsqueeze", found, one))
            start += category.size
        if ids:
            inputs["categories"] = graph.cast(graph.node("Concat", *ids, axis=1), np.int32)
        if self.bag is not None:
            texts = [onnx_tables.present_text(graph, cells[name]) for name in self.texts]
            whole = texts[0]
            for text in texts[1:]:
                marked = graph.node("StringConcat", whole, np.array([" . "], object))
                whole = graph.node("StringConcat", marked, text)
            inputs["words"] = onnx_texts.bag_weights(graph, whole, self.bag)
        return inputs

    def column_groups(self) -> tuple[list[str], dict[str, Any]]:
        """Say which raw column each prepared value comes from.

        Returns:
            Names of the columns, those of texts as one, since they share a bag; and for each of
            the network's inputs the number of the column behind each of its values.
        """
        texts = " and ".join(self.texts)
        names = [c.name for c in self.read if c.name not in self.texts] + [texts] * bool(texts)
        widths = [[names.index(c.name)] * len(c.names) for c in self.numbers]
        groups = {
            "numbers": np.array([place for column in widths for place in column], int),
            "categories": np.array([names.index(c.name) for c in self.categories], int),
            "words": np.array(len(names) - 1),
        }
        return names, {name: groups[name] for name in self.input_names}

    def _note_ranks(self) -> None:
        names = [c.name for c in self.numbers if isinstance(c, NumberColumn) and len(c.knots)]
        if names:
            why = "" if self.ranked else " (skewed)"
            self.notes.append(
                f"A quantile transform to a normal distribution is applied to {_some(names)}{why}."
            )

    def _ranks(self) -> tuple[int, ...]:
        """Give the places of ranks among the prepared columns that have values beside them."""
        found, place = [], 0
        for column in self.numbers:
            if isinstance(column, NumberColumn) and column.beside and len(column.knots):
                found.append(place)
            place += len(column.names)
        return tuple(found)

    def _values(self, frame: Any, name: str) -> Any:
        return column_values(frame, next(column for column in self.read if column.name == name))

    def _categories(self, frame: Any, column: CategoryColumn) -> list[str | None]:
        return _listed(self._values(frame, column.name))

    def _numbers(self, frame: Any) -> np.ndarray:
        prepared: list[np.ndarray] = []
        for column in self.numbers:
            values = self._values(frame, column.name)
            dates = isinstance(column, DateColumn)
            prepared += column.transform(days_of(values) if dates else values.to_numpy())
        if not prepared:
            return np.zeros((len(frame), 0), np.float32)
        return stacked(prepared)

    def _joined(self, frame: Any) -> list[str]:
        parts = [texts_of(self._values(frame, name)) for name in self.texts]
        return [" . ".join(row) for row in zip(*parts, strict=True)]


def texts_of(values: Any) -> list[str]:
    """Give a column of text as a list, empty where a value is missing."""
    return [text or "" for text in _listed(values)]


def _listed(values: Any) -> list[str | None]:
    return [v if isinstance(v, str) else None for v in values.tolist()]


def days_of(values: Any) -> np.ndarray:
    """Give days since 1970, NaN where a date is missing."""
    moments = values.to_numpy("datetime64[s]")
    days = moments.astype("int64") / 86400
    return np.where(np.isnat(moments), np.nan, days)


def _day(days: float) -> str:
    return str(np.datetime64(0, "D") + np.timedelta64(int(days), "D"))


def _frame(data: Any) -> Any:
    return getattr(data, "frame", data)


def _some(names: list[str], most: int = SHOWN) -> str:
    more = len(names) - most
    return ", ".join(repr(n) for n in names[:most]) + (f" and {more:,} more" if more > 0 else "")


part(Column)
