"""From which probability the second of two classes is the answer: by cost, recall, precision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.workbench.core.wording import counted, number

# Fewer rows of either class leave it to luck.
FEWEST = 10
_COST = re.compile(r"(fp|fn)\s*=\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Wish:
    """What a threshold shall reach; one of the three.

    Arguments:
        cost: of a false alarm (``'fp'``) and of a missed row (``'fn'``), whose sum shall be least.
        recall: share of the second class's rows that shall be found, with as few false alarms
            as possible.
        precision: share of the alarms that shall be right, with as many rows found as possible.

    Raises:
        ValueError: none or several of them; costs or shares that make no sense.

    >>> Wish(recall=0.9).words
    'a recall of 0.9'
    >>> Wish(cost={"fp": 1, "fn": 20}).words
    'costs of 1 for a false alarm and 20 for a missed row'
    """

    cost: Mapping[str, float] | None = None
    recall: float | None = None
    precision: float | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be wished for."""
        given = [
            name for name in ("cost", "recall", "precision") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise ValueError(
                "A threshold is chosen by cost, by recall or by precision: give one of them, got "
                f"{' and '.join(given) or 'none'}."
            )
        if self.cost is not None:
            right = set(self.cost) == {"fp", "fn"} and all(v >= 0 for v in self.cost.values())
            if not right or not any(self.cost.values()):
                raise ValueError(
                    "cost takes what a false alarm (fp) and a missed row (fn) cost, as in "
                    f"fp=1,fn=20; got {dict(self.cost)!r}."
                )
        for name in ("recall", "precision"):
            share = getattr(self, name)
            if share is not None and not 0 < share <= 1:
                raise ValueError(f"{name} takes a share above 0 and up to 1, got {share!r}.")

    @property
    def words(self) -> str:
        """What is wished for."""
        if self.cost is not None:
            alarm, missed = (number(float(self.cost[name])) for name in ("fp", "fn"))
            return f"costs of {alarm} for a false alarm and {missed} for a missed row"
        name = "recall" if self.recall is not None else "precision"
        return f"a {name} of {getattr(self, name):g}"


@dataclass(frozen=True)
class Threshold:
    """A threshold and what it was chosen by.

    Arguments:
        value: the second class is the answer where its probability is above it.
        wish: what was wished for.
        sentence: how it was chosen.
    """

    value: float
    wish: Wish
    sentence: str


def read_cost(text: str) -> dict[str, float]:
    """Read costs as they are typed.

    Raises:
        ValueError: they are something else.

    >>> read_cost("fp=1,fn=20")
    {'fp': 1.0, 'fn': 20.0}
    """
    parts = [_COST.fullmatch(part.strip()) for part in text.split(",")]
    found = {part[1]: float(part[2]) for part in parts if part is not None}
    if len(parts) != 2 or set(found) != {"fp", "fn"}:
        raise ValueError(f"--cost takes what errors cost, as in fp=1,fn=20; got {text!r}.")
    return found


def choose_threshold(task: Any, wish: Wish, truth: np.ndarray, outputs: np.ndarray) -> Threshold:
    """Choose a threshold by rows that were held back.

    Arguments:
        task: of two classes.
        wish: what it shall reach.
        truth: class numbers ``(rows,)``.
        outputs: probabilities of the second class ``(rows,)``.

    Raises:
        ValueError: a task of another kind; fewer than 10 rows of a class; a precision that no
            threshold reaches.

    >>> class Two: kind, classes, target = "binary", ["no", "yes"], "ill"
    >>> rows = np.arange(40) / 40
    >>> found = choose_threshold(Two, Wish(recall=0.9), (rows > 0.45).astype(int), rows)
    >>> 0.45 < found.value < 0.55
    True
    """
    check_two_classes(task)
    counts = np.bincount(truth, minlength=2)
    if counts.min() < FEWEST:
        rare = task.classes[int(counts.argmin())]
        raise ValueError(
            f"A threshold takes at least {FEWEST} held-back rows of each class, and "
            f"{rare!r} has {counts.min()}: leave it to 0.5, or give more rows."
        )
    values, alarms, found = _steps(truth, outputs)
    missed, false = counts[1] - found, alarms - found
    if wish.cost is not None:
        place = int(np.argmin(wish.cost["fp"] * false + wish.cost["fn"] * missed))
    elif wish.recall is not None:
        place = int(np.flatnonzero(found >= wish.recall * counts[1] - 1e-9)[0])
    else:
        assert wish.precision is not None
        right = np.flatnonzero((alarms > 0) & (found >= wish.precision * alarms - 1e-9))
        if not len(right):
            best = float(np.max(found[alarms > 0] / alarms[alarms > 0]))
            raise ValueError(
                f"No threshold reaches a precision of {wish.precision:g} on the "
                f"{len(truth):,} rows that were held back: the highest is {best:.3f}."
            )
        place = int(right[-1])
    value = float(values[place])
    name = task.classes[1]
    sentence = (
        f"{name!r} is the answer where its probability is above {value:.3g} instead of 0.5: chosen "
        f"for {wish.words} on {counted(len(truth), 'row')} that were held back, where it finds "
        f"{found[place]:,} of {counts[1]:,} with {false[place]:,} false alarms."
    )
    return Threshold(value, wish, sentence)


def check_two_classes(task: Any) -> None:
    """Refuse a threshold for another task.

    Raises:
        ValueError: it has not two classes.
    """
    if task.kind != "binary":
        what = {"regression": "an amount", "labels": "labels"}.get(
            task.kind, f"{len(task.classes)} classes"
        )
        raise ValueError(
            f"A threshold is for two classes, and {task.target!r} has {what}: leave --cost, "
            "--recall and --precision out."
        )


def effect_sentence(task: Any, truth: np.ndarray, outputs: np.ndarray, wish: Wish) -> str:
    """Say what a threshold does on the test rows, beside that of 0.5.

    Arguments:
        task: with its threshold.
        truth: class numbers ``(rows,)``.
        outputs: probabilities of the second class.
        wish: what it was chosen for.
    """
    told = []
    for value in (task.threshold, 0.5):
        said = outputs > value
        found, alarms = int((said & (truth == 1)).sum()), int(said.sum())
        positive = int((truth == 1).sum())
        recall = found / positive if positive else float("nan")
        precision = f"{100 * found / alarms:.1f}%" if alarms else "none"
        text = f"recall {100 * recall:.1f}%, precision {precision}"
        if wish.cost is not None:
            cost = wish.cost["fp"] * (alarms - found) + wish.cost["fn"] * (positive - found)
            text += f", costs {number(cost / len(truth), 3)} a row"
        told.append(text)
    return (
        f"With its threshold of {task.threshold:.3g} for {task.classes[1]!r}: {told[0]}; with 0.5: "
        f"{told[1]}."
    )


def _steps(truth: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give thresholds between probabilities, falling, with alarms and found rows above each."""
    order = np.argsort(-outputs, kind="stable")
    ranked = outputs[order].astype(float)
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    found = np.concatenate([[0], np.cumsum(truth[order] == 1)[ends]])
    alarms = np.concatenate([[0], ends + 1])
    upper = np.concatenate([[1.0], ranked[ends]])
    lower = np.append(ranked[ends], 0.0)
    values = (upper + lower) / 2
    # Above the largest there is no alarm, below the smallest everything is one.
    values[-1] = ranked[-1] / 2
    return values, alarms, found
