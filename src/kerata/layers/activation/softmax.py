"""Positive numbers that sum to 1."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import axis_or_axes
from kerata.base.messages import shape_text
from kerata.layers.rows import ApartAlongAxis
from kerata.layers.shape_preserving import ShapePreserving
from kerata.ops.activations import softmax


class Softmax(ApartAlongAxis, ShapePreserving):
    """Positive numbers that sum to 1 along an axis: ``exp(x) / sum(exp(x))``.

    Input and output ``(batch, ..., classes)``, float. A mask given to the call, which must
    broadcast to the inputs, says which places take part; the others get 0, as in Keras 3.15.

    Arguments:
        axis: int or list of ints, the axis or several, -1 by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a mask that doesn't broadcast to the inputs.

    >>> import numpy as np
    >>> Softmax()(np.zeros((1, 4)), mask=np.array([[True, True, False, False]])).tolist()
    [[0.5, 0.5, 0.0, 0.0]]

    Source: Bridle 1990, Probabilistic interpretation of feedforward classification network outputs.
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = None if axis is None else axis_or_axes("Softmax", axis)

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Compute the outputs."""
        axis = tuple(self.axis) if isinstance(self.axis, (list, tuple)) else self.axis
        if axis is not None:
            self.positive_axes(axis, inputs.shape)
        if mask is None:
            return softmax(inputs, axis)
        self._check_mask(mask.shape, inputs.shape)
        kept = mask if mask.dtype == bool else mask > 0.5
        lowest = -3e4 if inputs.dtype == jnp.float16 else -1e9
        outputs = jax.nn.softmax(jnp.where(kept, inputs, lowest), axis)
        # Where all places along the axis are masked, softmax alone would give equal parts.
        return jnp.where(kept, outputs, 0)

    def _check_mask(self, mask: tuple[int, ...], inputs: tuple[int, ...]) -> None:
        pairs = zip(mask[::-1], inputs[::-1], strict=False)
        if len(mask) > len(inputs) or any(m not in (1, n) for m, n in pairs):
            raise ValueError(
                f"Layer {self.name!r} (Softmax): a mask of shape {shape_text(mask)} does not "
                f"broadcast to an input of shape {shape_text(inputs)}."
            )
