"""The rows that a playground's network learns from, and where they lie on its map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.datasets import points
from kerata.playground.settings import Settings
from kerata.playground.tables import Sheet

_MADE: dict[str, Callable[..., tuple[np.ndarray, np.ndarray]]] = {
    "moons": points.moons,
    "circles": points.circles,
    "xor": points.xor,
    "spiral": points.spirals,
    "blobs": points.blobs,
    "plane": points.plane,
}
# Half the side of the map on which points are drawn.
DRAWN_HALF = 1.2
# Around the outermost points, as a share of their extent.
_MARGIN = 0.12


@dataclass(frozen=True)
class Problem:
    """Rows to learn from and rows to be judged by.

    Arguments:
        x: inputs float32 ``(rows, inputs)``.
        y: classes 0 and 1, or amounts, float32 ``(rows,)``.
        train: how many rows are trained on: the first ones.
        kind: ``'binary'`` or ``'regression'``.
        names: of the inputs.
        classes: names of class 0 and class 1; empty for amounts.
        program: lines of a program that make ``x``, ``y`` and ``train`` anew.
        notes: sentences about what was done to the rows.
        half: half the map's side around 0; None for what the rows need.
        center, axes: of the map, made here.
    """

    x: np.ndarray
    y: np.ndarray
    train: int
    kind: str
    names: tuple[str, ...]
    classes: tuple[str, ...]
    program: tuple[str, ...]
    notes: tuple[str, ...] = ()
    half: float | None = None
    center: Any = None
    axes: Any = None

    def __post_init__(self) -> None:
        center, axes = np.zeros(self.x.shape[1]), np.eye(self.x.shape[1], 2)
        if self.x.shape[1] > 2:
            rows = self.x[: self.train]
            center = rows.mean(axis=0)
            axes = np.linalg.svd(rows - center, full_matrices=False)[2][:2].T
            # Signs are free; this makes them the same on all machines.
            axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        object.__setattr__(self, "center", center.astype("float32"))
        object.__setattr__(self, "axes", axes.astype("float32"))

    @property
    def places(self) -> np.ndarray:
        """Where the rows lie on the map, ``(rows, 2)``: on the first two principal components.

        Two inputs are a map as they are.
        """
        return (self.x - self.center) @ self.axes

    @property
    def window(self) -> tuple[float, float, float]:
        """The map's middle and half its side."""
        if self.half is not None:
            return 0.0, 0.0, self.half
        places = self.places
        low, high = places.min(axis=0), places.max(axis=0)
        half = float((high - low).max()) * (0.5 + _MARGIN) or 1.0
        middle = (low + high) / 2
        return float(middle[0]), float(middle[1]), half

    def grid(self, side: int) -> np.ndarray:
        """Give the inputs at the map's points, row by row from the top, ``(side**2, inputs)``."""
        x, y, half = self.window
        steps = (np.arange(side) + 0.5) / side * 2 - 1
        flat = np.stack(np.meshgrid(x + half * steps, y - half * steps), axis=-1).reshape(-1, 2)
        return (self.center + flat @ self.axes.T).astype("float32")

    @property
    def span(self) -> tuple[float, float]:
        """The targets' range, which the map's colours cover."""
        if self.kind == "binary":
            return 0.0, 1.0
        low, high = float(self.y.min()), float(self.y.max())
        return (low, high) if high > low else (low - 1, low + 1)


def make_problem(settings: Settings, sheet: Sheet | None = None) -> Problem:
    """Make the rows that settings ask for.

    Arguments:
        sheet: the table that was opened, for settings that ask for it.

    Raises:
        ValueError: no table, or columns that it has not; too few points drawn.
    """
    if settings.problem == "table":
        return _of_table(settings, sheet)
    if settings.problem == "drawn":
        return _drawn(settings)
    make = _MADE[settings.problem]
    x, y = make_points(settings)
    call = f"{make.__name__}({settings.rows}, noise={settings.noise:g}, seed={settings.seed})"
    amounts = settings.problem == "plane"
    train = train_rows(len(x), settings)
    return Problem(
        x,
        y.astype("float32"),
        train,
        "regression" if amounts else "binary",
        ("x1", "x2"),
        () if amounts else ("class 0", "class 1"),
        (f"x, y = keras.datasets.{call}", f"train = {train}"),
    )


