"""Targets that can't be meant, found before training starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerata.base.messages import shape_text, warn
from kerata.losses import crossentropy, divergence, focal, margin, overlap, pinball, regression
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.resolve import Shape

_SPARSE = (crossentropy.sparse_categorical_crossentropy, margin.multi_class_hinge)
_BINARY = (crossentropy.binary_crossentropy, focal.binary_focal_crossentropy)
_ONE_HOT = (
    crossentropy.categorical_crossentropy,
    focal.categorical_focal_crossentropy,
    margin.categorical_hinge,
)
_ELEMENTWISE = (
    *_BINARY,
    regression.mean_squared_error,
    regression.mean_absolute_error,
    regression.mean_absolute_percentage_error,
    regression.mean_squared_logarithmic_error,
    regression.huber,
    regression.log_cosh,
    regression.cosine_similarity,
    divergence.kl_divergence,
    divergence.poisson,
    margin.hinge,
    margin.squared_hinge,
    overlap.dice,
    overlap.tversky,
    pinball.quantile,
)
_ROUNDING = 1e-6


def check_targets(loss: Any, y_true: Any, y_pred_shape: Shape, output_name: str = "output") -> None:
    """Refuse targets that can't be what the user means.

    Losses of the user's own can take anything, so with them only strings are refused.

    Arguments:
        loss: the output's loss, a ``Loss``.
        y_true: all targets, shape ``(rows, ...)``.
        y_pred_shape: shape of the output, batch axis included; None for unknown lengths.
        output_name: the output's name, for messages.

    Raises:
        ValueError: strings, labels outside the classes, the wrong kind of labels for the loss,
            shapes that don't fit.

    >>> from kerata.losses import SparseCategoricalCrossentropy
    >>> check_targets(SparseCategoricalCrossentropy(), [0, 3], (None, 3), "digit")
    Traceback (most recent call last):
    ...
    ValueError: Label 3 in row 1 is not among the 3 classes of output 'digit', which are ...
    """
    y = _as_numbers(y_true, output_name)
    # A loss with a call() of its own may do anything with its targets.
    if getattr(type(loss), "call", None) is not LossFunctionWrapper.call:
        return
    fn: Callable[..., Any] = loss.fn
    # The number of rows is checked elsewhere; here it may be that of one batch.
    y_pred_shape = (None, *y_pred_shape[1:])
    if fn in _SPARSE:
        _check_sparse(loss, y, y_pred_shape, output_name)
    elif fn in _ONE_HOT:
        _check_one_hot(loss, y, y_pred_shape, output_name)
    elif fn is pinball.quantile and isinstance(getattr(loss, "quantile", None), (list, tuple)):
        _check_columns(loss, y, y_pred_shape, output_name)
    elif fn in _ELEMENTWISE:
        _check_same_shape(loss, y, y_pred_shape, output_name)
    if fn in _BINARY:
        _check_zero_to_one(loss, y, output_name)


def _as_numbers(y_true: Any, output: str) -> np.ndarray:
    try:
        y = np.asarray(y_true)
    except ValueError:
        raise ValueError(
            f"The targets of output {output!r} are ragged: their rows have different lengths, "
            "so they are no array."
        ) from None
    if y.dtype.kind in "US" or (y.dtype.kind == "O" and any(isinstance(v, str) for v in y.flat)):
        example = next(v for v in y.flat if isinstance(v, (str, bytes)))
        raise ValueError(
            f"The targets of output {output!r} are strings, such as {str(example)!r}; number them "
            "first: classes, y = numpy.unique(y, return_inverse=True)."
        )
    return y


def _check_sparse(loss: Any, y: np.ndarray, pred: Shape, output: str) -> None:
    given_axis = getattr(loss, "axis", -1)
    axis = given_axis % len(pred)
    classes, expected = pred[axis], pred[:axis] + pred[axis + 1 :]
    if y.ndim == len(pred) and y.shape[axis] == 1:
        y = np.squeeze(y, axis)
    if y.ndim == len(pred) and y.shape[axis] == classes:
        raise ValueError(
            f"Loss {loss.name!r} takes one integer label a sample, but the targets of output "
            f"{output!r} have shape {shape_text(y.shape)}, as one-hot labels do: use "
            f"loss='categorical_crossentropy', or pass y.argmax(axis={given_axis})."
        )
    if not _fits(y.shape, expected):
        raise ValueError(
            f"Loss {loss.name!r} takes integer labels of shape {shape_text(expected)} for output "
            f"{output!r} of shape {shape_text(pred)}, got targets of shape {shape_text(y.shape)}."
        )
    if classes is None or y.size == 0:
        return
    bad = (y < 0) | (y >= classes)
    if y.dtype.kind == "f":
        bad |= y != np.floor(y)
    ignored = getattr(loss, "ignore_class", None)
    if ignored is not None:
        bad &= y != ignored
    if not bad.any():
        return
    row, label = _first(bad, y)
    if label != np.floor(label):
        raise ValueError(
            f"Loss {loss.name!r} takes integer labels, but row {row} of the targets of output "
            f"{output!r} has {label:g}."
        )
    if y.min() == 1 and y.max() == classes:
        hint = "They seem to start at 1: pass y - 1."
    elif label >= classes:
        hint = f"Give the output {int(np.max(y)) + 1} units, or correct the labels."
    else:
        hint = "Correct the labels, or name one to leave out as the loss's ignore_class."
    raise ValueError(
        f"Label {label:g} in row {row} is not among the {classes} classes of output {output!r}, "
        f"which are 0 to {classes - 1}. {hint}"
    )


def _check_one_hot(loss: Any, y: np.ndarray, pred: Shape, output: str) -> None:
    axis = getattr(loss, "axis", -1) % len(pred)
    classes = pred[axis]
    if classes == 1:
        warn(
            f"Loss {loss.name!r} with an output of one class ({output!r}) can't learn: "
            "for two classes use loss='binary_crossentropy'.",
            stacklevel=2,
        )
    elif _fits(y.shape, pred[:axis] + pred[axis + 1 :]) or (
        y.ndim == len(pred) and y.shape[axis] == 1
    ):
        other = (
            ""
            if loss.fn is margin.categorical_hinge
            else ("use loss='sparse_categorical_crossentropy', or ")
        )
        raise ValueError(
            f"Loss {loss.name!r} takes one-hot labels of shape {shape_text(pred)} for output "
            f"{output!r}, but the targets have shape {shape_text(y.shape)}, as integer labels do: "
            f"{other}pass keras.utils.to_categorical(y, {classes})."
        )
    _check_same_shape(loss, y, pred, output)


def _check_same_shape(loss: Any, y: np.ndarray, pred: Shape, output: str) -> None:
    shape: Shape = y.shape
    # The two that losses bring together themselves: a last axis of width 1, there or not.
    if y.ndim == len(pred) + 1 and shape[-1] == 1:
        shape = shape[:-1]
    elif y.ndim == len(pred) - 1 and pred[-1] == 1:
        shape = (*shape, 1)
    if not _fits(shape, pred):
        raise ValueError(
            f"The targets of output {output!r} have shape {shape_text(y.shape)}, but the output "
            f"has shape {shape_text(pred)} and loss {loss.name!r} compares them number by number: "
            "change the targets or the units of the last layer."
        )


def _check_columns(loss: Any, y: np.ndarray, pred: Shape, output: str) -> None:
    count = len(loss.quantile)
    if pred[-1] not in (None, count):
        raise ValueError(
            f"Loss {loss.name!r} has {count} quantiles, but the output {output!r} has shape "
            f"{shape_text(pred)}: give the last layer {count} units, one for each."
        )
    if not _fits(y.shape, pred[:-1]) and not _fits(y.shape, (*pred[:-1], 1)):
        raise ValueError(
            f"Loss {loss.name!r} compares all its {count} quantiles with one number for each row, "
            f"but the targets of output {output!r} have shape {shape_text(y.shape)}."
        )


def _check_zero_to_one(loss: Any, y: np.ndarray, output: str) -> None:
    if y.size == 0 or y.dtype.kind == "b":
        return
    bad = (y < -_ROUNDING) | (y > 1 + _ROUNDING)
    if not bad.any():
        return
    row, label = _first(bad, y)
    low, high = float(np.min(y)), float(np.max(y))
    if low == -1 and high == 1:
        hint = "For labels -1 and 1 pass (y + 1) / 2, or use loss='hinge'."
    elif low >= 0 and high <= 255 and high > 100:
        hint = "For pixels pass y / 255."
    elif low >= 0 and np.all(y == np.floor(y)):
        hint = (
            "For several classes use loss='sparse_categorical_crossentropy' and an output of "
            f"{int(high) + 1} units with softmax."
        )
    else:
        hint = "For real-valued targets use loss='mse'."
    raise ValueError(
        f"Loss {loss.name!r} takes labels from 0 to 1, but row {row} of the targets of output "
        f"{output!r} has {label:g}. {hint}"
    )


def _fits(shape: Shape, expected: Shape) -> bool:
    """Compare shapes but for the batch axis and unknown lengths."""
    return len(shape) == len(expected) and all(
        a == b or a is None or b is None for a, b in zip(shape[1:], expected[1:], strict=True)
    )


def _first(bad: np.ndarray, y: np.ndarray) -> tuple[int, float]:
    index = np.unravel_index(int(np.argmax(bad)), bad.shape)
    return int(index[0]), float(y[index])
