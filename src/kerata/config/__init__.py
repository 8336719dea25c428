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


def set_backend(backend: str) -> None:
    """Say which engine to use; there is one.

    Arguments:
        backend: ``'jax'``.

    Raises:
        ValueError: any other name.

    >>> set_backend("jax")
    """
    if backend != "jax":
        raise ValueError(f"Kerata computes with JAX only; set_backend got {backend!r}.")


def is_nnx_enabled() -> bool:
    """Say whether layers are modules of Flax NNX too; they are not.

    >>> is_nnx_enabled()
    False
    """
    return False


__all__ = [
    "DTypePolicy",
    "backend",
    "dtype_policy",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_nnx_enabled",
    "set_backend",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]
