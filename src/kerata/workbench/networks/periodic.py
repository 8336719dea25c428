"""Numbers as vectors: waves of several lengths, a linear map of each column's own, ReLU."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata import activations, initializers
from kerata.base.arguments import positive_int
from kerata.kernels.waves import cosine_of_turns
from kerata.layers.layer import Layer
from kerata.saving import register_keras_serializable


@register_keras_serializable("kerata")
class PeriodicEmbedding(Layer):
    """Turns each number into a vector that a dense layer can read steps and bumps from.

    Inputs ``(batch, columns)``, roughly standard normal; outputs ``(batch, columns, units)``.

    Arguments:
        units: length of a vector.
        frequencies: waves for each column; their lengths are trained.
        sigma: standard deviation of the first frequencies; larger ones see finer steps.
        shifted: whether a wave is a cosine with a trained shift, instead of a cosine and a sine.
        activation: what a column's linear map goes through; ``'relu'`` by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    >>> import numpy as np
    >>> PeriodicEmbedding(units=4, frequencies=8)(np.zeros((2, 3))).shape
    (2, 3, 4)

    Source: Gorishniy and others, On Embeddings for Numerical Features in Tabular Deep Learning
    (NeurIPS 2022), the embedding called PLR; with shifts and without an activation Holzmueller and
    others, Better by Default (NeurIPS 2024), the one called PBL.
    """

    keeps_rows_apart = True

    def __init__(
        self,
        units: int = 24,
        frequencies: int = 48,
        sigma: float = 0.1,
        shifted: bool = False,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = positive_int("PeriodicEmbedding", "units", units)
        self.frequencies = positive_int("PeriodicEmbedding", "frequencies", frequencies)
        self.sigma = sigma
        self.shifted = shifted
        self.activation = activations.get(activation)

    def build(self, input_shape: Any) -> None:
        """Make frequencies, and a kernel and a bias for each column."""
        columns = self.known_axis(input_shape, -1)
        waves = self.frequencies if self.shifted else 2 * self.frequencies
        self.waves = self.add_weight(
            (columns, self.frequencies), initializers.RandomNormal(0.0, self.sigma), name="waves"
        )
        if self.shifted:
            self.shifts = self.add_weight(
                (columns, self.frequencies),
                initializers.RandomUniform(-jnp.pi, jnp.pi),
                name="shifts",
            )
        spread = waves**-0.5
        self.kernel = self.add_weight(
            (columns, waves, self.units),
            initializers.RandomUniform(-spread, spread),
            name="kernel",
        )
        self.bias = self.add_weight((columns, self.units), "zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        """Compute the vectors."""
        turns = inputs[..., None] * self.waves.value
        if self.shifted:
            waves = cosine_of_turns(turns + self.shifts.value / (2 * jnp.pi))
        else:
            # A sine is a cosine a quarter of a turn later.
            both = jnp.concatenate([turns, turns - 0.25], axis=-1)
            waves = cosine_of_turns(both)
        vectors = jnp.einsum("bcw,cwu->bcu", waves, self.kernel.value)
        return self.activation(vectors + self.bias.value)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Add an axis for the vectors."""
        return (*input_shape, self.units)
