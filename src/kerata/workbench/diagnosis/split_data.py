"""Rows of one split, as a diagnosis looks at them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.kernels.sparse_rows import is_sparse_rows
from kerata.training.data_adapter import ArrayData, make_array_data

# More rows than these are sampled.
SAMPLE = 2000
# A matrix with more numbers than these is not written out densely.
_LARGEST = 50_000_000


class SplitData:
    """Inputs and targets of one split.

    Arguments:
        name: ``"train"``, ``"validation"`` or ``"test"``.
        rows: inputs and targets.
        seed: decides the sample.
    """

    def __init__(self, name: str, rows: ArrayData, seed: int) -> None:
        self.name, self.rows, self.count = name, rows, rows.count
        order = np.random.default_rng(seed).permutation(rows.count)
        leaves = jax.tree.leaves(rows.x, is_leaf=is_sparse_rows)
        width = sum(int(np.prod(leaf.shape[1:])) for leaf in leaves)
        # Row numbers of the sample, in ascending order.
        self.chosen = np.sort(order[: max(1, min(SAMPLE, _LARGEST // max(width, 1)))])

    @classmethod
    def of(cls, name: str, data: Any, n_inputs: int, seed: int) -> SplitData:
        """Read ``(x, y)`` of a split.

        Raises:
            ValueError: something else than inputs with targets.
        """
        if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
            raise ValueError(
                f"data[{name!r}] must be a pair (x, y) of inputs and targets, "
                f"got {type(data).__name__}."
            )
        return cls(name, make_array_data(data[0], data[1], n_inputs=n_inputs), seed)

    @cached_property
    def y(self) -> np.ndarray | None:
        """The targets of all rows, one column dropped; None for several outputs."""
        leaves = jax.tree.leaves(self.rows.y)
        if len(leaves) != 1:
            return None
        y = np.asarray(leaves[0])
        return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y

    @cached_property
    def flat(self) -> np.ndarray | None:
        """All inputs as a matrix ``(rows, numbers)``; None if it would be huge."""
        leaves = jax.tree.leaves(self.rows.x, is_leaf=is_sparse_rows)
        if sum(int(np.prod(leaf.shape)) for leaf in leaves) > _LARGEST:
            return None
        dense = [np.asarray(a.to_dense() if is_sparse_rows(a) else a) for a in leaves]
        return np.concatenate([a.reshape(len(a), -1) for a in dense], axis=1)

    @property
    def floating(self) -> bool:
        """Whether all inputs are floats: amounts, not ids."""
        leaves = jax.tree.leaves(self.rows.x, is_leaf=is_sparse_rows)
        return all(is_sparse_rows(leaf) or np.asarray(leaf).dtype.kind == "f" for leaf in leaves)

    def inputs(self, rows: np.ndarray) -> Any:
        """Give the inputs of some rows, in the structure the model takes."""
        return self._map(self.rows.x, rows)

    def targets(self, rows: np.ndarray) -> Any:
        """Give the targets of some rows, in the structure the model takes."""
        return self._map(self.rows.y, rows)

    @staticmethod
    def _map(tree: Any, rows: np.ndarray) -> Any:
        def take(a: Any) -> np.ndarray:
            return np.asarray(
                a.take(jnp.asarray(rows)).to_dense() if is_sparse_rows(a) else a[rows]
            )

        return jax.tree.map(take, tree, is_leaf=is_sparse_rows)
