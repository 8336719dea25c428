"""The orbax-checkpoint package, imported when it is needed."""

from __future__ import annotations

from typing import Any


def load_orbax() -> Any:
    """Give the first version of Orbax's interface, ``orbax.checkpoint.v1``.

    Raises:
        ImportError: the package is missing or too old.
    """
    try:
        import orbax.checkpoint as found

        return found.v1
    except (ImportError, AttributeError) as problem:
        raise ImportError(
            "Orbax's checkpoints need orbax-checkpoint 0.12 or newer: pip install 'kerata[orbax]'."
        ) from problem
