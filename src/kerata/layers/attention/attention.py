"""Attention without heads or kernels."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.arguments import fraction
from kerata.base.messages import shape_text
from kerata.base.randomness import FollowingGenerator, SeedGenerator
from kerata.layers.attention.masks import both, causal_mask, check_mask
from kerata.layers.layer import Layer
from kerata.layers.regularization.dropout import dropped
from kerata.layers.rows import ranks


class Attention(Layer):
    """Mixes values by how well their keys match the queries (Luong's attention).

    Inputs a list ``[query, value]`` or ``[query, value, key]``: query ``(batch, queries, depth)``,
    value ``(batch, keys, size)``, key ``(batch, keys, depth)``, by default the value; output
    ``(batch, queries, size)``, all float. A ``mask`` in a call is the list of the query's and the
    value's, ``(batch, steps)``. ``use_causal_mask=True`` lets a query see keys up to its own
    position; ``return_attention_scores=True`` gives the weights ``(batch, queries, keys)`` too.

    Arguments:
        use_scale: bool, whether scores are multiplied by a trained number; False by default.
        score_mode: ``'dot'`` (default), or ``'concat'`` for the sum of ``tanh(query + key)`` times
            a trained number.
        dropout: float from 0 to 1, share of the weights that are dropped in training; 0 by default.
        seed: int, or None (the default) for the global generator.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: no list of two or three inputs; shapes that do not fit; an unknown
            ``score_mode``.

    >>> import numpy as np
    >>> x = np.eye(2)[None]
    >>> Attention()([x, x], use_causal_mask=True)[0, 0].tolist()
    [1.0, 0.0]

    Source: Luong et al. 2015, Effective approaches to attention-based neural machine translation.
    """

    _not_in_program: ClassVar[tuple[str, ...]] = ("seed",)

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: Any = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(
                f"{type(self).__name__}: score_mode must be 'dot' or 'concat', "
                f"got score_mode={score_mode!r}."
            )
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = fraction(type(self).__name__, "dropout", dropout)
        self.seed = seed
        self.seed_generator = FollowingGenerator() if seed is None else SeedGenerator(seed)

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        found = ranks(self)
        return bool(found) and all(rank > 2 for call in found for rank in call)

    def build(self, input_shape: Any) -> None:
        """Make the trained numbers."""
        self._check_shapes(input_shape)
        self.scale = None
        self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight((), "ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight")

    def _check_list(self, what: str, given: Any) -> None:
        if not isinstance(given, (list, tuple)) or len(given) not in (2, 3):
            got = type(given).__name__
            if isinstance(given, (list, tuple)):
                got = f"a {got} of {len(given)}"
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) takes {what} as a list of two or "
                f"three: [query, value] or [query, value, key]; got {got}."
            )

    def _check_shapes(self, shapes: Any) -> None:
        alone = isinstance(shapes, tuple) and all(d is None or isinstance(d, int) for d in shapes)
        self._check_list("inputs", None if alone else shapes)
        query, value, key = (*shapes, shapes[1])[:3]
        fit = len(query) >= 2 and len(value) >= 2 and len(key) >= 2
        pairs = [(query[-1], key[-1]), (value[-2], key[-2])] if fit else [(0, 1)]
        if any(a != b and None not in (a, b) for a, b in pairs):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): query (batch, queries, depth), "
                "value (batch, keys, size) and key (batch, keys, depth) do not fit each other, "
                f"got shapes {', '.join(map(shape_text, (query, value, key)))}."
            )

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Mix the values; give the weights too if wanted."""
        self._check_list("inputs", inputs)
        self._check_shapes([x.shape for x in inputs])
        query, value, key = (*inputs, inputs[1])[:3]
        query_mask, value_mask = None, None
        if mask is not None:
            self._check_list("masks", mask)
            query_mask, value_mask = mask[:2]
        scores = self._scores(query, key)
        seen = None if value_mask is None else jnp.expand_dims(value_mask.astype(bool), -2)
        if use_causal_mask:
            seen = both(seen, causal_mask(*scores.shape[-2:]))
        if seen is not None:
            check_mask(self, seen, scores.shape)
            low = 65504.0 if scores.dtype == jnp.float16 else 1e9
            scores = jnp.where(seen, scores, scores - low)
        weights = jax.nn.softmax(scores, axis=-1)
        if training and not (isinstance(self.dropout, (int, float)) and self.dropout == 0):
            weights = dropped(weights, self.dropout, self.seed_generator.next())
        output = weights @ value
        if query_mask is not None:
            output = jnp.where(query_mask.astype(bool)[..., None], output, 0)
        return (output, weights) if return_attention_scores else output

    def _scores(self, query: Any, key: Any) -> Any:
        scale = None if self.scale is None else self.scale.value
        if self.concat_score_weight is None:
            scores = query @ jnp.swapaxes(key, -2, -1)
            return scores if scale is None else scores * scale
        pairs = query[..., :, None, :] + key[..., None, :, :]
        pairs = jnp.tanh(pairs if scale is None else scale * pairs)
        return self.concat_score_weight.value * jnp.sum(pairs, axis=-1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Keep the query's mask."""
        return None if mask is None else mask[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the query's shape with the value's last size."""
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        return self._traced_spec(*args, **kwargs)
