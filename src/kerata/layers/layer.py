"""The base of all layers."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any, ClassVar, Self

import jax

from kerata import regularizers
from kerata.base.configurable import Configurable, is_automatic, restored
from kerata.base.custom_objects import custom_object_scope
from kerata.base.dtypes import DTypePolicy, is_float_dtype
from kerata.base.eager import asked, asked_front, current_front, handed_back
from kerata.base.messages import printable, shape_text
from kerata.base.origin import is_own_class, is_own_function
from kerata.base.registry import deserialize, serialize
from kerata.base.rematerialization import remat
from kerata.base.scope import autocast, autocast_dtype, current_scope
from kerata.base.signatures import argument_names
from kerata.base.symbolic import KerasTensor, any_symbolic, infer_spec
from kerata.dtype_policies import DTypePolicyMap, get as get_dtype_policy
from kerata.dtype_policies.policy_map import policy_at
from kerata.layers import masks
from kerata.layers.first_shape import first_layer_shape
from kerata.layers.input_spec import check_input
from kerata.layers.inputs import as_tensors, as_tuples, cast_floats, has_arrays, symbols_for
from kerata.layers.quantizable import Quantizable
from kerata.layers.signature import call_signature, shapes_of
from kerata.layers.stateless import Stateless


class _Calls(threading.local):
    """The call in progress on this thread: how deep, and training or not."""

    def __init__(self) -> None:
        self.depth = 0
        self.training: bool | None = None


_calls = _Calls()


class Layer(Quantizable, Stateless):
    """A function with weights, from tensors to tensors.

    Subclasses define ``__init__`` (keep the arguments), ``build(input_shape)`` (make
    weights with ``add_weight``) and ``call(inputs)``; ``call`` may also take
    ``training`` and ``mask``. Inputs are arrays of shape ``(batch, ...)`` or nested ones.

    Arguments:
        activity_regularizer: penalty on the outputs, divided by the batch size; None by default.
        trainable: bool, whether ``fit`` changes the weights; True by default.
        dtype: type or policy of arithmetic and weights, ``'float32'`` by default.
        autocast: bool, whether floating inputs are cast to the layer's type; True by default.
        name: string, given automatically if left out.
        input_shape, batch_input_shape, input_dim: shape of the input, for a first layer.

    Raises:
        TypeError: an argument that no layer has.

    Example:

    >>> import numpy as np
    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(), initializer="ones", name="factor")
    ...     def call(self, inputs):
    ...         return self.factor * inputs
    >>> layer = Scale()
    >>> layer(np.array([1.0, 2.0])).tolist(), layer.count_params()
    ([1.0, 2.0], 1)
    """

    _not_in_signature: ClassVar[tuple[str, ...]] = (
        *("_added_losses", "_build_shapes", "_first_shape", "_place", "input_spec"),
    )

    # Whether ``call`` takes one array and no list of them.
    _takes_one_array = False
    # Whether a mask that the layer does not support is lost, not met by layers inside.
    _masks_end_here = True

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether, outside training, no row's output depends on other rows; see ``rows.py``."""
        return False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let a subclass's ``build`` mark the layer as built, whoever calls it."""
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _marking(cls.build)  # type: ignore[method-assign] # wrapped, not replaced
        if "__call__" in cls.__dict__:
            cls.__call__ = asked(cls.__call__)  # type: ignore[method-assign] # as above

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._dtype_policy = get_dtype_policy(dtype)
        self.autocast = autocast
        self.supports_jit = True
        self.input_spec: Any = None
        self.supports_masking = type(self).compute_mask is not Layer.compute_mask
        self.built = False
        self._added_losses: list[Any] = []
        self._build_shapes: dict[str, Any] | None = None
        self._first_shape = first_layer_shape(type(self), kwargs)

    # Types -----------------------------------------------------------------------------

    @property
    def dtype_policy(self) -> DTypePolicy:
        """What the types of arithmetic and weights are; weights keep the type they were made with.

        It can be set to a policy, its config or its name; None is the default policy. A quantized
        one quantizes the layer if it is built.
        """
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        policy, held = get_dtype_policy(value), self._dtype_policy
        if isinstance(held, DTypePolicyMap) and self.path:
            held.pop(self.path, None)
            held[self.path] = policy
        else:
            self._dtype_policy = policy
        mode = self.quantization_mode
        if mode is not None and self.built and not self._is_quantized:
            self.quantize(mode)

    @property
    def _policy_here(self) -> DTypePolicy:
        """The policy of this very layer, which a map may hold."""
        return policy_at(self._dtype_policy, self.path)

    @property
    def compute_dtype(self) -> str:
        """The type of the arithmetic."""
        return self._policy_here.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The type the weights are kept in."""
        return self._policy_here.variable_dtype

    @property
    def quantization_mode(self) -> str | None:
        """How the weights are kept in fewer bits, such as ``'int8'``; None if they are not."""
        return self._policy_here.quantization_mode

    @property
    def dtype(self) -> str:
        """The type the weights are kept in."""
        return self.variable_dtype

    @property
    def input_dtype(self) -> str:
        """The type that floating inputs are cast to."""
        return self.compute_dtype

    def _weights_read_as(self) -> str | None:
        """Give the type in which ``call`` reads floating weights, or None for their own."""
        mixed = self.compute_dtype != self.variable_dtype or autocast_dtype() is not None
        return self.compute_dtype if mixed and self.autocast else None

    # Losses ----------------------------------------------------------------------------

    def add_loss(self, loss: Any) -> None:
        """Add a scalar, or several, to the loss that training minimises; call it in ``call``."""
        for value in jax.tree.leaves(loss):
            if isinstance(value, (str, bytes)) or callable(value):
                raise TypeError(
                    f"Layer {self.name!r} ({type(self).__name__}): add_loss() takes a number that "
                    f"was computed, got {value!r:.60}."
                )
            scope = current_scope()
            if scope is None:
                self._added_losses.append(value)
            else:
                scope.losses.append(value)

    @property
    def losses(self) -> list[Any]:
        """Losses added during the last call, then the penalties of the weights."""
        front = asked_front()
        if front is not None:
            return front.run(Layer._losses_outside, (self,), {}, True)
        added = [x for layer in self._flatten_layers() for x in layer._added_losses]
        scope = current_scope()
        if scope is not None:
            found = scope.forward_losses()
            if found is not None:
                return list(found)
            added = list(scope.losses)
        return added + self._penalties()

    def _losses_outside(self) -> list[Any]:
        """List the losses of the last call, which is over, and the penalties."""
        added = [x for layer in self._flatten_layers() for x in layer._added_losses]
        return added + self._penalties()

    def _penalties(self) -> list[Any]:
        return [v.regularizer(v.value) for v in self.trainable_weights if v.regularizer]

    # Building --------------------------------------------------------------------------

    def build(self, *shapes: Any, **named: Any) -> None:
        """Make the weights for an input shape; subclasses say which."""
        self.built = True

    def known_axis(self, shape: Any, axis: int) -> int:
        """Give the size of an axis that weights depend on.

        Raises:
            ValueError: if the shape has no such axis or its size is unknown.
        """
        size = shape[axis] if -len(shape) <= axis < len(shape) else None
        if size is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs to know the size of axis "
                f"{axis} of its input, but the shape is {shape_text(shape)}."
            )
        return int(size)

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build with the shapes that ``get_build_config`` gave."""
        if not self.built and config:
            shapes = config.get("shapes_dict", config)
            self._build({key: as_tuples(value) for key, value in shapes.items()})

    def get_build_config(self) -> dict[str, Any] | None:
        """Give the shapes the layer was built with, in Keras's form, or None."""
        shapes = self._build_shapes
        if shapes is None or len(shapes) != 1:
            return {"shapes_dict": shapes} if shapes else shapes
        return {"input_shape": next(iter(shapes.values()))}

    def _build(self, shapes: dict[str, Any]) -> None:
        names = call_signature(type(self)).shape_names
        if len(names) == 1:
            self.build(next(iter(shapes.values()), None))
        elif names and (set(shapes) <= set(names) or set(names) <= set(shapes)):
            self.build(**{n: shapes[n] for n in names if n in shapes})
        else:
            self.build(*shapes.values())
        self._build_shapes = shapes
        self.built = True

    def _ensure_built(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self.built:
            return
        signature = call_signature(type(self))
        found = {name: shapes_of(x) for name, x in signature.named(args, kwargs).items()}
        shapes = {
            f"{name}_shape": shape
            for name, shape in found.items()
            if shape not in (None, [], {}) and name != "mask" and not name.endswith("_mask")
        }
        if len(signature.shape_names) <= 1 and shapes:
            shapes = {"input_shape": next(iter(shapes.values()))}
        self._build(shapes)

    # Calling ---------------------------------------------------------------------------

    @asked
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs for arrays, or extend the graph for symbolic tensors."""
        if not hasattr(self, "_first_shape"):
            raise RuntimeError(
                f"{type(self).__name__}.__init__() must call super().__init__() first."
            )
        args = tuple(as_tensors(a, self.name) for a in args)
        kwargs = {k: as_tensors(v, self.name) if has_arrays(v) else v for k, v in kwargs.items()}
        signature = call_signature(type(self))
        first = signature.first(args, kwargs)
        check_input(self, first)
        self._ensure_built(args, kwargs)
        check_input(self, first)
        signature.check_keywords(type(self).__name__, kwargs)
        if any_symbolic((args, kwargs)):
            return self.symbolic_call(*args, **kwargs)
        return self._run(args, kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call on symbolic tensors and give symbolic outputs, with their masks."""
        signature = call_signature(type(self))
        kwargs = {**kwargs, **masks.masks_by_hand(signature, args, kwargs)}
        outputs = super().symbolic_call(*args, **kwargs)
        masks.hand_on(
            self,
            signature.first(args, kwargs),
            masks.previous_mask(signature, args, kwargs),
            outputs,
            passed="mask" in signature.named(args, kwargs),
        )
        return outputs

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        mode = self.quantization_mode
        if mode is not None:
            self._check_mode(mode)
        signature = call_signature(type(self))
        outer = (_calls.depth, _calls.training)
        training = kwargs.get("training")
        if training is None:
            training = outer[1]
        if training is None:
            training = signature.training_default
        training = False if training is None else training
        if signature.takes_training:
            kwargs = {**kwargs, "training": training}
        else:
            kwargs = {k: v for k, v in kwargs.items() if k != "training"}
        wanted = masks.wanted_masks(signature, args, kwargs)
        if wanted:
            kwargs = {**kwargs, **{name: masks.masks_of(x) for name, x in wanted.items()}}
        inputs, mask = signature.first(args, kwargs), masks.previous_mask(signature, args, kwargs)
        if outer[0] == 0 and current_scope() is None:
            for layer in self._flatten_layers():
                layer._added_losses.clear()
        if self.autocast:
            args = tuple(cast_floats(a, self.compute_dtype) for a in args)
        _calls.depth, _calls.training = outer[0] + 1, training
        try:
            with autocast(self._weights_read_as()), self._name_scope():
                call = self._call_for(args, kwargs)
                if current_front() is None or is_own_function(type(self).call):
                    outputs = call(*args, **kwargs)
                else:
                    outputs = handed_back(call, *args, **kwargs)
        finally:
            _calls.depth, _calls.training = outer
        if self.activity_regularizer is not None:
            for output in jax.tree.leaves(outputs):
                batch = output.shape[0] if output.ndim else 1
                self.add_loss(self.activity_regularizer(output) / max(batch, 1))
        masks.hand_on(self, inputs, mask, outputs)
        return outputs

    def rematerialized_call(
        self, layer_call: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Callable[..., Any]:
        """Give the function to run instead of ``layer_call``: see ``Operation``."""
        mode = self._remat_mode
        if mode is None or mode.mode not in ("activations", "list_of_layers"):
            return super().rematerialized_call(layer_call, *args, **kwargs)
        if mode.mode == "list_of_layers":
            return remat(layer_call) if self.name in mode.layer_names else layer_call
        activation = getattr(self, "activation", None)
        if activation is None:
            return layer_call

        @functools.wraps(layer_call)
        def with_activation_again(*args: Any, **kwargs: Any) -> Any:
            self.activation = remat(activation)
            try:
                return layer_call(*args, **kwargs)
            finally:
                self.activation = activation

        return with_activation_again

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Give the mask of the outputs; the inputs' own by default."""
        return previous_mask

    def compute_output_shape(self, *shapes: Any) -> Any:
        """Give the output's shape for an input shape, by tracing ``call`` on shapes alone."""
        inputs = symbols_for(shapes[0] if len(shapes) == 1 else list(shapes))
        return shapes_of(infer_spec(lambda *a: self._run(a, {}), (inputs,), {}))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors, by their known shape or by tracing ``call``."""
        if type(self).compute_output_shape is not Layer.compute_output_shape and len(args) == 1:
            shape = self.compute_output_shape(shapes_of(args[0]))
            if isinstance(shape, tuple) and all(d is None or isinstance(d, int) for d in shape):
                return KerasTensor(shape, self.compute_dtype)
        return self._traced_spec(*args, **kwargs)

    def _traced_spec(self, *args: Any, **kwargs: Any) -> Any:
        run, masked = masks.run_masked(self._run, args, kwargs)
        return infer_spec(run, (args, kwargs, masked), {})

    def cast_dtype(self, dtype: str) -> str:
        """Give the type that an input of a type has inside ``call``."""
        return self.compute_dtype if self.autocast and is_float_dtype(dtype) else dtype

    # Configs ---------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer (without its weights)."""
        base = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
        }
        cls = type(self)
        if not (is_own_class(cls) or is_own_function(cls.get_config)):
            # A user's get_config() adds the arguments itself to what this one gives.
            return base
        # A policy says more than the type of the weights, which ``self.dtype`` is.
        config = base | Configurable.get_config(self) | base
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = serialize(self.activity_regularizer)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """Build a layer, without weights, from what ``get_config`` gave here or in Keras."""
        if is_own_class(cls):
            known = argument_names(cls)
            # Keras writes None for features that are not used, those we don't have among them.
            config = {k: v for k, v in config.items() if v is not None or k in known}
            config = {k: deserialize(v, custom_objects) for k, v in config.items()}
        if not is_automatic(cls):
            return cls(**config)
        with custom_object_scope(custom_objects or {}):
            config = restored(cls, config)
        parameters = inspect.signature(cls.__init__).parameters.values()
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return cls(**config)
        # What every layer has need not be an argument of the user's constructor.
        taken = {p.name for p in parameters}
        layer = cls(**{k: v for k, v in config.items() if k in taken or k not in _BASE})
        for name in _BASE:
            if name in config and name not in taken:
                setattr(layer, _BASE[name], config[name])
        return layer

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} name={self.name}, built={self.built}>")


# Arguments that every layer has, with the attributes that hold them.
_BASE = {"name": "name", "trainable": "trainable", "dtype": "dtype_policy"}


def _marking(build: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(build)
    def marked(self: Layer, *shapes: Any, **named: Any) -> None:
        front = current_front()
        if front is not None:
            shapes = tuple(map(front.shape, shapes))
        with self._name_scope():
            build(self, *shapes, **named)
        # A model without a shape stays as it is.
        if any(shape is not None for shape in (*shapes, *named.values())):
            self.built = True
            if self._build_shapes is None and shapes:
                self._build_shapes = {"input_shape": shapes[0]}

    return marked
