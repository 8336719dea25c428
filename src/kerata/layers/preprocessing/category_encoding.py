"""Numbers of categories as vectors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import positive_int
from kerata.layers.layer import Layer

_MODES = ("one_hot", "multi_hot", "count")


class CategoryEncoding(Layer):
    """Encodes category numbers from 0 to ``num_tokens - 1`` as vectors.

    Arguments:
        num_tokens: number of categories.
        output_mode: ``'one_hot'``: each number becomes a vector with one 1, an axis more
            unless the last has size 1; ``'multi_hot'``: each row ``(batch, n)`` becomes one
            vector with a 1 for each number in it; ``'count'``: the same with counts.
        sparse: accepted; the result is dense.

    Raises:
        ValueError: an unknown mode, no positive number of categories, or numbers outside
            the categories (in eager calls, where they can be seen).

    >>> import numpy as np
    >>> CategoryEncoding(4, "multi_hot")(np.array([[0, 2], [3, 3]])).tolist()
    [[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_tokens = positive_int("CategoryEncoding", "num_tokens", num_tokens)
        if output_mode not in _MODES:
            raise ValueError(
                f"CategoryEncoding: output_mode must be one of {', '.join(_MODES)}, "
                f"got {output_mode!r}."
            )
        self.output_mode = output_mode
        self.sparse = sparse
        self.autocast = False

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Encode the numbers; ``count_weights`` of the inputs' shape replace counting by 1."""
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                f"Layer {self.name!r} (CategoryEncoding): count_weights goes with "
                f"output_mode='count', not {self.output_mode!r}."
            )
        self._check_range(inputs)
        dtype = self.compute_dtype
        vectors = jax.nn.one_hot(inputs.astype(jnp.int32), self.num_tokens, dtype=dtype)
        if self.output_mode == "one_hot":
            return vectors[..., 0, :] if inputs.ndim > 1 and inputs.shape[-1] == 1 else vectors
        if inputs.ndim == 0:
            return vectors
        if count_weights is not None:
            vectors = vectors * jnp.asarray(count_weights, dtype)[..., None]
        if inputs.ndim == 1:
            return vectors
        return (
            jnp.max(vectors, axis=-2) if self.output_mode == "multi_hot" else jnp.sum(vectors, -2)
        )

    def _check_range(self, inputs: Any) -> None:
        if isinstance(inputs, jax.core.Tracer) or inputs.size == 0:
            return
        numbers = np.asarray(inputs)
        if numbers.min() < 0 or numbers.max() >= self.num_tokens:
            raise ValueError(
                f"Layer {self.name!r} (CategoryEncoding) takes numbers from 0 to "
                f"{self.num_tokens - 1}, got {numbers.min()} to {numbers.max()}."
            )

    def compute_output_shape(self, input_shape: Any, count_weights_shape: Any = None) -> Any:
        """Add or replace the last axis."""
        if not input_shape:
            return (self.num_tokens,)
        if self.output_mode == "one_hot":
            keep = (
                input_shape[:-1] if len(input_shape) > 1 and input_shape[-1] == 1 else input_shape
            )
            return (*keep, self.num_tokens)
        if len(input_shape) == 1:
            return (*input_shape, self.num_tokens)
        return (*input_shape[:-1], self.num_tokens)
