"""A network whose answers are asked for all day: compiled once for a few numbers of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerata.layers.functional_call import functional_call
from kerata.workbench.core.result import outputs_of

# Rows that programs are compiled for; fewer are filled up, more go through in pieces.
SIZES = (1, 8, 64, 512)


class FrozenNetwork:
    """The answers of a network that does not change any more.

    ``predict`` looks for changes at each call, which takes 2 ms for a table's network; here a
    row takes a fraction of one.

    Arguments:
        model: a built network.
        task: what it predicts.
    """

    def __init__(self, model: Any, task: Any) -> None:
        self.model, self.task = model, task
        self._values = [jax.device_put(weight.value) for weight in model.weights]

        def answers(values: list[Any], inputs: Any) -> Any:
            return functional_call(model, values, inputs)[0]

        self._program = jax.jit(answers)

    def warm(self, inputs: Any) -> None:
        """Compile the programs for all sizes, by repeating a row.

        Arguments:
            inputs: prepared rows, at least one.
        """
        for size in SIZES:
            self(_repeated(inputs, size))

    def __call__(self, inputs: Any) -> np.ndarray:
        """Give the outputs for prepared rows, as ``Run.predict`` does.

        Arguments:
            inputs: array ``(rows, ...)`` or a dictionary of them.

        Returns:
            ``(rows,)`` or ``(rows, outputs)``, float32.
        """
        parts = inputs if isinstance(inputs, Mapping) else {"": inputs}
        if not all(isinstance(part, np.ndarray) for part in parts.values()):
            # Bags of words are sparse: a million columns wide, they can't be filled up.
            return outputs_of(self.model, inputs, self.task)
        rows = len(next(iter(parts.values())))
        pieces = [
            self._piece(_rows(inputs, start, min(start + SIZES[-1], rows)))
            for start in range(0, rows, SIZES[-1])
        ]
        answers = np.concatenate(pieces)
        many = self.task.parts or self.task.kind in ("classes", "labels")
        return answers if many else answers[:, 0]

    def _piece(self, inputs: Any) -> np.ndarray:
        rows = len(next(iter(inputs.values())) if isinstance(inputs, Mapping) else inputs)
        size = next(size for size in SIZES if size >= rows)
        filled = inputs if size == rows else _repeated(inputs, size)
        return np.asarray(self._program(self._values, filled))[:rows]


def _rows(inputs: Any, start: int, stop: int) -> Any:
    return jax.tree.map(lambda part: part[start:stop], inputs)


def _repeated(inputs: Any, size: int) -> Any:
    """Fill rows up with copies of the last one, whose answers nobody reads."""

    def filled(part: Any) -> Any:
        if not isinstance(part, np.ndarray):
            return part
        return np.concatenate([part, np.repeat(part[-1:], size - len(part), axis=0)])

    return jax.tree.map(filled, inputs)
