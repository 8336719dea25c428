"""Scaling by statistics of the data, learned once before training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import epsilon
from kerata.base.messages import shape_text
from kerata.layers.layer import Layer


class Normalization(Layer):
    """Subtracts a mean and divides by a standard deviation, learned by ``adapt``.

    Arguments:
        axis: axes that keep statistics of their own, -1 for one per feature; None for one
            mean and variance of everything.
        mean, variance: given statistics instead of learned ones, both or neither.
        invert: whether to go back instead: multiply and add.

    Raises:
        ValueError: only one of mean and variance; data of another width.

    >>> import numpy as np
    >>> layer = Normalization()
    >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
    >>> layer(np.array([[1.0, 30.0]])).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        axes = () if axis is None else tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
        self.axis = axes
        self.invert = invert
        self.supports_masking = True
        if (mean is None) != (variance is None):
            raise ValueError("Normalization needs both mean and variance, or neither.")
        self.input_mean = mean
        self.input_variance = variance
        self.mean: Any = None
        self.variance: Any = None

    def build(self, input_shape: Any) -> None:
        """Make the statistics' weights, or take the given ones."""
        if input_shape is None:
            return
        ndim = len(input_shape)
        kept = tuple(a % ndim for a in self.axis)
        if 0 in kept:
            raise ValueError(
                f"Layer {self.name!r} (Normalization): axis 0 is the batch; it can't keep "
                "statistics of its own."
            )
        self._kept = kept
        shape = tuple(self.known_axis(input_shape, a) for a in kept)
        self._broadcast = tuple(input_shape[i] if i in kept else 1 for i in range(ndim))
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(shape, "zeros", trainable=False, name="mean")
            self.adapt_variance = self.add_weight(shape, "ones", trainable=False, name="variance")
            self.count = self.add_weight((), "zeros", "int32", trainable=False, name="count")
            self._take_statistics()
        else:
            self.mean, self.variance = (
                jnp.asarray(np.broadcast_to(np.asarray(v, np.float32), self._broadcast))
                for v in (self.input_mean, self.input_variance)
            )

    def _take_statistics(self) -> None:
        self.mean = self.adapt_mean.value.reshape(self._broadcast)
        self.variance = self.adapt_variance.value.reshape(self._broadcast)

    def adapt(self, data: Any) -> None:
        """Learn mean and variance from data: an array, or an iterable of batches.

        Raises:
            ValueError: mean and variance were given; no data; data of another width.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Layer {self.name!r} (Normalization) was given its mean and variance, so there "
                "is nothing to adapt."
            )
        batches = [data] if hasattr(data, "shape") or isinstance(data, list) else data
        count, mean, squares = 0, 0.0, 0.0
        for batch in _arrays(batches):
            if not self.built:
                self._build({"input_shape": (None, *batch.shape[1:])})
            axes = tuple(i for i in range(batch.ndim) if i not in self._kept)
            expected = self.adapt_mean.shape
            found = tuple(batch.shape[a] for a in self._kept)
            if found != expected:
                raise ValueError(
                    f"Layer {self.name!r} (Normalization) keeps statistics of shape "
                    f"{shape_text(expected)}, but the data has shape {shape_text(batch.shape)}."
                )
            n = batch.size // max(int(np.prod(found)), 1)
            # Means of batches are joined as in Chan et al. 1979, so that nothing cancels.
            new_mean = batch.mean(axis=axes)
            new_squares = np.square(batch - batch.mean(axis=axes, keepdims=True)).sum(axis=axes)
            total = count + n
            difference = new_mean - mean
            squares = squares + new_squares + difference**2 * (count * n / max(total, 1))
            mean = mean + difference * (n / max(total, 1))
            count = total
        if count == 0:
            raise ValueError(f"Layer {self.name!r} (Normalization): adapt() got no rows.")
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(squares / count)
        self.count.assign(count)
        self._take_statistics()

    def finalize_state(self) -> None:
        """Take the statistics over from the weights, after these were set or loaded."""
        if self.built and self.input_mean is None:
            self._take_statistics()

    def set_weights(self, weights: Any) -> None:
        """Set mean, variance and count."""
        super().set_weights(weights)
        self.finalize_state()

    def call(self, inputs: Any) -> Any:
        """Normalize, or go back."""
        if self.input_mean is None:
            mean = self.adapt_mean.value.reshape(self._broadcast)
            variance = self.adapt_variance.value.reshape(self._broadcast)
        else:
            mean, variance = self.mean, self.variance
        mean, deviation = mean.astype(inputs.dtype), jnp.sqrt(variance).astype(inputs.dtype)
        if self.invert:
            return mean + inputs * jnp.maximum(deviation, epsilon())
        return (inputs - mean) / jnp.maximum(deviation, epsilon())

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        config = super().get_config()
        config["mean"], config["variance"] = (
            None if v is None else np.asarray(v).tolist()
            for v in (self.input_mean, self.input_variance)
        )
        return config


def _arrays(batches: Iterable[Any]) -> Iterable[np.ndarray]:
    for batch in batches:
        array = np.asarray(batch, np.float64)
        if array.size:
            yield array if array.ndim > 1 else array[:, None]
