"""One-hot encoding of class numbers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import positive_int


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Turn class numbers into one-hot rows.

    Arguments:
        x: integers from 0 to ``num_classes - 1``, any shape; a last axis of size 1 is
            dropped.
        num_classes: number of classes; the largest class plus 1 by default.

    Returns:
        Array of shape ``(*x.shape, num_classes)``: a float64 NumPy array, or a float32 JAX
        array if ``x`` is a JAX array (traced ones need ``num_classes``).

    Raises:
        ValueError: labels that are not integers, negative or not below ``num_classes``;
            no labels and no ``num_classes``.

    >>> to_categorical([0, 2, 1], num_classes=3)
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])
    """
    if num_classes is not None:
        num_classes = positive_int("to_categorical", "num_classes", num_classes)
    if isinstance(x, jax.core.Tracer):
        if num_classes is None:
            raise ValueError("to_categorical: a traced array needs num_classes=...")
        return jax.nn.one_hot(_dropped(x), num_classes, dtype="float32")
    labels = _integers(x)
    if num_classes is None:
        if labels.size == 0:
            raise ValueError("to_categorical: no labels to count the classes of; pass num_classes.")
        num_classes = int(labels.max()) + 1
    _check_range(labels, num_classes)
    labels = _dropped(labels)
    out = np.zeros((labels.size, num_classes))
    out[np.arange(labels.size), labels.ravel()] = 1
    out = out.reshape(*labels.shape, num_classes)
    return jnp.asarray(out, "float32") if isinstance(x, jax.Array) else out


def _dropped(x: Any) -> Any:
    return x.reshape(x.shape[:-1]) if x.ndim > 1 and x.shape[-1] == 1 else x


def _integers(x: Any) -> np.ndarray:
    try:
        array = np.asarray(x)
    except ValueError:
        raise ValueError("to_categorical: the labels have rows of different lengths.") from None
    if array.dtype == object:
        array = np.asarray(array.tolist())
    if array.size == 0 or array.dtype.kind in "biu":
        return array.astype(np.int64)
    if array.dtype.kind != "f":
        raise ValueError(
            f"to_categorical needs integer labels, got {array.flat[0].item()!r}. Number the "
            "classes first: classes, labels = np.unique(names, return_inverse=True)."
        )
    wrong = array[~np.isfinite(array) | (array != np.floor(array))]
    if wrong.size:
        raise ValueError(f"to_categorical needs integer labels, got {wrong.flat[0]}.")
    return array.astype(np.int64)


def _check_range(labels: np.ndarray, num_classes: int) -> None:
    wrong = labels[(labels < 0) | (labels >= num_classes)]
    if not wrong.size:
        return
    hint = "Start counting at 0." if wrong.flat[0] < 0 or num_classes in wrong else ""
    raise ValueError(
        f"to_categorical: labels must be from 0 to {num_classes - 1} for num_classes="
        f"{num_classes}, got {wrong.flat[0]}. {hint}".rstrip()
    )
