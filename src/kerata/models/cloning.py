"""A second model of the same structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerata.base.configurable import Configurable
from kerata.base.custom_objects import custom_object_scope
from kerata.base.messages import warn
from kerata.base.symbolic import Operation, is_symbolic
from kerata.layers.core.input_layer import Input
from kerata.models.model import Model
from kerata.models.pickling import foreign_objects
from kerata.models.sequential import Sequential

_Clone = Callable[[Any], Any]


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: _Clone | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    *,
    custom_objects: Any = None,
) -> Any:
    """Build a model like another, with fresh weights, compiled as the other is.

    Arguments:
        model: a ``Sequential`` or functional model; a subclass with ``get_config`` if nothing
            else is asked for.
        input_tensors: symbolic tensors to start from, in the structure of ``model.input``.
        clone_function: ``f(layer) -> layer`` for each layer but the inputs; a layer from the
            layer's config by default.
        call_function: ``f(layer, *args, **kwargs) -> outputs``, calls the layers of a
            functional model.
        recursive: whether these functions also go into the models inside.
        custom_objects: classes and functions of yours that layers name in their configs.

    Raises:
        TypeError: something that is no model.
        ValueError: a call function for a ``Sequential``; tensors that don't fit; arguments for
            a subclass, whose layers are unknown.

    >>> from kerata import Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(3)])
    >>> clone_model(model).count_params()
    9
    """
    if not isinstance(model, Model):
        raise TypeError(f"clone_model needs a model, got {type(model).__name__}: {model!r:.60}.")
    with custom_object_scope({**foreign_objects(model), **(custom_objects or {})}):
        if not isinstance(model, Sequential) and not _is_plain(model):
            asked = {
                "input_tensors": input_tensors,
                "clone_function": clone_function,
                "call_function": call_function,
            }
            for name, value in asked.items():
                if value is not None:
                    raise ValueError(
                        f"clone_model: {name} needs a Sequential or functional model, but "
                        f"{model.name!r} is a {type(model).__name__} with structure of its own."
                    )
            return type(model).from_config(model.get_config())
        return _clone(model, input_tensors, clone_function, call_function, recursive, {})


def _is_plain(model: Any) -> bool:
    """Say whether a model is made from inputs and outputs alone."""
    return getattr(model, "_graph", None) is not None and type(model).__init__ is Model.__init__


def _clone(
    model: Any,
    tensors: Any,
    clone_function: _Clone | None,
    call_function: Callable[..., Any] | None,
    recursive: bool,
    known: dict[int, Any],
) -> Any:
    """Clone a model whose layers are known; ``known`` holds the clones that there are."""

    def clone(layer: Any) -> Any:
        if id(layer) not in known:
            inside = isinstance(layer, Sequential) or _is_plain(layer)
            if recursive and inside:
                # A Sequential calls its layers itself.
                call = None if isinstance(layer, Sequential) else call_function
                known[id(layer)] = _clone(layer, None, clone_function, call, True, known)
            else:
                known[id(layer)] = (clone_function or _from_config)(layer)
        return known[id(layer)]

    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError(
                f"clone_model: call_function needs a functional model, but {model.name!r} is a "
                "Sequential, which calls its layers itself."
            )
        copy = _clone_sequential(model, tensors, clone)
    else:
        copy = _clone_functional(model, tensors, clone, call_function)
    compile_like(copy, model)
    return copy


def _clone_sequential(model: Sequential, tensors: Any, clone: _Clone) -> Sequential:
    entrance: Any = model._entrance
    layers = [clone(layer) for layer in model.layers]
    if tensors is not None:
        found = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        if len(found) != 1 or not is_symbolic(found[0]):
            raise ValueError(
                f"clone_model: the Sequential {model.name!r} starts from one symbolic tensor, got "
                f"input_tensors={tensors!r}."
            )
        name = None if entrance is None else entrance.name
        layers = [Input(tensor=found[0], name=name), *layers]
    elif entrance is not None:
        layers = [_from_config(entrance), *layers]
    plain = type(model).__init__ is Sequential.__init__
    cls = type(model) if plain else Sequential
    return cls(layers, name=model.name, trainable=model.trainable)


def _clone_functional(
    model: Any, tensors: Any, clone: _Clone, call_function: Callable[..., Any] | None
) -> Any:
    graph = model._graph
    if tensors is None:
        fresh = {
            id(t): _from_config(entrance).output
            for t, entrance in zip(graph.inputs, graph._entrances, strict=True)
        }
        tensors = jax.tree.map(lambda t: fresh[id(t)], graph.input_struct, is_leaf=is_symbolic)
    elif not _same_structure(tensors, graph.input_struct):
        raise ValueError(
            f"clone_model: input_tensors must be symbolic tensors in the structure of the inputs "
            f"of {model.name!r} ({len(graph.inputs)}: {', '.join(graph.input_names)}), "
            f"got {tensors!r}."
        )

    def call(operation: Operation, args: Any, kwargs: Any) -> Any:
        copy = clone(operation)
        if call_function is None:
            return copy(*args, **kwargs)
        return call_function(copy, *args, **kwargs)

    outputs = graph.follow(graph.arrange(tensors), call)
    return type(model)(tensors, outputs, name=model.name, trainable=model.trainable)


def _same_structure(a: Any, b: Any) -> bool:
    return _places(a) == _places(b)


def _places(tensors: Any) -> list[Any]:
    found = jax.tree_util.tree_leaves_with_path(tensors, is_leaf=is_symbolic)
    return [(path, is_symbolic(leaf)) for path, leaf in found]


def _from_config(obj: Any) -> Any:
    return type(obj).from_config(obj.get_config())


def compile_like(copy: Any, model: Any) -> None:
    """Compile a copy with what ``compile`` was given for a model: nothing, if it was not called.

    Optimizer, losses and metrics are new ones with the same arguments; what can't be made anew
    is told in a warning, and the copy stays as it was.
    """
    if model._compiled is None:
        return
    try:
        given = {
            name: jax.tree.map(
                lambda x: _from_config(x) if isinstance(x, Configurable) else x, value
            )
            for name, value in model._compiled.items()
        }
        optimizer = model.optimizer.like()
    except TypeError as problem:
        warn(f"The clone of {model.name!r} is not compiled: {problem}", stacklevel=4)
        return
    copy.compile(optimizer=optimizer, **given, run_eagerly=model.run_eagerly)
