"""Attention with several heads."""

from __future__ import annotations

import string
from typing import Any, Unpack

from kerata.base.arguments import is_integer, positive_int
from kerata.layers.attention.heads import HEAD_OPTIONS, AttentionHeads, HeadOptions


class MultiHeadAttention(AttentionHeads):
    """Attention of several heads, each with projections of its own (transformers).

    Query ``(batch, queries, ...)`` and value ``(batch, keys, ...)``, key as the value, by default
    the value itself; output ``(batch, queries, size)``, all float. In a call ``query_mask``,
    ``value_mask`` and ``key_mask`` are bools ``(batch, steps)``, by default the inputs' own;
    ``attention_mask`` ``(batch, queries, keys)`` says which pairs count; ``use_causal_mask=True``
    lets a query see keys up to its own position; ``return_attention_scores=True`` gives the
    weights ``(batch, heads, queries, keys)`` too. Unlike in Keras 3.15, a ``query_mask`` that is
    passed counts like one that the query has.

    Arguments:
        num_heads: int, number of heads.
        key_dim: int, depth of each head's queries and keys.
        value_dim: int, depth of each head's values; None (``key_dim``) by default.
        dropout: float from 0 to 1, share of the weights that are dropped in training; 0 by default.
        use_bias: bool, whether projections have a bias; True by default.
        output_shape: int or tuple, last sizes of the output; None (the query's) by default.
        attention_axes: int or tuple, axes that attention goes along; None (all but batch and
            features) by default.
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
        ValueError: sizes that are no positive integers; shapes or masks that do not fit; flash
            attention with dropout or scores.
        RuntimeError: flash attention without a GPU.

    >>> import numpy as np
    >>> x = np.ones((2, 5, 8))
    >>> MultiHeadAttention(num_heads=2, key_dim=4)(x, x).shape
    (2, 5, 8)

    Source: Vaswani et al. 2017, Attention is all you need.
    """

    _finds_query_mask = True

    @HEAD_OPTIONS.spread
    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: Any = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        *options: Any,
        **named: Unpack[HeadOptions],
    ) -> None:
        owner = type(self).__name__
        self.num_heads = positive_int(owner, "num_heads", num_heads)
        self.key_dim = positive_int(owner, "key_dim", key_dim)
        self.value_dim = (
            self.key_dim if value_dim is None else positive_int(owner, "value_dim", value_dim)
        )
        super().__init__(depth=self.key_dim, dropout=dropout, use_bias=use_bias, **named)
        self.output_shape = _sizes(owner, "output_shape", output_shape)
        self.attention_axes = _sizes(owner, "attention_axes", attention_axes)

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return self.built and 0 not in self._axes

    # Building ----------------------------------------------------------------------------

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Make the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        self._check_lengths(value_shape, key_shape)
        self._build_projections(query_shape, value_shape, key_shape)
        rank = len(value_shape) + 1
        given = self.attention_axes or tuple(range(1, rank - 2))
        self._axes = tuple(a if a >= 0 else rank - 1 + a for a in given)
        self.attention_axes = self._axes
        self._equations, scores = _attention_equations(rank, self._axes)
        self._make_weighing(tuple(range(scores - len(self._axes), scores)))
        sizes = self.output_shape or (query_shape[-1],)
        equation, bias = _projection_equation(len(query_shape) - 1, 2, len(sizes))
        free = [None] * (len(query_shape) - 2)
        shape = (*query_shape[:-1], self.num_heads, self.value_dim)
        self._output_dense = self._projection(
            "attention_output", equation, [*free, *sizes], bias, shape
        )

    def _into_heads(self, name: str, shape: Any, **more: Any) -> Any:
        equation, bias = _projection_equation(len(shape) - 1, 1, 2)
        depth = self.key_dim if name in ("query", "key") else self.value_dim
        sizes = [*([None] * (len(shape) - 2)), self.num_heads, depth]
        return self._projection(name, equation, sizes, bias, shape, **more)

    @property
    def query_dense(self) -> Any:
        """The projection of queries."""
        return self._query_dense

    @property
    def key_dense(self) -> Any:
        """The projection of keys."""
        return self._key_dense

    @property
    def value_dense(self) -> Any:
        """The projection of values."""
        return self._value_dense

    @property
    def output_dense(self) -> Any:
        """The projection of what the heads give."""
        return self._output_dense

    def _saved_parts(self) -> list[tuple[str, Any]]:
        """Name the projections as files of Keras do: by the public attributes first."""
        named = ("key_dense", "output_dense", "query_dense", "value_dense") if self.built else ()
        return [*((name, getattr(self, name)) for name in named), *super()._saved_parts()]

    # Computing ---------------------------------------------------------------------------

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        axes = len(self._axes)
        tensors = (query, key, value)
        return self._mixed(
            tensors, attention_mask, training, return_attention_scores, self._equations, axes
        )

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        """Give the query's shape, with the last sizes of ``output_shape``."""
        shape = super().compute_output_shape(query_shape, value_shape, key_shape)
        return (*shape[:-1], *self.output_shape) if self.output_shape else shape


def _sizes(owner: str, name: str, value: Any) -> tuple[int, ...] | None:
    if value is None:
        return None
    sizes = (value,) if is_integer(value) else value
    if not isinstance(sizes, (list, tuple)) or not sizes or not all(map(is_integer, sizes)):
        raise ValueError(
            f"{owner}: {name} must be an integer or a tuple of them, got {name}={value!r}."
        )
    return tuple(int(s) for s in sizes)


def _projection_equation(free: int, bound: int, output: int) -> tuple[str, str]:
    """Write the equation that sums over the last axes, and the letters that get a bias."""
    letters = string.ascii_lowercase
    kept, summed = letters[:free], letters[free : free + bound]
    new = letters[free + bound : free + bound + output]
    return f"{kept}{summed},{summed}{new}->{kept}{new}", new


def _attention_equations(rank: int, axes: tuple[int, ...]) -> tuple[tuple[str, str], int]:
    """Write the equations of scores and of the mixture, and count the scores' axes.

    Arguments:
        rank: axes of projected queries, with heads and depth.
        axes: those that attention goes along.
    """
    target = string.ascii_lowercase[:rank]
    fresh = iter(string.ascii_lowercase[rank:])
    kept = [i for i in range(rank - 1) if i not in axes]
    source = "".join(c if i in kept or i == rank - 1 else next(fresh) for i, c in enumerate(target))
    scores = "".join(target[i] for i in (*kept, *axes)) + "".join(source[i] for i in axes)
    return (f"{source},{target}->{scores}", f"{scores},{source}->{target}"), len(scores)
