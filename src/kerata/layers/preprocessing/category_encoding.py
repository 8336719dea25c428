"""Numbers of categories as vectors."""

from __future__ import annotations

from typing import Any

from kerata.base.arguments import positive_int
from kerata.base.messages import shape_text
from kerata.layers.layer import Layer
from kerata.layers.preprocessing.encoding import (
    checked_mode,
    encode,
    encoded_shape,
    outside,
    sparse_outside_programs,
)
from kerata.layers.rows import ApartByMode


class CategoryEncoding(ApartByMode, Layer):
    """Encodes category numbers from 0 to ``num_tokens - 1`` as vectors.

    Input int ``(batch, tokens)``, output float ``(batch, num_tokens)``, or
    ``(batch, tokens, num_tokens)`` with ``'one_hot'``.

    Arguments:
        num_tokens: int, number of categories.
        output_mode: ``'one_hot'``: each number becomes a vector with one 1, in place of a
            last axis of size 1 or as a new one; ``'multi_hot'`` (the default): the numbers along
            the axis after the batch's become one vector with a 1 for each; ``'count'``: the same
            with counts.
        sparse: bool, whether vectors are a ``BCOO`` matrix outside compiled programs.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an unknown mode; no positive number of categories; numbers that are no
            category (where they can be seen: not inside compiled programs).

    >>> import numpy as np
    >>> CategoryEncoding(4)(np.array([[0, 2], [3, 3]])).tolist()
    [[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    _takes_one_array = True

    # Where a layer of strings reads it, it runs before the compiled program too.
    may_work_on_host = True

    # Keras's config of this layer lacks it.
    _not_in_config = ("sparse",)

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_tokens = positive_int("CategoryEncoding", "num_tokens", num_tokens)
        self.output_mode = checked_mode("CategoryEncoding", output_mode)
        self.sparse = sparse
        # Category numbers must not be rounded to a short float type.
        self.autocast = False

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Encode the numbers; with ``'count'``, ``count_weights`` are summed instead of ones."""
        found = outside(inputs, self.num_tokens)
        if found is not None:
            raise ValueError(
                f"Layer {self.name!r} (CategoryEncoding) takes numbers from 0 to "
                f"{self.num_tokens - 1}, got some from {found[0]} to {found[1]}."
            )
        if count_weights is not None:
            self._check_weights(count_weights.shape, inputs.shape)
        vectors = encode(
            inputs, self.output_mode, self.num_tokens, self.compute_dtype, count_weights
        )
        return sparse_outside_programs(vectors) if self.sparse else vectors

    def _check_weights(self, weights: Any, inputs: Any) -> None:
        if self.output_mode != "count":
            raise ValueError(
                f"Layer {self.name!r} (CategoryEncoding): count_weights goes with "
                f"output_mode='count', not {self.output_mode!r}."
            )
        if weights != inputs:
            raise ValueError(
                f"Layer {self.name!r} (CategoryEncoding): count_weights must have the inputs' "
                f"shape {shape_text(inputs)}, got {shape_text(weights)}."
            )

    def compute_output_shape(self, input_shape: Any, count_weights_shape: Any = None) -> Any:
        """Add or replace the last axis."""
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)
