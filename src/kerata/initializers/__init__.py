"""How weights start: every initializer of Keras 3, by name, class or object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerata.base import registry
from kerata.base.dtypes import dtype_name
from kerata.initializers.base import Initializer
from kerata.initializers.constant import STFT, Constant, Identity, Ones, Zeros, to_jax
from kerata.initializers.random import (
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    compute_fans,
)
from kerata.initializers.scaled import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
)

_namespace = registry.Namespace("keras.initializers", "initializer")
_namespace.add(Constant)
_namespace.add(GlorotNormal)
_namespace.add(GlorotUniform)
_namespace.add(HeNormal)
_namespace.add(HeUniform)
_namespace.add(Identity, "IdentityInitializer")
_namespace.add(Initializer)
_namespace.add(LecunNormal)
_namespace.add(LecunUniform)
_namespace.add(Ones, "one")
_namespace.add(Orthogonal, "OrthogonalInitializer")
_namespace.add(RandomNormal, "normal")
_namespace.add(RandomUniform, "uniform")
_namespace.add(STFT, "STFTInitializer")
_namespace.add(TruncatedNormal)
_namespace.add(VarianceScaling)
_namespace.add(Zeros, "zero")

constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = IdentityInitializer = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = OrthogonalInitializer = Orthogonal
random_normal = normal = RandomNormal
random_uniform = uniform = RandomUniform
stft = STFTInitializer = STFT
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros


def get(identifier: Any) -> Any:
    """Turn a name, config, class, function, array or object into an initializer.

    Arguments:
        identifier: an array stands for itself; None stays None.

    Raises:
        ValueError: unknown name.
        TypeError: something that is none of these.

    >>> type(get("he_normal")).__name__
    'HeNormal'
    """
    if not isinstance(identifier, (np.ndarray, np.generic, jax.Array)):
        return _namespace.get(identifier)

    def fixed(shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        if tuple(shape) != tuple(identifier.shape):
            raise ValueError(
                f"The array given as initializer has shape {tuple(identifier.shape)}, "
                f"but the weight has shape {tuple(shape)}."
            )
        if isinstance(identifier, jax.Array):
            return identifier.astype(dtype_name(dtype))
        return to_jax(identifier, dtype)

    return fixed


def serialize(initializer: Any) -> Any:
    """Write an initializer as a config.

    >>> serialize(Ones())["class_name"]
    'Ones'
    """
    return registry.serialize(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Build an initializer from a config or name.

    >>> deserialize(serialize(Constant(2.0))).value
    2.0
    """
    return registry.deserialize(config, custom_objects, _namespace)


__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "compute_fans",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "zeros",
]
