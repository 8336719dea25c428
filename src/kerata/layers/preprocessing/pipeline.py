"""Layers applied one after the other, as one layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from kerata.base.registry import deserialize, serialize
from kerata.layers.layer import Layer
from kerata.layers.rows import keeps_rows_apart


class Pipeline(Layer):
    """Applies layers one after the other; input and output are whatever they take and give.

    Unlike a model it takes dictionaries of images, labels and boxes as they are.

    Arguments:
        layers: list of layers.
        name: string, given automatically if left out.

    Raises:
        TypeError: something else than layers.

    >>> import numpy as np
    >>> from kerata import layers
    >>> twice = Pipeline([layers.Rescaling(2.0), layers.Rescaling(1.0, offset=1.0)])
    >>> twice(np.array([1.0])).tolist()
    [3.0]
    """

    def __init__(self, layers: Sequence[Layer], name: str | None = None) -> None:
        super().__init__(name=name)
        wrong = [layer for layer in layers if not isinstance(layer, Layer)]
        if wrong:
            raise TypeError(f"Pipeline takes a list of layers, got {wrong[0]!r} in it.")
        self._pipeline_layers = list(layers)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return self._pipeline_layers

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether, outside training, no row's output depends on other rows."""
        return all(map(keeps_rows_apart, self._pipeline_layers))

    def call(self, inputs: Any, training: bool = True, mask: Any = None) -> Any:
        """Apply the layers; each gets the mask that the one before hands on."""
        for layer in self._pipeline_layers:
            inputs = layer(inputs, training=training)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer (without its weights)."""
        return {"layers": [serialize(layer) for layer in self._pipeline_layers], "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """Build a pipeline from what ``get_config`` gave here or in Keras.

        Raises:
            ValueError: no list of layers.
        """
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(f"A Pipeline's config needs a list of layers, got layers={layers!r}.")
        return cls(**{**config, "layers": [deserialize(c, custom_objects) for c in layers]})
