"""Settings of the whole library: default types, small numbers, order of image axes."""

from kerata.base.dtypes import (
    DTypePolicy,
    dtype_policy,
    epsilon,
    floatx,
    image_data_format,
    set_dtype_policy,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)


def backend() -> str:
    """Give the name of the engine underneath.

    >>> backend()
    'jax'
    """
    return "jax"


__all__ = [
    "DTypePolicy",
    "backend",
    "dtype_policy",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]
