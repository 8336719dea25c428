"""Kernels divided by their largest singular value."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import positive_int
from kerata.initializers import TruncatedNormal
from kerata.layers.core.wrapper import Wrapper
from kerata.layers.input_spec import InputSpec
from kerata.layers.rows import keeps_rows_apart


class SpectralNormalization(Wrapper):
    """Divides a layer's kernel by its largest singular value in training, found step by step.

    Input and output are those of the layer, output in the input's dtype. A vector
    ``(1, columns)``, which training improves but not by gradients, goes with the kernel.

    Arguments:
        layer: ``Layer`` with a ``kernel`` or ``embeddings``, or its config.
        power_iterations: int, how often the vector is improved in each step; 1 by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``power_iterations`` not a positive integer; a layer without a kernel.

    >>> import numpy as np
    >>> from kerata.layers import Dense
    >>> SpectralNormalization(Dense(2))(np.ones((3, 4)), training=True).shape
    (3, 2)

    Source: Miyato et al. 2018, Spectral normalization for generative adversarial networks.
    """

    _takes_one_array = True

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = positive_int(
            "SpectralNormalization", "power_iterations", power_iterations
        )

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return keeps_rows_apart(self.layer)

    def build(self, input_shape: Any = None) -> None:
        """Build the layer and make the vector."""
        if not self.layer.built:
            self.layer._build({"input_shape": input_shape})
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        kernel = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if kernel is None:
            raise ValueError(
                f"Layer {self.name!r} (SpectralNormalization) needs a layer with a kernel or "
                f"embeddings, which {self.layer.name!r} ({type(self.layer).__name__}) lacks."
            )
        self.kernel = kernel
        # As in Keras, the kernel is among the wrapper's own weights too, the first of them.
        self._trainable_variables.append(kernel)
        self.vector_u = self.add_weight(
            (1, kernel.shape[-1]),
            TruncatedNormal(stddev=0.02),
            dtype=kernel.dtype,
            trainable=False,
            name="vector_u",
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Apply the layer; in training with the divided kernel."""
        if training:
            before = self.vector_u.value, self.kernel.value
            after = self._normalized(*before)
            zeros = jnp.all(before[1] == 0)
            vector, kernel = (jnp.where(zeros, a, b) for a, b in zip(before, after, strict=True))
            self.vector_u.assign(vector)
            self.kernel.assign(kernel)
        return self.layer(inputs).astype(inputs.dtype)

    def _normalized(self, u: Any, kernel: Any) -> tuple[Any, Any]:
        # Division by 0 would reach gradients even where its result is not used.
        safe = jnp.where(jnp.all(kernel == 0), jnp.ones_like(kernel), kernel)
        matrix = safe.reshape(-1, kernel.shape[-1])
        v = u
        for _ in range(self.power_iterations):
            v = ops.normalize(u @ matrix.T)
            u = ops.normalize(v @ matrix)
        u, v = jax.lax.stop_gradient(u), jax.lax.stop_gradient(v)
        return u, safe / (v @ matrix @ u.T).reshape(())

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the layer's shape."""
        return self.layer.compute_output_shape(input_shape)
