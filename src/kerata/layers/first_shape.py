"""The shape of a first layer's input, as its constructor's keyword arguments say it."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.base.signatures import argument_names

# How Keras's older versions said it.
_SHAPE_KEYWORDS = ("input_shape", "batch_input_shape", "input_dim", "batch_shape")


def first_layer_shape(cls: type, kwargs: dict[str, Any]) -> tuple[int | None, ...] | None:
    """Read the old ways to give a first layer's input shape; the batch axis comes first.

    Raises:
        TypeError: a keyword argument that the class does not have.
    """
    unknown = [k for k in kwargs if k not in (*_SHAPE_KEYWORDS, "batch_size", "weights")]
    if unknown:
        raise TypeError(
            f"{cls.__name__} has no argument {unknown[0]!r}. "
            f"{did_you_mean(unknown[0], argument_names(cls))}"
        )
    full = kwargs.get("batch_input_shape", kwargs.get("batch_shape"))
    if full is not None:
        return tuple(full)
    shape = kwargs.get("input_shape")
    if shape is None and kwargs.get("input_dim") is not None:
        shape = kwargs["input_dim"]
    if shape is None:
        return None
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    return (kwargs.get("batch_size"), *shape)
