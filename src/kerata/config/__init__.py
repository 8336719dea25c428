"""Settings of the whole library: default types, small numbers, order of image axes."""

from kerata.base.console import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from kerata.base.dtypes import (
    DTypePolicy,
    dtype_policy,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from kerata.base.limits import (
    max_epochs,
    max_steps_per_epoch,
    set_max_epochs,
    set_max_steps_per_epoch,
)
from kerata.base.messages import warn
from kerata.config.flash_attention import (
    disable_flash_attention,
    enable_flash_attention,
    is_flash_attention_enabled,
)
from kerata.config.tracebacks import (
    disable_traceback_filtering,
    enable_traceback_filtering,
    is_traceback_filtering_enabled,
)
from kerata.dtype_policies.lookup import set_dtype_policy


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


def enable_unsafe_deserialization() -> None:
    """Warn that nothing changes: code that is stored in a file is never run.

    A model file whose ``Lambda`` holds Python code is refused when it is loaded, in a sentence
    that says how to do without.

    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     enable_unsafe_deserialization()
    """
    warn(
        "enable_unsafe_deserialization() changes nothing: Kerata never runs code from a file; "
        "write functions of Lambda layers as named functions and register them with "
        "@keras.saving.register_keras_serializable().",
        stacklevel=2,
    )


__all__ = [
    "DTypePolicy",
    "backend",
    "disable_flash_attention",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_flash_attention_enabled",
    "is_interactive_logging_enabled",
    "is_nnx_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_backend",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
]
