"""What each unit of a network answers all over the map, as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.scope import Scope
from kerata.layers import Dense
from kerata.playground.network import FirstUnits

# Points of the map along a side: of the answer, and of each hidden unit.
SIDE, UNIT_SIDE = 64, 32


@dataclass(frozen=True)
class Picture:
    """What units answer at the map's points.

    Arguments:
        answer: uint8 ``(SIDE * SIDE,)``, 0 to 255 over the targets' range.
        units: for each hidden layer int8 ``(units, UNIT_SIDE**2)``, -127 to 127 times
            the unit's ``scale`` / 127.
        scales: for each hidden layer float32 ``(units,)``, each unit's largest absolute answer.
    """

    answer: np.ndarray
    units: list[np.ndarray]
    scales: list[np.ndarray]


class Painter:
    """The compiled program that paints networks of one shape.

    Arguments:
        model: built; only its layers' formulas are used.
        compiler_options: for XLA.
    """

    def __init__(self, model: Any, compiler_options: dict[str, Any] | None = None) -> None:
        self._model = model
        self._weights = [*model.trainable_weights, *model.non_trainable_weights]
        self._paint: Any = jax.jit(self._units, compiler_options=compiler_options)
        several = jax.vmap(self._answers, in_axes=(0, None, None))
        self._several: Any = jax.jit(several, compiler_options=compiler_options)

    def paint(self, weights: Sequence[Any], grid: Any, span: tuple[float, float]) -> Picture:
        """Paint one network.

        Arguments:
            weights: its trainable and its other weights.
            grid: the inputs at the map's points, float32 ``(SIDE**2, inputs)``.
            span: the targets' range.
        """
        answer, units, scales = self._paint(list(weights), grid, np.array(span, np.float32))
        return Picture(np.asarray(answer), [*map(np.asarray, units)], [*map(np.asarray, scales)])

    def paint_several(
        self, weights: Sequence[Sequence[Any]], grid: Any, span: tuple[float, float]
    ) -> np.ndarray:
        """Paint the answers of several networks, uint8 ``(networks, points)``."""
        stacked = [np.stack([np.asarray(w) for w in same]) for same in zip(*weights, strict=True)]
        return np.asarray(self._several(stacked, grid, np.array(span, np.float32)))

    def _forward(self, weights: Any, grid: Any) -> tuple[Any, list[Any]]:
        hidden = []
        with Scope(zip(self._weights, weights, strict=True)):
            x = grid
            for layer in self._model.layers:
                x = layer(x, training=False)
                if isinstance(layer, Dense):
                    hidden.append(x)
                elif isinstance(layer, FirstUnits):
                    hidden[-1] = x
        return x, hidden[:-1]

    def _answers(self, weights: Any, grid: Any, span: Any) -> Any:
        answer, _ = self._forward(weights, grid)
        share = (answer[:, 0] - span[0]) / (span[1] - span[0])
        return jnp.round(jnp.clip(share, 0, 1) * 255).astype(jnp.uint8)

    def _units(self, weights: Any, grid: Any, span: Any) -> Any:
        _, hidden = self._forward(weights, grid)
        units, scales = [], []
        for outputs in hidden:
            coarse = outputs.reshape(SIDE, SIDE, -1)[:: SIDE // UNIT_SIDE, :: SIDE // UNIT_SIDE]
            coarse = coarse.reshape(UNIT_SIDE**2, -1).T
            scale = jnp.max(jnp.abs(coarse), axis=1)
            share = coarse / jnp.maximum(scale, 1e-12)[:, None]
            units.append(jnp.round(share * 127).astype(jnp.int8))
            scales.append(scale)
        return self._answers(weights, grid, span), units, scales
