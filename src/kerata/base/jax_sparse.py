"""JAX's sparse arrays, recognised without importing what makes them."""

from __future__ import annotations

import sys
from typing import Any


def is_jax_sparse(value: Any) -> bool:
    """Say whether a value is a sparse array of JAX, such as a BCOO matrix.

    >>> is_jax_sparse([[0.0, 1.0]])
    False
    """
    # Nobody has one before the module is there, and importing it takes a while.
    module = sys.modules.get("jax.experimental.sparse")
    return module is not None and isinstance(value, module.JAXSparse)
