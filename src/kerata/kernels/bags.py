"""Rows that are almost all zeros, as bags of column numbers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


@jax.tree_util.register_pytree_node_class
class Bags:
    """A matrix whose rows hold few numbers that aren't 0.

    Arguments:
        columns: int32 ``(rows, longest)``, the columns of each row's numbers; rows with
            fewer are filled up with ``width``, a column that does not exist.
        values: the numbers, float32 of the same shape, or None where all of them are 1.
        width: columns of the matrix.

    >>> bags = Bags(jnp.array([[0, 2], [1, 3]]), None, 3)
    >>> (bags @ jnp.array([[1.0], [10.0], [100.0]])).tolist()
    [[101.0], [10.0]]
    >>> bags.to_dense().tolist()
    [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """

    def __init__(self, columns: Any, values: Any, width: int) -> None:
        self.columns, self.values, self.width = columns, values, width

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        return (self.columns.shape[0], self.width)

    @property
    def ndim(self) -> int:
        """Number of axes: 2."""
        return 2

    @property
    def dtype(self) -> Any:
        """Type of the numbers."""
        return jnp.dtype("float32") if self.values is None else self.values.dtype

    def __len__(self) -> int:
        return int(self.columns.shape[0])

    def __matmul__(self, matrix: Any) -> jax.Array:
        """Multiply by a matrix ``(width, units)``: sum the rows of it that a bag names."""
        rows = matrix.at[self.columns].get(mode="fill", fill_value=0)
        if self.values is not None:
            rows = rows * self.values[..., None].astype(matrix.dtype)
        return jnp.sum(rows, axis=1)

    def to_dense(self) -> jax.Array:
        """Give the matrix with all its zeros."""
        rows = jnp.arange(len(self))[:, None]
        values = 1.0 if self.values is None else self.values
        zeros = jnp.zeros(self.shape, self.dtype)
        return zeros.at[rows, self.columns].add(values, mode="drop")

    def tree_flatten(self) -> tuple[tuple[Any, Any], int]:
        """Take apart for JAX."""
        return (self.columns, self.values), self.width

    @classmethod
    def tree_unflatten(cls, width: int, parts: tuple[Any, Any]) -> Bags:
        """Put together again for JAX."""
        return cls(*parts, width)


def is_bags(x: Any) -> bool:
    """Say whether x is bags; a leaf test for ``jax.tree``, which would look inside them."""
    return isinstance(x, Bags)


def bags_from_entries(
    rows: np.ndarray, columns: np.ndarray, values: np.ndarray, shape: tuple[int, int]
) -> Bags:
    """Make bags from the entries that aren't 0, sorted by row.

    Arguments:
        rows, columns: place of each entry, integers.
        values: each entry.
        shape: rows and columns of the matrix.

    >>> bags = bags_from_entries(np.array([0, 0, 1]), np.array([0, 2, 1]), np.ones(3), (2, 3))
    >>> bags.columns.tolist(), bags.values
    ([[0, 2], [1, 3]], None)
    """
    lengths = np.bincount(rows, minlength=shape[0])
    longest = max(int(lengths.max(initial=0)), 1)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    place = np.arange(len(rows)) - np.repeat(starts, lengths)
    padded = np.full((shape[0], longest), shape[1], np.int32)
    padded[rows, place] = columns
    if np.all(values == 1):
        return Bags(padded, None, shape[1])
    numbers = np.zeros((shape[0], longest), np.float32)
    numbers[rows, place] = values
    return Bags(padded, numbers, shape[1])
