"""An activation as a layer of its own."""

from __future__ import annotations

from typing import Any

from kerata import activations
from kerata.base.origin import is_own_function
from kerata.layers.input_spec import check_alone
from kerata.layers.rows import ApartAfterActivation
from kerata.layers.shape_preserving import ShapePreserving


class Activation(ApartAfterActivation, ShapePreserving):
    """Applies an activation function to every input.

    Input ``(batch, ...)``, output as the function gives it, usually of the same shape.

    Arguments:
        activation: name such as ``'relu'``, or a function of arrays.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        TypeError: an activation that is neither.
        ValueError: an unknown name; text, a dictionary or nothing in the place of an array.

    >>> import numpy as np
    >>> Activation("relu")(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    _takes_one_array = False

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        # A function of the user's may take a dictionary.
        foreign = isinstance(inputs, dict) and not is_own_function(self.activation)
        if not foreign and (inputs is None or isinstance(inputs, (str, bytes, dict))):
            check_alone(self, inputs)
        return self.activation(inputs)
