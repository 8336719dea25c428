"""Whether tracebacks of errors leave out the frames of JAX."""

from __future__ import annotations

import jax


def enable_traceback_filtering() -> None:
    """Leave the frames of JAX out of tracebacks, which is the default.

    >>> enable_traceback_filtering()
    """
    jax.config.update("jax_traceback_filtering", "auto")


def disable_traceback_filtering() -> None:
    """Show all frames in tracebacks, those of JAX too, to look for a fault in a library.

    >>> disable_traceback_filtering()
    >>> is_traceback_filtering_enabled()
    False
    >>> enable_traceback_filtering()
    """
    jax.config.update("jax_traceback_filtering", "off")


def is_traceback_filtering_enabled() -> bool:
    """Say whether tracebacks leave out the frames of JAX.

    >>> is_traceback_filtering_enabled()
    True
    """
    return getattr(jax.config, "jax_traceback_filtering", "auto") != "off"
