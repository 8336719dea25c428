"""What units do with their sums: every activation of Keras 3, by name or function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.activations.functions import (
    exponential as exponential,
    gelu as gelu,
    linear as linear,
    relu as relu,
)
from kerata.base import registry
from kerata.ops.nn import (
    celu as celu,
    elu as elu,
    glu as glu,
    hard_shrink as hard_shrink,
    hard_sigmoid as hard_sigmoid,
    hard_silu as hard_silu,
    hard_tanh as hard_tanh,
    leaky_relu as leaky_relu,
    log_sigmoid as log_sigmoid,
    log_softmax as log_softmax,
    mish as mish,
    relu6 as relu6,
    selu as selu,
    sigmoid as sigmoid,
    silu as silu,
    soft_shrink as soft_shrink,
    softmax as softmax,
    softplus as softplus,
    softsign as softsign,
    sparse_plus as sparse_plus,
    sparse_sigmoid as sparse_sigmoid,
    sparsemax as sparsemax,
    squareplus as squareplus,
    tanh as tanh,
    tanh_shrink as tanh_shrink,
    threshold as threshold,
)

_namespace = registry.Namespace("keras.activations", "activation", instantiate=False)

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


__all__ = _namespace.publish(globals())
