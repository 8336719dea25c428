"""What attention with heads has in common: projections, masks, and the choice of a program."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax.numpy as jnp

from kerata import ops, regularizers
from kerata.base.arguments import fraction, positive_int
from kerata.base.registry import serialize
from kerata.base.scope import get_mask
from kerata.base.signatures import Options
from kerata.config import is_flash_attention_enabled
from kerata.kernels.platform import platform
from kerata.layers.activation.softmax import Softmax
from kerata.layers.attention.masks import causal_mask, check_mask, combined_mask, window_mask
from kerata.layers.core.einsum_dense import EinsumDense
from kerata.layers.layer import Layer
from kerata.layers.regularization.dropout import Dropout
from kerata.layers.weight_forms.inside import policies_inside
from kerata.layers.weight_options import (
    WeightOptions,
    keep_options,
    taken_options,
    weight_defaults,
)


class HeadOptions(WeightOptions, total=False):
    """Keyword arguments that both kinds of attention end with, and with it every layer."""

    sliding_window: int | None
    flash_attention: bool | None
    use_gate: bool
    seed: int | None


# What both constructors end with.
HEAD_OPTIONS = Options(
    HeadOptions,
    sliding_window=None,
    flash_attention=None,
    **weight_defaults({"kernel": "glorot_uniform", "bias": "zeros"}),
    use_gate=False,
    seed=None,
)


class AttentionHeads(Layer):
    """Base of attention with heads: projects, mixes, projects back."""

    _not_in_program: ClassVar[tuple[str, ...]] = ("seed",)
    _not_in_config = ("flash_attention",)
    # Whether the mask that a query has counts where none is passed.
    _finds_query_mask = False

    kernel_initializer: Any
    bias_initializer: Any
    kernel_regularizer: Any
    bias_regularizer: Any
    kernel_constraint: Any
    bias_constraint: Any
    _output_dense: Any

    def __init__(
        self,
        *,
        depth: int,
        dropout: Any,
        use_bias: bool,
        sliding_window: int | None,
        flash_attention: bool | None,
        use_gate: bool,
        seed: int | None,
        activity_regularizer: Any,
        **kwargs: Any,
    ) -> None:
        weights = taken_options(kwargs, "kernel", "bias")
        super().__init__(**kwargs)
        owner = type(self).__name__
        keep_options(self, **weights)
        self.supports_masking = True
        self.dropout = fraction(owner, "dropout", dropout)
        self.use_bias = use_bias
        self.use_gate = use_gate
        self.sliding_window = sliding_window
        if sliding_window is not None:
            positive_int(owner, "sliding_window", sliding_window)
        self.seed = seed
        # As in Keras, the penalty is on the outputs of the projections.
        self._on_projections = regularizers.get(activity_regularizer)
        self.flash_attention = flash_attention
        if flash_attention and self._drops:
            raise ValueError(
                f"{owner}: flash_attention=True has no dropout; leave one of them out."
            )
        # What config asks for holds where it can; what the layer is told holds or is refused.
        self._flash_if_possible = flash_attention is None and bool(is_flash_attention_enabled())
        self._scale = 1.0 / math.sqrt(float(depth))

    @property
    def _drops(self) -> bool:
        return not (isinstance(self.dropout, (int, float)) and self.dropout == 0)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        config = super().get_config()
        if self._on_projections is not None:
            config["activity_regularizer"] = regularizers.serialize(self._on_projections)
        policies = policies_inside(self)
        return config if policies is None else config | {"dtype": serialize(policies)}

    # Building ----------------------------------------------------------------------------

    def _build_projections(self, query_shape: Any, value_shape: Any, key_shape: Any) -> None:
        """Make the projections of the inputs, in the order in which Keras makes its own."""
        self._query_dense = self._into_heads("query", query_shape)
        self._key_dense = self._into_heads("key", key_shape)
        if self.use_gate:
            self._gate_dense = self._into_heads("gate", query_shape, activation="sigmoid")
        self._value_dense = self._into_heads("value", value_shape)

    def _into_heads(self, name: str, shape: Any, **more: Any) -> Any:
        """Make and build the projection of an input of a shape to heads."""
        raise NotImplementedError

    def _projection(
        self, name: str, equation: str, sizes: Any, bias: str, shape: Any, **more: Any
    ) -> Any:
        """Make and build a projection of what has a shape; it may have a mask that ends there."""
        dense = EinsumDense(
            equation,
            output_shape=tuple(sizes),
            bias_axes=bias if self.use_bias else None,
            kernel_initializer=_again(self.kernel_initializer),
            bias_initializer=_again(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            activity_regularizer=self._on_projections,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype_policy,
            name=name,
            **more,
        )
        dense._masks_end_here = False
        dense.build(shape)
        return dense

    def _make_weighing(self, axes: tuple[int, ...]) -> None:
        """Make what turns scores into weights."""
        self._softmax = Softmax(axis=axes, dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self.dropout, dtype=self.dtype_policy, seed=self.seed)

    def _check_lengths(self, value: Any, key: Any) -> None:
        a, b = tuple(value[1:-1]), tuple(key[1:-1])
        if len(a) != len(b) or any(
            m != n and None not in (m, n) for m, n in zip(a, b, strict=True)
        ):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): value and key must agree in all "
                f"axes but the last, got shapes {tuple(value)} and {tuple(key)}."
            )

    # Computing ---------------------------------------------------------------------------

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
        if query_mask is None and self._finds_query_mask:
            query_mask = get_mask(query)
        mask = self._compute_attention_mask(
            query, value, query_mask, value_mask, key_mask, attention_mask, use_causal_mask
        )
        heads = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        output, scores = self._compute_attention(
            *heads, mask, training=training, return_attention_scores=return_attention_scores
        )
        if self.use_gate:
            output = output * self._gate_dense(query)
        output = self._output_dense(output)
        return (output, scores) if return_attention_scores else output

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        """Mix values from heads; give the weights too where they are made."""
        raise NotImplementedError

    def _compute_attention_mask(
        self,
        query: Any,
        value: Any,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        sizes = query.shape[1], value.shape[1]
        more = [causal_mask(*sizes)] if use_causal_mask else []
        if self.sliding_window is not None:
            more.append(window_mask(*sizes, self.sliding_window))
        return combined_mask(query_mask, value_mask, key_mask, more, attention_mask)

    def _mixed(
        self,
        tensors: tuple[Any, Any, Any],
        mask: Any,
        training: Any,
        wants_scores: bool,
        equations: tuple[str, str],
        axes: int,
    ) -> tuple[Any, Any]:
        """Mix projected values; give the weights too where they are made.

        Arguments:
            tensors: query, key and value with axes for heads and depth last.
            mask: of the pairs of steps, without an axis for heads, or None.
            equations: from key and query to scores; from scores and value to the output.
            axes: number of axes that attention goes along.
        """
        query, key, value = tensors
        self._check_flash(wants_scores)
        plain = query.ndim == 4 and not (self._drops or wants_scores)
        rank = 4 if plain else query.ndim - 1 + axes
        while mask is not None and mask.ndim < rank:
            mask = jnp.expand_dims(mask, -axes * 2 - 1)
        if plain and value.shape[-1] == query.shape[-1]:
            if mask is not None:
                check_mask(self, mask, (*query.shape[:1], query.shape[2], *_lengths(query, key)))
            flash = self.flash_attention or (self._flash_if_possible and _can_be_flash(query))
            out = ops.dot_product_attention(
                query, key, value, mask=mask, scale=self._scale, flash_attention=flash
            )
            return out, None
        query = query * jnp.asarray(self._scale, query.dtype)
        # A CPU multiplies fast where the axes that only repeat come first.
        ahead = query.ndim == 4 and query.shape[2] == key.shape[2]
        if ahead:
            query, key, value = (jnp.swapaxes(x, 1, 2) for x in (query, key, value))
            scores = query @ jnp.swapaxes(key, 2, 3)
        else:
            scores = jnp.einsum(equations[0], key, query)
        if mask is not None:
            check_mask(self, mask, scores.shape)
        weights = self._softmax(scores, mask=mask)
        used = self._dropout_layer(weights, training=training) if self._drops else weights
        if ahead:
            return jnp.swapaxes(used @ value, 1, 2), weights
        return jnp.einsum(equations[1], used, value), weights

    def _check_flash(self, wants_scores: bool) -> None:
        if not self.flash_attention:
            return
        what = f"Layer {self.name!r} ({type(self).__name__}): flash_attention=True"
        if wants_scores:
            raise ValueError(f"{what} does not give attention scores; leave one of them out.")
        if platform() != "gpu":
            raise RuntimeError(f"{what} needs an NVIDIA GPU; leave it at None.")

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        """Give the query's shape."""
        self._check_lengths(value_shape, value_shape if key_shape is None else key_shape)
        return tuple(query_shape)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        return self._traced_spec(*args, **kwargs)


def _can_be_flash(query: Any) -> bool:
    """Say whether cuDNN's program takes such a query: the GPU, the type, the size of a head."""
    half = query.dtype in (jnp.float16, jnp.bfloat16)
    return platform() == "gpu" and half and query.shape[-1] % 8 == 0


def _lengths(query: Any, key: Any) -> tuple[int, int]:
    return query.shape[1], key.shape[1]


def _again(initializer: Any) -> Any:
    """Give a fresh copy of an initializer, so that kernels of one shape do not come out alike."""
    if not hasattr(initializer, "get_config"):
        return initializer
    return type(initializer).from_config(initializer.get_config())
