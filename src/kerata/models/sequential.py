"""A plain stack of layers."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import jax
import numpy as np

from kerata.base.custom_objects import custom_object_scope
from kerata.base.registry import deserialize, serialize
from kerata.base.symbolic import KerasTensor, is_symbolic
from kerata.layers.core.input_layer import InputLayer
from kerata.layers.layer import Layer
from kerata.layers.masks import attached
from kerata.layers.signature import shapes_of
from kerata.models.graph import Graph
from kerata.models.model import Model


class Sequential(Model):
    """A stack of layers, each taking the output of the one before.

    With an ``Input`` (or ``input_shape=`` on the first layer) the weights exist at once;
    without, they are made when the first data arrive.

    Arguments:
        layers: list of layers; more can be added with ``add``.
        trainable, name: as for every layer.

    Raises:
        TypeError: something added that is not a layer.
        ValueError: two layers of one name.

    >>> from kerata import layers
    >>> model = Sequential([layers.Dense(3, input_shape=(2,)), layers.Dense(1)])
    >>> model.count_params()
    13
    """

    _layers_first = True
    _not_saved = Model._not_saved | {"_stack", "_entrance", "_tensors"}

    def __init__(
        self,
        layers: Iterable[Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable=trainable, name=name)
        self._entrance: InputLayer | None = None
        self._stack: list[Layer] = []
        # Whether the sizes are only those that the first data happened to have.
        self._sizes_from_data = False
        # Symbolic output after each layer, once the input's shape is known.
        self._tensors: list[Any] = []
        if layers is not None and not isinstance(layers, (list, tuple)):
            layers = list(layers) if isinstance(layers, Iterable) else [layers]
        self._add_all(layers or ())

    def _add_all(self, layers: Iterable[Any]) -> None:
        """Put layers on top and connect all of them once."""
        for layer in layers:
            self.add(layer, rebuild=False)
        seen: set[str] = set()
        for layer in self._stack:
            self._check_name(layer, seen)
            seen.add(layer.name)
        if self._tensors:
            self._connect()

    def _check_name(self, layer: Layer, taken: Container[str]) -> None:
        if layer.name in taken:
            raise ValueError(
                f"Sequential model {self.name!r} has a layer named {layer.name!r} already; "
                "give each layer a name of its own."
            )

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer on top.

        Arguments:
            layer: a layer, a model, or an ``Input`` as the first.
            rebuild: whether the model is connected at once; without it, the next ``add``
                or ``build`` does so.

        Raises:
            TypeError: not a layer.
            ValueError: a second entrance, or a name that is there already.
        """
        if is_symbolic(layer) and layer.node is not None:
            layer = layer.node.operation
        if isinstance(layer, InputLayer):
            if self._entrance is not None or self._stack:
                raise ValueError(
                    f"Sequential model {self.name!r}: an Input can only come first, once."
                )
            self._entrance = layer
            return
        if not isinstance(layer, Layer):
            if callable(layer):
                raise TypeError(
                    f"Sequential model {self.name!r}: only layers can be added, got the function "
                    f"{getattr(layer, '__name__', layer)!r}. Wrap it: layers.Lambda(function)."
                )
            raise TypeError(
                f"Sequential model {self.name!r}: only layers can be added, got {layer!r} "
                f"of type {type(layer).__name__}."
            )
        if rebuild:
            self._check_name(layer, {other.name for other in self._stack})
        if not self._stack and self._entrance is None and layer._first_shape is not None:
            self._entrance = InputLayer(batch_shape=layer._first_shape)
        tensor: Any = None
        if self._entrance is not None:
            before = self._tensors[-1] if self._tensors else self._entrance.output
            with self._name_scope():
                tensor = layer(before)
        self._stack.append(layer)
        if self._entrance is not None:
            self._tensors.append(tensor)
            if rebuild:
                self._connect()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer off and give it back.

        Raises:
            ValueError: if there is none.
        """
        if not self._stack:
            raise ValueError(f"Sequential model {self.name!r} has no layer to take off.")
        layer = self._stack.pop()
        if self._tensors:
            self._tensors.pop()
        self._connect()
        return layer

    def _connect(self) -> None:
        self._forget_programs()
        if self._entrance is None or not self._tensors:
            self._set_graph(None)
        else:
            entrance, last = self._entrance.output, self._tensors[-1]
            owner = f"Model {self.name!r}"
            self._set_graph(Graph(entrance, last, owner, any_size=self._sizes_from_data))

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for an input shape with the batch axis, ``(None, 784)``."""
        if self.built or input_shape is None:
            return
        self._build_for(KerasTensor(input_shape))

    def _build_for(self, like: Any) -> None:
        """Connect the layers for inputs of the shape and type of ``like``."""
        entrance = InputLayer(batch_shape=(None, *like.shape[1:]), dtype=like.dtype)
        tensor, tensors = entrance.output, []
        with self._name_scope():
            for layer in self._stack:
                tensor = layer(tensor)
                tensors.append(tensor)
        self._entrance, self._tensors = entrance, tensors
        self._sizes_from_data = True
        self._connect()

    def _ensure_built(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not self.built:
            if not self._stack:
                raise ValueError(f"Sequential model {self.name!r} has no layers; add some first.")
            if isinstance(shapes_of(args[0]), tuple):
                self._build_for(args[0])

    @property
    def _prepares(self) -> bool:  # type: ignore[override] # as the layers are now
        first = self._stack[0] if self._stack and self._graph is None else None
        return getattr(first, "works_on_host", False) or super()._prepares

    def _prepared(self, x: Any) -> Any:
        if self._graph is None and self._prepares and not isinstance(x, dict):
            self._build_for(KerasTensor((None, *np.shape(x)[1:]), "string"))
        return super()._prepared(x)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Run the layers one after another."""
        if self._graph is not None:
            return self._graph.run(inputs, mask)
        if mask is not None:
            inputs = jax.tree.map(attached, inputs, mask)
        for layer in self._stack:
            inputs = layer(inputs)
        return inputs

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the entrance."""
        return list(self._stack)

    def _sublayers(self) -> list[Any]:
        return list(self._stack)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Pass a shape through all layers."""
        for layer in self._stack:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Give the stack as plain values, without its weights."""
        entrance = [] if self._entrance is None else [self._entrance]
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
            "layers": [serialize(layer) for layer in (*entrance, *self._stack)],
        }
        if self._entrance is not None:
            config["build_input_shape"] = self._entrance.batch_shape
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Sequential:
        """Rebuild a stack from ``get_config``, with fresh weights."""
        with custom_object_scope(custom_objects or {}):
            model = cls(name=config.get("name"), trainable=config.get("trainable", True))
            model._add_all(deserialize(layer) for layer in config["layers"])
        shape = config.get("build_input_shape")
        if not model.built and shape and model._stack:
            model.build(tuple(shape))
        return model
