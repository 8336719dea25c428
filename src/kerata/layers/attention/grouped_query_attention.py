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
        self._build_projections(query_shape, value_shape, key_shape)
        self._make_weighing((-1,))
        width = self.known_axis(query_shape, -1)
        shape = (None, None, self.num_query_heads, self.head_dim)
        self._output_dense = self._projection(
            "attention_output", "bquh,uhm->bqm", (None, width), "m", shape
        )

    def _into_heads(self, name: str, shape: Any, **more: Any) -> Any:
        if name in ("query", "gate"):
            equation, heads, bias = "bqm,muh->bquh", self.num_query_heads, "uh"
        else:
            equation, heads, bias = "bkm,mvh->bkvh", self.num_key_value_heads, "vh"
        return self._projection(name, equation, (None, heads, self.head_dim), bias, shape, **more)

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        repeats = self.num_query_heads // self.num_key_value_heads
        tensors = (query, *(jnp.repeat(x, repeats, axis=2) for x in (key, value)))
        equations = ("bkuh,bquh->buqk", "buqk,bkuh->bquh")
        return self._mixed(tensors, attention_mask, training, return_attention_scores, equations, 1)
