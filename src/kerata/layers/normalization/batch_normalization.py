"""Normalization over the rows of a batch."""

from __future__ import annotations

import functools
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata import initializers
from kerata.base.arguments import number, one_axis
from kerata.base.dtypes import epsilon as tiny
from kerata.base.messages import shape_text
from kerata.base.registry import serialize
from kerata.base.variable import Variable
from kerata.layers.input_spec import InputSpec
from kerata.layers.normalization.affine import Affine
from kerata.layers.rows import ApartAlongAxis


class BatchNormalization(ApartAlongAxis, Affine):
    """Normalizes each channel: by the batch in training, by moving statistics otherwise.

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, input and output
    ``(batch, ..., channels)``, float; ``gamma``, ``beta`` and the statistics have the shape
    ``(channels,)``. In training the moving statistics go towards the batch's:
    ``moving * momentum + batch * (1 - momentum)``. With ``trainable=False`` they are used in
    training too, and stay. Masked steps don't count.

    Arguments:
        axis: int, the channels' axis, -1 by default.
        momentum: float, how much of the moving statistics stays at each step, 0.99 by default;
            may be traced.
        epsilon: float that keeps the division finite, 1e-3 by default; may be traced.
        center, scale: bools, whether there is a ``beta`` and a ``gamma``; True by default.
        beta_initializer, gamma_initializer: names or functions, first values; zeros and ones by
            default.
        moving_mean_initializer, moving_variance_initializer: names or functions; zeros and ones
            by default.
        beta_regularizer, gamma_regularizer: penalties added to the loss; None by default.
        beta_constraint, gamma_constraint: applied after each update; None by default.
        renorm: bool, batch renormalization: in training the outputs are corrected towards what
            slowly moving statistics would give; they differ from the moving ones used
            afterwards. False by default.
        renorm_clipping: dictionary of ``rmin``, ``rmax`` and ``dmax``, limits of the correction
            ``x * r + d``; None (no limits) by default.
        renorm_momentum: float, how much of these statistics stays at each step; 0.99 by default.
        synchronized: bool, accepted: a step that is spread over devices sees the whole batch
            anyway.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an input without that axis; a mask that doesn't fit; limits that aren't any.

    >>> import numpy as np
    >>> BatchNormalization(epsilon=0.0)(np.array([[1.0], [3.0]]), training=True).tolist()
    [[-1.0], [1.0]]

    Source: Ioffe & Szegedy 2015, Batch normalization (arXiv:1502.03167); ``renorm``: Ioffe 2017
    (arXiv:1702.03275). The variance is that of the batch, without the correction for a sample.
    """

    _traced: ClassVar[tuple[str, ...]] = ("momentum", "epsilon")

    # Keras's older versions don't know these, so only a layer that uses them writes them.
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
        self.axis = one_axis("BatchNormalization", axis)
        self.momentum = number("BatchNormalization", "momentum", momentum)
        self.epsilon = number("BatchNormalization", "epsilon", epsilon)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = checked_clipping(renorm_clipping) if renorm else renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the moving statistics, each ``(channels,)``."""
        shape = (self.known_axis(input_shape, self.axis),)
        self.add_affine(shape)
        mean, variance = self.moving_mean_initializer, self.moving_variance_initializer
        self.moving_mean = self._statistic("moving_mean", shape, mean)
        self.moving_variance = self._statistic("moving_variance", shape, variance)
        if self.renorm:
            deviation = functools.partial(_root_of, variance)
            self.moving_stddev = self._statistic("moving_stddev", shape, deviation)
            self.renorm_mean = self._statistic("renorm_mean", shape, mean)
            self.renorm_stddev = self._statistic("renorm_stddev", shape, deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})

    def _statistic(self, name: str, shape: tuple[int, ...], initializer: Any) -> Variable:
        return self.add_weight(shape, initializer, trainable=False, autocast=False, name=name)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalize, and in training move the statistics."""
        # Half-precision numbers are summed in float32, or most of their digits are lost.
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        correction = None
        if training and self.trainable:
            mean, variance = self._moments(x, mask)
            if self.renorm:
                correction = self._correction(mean, variance)
            else:
                _move(self.moving_mean, mean, self.momentum)
                _move(self.moving_variance, variance, self.momentum)
        else:
            mean = self.moving_mean.value.astype(x.dtype)
            variance = self.moving_variance.value.astype(x.dtype)
        shape = tuple(n if i == self.axis % x.ndim else 1 for i, n in enumerate(x.shape))
        mean, variance = mean.reshape(shape), variance.reshape(shape)
        outputs = self.standardized(x, mean, variance, self.epsilon, shape, correction)
        return outputs.astype(self.compute_dtype)

    def _correction(self, mean: Any, variance: Any) -> tuple[Any, Any]:
        """Give r and d of batch renormalization, and move all statistics."""
        deviation = jnp.sqrt(variance + self.epsilon)
        slow = jnp.maximum(self.renorm_stddev.value.astype(mean.dtype), self.epsilon**0.5)
        r = deviation / slow
        d = (mean - self.renorm_mean.value.astype(mean.dtype)) / slow
        limits = self.renorm_clipping
        r = jnp.clip(r, limits.get("rmin"), limits.get("rmax"))
        if limits.get("dmax") is not None:
            d = jnp.clip(d, -limits["dmax"], limits["dmax"])
        _move(self.renorm_mean, mean, self.renorm_momentum)
        _move(self.renorm_stddev, deviation, self.renorm_momentum)
        _move(self.moving_mean, mean, self.momentum)
        _move(self.moving_stddev, deviation, self.momentum)
        squared = jnp.square(self.moving_stddev.value)
        self.moving_variance.assign(jnp.maximum(squared - self.epsilon, 0))
        return jax.lax.stop_gradient((r, d))

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

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        used = self._not_in_config if self.renorm else ()
        return super().get_config() | {name: serialize(getattr(self, name)) for name in used}


def _move(statistic: Variable, now: Any, momentum: Any) -> None:
    statistic.assign(statistic.value * momentum + now * (1.0 - momentum))


def _root_of(initializer: Any, shape: Any, dtype: Any = None) -> Any:
    return jnp.sqrt(initializer(shape, dtype=dtype))


def checked_clipping(limits: Any) -> dict[str, Any]:
    """Check the limits of batch renormalization.

    Raises:
        ValueError: another name than rmin, rmax and dmax; limits that no number keeps.
    """
    limits = dict(limits or {})
    unknown = set(limits) - {"rmin", "rmax", "dmax"}
    rmin, rmax, dmax = (limits.get(name) for name in ("rmin", "rmax", "dmax"))
    if unknown:
        raise ValueError(
            f"BatchNormalization: renorm_clipping knows 'rmin', 'rmax' and 'dmax', "
            f"not {sorted(unknown)[0]!r}."
        )
    if (rmin is not None and rmax is not None and rmax < rmin) or (dmax is not None and dmax < 0):
        raise ValueError(
            f"BatchNormalization: renorm_clipping needs rmin <= rmax and dmax >= 0, got {limits}."
        )
    return limits
