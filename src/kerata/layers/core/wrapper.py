"""A layer around another layer."""

from __future__ import annotations

from typing import Any

from kerata.base.registry import deserialize
from kerata.layers.layer import Layer


class Wrapper(Layer):
    """Base of layers that hold one other layer and build it with themselves.

    A subclass defines ``call``; the layer inside is built for inputs of the same shape and keeps
    its own dtype.

    Arguments:
        layer: a ``Layer``, or its config as a dictionary.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        TypeError: something that is no layer.

    >>> from kerata.layers import Dense
    >>> Wrapper(Dense(2)).layer.units
    2
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        layer = deserialize(layer) if isinstance(layer, dict) else layer
        if not isinstance(layer, Layer):
            raise TypeError(f"{type(self).__name__} needs a layer to hold, got {layer!r}.")
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
