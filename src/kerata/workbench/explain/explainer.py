"""Explains raw rows by a trained network and its preparation, and rows of a Keras model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kerata.workbench.core import metrics
from kerata.workbench.core.result import outputs_of
from kerata.workbench.core.wording import counted
from kerata.workbench.explain.explanation import Explanation, RowExplanation
from kerata.workbench.explain.occlusion import word_attributions
from kerata.workbench.explain.regions import region_name, squares
from kerata.workbench.explain.shapley import Shares, shapley_values
from kerata.workbench.features.rows import count, kind_of, take

# Rows of the training data that stand for "unknown"; regions beside each other in an image.
BACKGROUND, IMAGES, REGIONS = 40, 16, 7


class Explainer:
    """Says what columns, words or regions of raw rows add to a network's answers.

    Arguments:
        model: the network.
        preparation: what prepares raw rows for it.
        task: what is predicted.
        known: raw rows that it learned from; some of them are drawn as the background.
        rounds: orders of the features for each row of the background, each with its opposite.
        seed: decides on the background and the orders.

    Raises:
        ValueError: no rows to draw a background from.
    """

    def __init__(
        self, model: Any, preparation: Any, task: Any, known: Any, rounds: int = 1, seed: int = 0
    ) -> None:
        self.model, self.preparation, self.task = model, preparation, task
        self.rounds, self.seed = rounds, seed
        rows = count(known)
        if not rows:
            raise ValueError("There are no rows to compare with: give the rows it learned from.")
        most = IMAGES if preparation.kind == "images" else BACKGROUND
        rng = np.random.default_rng(seed)
        self.background = take(known, np.sort(rng.choice(rows, min(rows, most), replace=False)))

    def __call__(self, data: Any, answer: Any = None) -> Explanation:
        """Explain rows.

        Arguments:
            data: raw rows, a ``Table``, ``Texts`` or ``Images``.
            answer: of classes and labels the one whose probability is explained, of several
                targets the one; by default what the network says, the likeliest label, the first
                target.

        Returns:
            An :class:`Explanation` with one for each row.

        Raises:
            ValueError: a column is missing; an answer that is not there.
        """
        if answer is not None:
            # Refused before anything is computed.
            self._chosen(np.zeros(1), answer)
        kind = self.preparation.kind
        if kind == "texts":
            return self._texts(data, answer)
        prepared = self.preparation.transform(data)
        behind = self.preparation.transform(self.background)
        if kind == "images":
            return self._images(data, prepared, behind, answer)
        names, groups = self.preparation.column_groups()
        places = list(prepared)
        found = shapley_values(
            lambda x: outputs_of(self.model, dict(zip(places, x, strict=True)), self.task),
            [prepared[place] for place in places],
            [behind[place] for place in places],
            [groups[place] for place in places],
            rounds=self.rounds,
            seed=self.seed,
        )
        cells = [_cells(data.frame, name) for name in names]
        return self._explained(
            found, answer, data, names, [[column[row] for column in cells] for row in rows(data)]
        )

    def _images(self, data: Any, prepared: Any, behind: Any, answer: Any) -> Explanation:
        regions = squares(prepared.shape[1], prepared.shape[2], REGIONS)
        group = np.repeat(regions[..., None], prepared.shape[3], axis=2)
        found = shapley_values(
            lambda x: outputs_of(self.model, x[0], self.task),
            [prepared],
            [behind],
            [group],
            rounds=1,
            seed=self.seed,
        )
        names = [region_name(regions, k) for k in range(int(regions.max()) + 1)]
        empty = [[""] * len(names)] * count(data)
        explained = self._explained(found, answer, data, names, empty)
        explained[:] = [replace(row, regions=regions) for row in explained]
        return explained

    def _texts(self, data: Any, answer: Any) -> Explanation:
        outputs = _columns(outputs_of(self.model, self.preparation.transform(data), self.task))
        explained = Explanation(
            about="Each word was removed once; what words add together can be more or less."
        )
        texts = _texts_of(data, self.preparation)
        for row, text in enumerate(texts):
            place, name = self._chosen(outputs[row], answer)

            def said(changed: list[str], row: int = row, place: int = place) -> np.ndarray:
                some = _with_texts(
                    take(data, np.full(len(changed), row)), self.preparation, changed
                )
                return self._scale(
                    _columns(outputs_of(self.model, self.preparation.transform(some), self.task)),
                    place,
                )

            shares = word_attributions(said, text)
            explained.append(
                RowExplanation(
                    where=_where(data, row),
                    output=name,
                    names=tuple(shares),
                    cells=("",) * len(shares),
                    contributions=np.array(list(shares.values()), np.float64),
                    errors=np.full(len(shares), np.nan),
                    answer=float(self._scale(outputs[row : row + 1], place)[0]),
                    share=self.task.kind != "regression",
                )
            )
        return explained

    def _explained(
        self, found: Shares, answer: Any, data: Any, names: Sequence[str], cells: Any
    ) -> Explanation:
        explained = Explanation(about=self._about())
        for row in rows(data):
            place, output = self._chosen(found.answers[row], answer)
            # Of two classes the network gives the second one's probability alone.
            sign = -1 if self.task.kind == "binary" and place == 0 else 1
            column = 0 if self.task.kind == "binary" else place
            explained.append(
                RowExplanation(
                    where=_where(data, row),
                    output=output,
                    names=tuple(names),
                    cells=tuple(cells[row]),
                    contributions=sign * found.contributions[row, :, column],
                    errors=found.errors[row, :, column],
                    answer=float(self._scale(found.answers[row : row + 1], place)[0]),
                    mean=float(self._scale(found.mean[None], place)[0]),
                    share=self.task.kind != "regression",
                )
            )
        return explained

    def _about(self) -> str:
        several = counted(count(self.background), "row")
        return (
            f"Shapley values: compared with {several} drawn from its data; what all add sums to "
            "the answer minus the mean answer to these."
        )

    def _chosen(self, outputs: np.ndarray, answer: Any) -> tuple[int, str]:
        """Say which output is explained, and what it is."""
        task = self.task
        if task.kind == "regression":
            names = [part.target for part in task.parts] or [task.target]
            place = 0 if answer is None else _place(answer, names, "target")
            return place, repr(names[place])
        if answer is not None:
            place = _place(answer, list(task.classes), "class")
        elif task.kind == "labels":
            place = int(np.argmax(outputs))
        else:
            shaped = outputs[None] if task.kind == "classes" else outputs
            place = int(metrics.answers(task, shaped)[0])
        return place, f"probability of {task.classes[place]!r}"

    def _scale(self, outputs: np.ndarray, place: int) -> np.ndarray:
        """Give one output of rows ``(n, outputs)``, of two classes the one that is asked for."""
        if self.task.kind == "binary":
            return outputs[:, 0] if place else 1 - outputs[:, 0]
        return outputs[:, place]


def rows(data: Any) -> range:
    """Give the numbers of the rows."""
    return range(count(data))


def _columns(outputs: np.ndarray) -> np.ndarray:
    return np.asarray(outputs, np.float64).reshape(len(outputs), -1)


def _place(answer: Any, names: list[Any], what: str) -> int:
    from kerata.base.messages import did_you_mean

    said = [str(name) for name in names]
    if str(answer) not in said:
        raise ValueError(f"There is no {what} {answer!r}. {did_you_mean(answer, said)}")
    return said.index(str(answer))


def _where(data: Any, row: int) -> str:
    origins = data.origins
    return f"row {row + 1}" if origins is None else str(origins[row])


def _cells(frame: Any, name: str) -> list[str]:
    """Write a column's values; several columns of texts that are one feature have none."""
    if name not in frame.columns:
        return [""] * len(frame)
    return [_cell(value) for value in frame[name].tolist()]


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "missing"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _texts_of(data: Any, preparation: Any) -> list[str]:
    if kind_of(data) == "texts":
        return list(data.texts)
    cells = data.frame[preparation.column.name].tolist()
    return [cell if isinstance(cell, str) else "" for cell in cells]


def _with_texts(data: Any, preparation: Any, texts: list[str]) -> Any:
    if kind_of(data) == "texts":
        return replace(data, texts=texts)
    return replace(data, frame=data.frame.assign(**{preparation.column.name: texts}))
