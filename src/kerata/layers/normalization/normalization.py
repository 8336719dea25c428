"""Scaling by statistics of the data, learned once before training."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import epsilon
from kerata.base.messages import shape_text
from kerata.layers.input_spec import InputSpec
from kerata.layers.preprocessing.batches import batches_of
from kerata.layers.shape_preserving import ShapePreserving


class Normalization(ShapePreserving):
    """Subtracts a mean and divides by a standard deviation, both learned by ``adapt``.

    Input and output ``(batch, ...)``, the output float.

    Arguments:
        axis: int, tuple of ints or None: axes that keep statistics of their own, the last by
            default, which is one mean for each feature; None for one mean of everything.
        mean, variance: given instead of learned, both or neither; numbers, or arrays that
            broadcast to the shape of the axes. None by default.
        invert: bool, whether to go back instead: multiply and add; False by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: only one of mean and variance, or of different shapes; an axis that the
            input doesn't have, or the batch axis; data of another width.

    >>> import numpy as np
    >>> layer = Normalization()
    >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
    >>> layer(np.array([[1.0, 30.0]])).tolist()
    [[-1.0, 1.0]]

    Source: Keras 3.15: divides by the larger of the deviation and ``epsilon()``.
    """

    keeps_rows_apart = True

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = () if axis is None else tuple(axis) if _several(axis) else (axis,)
        if (mean is None) != (variance is None):
            raise ValueError("Normalization needs both mean and variance, or neither.")
        if np.shape(mean) != np.shape(variance):
            raise ValueError(
                "Normalization: mean and variance must have the same shape, "
                f"got {shape_text(np.shape(mean))} and {shape_text(np.shape(variance))}."
            )
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert
        # Whole numbers must not be rounded to a short type before the mean is subtracted.
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        """Make the statistics' weights, or take the given ones."""
        self._kept = self.positive_axes(self.axis, input_shape)
        if 0 in self._kept:
            raise ValueError(
                f"Layer {self.name!r} (Normalization): axis={self.axis} is the batch in an input "
                f"of shape {shape_text(input_shape)}; use axis=None for one mean of everything, "
                "or give the data a second axis."
            )
        shape = tuple(self.known_axis(input_shape, a) for a in self._kept)
        sizes = dict(zip(self._kept, shape, strict=True))
        self._broadcast = tuple(sizes.get(a, 1) for a in range(len(input_shape)))
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(
                shape, "zeros", trainable=False, autocast=False, name="mean"
            )
            self.adapt_variance = self.add_weight(
                shape, "ones", trainable=False, autocast=False, name="variance"
            )
            # Nothing uses it; files of Keras hold it.
            self.count = self.add_weight((), "zeros", "int32", trainable=False, name="count")
        else:
            self._given = [
                self._spread(np.asarray(v, np.float32), shape)
                for v in (self.input_mean, self.input_variance)
            ]
        rank = len(input_shape)
        axes: dict[int, int | None] = {a - rank: n for a, n in sizes.items()}
        self.input_spec = InputSpec(min_ndim=-min(axes, default=0), axes=axes)

    def _spread(self, given: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        try:
            return np.broadcast_to(given, shape)
        except ValueError:
            raise ValueError(
                f"Layer {self.name!r} (Normalization): mean and variance of shape "
                f"{shape_text(given.shape)} don't fit inputs whose kept axes have the sizes "
                f"{shape_text(shape)}."
            ) from None

    @property
    def mean(self) -> Any:
        """The mean, of a shape that broadcasts to the input; None before the layer is built."""
        return self._statistic(0)

    @property
    def variance(self) -> Any:
        """The variance, of a shape that broadcasts to the input; None before it is built."""
        return self._statistic(1)

    def _statistic(self, which: int) -> Any:
        if not self.built:
            return None
        if self.input_mean is None:
            values = (self.adapt_mean, self.adapt_variance)[which].value
        else:
            values = jnp.asarray(self._given[which])
        return values.reshape(self._broadcast)

    def adapt(self, data: Any) -> None:
        """Learn mean and variance from data: an array, or an iterable of batches.

        Of a batch that is a tuple ``(x, y, ...)`` only x counts.

        Raises:
            ValueError: mean and variance were given; no data; data of another width.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Layer {self.name!r} (Normalization) was given its mean and variance, so there "
                "is nothing to adapt."
            )
        mean, variance = self._moments(batches_of(data))
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _moments(self, batches: Iterable[Any]) -> tuple[Any, Any]:
        """Join the batches' moments in a way in which nothing cancels (Chan et al. 1979)."""
        count, mean, squares = 0, np.zeros(()), np.zeros(())
        for batch in batches:
            if not self.built:
                self._build({"input_shape": (None, *batch.shape[1:])})
            self._check_width(batch.shape)
            over = tuple(a for a in range(batch.ndim) if a not in self._kept)
            n = math.prod(batch.shape[a] for a in over)
            if n == 0:
                continue
            x = np.asarray(batch, np.float64)
            difference = x.mean(over) - mean
            count += n
            mean = mean + difference * (n / count)
            squares = squares + x.var(over) * n + difference**2 * (n * (count - n) / count)
        if count == 0:
            raise ValueError(f"Layer {self.name!r} (Normalization): adapt() got no rows.")
        return mean, squares / count

    def _check_width(self, shape: tuple[int, ...]) -> None:
        fits = len(shape) == len(self._broadcast) and all(
            shape[a] == self._broadcast[a] for a in self._kept
        )
        if not fits:
            expected = tuple(n if a in self._kept else None for a, n in enumerate(self._broadcast))
            raise ValueError(
                f"Layer {self.name!r} (Normalization) was built for inputs of shape "
                f"{shape_text(expected)}, but adapt() got data of shape {shape_text(shape)}."
            )

    def finalize_state(self) -> None:
        """Do nothing: the statistics are read from the weights. Keras has this method."""

    def call(self, inputs: Any) -> Any:
        """Normalize, or go back."""
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        deviation = jnp.maximum(jnp.sqrt(self.variance), epsilon())
        outputs = x * deviation + self.mean if self.invert else (x - self.mean) / deviation
        return outputs.astype(self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        given = {"mean": self.input_mean, "variance": self.input_variance}
        plain = {k: None if v is None else np.asarray(v).tolist() for k, v in given.items()}
        return super().get_config() | plain


def _several(axis: Any) -> bool:
    return isinstance(axis, (list, tuple))
