"""Texts: weighted bags of words, or lists of word numbers."""

from __future__ import annotations

from collections import Counter
from typing import Any, Self

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.workbench.core.column import Column
from kerata.workbench.data.column_cells import column_values
from kerata.workbench.features import onnx_tables, onnx_texts
from kerata.workbench.features.preparation import Inputs, Preparation
from kerata.workbench.features.rows import kind_of, target_values
from kerata.workbench.features.tables import texts_of
from kerata.workbench.features.word_bag import WordBag, words_of

# Numbers of words: 0 is nothing, 1 an unknown word.
UNKNOWN, FIRST = 1, 2
# Longer texts are cut for networks that read words in order.
LONGEST = 400


class TextPreparation(Preparation):
    """Prepares texts; what it learns comes from training rows alone.

    Arguments:
        weights: of a bag's terms, see ``WordBag``; ``'sequence'`` for lists of word numbers.
        ngrams: longest run of words in a bag.
        least: terms of fewer occurrences are left out.
        most: upper limit of the terms.
    """

    kind = "texts"

    def __init__(
        self, weights: str = "tfidf", ngrams: int = 1, least: int = 2, most: int = 1_000_000
    ) -> None:
        self.weights = weights
        self.bag: WordBag | None = None
        if weights != "sequence":
            self.bag = WordBag(ngrams, weights, least, most)
        self.least = least
        self.most = most
        self.words: list[str] = []
        self.length = 0
        self.column: Column | None = None
        self.notes: list[str] = []

    def fit(self, data: Any, task: Any, columns: Any = None) -> Self:
        """Learn from training rows.

        Arguments:
            data: ``Texts``, or a ``Table`` with one used column of text.
            task: encodes labels, which weights may need.
            columns: of a table.

        Raises:
            ValueError: no usable word.
        """
        if kind_of(data) == "table":
            self.column = next(c for c in columns if c.used and c.kind == "text")
        texts = self._texts(data)
        if self.bag is None:
            self._fit_sequences(texts)
            self.inputs = Inputs(len(texts), length=self.length, vocabulary=self.vocabulary)
            return self
        classes = None
        if self.weights == "naive-bayes":
            classes = _memberships(data, task)
        self.bag.fit(texts, classes)
        self.inputs = Inputs(len(texts), words=self.bag.width)
        runs = f", and runs of up to {self.bag.ngrams} words" if self.bag.ngrams > 1 else ""
        self.notes.append(f"{self.bag.width:,} terms: words{runs}, weights {self.weights}.")
        return self

    def _fit_sequences(self, texts: list[str]) -> None:
        counts: Counter[str] = Counter()
        lengths = []
        for text in texts:
            words = words_of(text)
            counts.update(words)
            lengths.append(len(words))
        frequent = counts.most_common(self.most)
        self.words = [word for word, count in frequent if count >= self.least]
        self.length = int(np.clip(np.quantile(lengths, 0.95), 8, LONGEST))
        cut = float(np.mean(np.array(lengths) > self.length))
        self.notes.append(
            f"{len(self.words):,} known words; texts are read up to {self.length} words, "
            f"{100 * cut:.0f}% are longer: their end is read."
        )

    @property
    def vocabulary(self) -> int:
        """How many numbers of words there are."""
        return len(self.words) + FIRST

    @property
    def input_names(self) -> list[str]:
        """Names of the network's inputs."""
        return ["words"]

    def check(self, data: Any) -> list[str]:
        """Say what is odd about new rows.

        Raises:
            ValueError: a table without the column of texts.
        """
        frame = getattr(data, "frame", None)
        if frame is None or self.column is None:
            return []
        name = self.column.name
        if name not in frame.columns:
            raise ValueError(
                f"The table has no column {name!r}, which the network needs. "
                f"{did_you_mean(name, frame.columns)}"
            )
        return []

    def transform(self, data: Any) -> Any:
        """Give a CSR matrix ``(rows, terms)``, or word numbers ``(rows, length)``."""
        self.check(data)
        texts = self._texts(data)
        return self._sequences(texts) if self.bag is None else self.bag.transform(texts)

    def column_facts(self) -> list[dict[str, Any]]:
        """Name the column of a table that holds the texts; there is none for files."""
        return [] if self.column is None else [{"name": self.column.name, "kind": "text"}]

    def raw_inputs(self) -> list[tuple[str, str, tuple[int, ...]]]:
        """Say that a graph takes texts."""
        return [("text" if self.column is None else self.column.name, "string", (1,))]

    def raw_arrays(self, data: Any) -> dict[str, np.ndarray]:
        """Give texts ``(rows, 1)``."""
        return {self.raw_inputs()[0][0]: np.array(self._texts(data), object)[:, None]}

    def write_onnx(self, graph: Any, raw: dict[str, Any]) -> dict[str, Any]:
        """Write words to numbers or weights."""
        text = onnx_tables.flat(graph, next(iter(raw.values())))
        if self.column is not None:
            text = onnx_tables.present_text(graph, text)
        if self.bag is None:
            words = onnx_texts.word_numbers(graph, text, self.words, self.length, FIRST)
        else:
            words = onnx_texts.bag_weights(graph, text, self.bag)
        return {"words": words}

    def _sequences(self, texts: list[str]) -> np.ndarray:
        ids = {word: number for number, word in enumerate(self.words, start=FIRST)}
        rows = np.zeros((len(texts), self.length), np.int32)
        for row, text in zip(rows, texts, strict=True):
            numbers = [ids.get(word, UNKNOWN) for word in words_of(text)[-self.length :]]
            row[: len(numbers)] = numbers
        return rows

    def _texts(self, data: Any) -> list[str]:
        frame = getattr(data, "frame", None)
        if frame is not None and self.column is not None:
            return texts_of(column_values(frame, self.column))
        return list(data.texts)


def _memberships(data: Any, task: Any) -> np.ndarray:
    """Give one column a class, 1 where a row belongs to it; regression: above the median."""
    encoded = task.encode(target_values(data, task.target_columns) or [])
    if task.kind == "labels":
        return np.asarray(encoded, np.float32)
    if task.parts:
        encoded = ((encoded - encoded.mean(axis=0)) / np.asarray(task.scales)).mean(axis=1)
    if task.kind == "regression":
        encoded = (encoded > np.median(encoded)).astype(int)
    return np.eye(max(2, len(task.classes)), dtype=np.float32)[encoded]
