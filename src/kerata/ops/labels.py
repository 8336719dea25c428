"""Functions of ``ops`` for classes: encodings and cross-entropies."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import dtype_name, epsilon
from kerata.ops.sparse_hot import multi_hot_entries, one_hot_entries
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "multi_hot",
    "one_hot",
    "sparse_categorical_crossentropy",
]

# --- encodings ------------------------------------------------------------------------


@op
def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> jax.Array:
    """Turn class numbers into rows with a single 1; numbers out of range into zeros.

    Arguments:
        x: class numbers, any shape; a float that is no whole number gives zeros.
        num_classes: length of the new axis; a negative one raises a TypeError.
        axis: place of the new axis in the shape of the result, the last by default.
        dtype: type of the result, ``floatx()`` by default.
        sparse: give JAX's sparse matrix (``BCOO``), False by default; a compiled program keeps the
            same values dense.

    Raises:
        ValueError: an unknown dtype, an axis that the result lacks.

    >>> one_hot([0, 2], 3)
    Array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    x = as_tensor(x)
    x = x.astype("int32") if x.dtype == bool else x
    if sparse and not isinstance(x, jax.core.Tracer):
        return one_hot_entries(x, num_classes, axis, dtype_name(dtype))
    return jax.nn.one_hot(x, num_classes, axis=axis, dtype=dtype_name(dtype))


@op
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    num_tokens: int | None = None,
) -> jax.Array:
    """Turn lists of class numbers into rows with a 1 for each class in the list.

    Arguments:
        inputs: class numbers, shape ``(numbers,)`` or ``(batch, numbers, ...)``.
        num_classes: length of the new axis.
        axis: where the new axis goes.
        dtype: type of the result, ``floatx()`` by default.
        sparse: give JAX's sparse matrix (``BCOO``), False by default; a compiled program keeps the
            same values dense.
        num_tokens: older name of ``num_classes``.

    Raises:
        ValueError: without ``num_classes``.

    >>> multi_hot([[0, 2], [1, 1]], 3)
    Array([[1., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    """
    count = num_tokens if num_classes is None else num_classes
    if count is None:
        raise ValueError("multi_hot needs num_classes, the length of the new axis.")
    x = as_tensor(inputs).astype("int32")
    if sparse and not isinstance(x, jax.core.Tracer):
        return multi_hot_entries(x, count, axis, dtype_name(dtype))
    hot = jax.nn.one_hot(x, count, axis=axis, dtype=dtype_name(dtype))
    return jnp.max(hot, axis=1 if x.ndim > 1 else 0)


# --- cross-entropies ------------------------------------------------------------------


@op
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> jax.Array:
    """Cross-entropy of yes-or-no outcomes, element by element.

    Arguments:
        target: 0 to 1.
        output: probabilities, or scores before the sigmoid with ``from_logits``; same shape.
        from_logits: which of the two.

    Raises:
        ValueError: shapes that differ.

    >>> binary_crossentropy([1.0, 0.0], [0.5, 0.5]).round(3)
    Array([0.693, 0.693], dtype=float32)
    """
    target, output = as_tensor(target), as_tensor(output)
    _same_shape("binary_crossentropy", target.shape, output.shape)
    if from_logits:
        log_yes, log_no = jax.nn.log_sigmoid(output), jax.nn.log_sigmoid(-output)
    else:
        p = jnp.clip(output, epsilon(), 1.0 - epsilon())
        log_yes, log_no = jnp.log(p), jnp.log(1.0 - p)
    return -(target * log_yes + (1.0 - target) * log_no)


@op
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> jax.Array:
    """Cross-entropy of classes given as probabilities (one-hot rows) along an axis.

    Arguments:
        target: probabilities.
        output: probabilities, or scores before the softmax with ``from_logits``; same shape.
        from_logits: which of the two.
        axis: axis of the classes.

    Raises:
        ValueError: shapes that differ.

    >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(3)
    Array([0.693], dtype=float32)
    """
    target, output = as_tensor(target), as_tensor(output)
    _same_shape("categorical_crossentropy", target.shape, output.shape)
    return -jnp.sum(target * _log_probabilities(output, from_logits, axis), axis=axis)


@op
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> jax.Array:
    """Cross-entropy of classes given as numbers.

    Arguments:
        target: class numbers, shape of ``output`` without the classes (or 1 of them).
        output: probabilities, or scores before the softmax with ``from_logits``.
        from_logits: which of the two.
        axis: axis of the classes.

    Raises:
        ValueError: shapes that don't fit.

    >>> sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(3)
    Array([0.693], dtype=float32)
    """
    target, output = as_tensor(target).astype("int32"), as_tensor(output)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    axis = axis % output.ndim
    expected = output.shape[:axis] + output.shape[axis + 1 :]
    _same_shape("sparse_categorical_crossentropy", target.shape, expected)
    hot = jax.nn.one_hot(target, output.shape[axis], axis=axis, dtype="float32")
    return -jnp.sum(hot * _log_probabilities(output, from_logits, axis), axis=axis)


def _log_probabilities(output: jax.Array, from_logits: bool, axis: int) -> jax.Array:
    if from_logits:
        return jax.nn.log_softmax(output, axis)
    p = output / jnp.sum(output, axis, keepdims=True)
    return jnp.log(jnp.clip(p, epsilon(), 1.0 - epsilon()))


def _same_shape(name: str, target: tuple[int, ...], output: tuple[int, ...]) -> None:
    if target != output:
        raise ValueError(
            f"{name} got targets of shape {target}; the outputs need targets of shape {output}."
        )
