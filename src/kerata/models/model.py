"""Models: layers joined together, with training on top."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jax

from kerata.base.custom_objects import custom_object_scope
from kerata.base.messages import did_you_mean
from kerata.base.symbolic import KerasTensor, Operation, any_symbolic
from kerata.export.formats import export_model
from kerata.layers.layer import Layer
from kerata.layers.rows import keeps_rows_apart
from kerata.layers.signature import shapes_of
from kerata.models import configs
from kerata.models.graph import Graph
from kerata.models.pickling import reduce_model
from kerata.models.quantization import quantize_layers
from kerata.models.state_tree import assign_state_tree, state_tree
from kerata.saving import model_files, orbax
from kerata.saving.structure import compile_arguments, compile_as, model_config
from kerata.training.trainer import Trainer


class Model(Trainer, Layer):
    """Layers joined into a network that can be trained, evaluated and asked.

    There are three ways to make one: ``Model(inputs, outputs)`` from symbolic tensors,
    ``Sequential`` from a list of layers, and a subclass with its own ``call``.

    Arguments:
        inputs: symbolic tensor from ``Input``, or a list or dictionary of them.
        outputs: symbolic tensors that follow from them, in the same kinds of structure.
        name: given automatically if left out.

    Raises:
        TypeError: inputs or outputs that aren't symbolic tensors.
        ValueError: a graph with a loose end or two layers of one name.

    >>> from kerata import Input, layers
    >>> x = Input(shape=(4,))
    >>> model = Model(x, layers.Dense(2)(x))
    >>> model.count_params(), model.output_shape
    (10, (None, 2))
    """

    # Whether files list the layers before other attributes.
    _layers_first = False
    _masks_end_here = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a ``Functional`` when called directly with inputs and outputs."""
        if cls is Model and (args or "inputs" in kwargs):
            cls = Functional
        return super().__new__(cls, *args, **kwargs)

    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, trainable=trainable, **kwargs)
        self._init_training()
        self._graph: Graph | None = None
        if inputs is not None or outputs is not None:
            if inputs is None or outputs is None:
                raise TypeError("Model(...) needs both inputs=... and outputs=...")
            self._set_graph(Graph(inputs, outputs, f"Model {self.name!r}"))
        elif type(self) is Functional:
            raise TypeError("Model(...) needs both inputs=... and outputs=..., got None for both.")

    def _set_graph(self, graph: Graph | None) -> None:
        self._graph = graph
        self.built = graph is not None

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether every layer of the graph keeps the rows of a batch apart."""
        return self._graph is not None and all(map(keeps_rows_apart, self._graph.operations))

    # Structure -------------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside."""
        if self._graph is not None:
            return self._graph.layers
        return [x for x in super()._sublayers() if isinstance(x, Layer)]

    def _sublayers(self) -> list[Any]:
        graph = [] if self._graph is None else self._graph.layers
        known = {id(x) for x in graph}
        return graph + [x for x in super()._sublayers() if id(x) not in known]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Give a layer by its name or position.

        Raises:
            ValueError: neither or both given, an unknown name, a position out of range.
        """
        if (name is None) == (index is None):
            raise ValueError("get_layer() takes either name=... or index=..., one of them.")
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"Model {self.name!r} has {len(self.layers)} layers; there is no {index}."
                )
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"Model {self.name!r} has no layer named {name!r}. "
            f"{did_you_mean(name, [x.name for x in self.layers])}"
        )

    def _the_graph(self, what: str) -> Graph:
        if self._graph is None:
            raise AttributeError(
                f"Model {self.name!r} has no {what} yet: its graph is not known. "
                "Give it an Input, or call it on data first."
                if type(self).call is Model.call
                else f"Model {self.name!r} is a subclass with its own call(), so it has no {what}."
            )
        return self._graph

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs."""
        return self._the_graph("inputs").inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs."""
        return self._the_graph("outputs").outputs

    @property
    def input(self) -> Any:
        """The symbolic input, in the structure that was given."""
        return self._the_graph("input").input_struct

    @property
    def output(self) -> Any:
        """The symbolic output, in the structure that was given."""
        return self._the_graph("output").output_struct

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs."""
        return self._the_graph("input_names").input_names

    @property
    def output_names(self) -> list[str]:
        """Names of the outputs: of the layers that make them."""
        return self._the_graph("output_names").output_names

    @property
    def input_shape(self) -> Any:
        """Shape of the input, or the list of shapes of several."""
        return _one_or_list([t.shape for t in self.inputs])

    @property
    def output_shape(self) -> Any:
        """Shape of the output, or the list of shapes of several."""
        return _one_or_list([t.shape for t in self.outputs])

    @property
    def operations(self) -> list[Operation]:
        """Layers and plain operations of the graph."""
        return self._the_graph("operations").operations

    # Calling ---------------------------------------------------------------------------

    @property
    def _prepares(self) -> bool:  # type: ignore[override] # as the layers are now
        return self._graph is not None and self._graph.host is not None

    def _prepared(self, x: Any) -> Any:
        """Run the layers of strings, which can't be in a compiled program, on the rows."""
        graph = self._graph
        return x if graph is None or graph.host is None else graph.host.prepare(x)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs for arrays, or extend the graph for symbolic tensors."""
        if args and self._prepares and not any_symbolic(args[0]):
            args = (self._prepared(args[0]), *args[1:])
        return super().__call__(*args, **kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call; a model with layers of strings is taken apart into its layers."""
        graph = self._graph
        if graph is None or graph.host is None:
            return super().symbolic_call(*args, **kwargs)
        return graph.follow(graph.arrange(args[0]), lambda operation, a, k: operation(*a, **k))

    def _ensure_built(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        # A subclass's layers build themselves while its call() runs; only a build() of the
        # subclass's own has to be called.
        if type(self).build is not Model.build:
            super()._ensure_built(args, kwargs)
        else:
            self.built = True
            # A file says with which shape to build it again.
            self._build_shapes = {"input_shape": shapes_of(args[0])} if args else None

    def _can_be_called(self) -> bool:
        return self._graph is not None or type(self).call is not Model.call

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Run the graph; subclasses with computations of their own override this."""
        if self._graph is None:
            raise NotImplementedError(
                f"{type(self).__name__} has no call() method: define call(self, inputs), "
                "or give Model(inputs=..., outputs=...)."
            )
        outputs = self._graph.run(inputs, mask)
        # Model(a, [b]) gives b, as Keras does.
        alone = isinstance(outputs, (list, tuple)) and len(outputs) == 1
        return outputs[0] if alone else outputs

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for an input shape with the batch axis, ``(None, 784)``."""
        if input_shape is not None and not self.built:
            self.compute_output_shape(input_shape)
        self.built = True

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        if self._graph is not None and len(args) == 1 and kwargs.keys() <= {"mask", "training"}:
            spec = self._graph.for_inputs(args[0])
            shapes = [t.shape for t in spec.arrange(args[0])]
            if all(s[1:] == t.shape[1:] for s, t in zip(shapes, spec.inputs, strict=True)):
                return _renewed(spec.output_struct)
        return super().compute_output_spec(*args, **kwargs)

    # Looking ---------------------------------------------------------------------------

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: tuple[str, str] | None = None,
    ) -> None:
        """Print a table of the layers: output shapes and numbers of parameters.

        Arguments:
            line_length: width in characters; that of the terminal by default.
            positions: ends of the columns as fractions of the width, instead of the
                widths the contents need.
            print_fn: called with the text instead of ``print``.
            expand_nested: whether to list the layers of models inside.
            show_trainable: whether to add a column that says which layers are trained.
            layer_range: names (or regular expressions) of the first and last layer shown.
        """
        from kerata.models.summary import print_summary

        print_summary(
            self,
            line_length=line_length,
            positions=positions,
            print_fn=print_fn,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )

    def _repr_html_(self) -> str:
        from kerata.models.summary import summary_html

        return summary_html(self)

    # Configs ---------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Give the network's structure as plain values, without its weights."""
        plain = type(self).__init__ is Model.__init__
        given = configs.takes_a_graph(type(self)) and configs.was_given_a_graph(self)
        if self._graph is not None and (plain or given):
            return configs.functional_config(self, self._graph)
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Rebuild a model from ``get_config``, with fresh weights.

        Arguments:
            config: what ``get_config`` gave.
            custom_objects: classes and functions of yours that the config names.
        """
        with custom_object_scope(custom_objects or {}):
            if "input_layers" in config and configs.takes_a_graph(cls):
                return configs.functional_from_config(Model if cls is Functional else cls, config)
            return super().from_config(config)

    def get_compile_config(self) -> dict[str, Any]:
        """Give what ``compile`` was called with as plain values; empty if it was not."""
        return compile_arguments(self)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as ``get_compile_config`` said; a ``compile`` of one's own is not called."""
        compile_as(self, config)

    def to_json(self, **kwargs: Any) -> str:
        """Give the network's structure as JSON text, without its weights."""
        return json.dumps(model_config(self), **kwargs)

    def _saved_parts(self) -> list[tuple[str, Any]]:
        """List the attributes in which files look for layers: a graph's layers come first."""
        parts = [part for part in super()._saved_parts() if part[0] != "layers"]
        listed = ("layers", self.layers)
        if self._layers_first:
            return [listed, *parts]
        place = sum(name < "layers" for name, _ in parts if name[0] != "_")
        return [*parts[:place], listed, *parts[place:]]

    def jax_state_sync(self) -> None:
        """Do nothing: between batches the variables have their values already."""

    # State -----------------------------------------------------------------------------

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, dict[str, Any]]:
        """Give the values of all variables as nested dictionaries: see ``models.state_tree``."""
        return state_tree(self, value_format)

    def set_state_tree(self, state_tree: dict[str, dict[str, Any]]) -> None:
        """Set variables from such dictionaries, or from parts of them."""
        assign_state_tree(self, state_tree)

    # Fewer bits ------------------------------------------------------------------------

    def quantize(  # type: ignore[override] # as in Keras, filters in place of a check of the class
        self, mode: Any = None, config: Any = None, filters: Any = None, **kwargs: Any
    ) -> None:
        """Keep the weights of the layers in fewer bits from now on; compile the model after it.

        Dense, EinsumDense and embeddings can be quantized, wherever they are; other layers stay
        as they are, with a warning if they have weights.

        Arguments:
            mode: ``'int8'`` or another that ``Layer.quantize`` knows; None if there is a config.
            config: ``QuantizationConfig``; the mode's own by default.
            filters: regular expression that the names of layers must contain, a list of them, or
                a function from a layer to a bool; None (all layers) by default.
            type_check: bool, whether layers of your own classes are left as they are; True by
                default.

        Raises:
            ValueError: a layer that is not built or is quantized already.
            NotImplementedError: ``'gptq'`` and ``'awq'``.
            TypeError: another argument.
        """
        type_check = kwargs.pop("type_check", True)
        if kwargs:
            raise TypeError(f"quantize() got unknown arguments: {', '.join(kwargs)}.")
        quantize_layers(self, mode, config, filters, type_check)

    # Copies and files ------------------------------------------------------------------

    def __reduce__(self) -> Any:
        """Let ``pickle`` and ``copy.deepcopy`` make a model of the same weights."""
        return reduce_model(self)

    def __sklearn_clone__(self) -> Any:
        """Let scikit-learn's estimators share a ready model: they train copies of it."""
        return self

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Write the whole model into a ``.keras`` or ``.h5`` file: see ``saving.save_model``."""
        model_files.save_model(self, filepath, overwrite, zipped, **kwargs)

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: Any = None
    ) -> None:
        """Write the weights into a ``.weights.h5`` file: see ``saving.save_weights``."""
        model_files.save_weights(self, filepath, overwrite, max_shard_size)

    def _checkpoint_parts(self, weights_only: bool) -> dict[str, Any]:
        return orbax.parts_of(self, weights_only)

    def export(
        self,
        filepath: Any,
        format: str | None = None,
        verbose: bool | None = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Write the model for other programs, as ONNX: see ``export.export_model``."""
        return export_model(self, filepath, format, verbose, input_signature, **kwargs)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read weights from a file: see ``saving.load_weights``."""
        model_files.load_weights(self, filepath, skip_mismatch, **kwargs)


class Functional(Model):
    """A model made from symbolic inputs and outputs; ``Model(inputs, outputs)`` gives one."""

    _layers_first = True


def _renewed(struct: Any) -> Any:
    return jax.tree.map(lambda t: KerasTensor(t.shape, t.dtype), struct)


def _one_or_list(shapes: list[Any]) -> Any:
    return shapes[0] if len(shapes) == 1 else shapes
