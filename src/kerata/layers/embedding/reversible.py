"""A table of vectors that also finds the way back."""

from __future__ import annotations

import contextlib
from typing import Any

import jax.numpy as jnp

from kerata.base.dtypes import dtype_name
from kerata.base.scope import autocast
from kerata.layers.embedding.embedding import Embedding
from kerata.layers.weight_forms.formed import FormedWeight
from kerata.layers.weight_forms.products import Matrix


class ReversibleEmbedding(Embedding):
    """Looks up a trained vector for each id, and with ``reverse=True`` scores ids for a vector.

    Input int ids ``(batch, ...)``, output float ``(batch, ..., output_dim)``. Reversed: input float
    ``(batch, ..., output_dim)``, output scores (logits) ``(batch, ..., input_dim)``.

    Arguments:
        input_dim: int, number of different ids.
        output_dim: int, length of a vector.
        tie_weights: bool, whether the way back uses the same table; True by default.
        embeddings_initializer: name or function, first values; uniform by default.
        embeddings_regularizer, embeddings_constraint: applied to the table; None by default.
        mask_zero: bool, whether id 0 means "nothing here" for later layers; False by default.
        reverse_dtype: type of the way back; None (as it comes) by default. As in Keras, it does
            not count where weights are quantized.
        logit_soft_cap: float that bounds the scores softly, ``cap * tanh(scores / cap)``; None
            (no bound) by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: sizes that are no positive integers; reversed inputs of another width.

    >>> import numpy as np
    >>> layer = ReversibleEmbedding(10, 4)
    >>> layer(layer(np.array([[1, 2, 3]])), reverse=True).shape
    (1, 3, 10)

    Source: Press & Wolf 2017, Using the output embedding to improve language models.
    """

    reverse_embeddings = FormedWeight()
    # Of this table Keras has no options of its own.
    reverse_embeddings_regularizer = reverse_embeddings_constraint = None

    @property
    def reverse_embeddings_initializer(self) -> Any:
        """What first values of the way back come from."""
        return self.embeddings_initializer

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        """Make the table, and that of the way back if it is another one."""
        if self.built:
            return
        super().build(input_shape)
        if not self.tie_weights:
            shape = (self.output_dim, self.input_dim)
            self._add_formed("reverse_embeddings", shape, Matrix(packed_axis=0))

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Look ids up, or score them."""
        if not reverse:
            return super().call(inputs)
        if inputs.ndim == 0 or inputs.shape[-1] != self.output_dim:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) with reverse=True expects vectors of "
                f"{self.output_dim} numbers, got an input of shape {inputs.shape}."
            )
        form = self._forms["embeddings" if self.tie_weights else "reverse_embeddings"]
        read_as: Any = contextlib.nullcontext()
        if self.reverse_dtype is not None and form.mode is None:
            name = dtype_name(self.reverse_dtype)
            inputs, read_as = inputs.astype(name), autocast(name)
        with read_as:
            logits = form.product(inputs)
        if self.logit_soft_cap is None:
            return logits
        return jnp.tanh(logits / self.logit_soft_cap) * self.logit_soft_cap

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Say which ids aren't 0, if ``mask_zero``; the way back has no mask."""
        floats = jnp.issubdtype(inputs.dtype, jnp.floating)
        return None if floats else super().compute_mask(inputs, mask)

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> Any:
        """Add an axis for the vectors, or replace it by one for the scores."""
        if reverse:
            return (*input_shape[:-1], self.input_dim)
        return (*input_shape, self.output_dim)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        return self._traced_spec(*args, **kwargs)
