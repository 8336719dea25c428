"""An activation as a layer of its own."""

from __future__ import annotations

from typing import Any

from kerata import activations
from kerata.layers.layer import Layer


class Activation(Layer):
    """Applies an activation function to every input.

    Arguments:
        activation: name or function.

    >>> import numpy as np
    >>> Activation("relu")(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape
