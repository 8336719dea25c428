"""Layers that only these networks have, under the names that Keras's files give them."""

from __future__ import annotations

from typing import Any

from kerata import initializers
from kerata.base.registry import Namespace
from kerata.base.variable import Variable
from kerata.layers import Layer


class LayerScale(Layer):
    """Multiplies channels by learned factors (Touvron and others 2021, arXiv:2103.17239).

    Arguments:
        init_values: the factors' first value.
        projection_dim: number of channels.

    >>> import numpy as np
    >>> LayerScale(0.5, 2)(np.ones((1, 2), "float32")).tolist()
    [[0.5, 0.5]]
    """

    keeps_rows_apart = True

    def __init__(self, init_values: float, projection_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim
        self.gamma: Variable | None = None

    def build(self, input_shape: Any) -> None:
        """Make the factors."""
        self.gamma = self.add_weight(
            shape=(self.projection_dim,), initializer=initializers.Constant(self.init_values)
        )

    def call(self, inputs: Any) -> Any:
        """Multiply."""
        return inputs * self.gamma

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape of the input."""
        return input_shape


class CustomScaleLayer(Layer):
    """Adds its second input, times a factor, to its first.

    Arguments:
        scale: the factor.

    >>> import numpy as np
    >>> CustomScaleLayer(0.5)([np.ones((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
    [[1.5, 1.5]]
    """

    keeps_rows_apart = True

    def __init__(self, scale: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs: Any) -> Any:
        """Add."""
        return inputs[0] + inputs[1] * self.scale

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape of the first input."""
        return input_shape[0]


Namespace("keras.src.applications.convnext", "layer").add(LayerScale)
Namespace("keras.src.applications.inception_resnet_v2", "layer").add(CustomScaleLayer)
