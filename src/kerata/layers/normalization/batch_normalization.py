"""Normalization over the rows of a batch."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata import initializers
from kerata.base.dtypes import epsilon as tiny
from kerata.base.messages import shape_text
from kerata.layers.input_spec import InputSpec
from kerata.layers.normalization.affine import Affine


class BatchNormalization(Affine):
    """Normalizes each channel: by the batch in training, by moving statistics otherwise.

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``. In training the moving
    statistics go towards the batch's: ``moving * momentum + batch * (1 - momentum)``. With
    ``trainable=False`` they are used in training too, and stay. Masked steps don't count.

    Arguments:
        axis: the channels' axis.
        momentum: how much of the moving statistics stays at each step; may be traced.
        epsilon: keeps the division finite.
        center, scale: whether there is a ``beta`` and a ``gamma``.
        beta_initializer, gamma_initializer: zeros and ones.
        moving_mean_initializer, moving_variance_initializer: zeros and ones.
        beta_regularizer, gamma_regularizer: penalties added to the loss.
        beta_constraint, gamma_constraint: applied after each update.
        renorm: batch renormalization; only False is supported.
        synchronized: accepted: a step that is spread over devices sees the whole batch anyway.

    Raises:
        ValueError: an input without that axis; a mask that doesn't fit.
        NotImplementedError: ``renorm=True``.

    Source: Ioffe and Szegedy 2015; statistics as in Keras 3.15 (variance of the batch itself,
    without the correction for a sample).

    >>> import numpy as np
    >>> BatchNormalization(epsilon=0.0)(np.array([[1.0], [3.0]]), training=True).tolist()
    [[-1.0], [1.0]]
    """

    _traced: ClassVar[tuple[str, ...]] = ("momentum", "epsilon")

    # Keras's older versions don't know these.
    _not_in_config = ("renorm", "renorm_clipping", "renorm_momentum")

    def __init__(
        self,
        axis: int = -1,
        momentum: Any = 0.99,
        epsilon: Any = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if renorm:
            raise NotImplementedError(
                "BatchNormalization: batch renormalization (renorm=True) is not supported."
            )
        self.axis = int(axis)
        self.momentum = momentum
        self.epsilon = epsilon
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.synchronized = synchronized

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the moving statistics, each ``(channels,)``."""
        shape = (self.known_axis(input_shape, self.axis),)
        self.add_affine(shape)
        self.moving_mean = self.add_weight(
            shape,
            self.moving_mean_initializer,
            trainable=False,
            autocast=False,
            name="moving_mean",
        )
        self.moving_variance = self.add_weight(
            shape,
            self.moving_variance_initializer,
            trainable=False,
            autocast=False,
            name="moving_variance",
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Normalize, and in training move the statistics."""
        # Half-precision numbers are summed in float32, or most of their digits are lost.
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        if training and self.trainable:
            mean, variance = self._moments(x, mask)
            for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving.value * self.momentum + now * (1.0 - self.momentum))
        else:
            mean = self.moving_mean.value.astype(x.dtype)
            variance = self.moving_variance.value.astype(x.dtype)
        shape = tuple(n if i == self.axis % x.ndim else 1 for i, n in enumerate(x.shape))
        mean, variance = mean.reshape(shape), variance.reshape(shape)
        outputs = self.standardized(x, mean, variance, self.epsilon, shape)
        return outputs.astype(self.compute_dtype)

    def _moments(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Give mean and variance of each channel, over the elements that aren't masked."""
        others = tuple(i for i in range(x.ndim) if i != self.axis % x.ndim)
        if mask is None:
            return jnp.mean(x, others), jnp.var(x, others)
        if mask.ndim != x.ndim - 1:
            raise ValueError(
                f"Layer {self.name!r} (BatchNormalization): the mask needs one axis less than "
                f"the input of shape {shape_text(x.shape)}, got {shape_text(mask.shape)}."
            )
        counts = jnp.broadcast_to(mask[..., None].astype(bool), x.shape)
        # With the small number of Keras a batch that is masked entirely gives zeros.
        number = jnp.sum(counts, others, keepdims=True) + tiny()
        mean = jnp.sum(jnp.where(counts, x, 0), others, keepdims=True) / number
        squares = jnp.where(counts, jnp.square(x - mean), 0)
        variance = jnp.sum(squares, others, keepdims=True) / number
        return mean.reshape(-1), variance.reshape(-1)
