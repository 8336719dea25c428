"""NumPy's numbers on the device, with nothing compiled for it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.forking import check_process

NUMBERS = "biufc"


def device_array(value: Any, dtype: Any = None, copy: bool = True) -> jax.Array:
    """Give what ``jnp.asarray`` gives; a NumPy array is copied to the device as it is.

    ``jnp.asarray`` compiles a program for every new shape of a NumPy array, which takes 10 ms;
    moving it takes 0.1.

    Arguments:
        value: NumPy array or scalar; whatever else ``jnp.asarray`` takes.
        dtype: type of the result; by default the value's own, 64 bits as 32.
        copy: False where the array stays as it is while the result is used: the device may go on
            using its memory.

    >>> device_array(np.arange(3.0)).dtype
    dtype('float32')
    """
    if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind not in NUMBERS:
        return jnp.asarray(value, dtype=dtype)
    check_process()
    kind = jax.dtypes.canonicalize_dtype(value.dtype if dtype is None else jnp.dtype(dtype))
    return jax.device_put(np.array(value, kind) if copy else np.asarray(value, kind))
