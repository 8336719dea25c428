"""What units do with their sums: every activation of Keras 3, by name or function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.activations.functions import exponential, gelu, linear, relu
from kerata.base import registry
from kerata.ops.activations import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)

_namespace = registry.Namespace("keras.activations", "activation", instantiate=False)
for _function in (
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
):
    _namespace.add(_function)
_namespace.add(silu, "swish")
_namespace.add(hard_silu, "hard_swish")

swish = silu
hard_swish = hard_silu


def is_activation(function: Any) -> bool:
    """Say whether a function is one of these, which look at one element or the last axis."""
    return any(function is known for known in _namespace.objects.values())


def get(identifier: Any) -> Any:
    """Turn a name, config or callable into an activation function; None is ``linear``.

    Raises:
        ValueError: unknown name.
        TypeError: something that is none of these.

    >>> get("relu") is relu, get(None) is linear
    (True, True)
    """
    return linear if identifier is None else _namespace.get(identifier)


def serialize(activation: Any) -> Any:
    """Write an activation as its name, or as a config if it is not one of these.

    >>> serialize(relu)
    'relu'
    """
    return registry.serialize(activation)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Build an activation from its name or config.

    >>> deserialize("relu") is relu
    True
    """
    return registry.deserialize(config, custom_objects, _namespace)


__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
