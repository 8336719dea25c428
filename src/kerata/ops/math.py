"""Functions of ``ops`` for segments, the largest k, distances and windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "cdist",
    "extract_sequences",
    "in_top_k",
    "logdet",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "top_k",
]


def _segment_op(name: str, function: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def call(
        data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
    ) -> jax.Array:
        if num_segments is None:
            raise ValueError(
                f"{name} needs num_segments: the result's length must be known beforehand."
            )
        return function(
            as_tensor(data), as_tensor(segment_ids), num_segments, indices_are_sorted=sorted
        )

    call.__name__ = call.__qualname__ = name
    call.__module__ = "kerata.ops"
    call.__doc__ = doc
    return op(call)


segment_sum = _segment_op(
    "segment_sum",
    jax.ops.segment_sum,
    """Sum of the rows of ``data`` that have the same segment id; 0 for ids without rows.

    Arguments:
        data: array of numbers, shape ``(rows, ...)``; the result has shape ``(num_segments,
            ...)`` and this dtype.
        segment_ids: integers, shape ``(rows,)``; rows with an id outside of the result are left
            out.
        num_segments: length of the result; it must be given.
        sorted: promise that the ids ascend, which is faster; False by default.

    Raises:
        ValueError: without ``num_segments``, or ids that are not one for each row.

    >>> segment_sum([1, 2, 3], [0, 0, 2], num_segments=3)
    Array([3, 0, 3], dtype=int32)
    """,
)
segment_prod = _segment_op(
    "segment_prod",
    jax.ops.segment_prod,
    """Product of the rows of ``data`` that have the same segment id; 1 for ids without rows.

    Arguments:
        data: array of numbers, shape ``(rows, ...)``; the result has shape ``(num_segments,
            ...)`` and this dtype.
        segment_ids: integers, shape ``(rows,)``; rows with an id outside of the result are left
            out.
        num_segments: length of the result; it must be given.
        sorted: promise that the ids ascend, which is faster; False by default.

    Raises:
        ValueError: without ``num_segments``, or ids that are not one for each row.

    >>> segment_prod([2, 3, 4], [0, 0, 2], num_segments=3)
    Array([6, 1, 4], dtype=int32)
    """,
)
segment_max = _segment_op(
    "segment_max",
    jax.ops.segment_max,
    """Largest of the rows of ``data`` with the same segment id.

    Ids without rows get minus infinity, or the least integer.

    Arguments:
        data: array of numbers, shape ``(rows, ...)``; the result has shape ``(num_segments,
            ...)`` and this dtype.
        segment_ids: integers, shape ``(rows,)``; rows with an id outside of the result are left
            out.
        num_segments: length of the result; it must be given.
        sorted: promise that the ids ascend, which is faster; False by default.

    Raises:
        ValueError: without ``num_segments``, or ids that are not one for each row.

    >>> segment_max([1, 2, 3], [0, 0, 1], num_segments=2)
    Array([2, 3], dtype=int32)
    """,
)
segment_min = _segment_op(
    "segment_min",
    jax.ops.segment_min,
    """Smallest of the rows of ``data`` with the same segment id.

    Ids without rows get infinity, or the largest integer.

    Arguments:
        data: array of numbers, shape ``(rows, ...)``; the result has shape ``(num_segments,
            ...)`` and this dtype.
        segment_ids: integers, shape ``(rows,)``; rows with an id outside of the result are left
            out.
        num_segments: length of the result; it must be given.
        sorted: promise that the ids ascend, which is faster; False by default.

    Raises:
        ValueError: without ``num_segments``, or ids that are not one for each row.

    >>> segment_min([1, 2, 3], [0, 0, 1], num_segments=2)
    Array([1, 3], dtype=int32)
    """,
)


@op
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[jax.Array, jax.Array]:
    """Give the k largest values along the last axis, largest first, and their positions.

    Arguments:
        x: array of real numbers, shape ``(..., n)``.
        k: how many; more than n raises a ValueError. Both results have shape ``(..., k)``, in
            x's dtype and int32.
        sorted: without effect: the order is always this one.

    >>> top_k([3, 9, 5], 2)
    (Array([9, 5], dtype=int32), Array([1, 2], dtype=int32))
    """
    values, positions = jax.lax.top_k(as_tensor(x), k)
    return values, positions


@op
def in_top_k(targets: Any, predictions: Any, k: int) -> jax.Array:
    """Say, as bool, whether the target class is among the k with the largest scores.

    Arguments:
        targets: class numbers, shape ``(batch,)``; one that is no class gives False.
        predictions: scores, shape ``(batch, classes)``; other numbers of axes raise a
            ValueError.
        k: how many; a class that ties with the kth counts as in.

    >>> in_top_k([0, 2], [[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]], k=2)
    Array([False,  True], dtype=bool)
    """
    scores = as_tensor(predictions)
    own = jnp.take_along_axis(scores, as_tensor(targets)[..., None], axis=-1)
    # NaN is no score that could win.
    own = jnp.where(jnp.isnan(own), -jnp.inf, own)
    return jnp.sum(scores > own, axis=-1) < k


@op
def cdist(x: Any, y: Any) -> jax.Array:
    """Euclidean distances between all rows of x and all rows of y, floats ``(..., n, m)``.

    Arguments:
        x: points, shape ``(..., n, k)``.
        y: points, shape ``(..., m, k)``.

    Raises:
        ValueError: rows of different lengths, or a vector.

    >>> cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
    Array([[5., 1.]], dtype=float32)
    """
    x, y = as_tensor(x), as_tensor(y)
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"cdist takes matrices with equally long rows, got shapes {x.shape} and {y.shape}."
        )
    return jnp.sqrt(jnp.sum((x[..., :, None, :] - y[..., None, :, :]) ** 2, axis=-1))


@op
def logdet(x: Any) -> jax.Array:
    """Logarithm of the absolute value of the determinant, without overflow.

    Arguments:
        x: matrices, shape ``(..., n, n)``, others raise a ValueError. Floats of shape
            ``(...,)`` come out.

    >>> logdet([[1.0, 0.0], [0.0, 1.0]])
    Array(0., dtype=float32)
    """
    return jnp.linalg.slogdet(as_tensor(x))[1]


@op
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> jax.Array:
    """Cut the last axis into windows, shape ``(..., windows, sequence_length)``.

    Arguments:
        x: array, shape ``(..., n)``; its dtype is kept. What is too short for a window is left
            out.
        sequence_length: length of each window.
        sequence_stride: distance of their starts; 0 raises a ZeroDivisionError.

    >>> extract_sequences([1, 2, 3, 4], sequence_length=2, sequence_stride=1)
    Array([[1, 2],
           [2, 3],
           [3, 4]], dtype=int32)
    """
    x = as_tensor(x)
    starts = jnp.arange(0, x.shape[-1] - sequence_length + 1, sequence_stride)
    return x[..., starts[:, None] + jnp.arange(sequence_length)]
