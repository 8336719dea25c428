"""One neuron as a logic gate, and XNOR from three of them; the answers are the engine's."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from kerata.layers import Dense, functional_call

# Bias, then one weight for each input, as they are usually taught.
GATES: dict[str, tuple[float, ...]] = {
    "AND": (-30.0, 20.0, 20.0),
    "OR": (-10.0, 20.0, 20.0),
    "NOT": (10.0, -20.0),
    "NOR": (10.0, -20.0, -20.0),
}
TRUTH: dict[str, tuple[int, ...]] = {
    "AND": (0, 0, 0, 1),
    "OR": (0, 1, 1, 1),
    "NOT": (1, 0),
    "NOR": (1, 0, 0, 0),
    "XNOR": (1, 0, 0, 1),
}
# XNOR is (x1 AND x2) OR (x1 NOR x2).
XNOR = {"first": "AND", "second": "NOR", "last": "OR"}
# Points of the neuron's map along a side, which goes from -0.5 to 1.5.
SIDE, LOW, HIGH = 48, -0.5, 1.5


def truth_table(weights: Sequence[float]) -> list[float]:
    """Give a neuron's answers to 0 and 1, or to 00, 01, 10 and 11.

    Arguments:
        weights: bias and one or two weights.

    Raises:
        ValueError: something else.

    >>> [round(answer) for answer in truth_table(GATES["NOR"])]
    [1, 0, 0, 0]
    """
    weights = _checked(weights)
    rows = np.array(list(itertools.product((0, 1), repeat=len(weights) - 1)), "float32")
    return [float(v) for v in _neuron(rows, weights)]


def xnor_table(weights: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Give the answers of two neurons, and of a third that has them as its inputs.

    Arguments:
        weights: bias and two weights of the neurons ``first``, ``second`` and ``last``.

    Raises:
        ValueError: one of them is missing or something else.

    >>> table = xnor_table({place: GATES[name] for place, name in XNOR.items()})
    >>> [round(answer) for answer in table["last"]]
    [1, 0, 0, 1]
    """
    if not isinstance(weights, Mapping) or set(weights) != set(XNOR):
        raise ValueError(f"XNOR is made of three neurons: {', '.join(XNOR)}.")
    first, second = truth_table(weights["first"]), truth_table(weights["second"])
    rows = np.array([first, second], "float32").T
    last = _neuron(rows, _checked(weights["last"]))
    return {"first": first, "second": second, "last": [float(v) for v in last]}


def gate_map(weights: Sequence[float]) -> np.ndarray:
    """Give a neuron's answers between and around 0 and 1, uint8 ``(SIDE**2,)`` from the top.

    Raises:
        ValueError: no bias and two weights.
    """
    weights = _checked(weights)
    if len(weights) != 3:
        raise ValueError("A map needs two inputs.")
    steps = LOW + (np.arange(SIDE, dtype="float32") + 0.5) / SIDE * (HIGH - LOW)
    grid = np.stack(np.meshgrid(steps, steps[::-1]), axis=-1).reshape(-1, 2)
    return np.round(_neuron(grid, weights) * 255).astype(np.uint8)


def _neuron(rows: np.ndarray, weights: Sequence[float]) -> np.ndarray:
    kernel = np.array(weights[1:], "float32").reshape(-1, 1)
    answers = _unit(rows.shape[1])([kernel, np.array(weights[:1], "float32")], rows)
    return np.asarray(answers)[:, 0]


@functools.cache
def _unit(inputs: int) -> Any:
    unit = Dense(1, "sigmoid")
    unit.build((None, inputs))
    return jax.jit(lambda values, rows: functional_call(unit, values, rows)[0])


def _checked(weights: Any) -> list[float]:
    plain = isinstance(weights, Sequence) and not isinstance(weights, str)
    if not plain or len(weights) not in (2, 3):
        raise ValueError("A neuron has a bias and one or two weights.")
    for weight in weights:
        number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if not number or not math.isfinite(weight) or abs(weight) > 1000:
            raise ValueError(f"A weight must be a number from -1000 to 1000, got {weight!r}.")
    return [float(weight) for weight in weights]
