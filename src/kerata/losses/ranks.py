"""Fitting targets and predictions whose numbers of axes differ by one."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.device_arrays import device_array
from kerata.base.messages import printable, shape_text


def match_ranks(x1: Any, x2: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Add or drop a last axis of width 1 where two arrays' ranks differ by one.

    A vector beside ``(n, 1)`` becomes ``(n, 1)``; otherwise the longer array loses its
    last axis of width 1. Anything else stays. Follows Keras 3.15.

    Arguments:
        x1, x2: arrays, such as ``y_true`` and ``y_pred``.
        expand_rank_1: whether a vector grows (else the other array shrinks).

    >>> import numpy as np
    >>> [x.shape for x in match_ranks(np.zeros(4), np.zeros((4, 1)))]
    [(4, 1), (4, 1)]
    """
    if jnp.ndim(x1) == jnp.ndim(x2) + 1:
        x2, x1 = match_ranks(x2, x1, expand_rank_1)
    elif jnp.ndim(x2) == jnp.ndim(x1) + 1 and jnp.shape(x2)[-1] == 1:
        if jnp.ndim(x1) == 1 and expand_rank_1:
            x1 = jnp.expand_dims(x1, -1)
        else:
            x2 = jnp.squeeze(x2, -1)
    return x1, x2


def as_numbers(owner: str, name: str, value: Any, dtype: Any = None) -> jax.Array:
    """Turn an argument into an array of numbers.

    Arguments:
        owner: the loss or metric, for messages.
        name: the argument's name, for messages.
        value: array, number or nested list of numbers.
        dtype: type of the result; by default the argument's own.

    Raises:
        TypeError: None, strings, objects, or rows of different lengths.

    >>> as_numbers("mse", "y_true", None)
    Traceback (most recent call last):
    ...
    TypeError: mse takes numbers as y_true, got None.
    """
    try:
        return device_array(value, dtype)
    except (TypeError, ValueError):
        if value is None or isinstance(value, str):
            found = repr(value)
        elif isinstance(value, (list, tuple, np.ndarray)):
            found = "strings, or rows of different lengths"
        else:
            found = f"a {type(value).__name__}"
        raise TypeError(f"{owner} takes numbers as {name}, got {printable(found)}.") from None


def as_pair(
    owner: str, y_true: Any, y_pred: Any, axis: Any = -1, matched: bool = True
) -> tuple[jax.Array, jax.Array]:
    """Turn both into arrays of the predictions' type that can be compared number by number.

    Arguments:
        owner: the loss or metric, for messages.
        y_true, y_pred: numbers; lengths of 1 are repeated.
        axis: axis along which it works, several, or None for none; they must be there.
        matched: whether a last axis of width 1 may be missing in one of the two.

    Raises:
        ValueError: shapes that do not fit each other, or without that axis.

    >>> as_pair("mse", [[1.0, 2.0]], [[1.0, 2.0, 3.0]])
    Traceback (most recent call last):
    ...
    ValueError: mse compares y_true and y_pred number by number, but their shapes are (1, 2) ...
    """
    y_pred = as_numbers(owner, "y_pred", y_pred)
    y_true = as_numbers(owner, "y_true", y_true, y_pred.dtype)
    if matched:
        y_true, y_pred = match_ranks(y_true, y_pred)
    try:
        shape = np.broadcast_shapes(y_true.shape, y_pred.shape)
    except ValueError:
        raise ValueError(
            f"{owner} compares y_true and y_pred number by number, but their shapes are "
            f"{shape_text(y_true.shape)} and {shape_text(y_pred.shape)}: give both one shape."
        ) from None
    for one in () if axis is None else axis if isinstance(axis, (list, tuple)) else (axis,):
        if not -len(shape) <= one < len(shape):
            raise ValueError(
                f"{owner} works along axis {one}, which arrays of shape {shape_text(shape)} "
                "do not have."
            )
    return y_true, y_pred


def one_label_each(
    owner: str,
    y_true: Any,
    y_pred: Any,
    axis: int = -1,
    one_hot: str | None = None,
    width_1: bool = True,
) -> jax.Array:
    """Give integer labels in the shape of the predictions without the axis of classes.

    Arguments:
        owner: the loss or metric, for messages.
        y_true: class numbers; the axis of classes may be there with width 1.
        y_pred: scores of each class.
        axis: axis of the classes.
        one_hot: what takes one-hot labels, for messages.
        width_1: whether the axis of classes may be there with width 1.

    Raises:
        ValueError: not one label for each row of scores, or no such axis.

    >>> one_label_each("mine", [[0], [1]], [[0.5, 0.5], [0.2, 0.8]]).tolist()
    [0, 1]
    """
    labels = as_numbers(owner, "y_true", y_true)
    scores = as_numbers(owner, "y_pred", y_pred)
    as_pair(owner, scores, scores, axis)
    if width_1 and labels.ndim == scores.ndim and labels.shape[axis] == 1:
        labels = jnp.squeeze(labels, axis)
    expected = list(scores.shape)
    expected.pop(axis)
    if labels.shape != tuple(expected):
        use = f"use {one_hot}" if one_hot else f"take y.argmax(axis={axis})"
        raise ValueError(
            f"{owner} takes one integer label for each prediction: y_pred has shape "
            f"{shape_text(scores.shape)}, so y_true must have shape {shape_text(expected)}, "
            f"got {shape_text(labels.shape)}. For one-hot labels {use}."
        )
    return labels
