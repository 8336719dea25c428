"""Attention whose heads share keys and values in groups."""

from __future__ import annotations

from typing import Any, Unpack

import jax.numpy as jnp

from kerata.base.arguments import positive_int
from kerata.base.naming import auto_name
from kerata.layers.attention.heads import HEAD_OPTIONS, AttentionHeads, HeadOptions
from kerata.layers.input_spec import InputSpec, demand


class GroupQueryAttention(AttentionHeads):
    """Attention of several heads of which each group shares one head of keys and values.

    Query ``(batch, queries, features)``, value and key ``(batch, keys, features)``, key by default
    the value; output ``(batch, queries, features)``, all float. A call takes the masks and options
    of ``MultiHeadAttention``.

    Arguments:
        head_dim: int, depth of each head.
        num_query_heads: int, heads of queries, a multiple of the next.
        num_key_value_heads: int, heads of keys and values: one is multi-query attention.
        dropout: float from 0 to 1, share of the weights that are dropped in training; 0 by default.
        use_bias: bool, whether projections have a bias; True by default.
        sliding_window: int, a query sees keys less than so many steps away; None (all) by default.
        flash_attention: bool, True asks for cuDNN's program on a GPU; None by default.
        kernel_initializer, bias_initializer: names or functions, first values; Glorot uniform and
            zeros by default.
        kernel_regularizer, bias_regularizer: penalties added to the loss; None by default.
        activity_regularizer: penalty on the outputs of the projections; None by default.
        kernel_constraint, bias_constraint: applied after each update; None by default.
        use_gate: bool, whether the mixed values are multiplied by a sigmoid of the query; False by
            default.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: sizes that are no positive integers; heads that can't be shared out; shapes or
            masks that do not fit; flash attention with dropout or scores.
        RuntimeError: flash attention without a GPU.

    >>> import numpy as np
    >>> x = np.ones((2, 5, 8))
    >>> GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(x, x).shape
    (2, 5, 8)

    Source: Ainslie et al. 2023, GQA: training generalized multi-query transformer models from
    multi-head checkpoints.
    """

    @HEAD_OPTIONS.spread
    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: Any = 0.0,
        use_bias: bool = True,
        *options: Any,
        **named: Unpack[HeadOptions],
    ) -> None:
        owner = type(self).__name__
        if named.get("name") is None and type(self) is GroupQueryAttention:
            # Keras's class has another name than the one it is known by.
            named["name"] = auto_name("GroupedQueryAttention")
        self.head_dim = positive_int(owner, "head_dim", head_dim)
        self.num_query_heads = positive_int(owner, "num_query_heads", num_query_heads)
        self.num_key_value_heads = positive_int(owner, "num_key_value_heads", num_key_value_heads)
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                f"{owner}: num_query_heads must be a multiple of num_key_value_heads, got "
                f"{num_query_heads} and {num_key_value_heads}."
            )
        super().__init__(depth=self.head_dim, dropout=dropout, use_bias=use_bias, **named)

    # Query, value and key have a batch axis of their own, which nothing sums over.
    keeps_rows_apart = True

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Make the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        for shape in (query_shape, value_shape, key_shape):
            demand(self, shape, InputSpec(ndim=3))
        self._check_lengths(value_shape, key_shape)
        queries, keys, depth = self.num_query_heads, self.num_key_value_heads, self.head_dim
        of_queries = ("bqm,muh->bquh", (None, queries, depth), "uh")
        of_keys = ("bkm,mvh->bkvh", (None, keys, depth), "vh")
        self._query_dense = self._projection("query", *of_queries)
        self._query_dense.build(query_shape)
        self._key_dense = self._projection("key", *of_keys)
        self._key_dense.build(key_shape)
        if self.use_gate:
            self._gate_dense = self._projection("gate", *of_queries, activation="sigmoid")
            self._gate_dense.build(query_shape)
        self._value_dense = self._projection("value", *of_keys)
        self._value_dense.build(value_shape)
        self._make_weighing((-1,))
        width = self.known_axis(query_shape, -1)
        self._output_dense = self._projection(
            "attention_output", "bquh,uhm->bqm", (None, width), "m"
        )
        self._output_dense.build((None, None, queries, depth))

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Mix the values; give the weights too if wanted."""
        key = value if key is None else key
        mask = self._compute_attention_mask(
            query, value, query_mask, value_mask, key_mask, attention_mask, use_causal_mask
        )
        repeats = self.num_query_heads // self.num_key_value_heads
        shared = [self._key_dense(key), self._value_dense(value)]
        tensors = (self._query_dense(query), *(jnp.repeat(x, repeats, axis=2) for x in shared))
        equations = ("bkuh,bquh->buqk", "buqk,bkuh->bquh")
        output, scores = self._mixed(tensors, mask, training, return_attention_scores, equations, 1)
        if self.use_gate:
            output = output * self._gate_dense(query)
        output = self._output_dense(output)
        return (output, scores) if return_attention_scores else output

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        """Give the query's shape."""
        self._check_lengths(value_shape, value_shape if key_shape is None else key_shape)
        return tuple(query_shape)
