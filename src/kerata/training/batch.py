"""A batch as somebody else made it, for steps of a model's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import jax

from kerata.utils.batches import pack_x_y_sample_weight


@jax.tree_util.register_pytree_node_class
class GivenBatch:
    """Inputs, targets and sample weights that came as a tuple of one to three parts.

    A program made for ``(x,)`` is not the one for ``x``, so the number belongs to the structure.
    """

    def __init__(self, x: Any, y: Any, sample_weight: Any, parts: int) -> None:
        self._all = (x, y, sample_weight)
        self.parts = parts

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all)

    def tree_flatten(self) -> tuple[tuple[Any, Any, Any], int]:
        """Give what is inside and what it is, for ``jax.tree``."""
        return self._all, self.parts

    @classmethod
    def tree_unflatten(cls, parts: int, inside: tuple[Any, Any, Any]) -> Self:
        """Put a batch together again."""
        return cls(*inside, parts)


def as_a_step_gets_it(batch: Any) -> Any:
    """Give a batch of three parts, some of them None, in the form that steps are written for."""
    x, y, weight = batch
    if isinstance(batch, GivenBatch):
        return (x, y, weight)[: batch.parts]
    return pack_x_y_sample_weight(x, y, weight)
