"""A layer that does nothing."""

from __future__ import annotations

from typing import Any

from kerata.layers.layer import Layer


class Identity(Layer):
    """Gives its inputs back unchanged.

    >>> import numpy as np
    >>> Identity()(np.array([1.0])).tolist()
    [1.0]
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Give the inputs."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape
