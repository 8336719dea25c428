"""Division by root mean squares."""

from __future__ import annotations

from typing import Any, ClassVar

from kerata import ops
from kerata.base.arguments import axis_or_axes, number
from kerata.layers.rows import ApartAlongAxis
from kerata.layers.shape_preserving import ShapePreserving


class RMSNormalization(ApartAlongAxis, ShapePreserving):
    """Divides each row by its root mean square and multiplies by a trained scale.

    ``scale * x / sqrt(mean(x**2) + epsilon)``, input and output ``(batch, ..., features)``, float,
    ``scale`` of the shape of the axes.

    Arguments:
        axis: int or list of ints, axes over which the mean is taken, -1 by default.
        epsilon: float that keeps the division finite, 1e-6 by default; may be traced.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an input without such an axis.
        TypeError: inputs that are no floats.

    >>> import numpy as np
    >>> RMSNormalization(epsilon=0.0)(np.array([[1.0, -1.0]])).tolist()
    [[1.0, -1.0]]

    Source: Zhang & Sennrich 2019, Root mean square layer normalization (arXiv:1910.07467).
    """

    _traced: ClassVar[tuple[str, ...]] = ("epsilon",)

    def __init__(self, axis: Any = -1, epsilon: Any = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis_or_axes("RMSNormalization", axis)
        self.epsilon = number("RMSNormalization", "epsilon", epsilon)
        # As in Keras: masks end here.
        self.supports_masking = False

    def build(self, input_shape: Any) -> None:
        """Make the scale of the axes' shape."""
        axes = self.positive_axes(self.axis, input_shape)
        shape = tuple(self.known_axis(input_shape, a) for a in axes)
        self.scale = self.add_weight(shape, "ones", name="scale")
        self.input_spec = self.spec_of(shape)

    def call(self, x: Any) -> Any:
        """Divide and scale."""
        axes = self.positive_axes(self.axis, x.shape)
        x = self.floats_only(x)
        shape = [n if i in axes else 1 for i, n in enumerate(x.shape)]
        scale = self.scale.value.reshape(shape)
        return ops.rms_normalization(x, scale, axes, self.epsilon)