def make_points(settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Make points of a kind that has a formula: inputs ``(rows, 2)``, and classes or amounts."""
    make = _MADE[settings.problem]
    return make(settings.rows, noise=settings.noise, seed=settings.seed)


def table_order(settings: Settings, rows: int) -> np.ndarray:
    """Give the order in which the rows of a table come; the first ones are used."""
    return np.random.default_rng(settings.seed).permutation(rows)


def train_rows(rows: int, settings: Settings) -> int:
    """Say how many rows are trained on: whole batches where possible; at least two rows are not.

    A smaller last batch is a second body to compile, which takes half as long again.

    >>> train_rows(240, Settings(share=0.5)), train_rows(4, Settings(share=0.9))
    (120, 2)
    >>> train_rows(178, Settings(share=0.5, batch=10))
    90
    """
    wanted = max(1, min(rows - 2, round(rows * settings.share)))
    whole = round(wanted / settings.batch) * settings.batch
    return whole if 0 < whole <= rows - 2 else wanted


def _drawn(settings: Settings) -> Problem:
    if len(settings.points) < 4 or len({label for _, _, label in settings.points}) < 2:
        raise ValueError("Draw at least four points, of both classes.")
    rows = np.array(settings.points)
    order = np.random.default_rng(settings.seed).permutation(len(rows))
    rows = rows[order]
    train = train_rows(len(rows), settings)
    listed = ", ".join(f"({x:g}, {y:g}, {label:g})" for x, y, label in settings.points)
    return Problem(
        rows[:, :2].astype("float32"),
        rows[:, 2].astype("float32"),
        train,
        "binary",
        ("x1", "x2"),
        ("class 0", "class 1"),
        (
            f"points = np.array([{listed}])",
            f"points = points[np.random.default_rng({settings.seed}).permutation(len(points))]",
            'x, y = points[:, :2].astype("float32"), points[:, 2]',
            f"train = {train}",
        ),
        # While somebody draws, the map must not move.
        half=max(DRAWN_HALF, float(np.abs(rows[:, :2]).max())),
    )


def _of_table(settings: Settings, sheet: Sheet | None) -> Problem:
    if sheet is None:
        raise ValueError("No table was opened: start it with kerata playground table.csv.")
    chosen = sheet.choose(settings.columns, settings.target)
    order = table_order(settings, len(chosen.y))[: sheet.most]
    x, y = chosen.x[order], chosen.y[order]
    train = train_rows(len(x), settings)
    center, spread = x[:train].mean(axis=0), x[:train].std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    notes = list(chosen.notes)
    program = [
        *chosen.program,
        f"order = np.random.default_rng({settings.seed}).permutation(len(y))[:{sheet.most}]",
        "x, y = x[order], y[order]",
        f"train = {train}",
        "spread = x[:train].std(axis=0)",
        "x = (x - x[:train].mean(axis=0)) / np.where(spread > 0, spread, 1)",
    ]
    if chosen.kind == "regression":
        middle, width = y[:train].mean(), y[:train].std() or 1.0
        y = (y - middle) / width
        program.append("y = (y - y[:train].mean()) / (y[:train].std() or 1)")
        notes.append("Inputs and target are in standard deviations of the training rows.")
    else:
        notes.append("Inputs are in standard deviations of the training rows.")
    if len(order) < len(chosen.y):
        notes.append(f"{len(order)} of {len(chosen.y)} rows, drawn at random.")
    if x.shape[1] > 2:
        notes.append(
            f"The map shows the plane through the {x.shape[1]} inputs in which the training rows "
            "spread most (two principal components); the network sees all inputs."
        )
    return Problem(
        ((x - center) / spread).astype("float32"),
        y.astype("float32"),
        train,
        chosen.kind,
        chosen.names,
        chosen.classes,
        (*program, 'x, y = x.astype("float32"), y.astype("float32")'),
        tuple(notes),
    )
