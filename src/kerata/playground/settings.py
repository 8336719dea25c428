"""What a playground shows: data, network and training, as a page or an address says it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from kerata.base.messages import did_you_mean

PROBLEMS = ("moons", "circles", "xor", "spiral", "blobs", "plane", "drawn", "table")
ACTIVATIONS = ("tanh", "relu", "leaky_relu", "gelu", "sigmoid", "linear")
OPTIMIZERS = ("adam", "rmsprop", "momentum", "sgd")
MOST_LAYERS, MOST_UNITS, MOST_WIDE, MOST_POINTS = 6, 12, 50, 500

# Least and greatest value of each number.
_RANGES = {
    "rows": (20, 1000),
    "noise": (0.0, 2.0),
    "share": (0.1, 0.9),
    "seed": (0, 2**31 - 1),
    "rate": (1e-5, 10.0),
    "batch": (1, 1000),
    "l1": (0.0, 1.0),
    "l2": (0.0, 1.0),
    "dropout": (0.0, 0.9),
    "jitter": (0.0, 2.0),
}
_WHOLE = ("rows", "seed", "batch")
# What compiled programs take as values.
VALUES = ("l1", "l2", "dropout", "jitter")


@dataclass(frozen=True)
class Settings:
    """One state of the playground.

    Arguments:
        problem: one of ``PROBLEMS``.
        rows: number of made points.
        noise: standard deviation of what is added to made points.
        share: of the rows that are trained on.
        seed: of the data, the first weights, and all that is random in training.
        points: of ``'drawn'``: (first, second, class) each.
        columns: of ``'table'``: names of the inputs; none for all numeric ones.
        target: of ``'table'``: what is predicted, one of ``Sheet.targets``; '' for the first.
        layers: units of the hidden layers.
        activation: of the hidden layers.
        optimizer: one of ``OPTIMIZERS``.
        rate: learning rate.
        batch: rows in a training step.
        l1, l2: penalties on the weights of all layers.
        dropout: share of hidden units dropped in training.
        jitter: standard deviation of noise on the inputs in training.

    >>> Settings.of({"layers": [3], "rate": 0.1}).layers
    (3,)
    """

    problem: str = "moons"
    rows: int = 240
    noise: float = 0.15
    share: float = 0.5
    seed: int = 1
    points: tuple[tuple[float, float, int], ...] = ()
    columns: tuple[str, ...] = ()
    target: str = ""
    layers: tuple[int, ...] = (6, 4)
    activation: str = "tanh"
    optimizer: str = "adam"
    rate: float = 0.03
    batch: int = 10
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    jitter: float = 0.0

    @classmethod
    def of(cls, given: Mapping[str, Any], most_units: int = MOST_UNITS) -> Settings:
        """Check what somebody sent.

        Raises:
            ValueError: a name that is unknown, or a value out of range.
        """
        known = {f.name for f in fields(cls)}
        checked: dict[str, Any] = {}
        for name, value in given.items():
            if name not in known:
                raise ValueError(
                    f"There is no setting {name!r}. {did_you_mean(str(name), sorted(known))}"
                )
            checked[name] = _checked(name, value, most_units)
        return cls(**checked)

    def values(self) -> dict[str, float]:
        """Give the numbers that a compiled program takes as they come."""
        return {name: getattr(self, name) for name in VALUES}

    def with_(self, **changes: Any) -> Settings:
        """Give other settings that differ in some."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values."""
        return asdict(self)


def _checked(name: str, value: Any, most_units: int) -> Any:
    if name in _RANGES:
        return _number(name, value)
    choices = {"problem": PROBLEMS, "activation": ACTIVATIONS, "optimizer": OPTIMIZERS}
    if name in choices:
        if value not in choices[name]:
            raise ValueError(f"{name} must be one of {', '.join(choices[name])}, got {value!r}.")
        return value
    if name == "target":
        if not isinstance(value, str):
            raise ValueError(f"target must be a column's name, got {value!r}.")
        return value
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(f"{name} must be a list, got {value!r}.")
    if name == "columns":
        if not all(isinstance(column, str) for column in value):
            raise ValueError("columns must be a list of names.")
        return tuple(value)
    if name == "points":
        if len(value) > MOST_POINTS:
            raise ValueError(f"There is room for {MOST_POINTS} points, got {len(value)}.")
        return tuple(map(_point, value))
    return _layers(value, most_units)


def _number(name: str, value: Any) -> float | int:
    low, high = _RANGES[name]
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not plain or not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}, got {value!r}.")
    if name not in _WHOLE:
        return float(value)
    if value != int(value):
        raise ValueError(f"{name} must be a whole number, got {value!r}.")
    return int(value)


def _point(value: Any) -> tuple[float, float, int]:
    if isinstance(value, Sequence) and len(value) == 3:
        x, y, label = value
        numbers = all(isinstance(v, (int, float)) and math.isfinite(v) for v in (x, y))
        if numbers and label in (0, 1) and max(abs(x), abs(y)) <= 1e6:
            return float(x), float(y), int(label)
    raise ValueError("A point is two numbers and a class, 0 or 1.")


def _layers(value: Sequence[Any], most_units: int) -> tuple[int, ...]:
    if len(value) > MOST_LAYERS:
        raise ValueError(f"There is room for {MOST_LAYERS} hidden layers, got {len(value)}.")
    for units in value:
        whole = isinstance(units, int) and not isinstance(units, bool)
        if not whole or not 1 <= units <= most_units:
            raise ValueError(f"A hidden layer has 1 to {most_units} units, got {units!r}.")
    return tuple(value)
