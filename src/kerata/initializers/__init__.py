"""How weights start: every initializer of Keras 3, by name, class or object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerata.base import registry
from kerata.base.dtypes import dtype_name as _dtype_name
from kerata.initializers.base import Initializer as Initializer
from kerata.initializers.constant import (
    STFT as STFT,
    Constant as Constant,
    Identity as Identity,
    Ones as Ones,
    Zeros as Zeros,
    to_jax as _to_jax,
)
from kerata.initializers.random import (
    Orthogonal as Orthogonal,
    RandomNormal as RandomNormal,
    RandomUniform as RandomUniform,
    TruncatedNormal as TruncatedNormal,
    VarianceScaling as VarianceScaling,
    compute_fans as compute_fans,
)
from kerata.initializers.scaled import (
    GlorotNormal as GlorotNormal,
    GlorotUniform as GlorotUniform,
    HeNormal as HeNormal,
    HeUniform as HeUniform,
    LecunNormal as LecunNormal,
    LecunUniform as LecunUniform,
)

_namespace = registry.Namespace("keras.initializers", "initializer")

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
            return identifier.astype(_dtype_name(dtype))
        return _to_jax(identifier, dtype)

    return fixed


def serialize(initializer: Any) -> Any:
    """Write an initializer as a config.

    >>> serialize(Ones())["class_name"]
    'Ones'
    """
    return registry.serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Build an initializer from a config or name.

    >>> deserialize(serialize(Constant(2.0))).value
    2.0
    """
    return registry.deserialize(config, custom_objects, _namespace)


__all__ = _namespace.publish(
    globals(),
    only=lambda found: isinstance(found, type),
    also={Ones: ("one",), Zeros: ("zero",)},
)
