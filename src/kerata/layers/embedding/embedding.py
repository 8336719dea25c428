"""Vectors for numbers that stand for words or categories."""

from __future__ import annotations

from typing import Any

from kerata import constraints, initializers, ops, regularizers
from kerata.base.arguments import positive_int
from kerata.layers.weight_forms.formed import FormedWeight, FormedWeights
from kerata.layers.weight_forms.products import Table


class Embedding(FormedWeights):
    """Looks up a trained vector for each id.

    Input int ids ``(batch, ...)`` from 0 to ``input_dim - 1``, output float ``(batch, ...,
    output_dim)``. As in Keras on JAX an id that is too large gives NaN instead of an error,
    and negative ids count from the end.

    Arguments:
        input_dim: int, number of different ids.
        output_dim: int, length of a vector.
        embeddings_initializer: name or function, first values; uniform by default.
        embeddings_regularizer, embeddings_constraint: applied to the table; None by default.
        mask_zero: bool, whether id 0 means "nothing here" for later layers; False by default.
        weights: first values of the table, ``(input_dim, output_dim)`` or a list with it; None by
            default.
        lora_rank: int, rank of a trained part that is added to the frozen table, see
            ``enable_lora``; None (no such part) by default.
        lora_alpha: float, the part counts ``lora_alpha / lora_rank`` times; ``lora_rank`` by
            default.
        quantization_config: how a layer with a quantized ``dtype`` keeps its weights; None by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: sizes that are no positive integers; ``weights`` of another shape.

    >>> import numpy as np
    >>> Embedding(10, 4)(np.array([[1, 2, 3]])).shape
    (1, 3, 4)

    Source: Bengio et al. 2003, A neural probabilistic language model.
    """

    _takes_one_array = True

    keeps_rows_apart = True

    modes = ("int8", "int4")
    adapted = "embeddings"
    embeddings = FormedWeight()
    _not_in_config = ("weights", *FormedWeights._not_in_config)

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        length = kwargs.pop("input_length", None)
        if length is not None:
            kwargs.setdefault("input_shape", (length,))
        super().__init__(
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
            **kwargs,
        )
        self.input_dim = positive_int("Embedding", "input_dim", input_dim)
        self.output_dim = positive_int("Embedding", "output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        # Ids must not be rounded to a short float type.
        self.autocast = False
        if weights is not None:
            self.build()
            listed = isinstance(weights, (list, tuple)) and len(weights) == 1
            self.set_weights(weights if listed else [weights])

    def build(self, input_shape: Any = None) -> None:
        """Make the table ``(input_dim, output_dim)``."""
        if self.built:
            return
        self._add_formed("embeddings", (self.input_dim, self.output_dim), Table())
        self.built = True
        self._adapt_if_asked()

    def call(self, inputs: Any) -> Any:
        """Look the ids up."""
        vectors = self._forms["embeddings"].rows(inputs.astype("int32"))
        return vectors.astype(self.compute_dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Say which ids aren't 0, if ``mask_zero``."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Add an axis for the vectors."""
        return (*input_shape, self.output_dim)
