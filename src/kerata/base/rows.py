"""Rows of nested data: counted, sliced and gathered, whatever holds them."""

from __future__ import annotations

import abc
from typing import Any

import jax
from jax import lax


class RowHolder(abc.ABC):
    """Base of data whose rows are not the first axis of the arrays that it consists of."""

    @abc.abstractmethod
    def __len__(self) -> int:
        """Count the rows."""

    @abc.abstractmethod
    def sliced(self, start: int, stop: int) -> Any:
        """Give the rows from start to stop (exclusive), both plain numbers."""

    @abc.abstractmethod
    def take(self, rows: jax.Array) -> Any:
        """Gather rows by their numbers, all of which exist; inside a program."""

    @abc.abstractmethod
    def padded(self, rows: int) -> Any:
        """Pad with rows at the end up to ``rows`` rows."""

    @abc.abstractmethod
    def for_batches(self, order: Any, batch_size: int) -> Any:
        """Give the same rows, made ready for gathering batches of that size in that order."""


def holds_rows(x: Any) -> bool:
    """Say whether x is a ``RowHolder``; a leaf test for ``jax.tree``, which would look inside."""
    return isinstance(x, RowHolder)


def count_rows(tree: Any) -> int:
    """Count the rows of the first array.

    >>> import numpy as np
    >>> count_rows({"a": np.zeros((3, 2))})
    3
    """
    first = jax.tree.leaves(tree, is_leaf=holds_rows)[0]
    return len(first) if holds_rows(first) else int(first.shape[0])


def slice_rows(tree: Any, start: int, stop: int) -> Any:
    """Give the rows from start to stop (exclusive) of all arrays."""
    return jax.tree.map(
        lambda a: a.sliced(start, stop) if holds_rows(a) else a[start:stop],
        tree,
        is_leaf=holds_rows,
    )


def take_rows(tree: Any, rows: jax.Array) -> Any:
    """Gather rows by their numbers, all of which exist, from all arrays; inside a program."""
    return jax.tree.map(
        lambda a: a.take(rows) if holds_rows(a) else a.at[rows].get(mode="promise_in_bounds"),
        tree,
        is_leaf=holds_rows,
    )


def cut_rows(tree: Any, first: Any, size: int) -> Any:
    """Slice ``size`` rows from ``first`` on, of all arrays; inside a program."""
    return jax.tree.map(
        lambda a: (
            a.take(first + jax.numpy.arange(size))
            if holds_rows(a)
            else lax.dynamic_slice_in_dim(a, first, size)
        ),
        tree,
        is_leaf=holds_rows,
    )


def for_batches(tree: Any, order: Any, batch_size: int) -> Any:
    """Make data ready for programs that gather batches of that size in that order."""
    return jax.tree.map(
        lambda a: a.for_batches(order, batch_size) if holds_rows(a) else a,
        tree,
        is_leaf=holds_rows,
    )
