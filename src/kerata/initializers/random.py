"""Initializers that draw: normal, uniform, scaled to the layer's width, orthogonal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from kerata.base.dtypes import dtype_name
from kerata.base.randomness import draw_seed
from kerata.base.registry import deserialize
from kerata.initializers.base import Initializer
from kerata.initializers.constant import to_jax
from kerata.random import SeedGenerator

# Standard deviation of a standard normal that is cut off at -2 and 2.
_TRUNCATED_STDDEV = 0.87962566103423978

Shape = tuple[int, ...]


class RandomInitializer(Initializer):
    """Base class of the initializers that draw random numbers.

    Arguments:
        seed: integer: the same values at every call; ``SeedGenerator``: the next of its
            stream; None: new values at every call, from ``set_random_seed``'s stream.
    """

    def __init__(self, seed: int | SeedGenerator | None = None) -> None:
        seed = deserialize(seed) if isinstance(seed, Mapping) else seed
        if isinstance(seed, bool) or not isinstance(
            seed, (int, np.integer, SeedGenerator, type(None))
        ):
            raise ValueError(
                f"{type(self).__name__}'s seed must be an integer, a SeedGenerator or None, "
                f"got seed={seed!r}."
            )
        self.seed = seed

    def _generator(self) -> np.random.Generator:
        # NumPy's generator refuses negative seeds.
        return np.random.default_rng(draw_seed(self.seed) % 2**64)


class RandomNormal(RandomInitializer):
    """Values of a normal distribution.

    Arguments:
        mean: centre.
        stddev: standard deviation.
        seed: integer, ``SeedGenerator`` or None; an integer gives the same values each call.

    >>> RandomNormal(seed=1)((2, 3)).shape
    (2, 3)
    """

    def __init__(
        self, mean: float = 0.0, stddev: float = 0.05, seed: int | SeedGenerator | None = None
    ) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape: Shape, dtype: Any = None) -> jax.Array:
        """Draw an array."""
        return _scaled(_normal(self._generator(), shape), self.stddev, self.mean, dtype)


class TruncatedNormal(RandomInitializer):
    """Values of a normal distribution, none further than two ``stddev`` from the mean.

    Arguments:
        mean: centre.
        stddev: standard deviation before cutting off.
        seed: integer, ``SeedGenerator`` or None; an integer gives the same values each call.

    >>> bool(abs(TruncatedNormal(stddev=1.0, seed=1)((50,))).max() <= 2)
    True
    """

    def __init__(
        self, mean: float = 0.0, stddev: float = 0.05, seed: int | SeedGenerator | None = None
    ) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape: Shape, dtype: Any = None) -> jax.Array:
        """Draw an array."""
        return _scaled(_truncated_normal(self._generator(), shape), self.stddev, self.mean, dtype)


class RandomUniform(RandomInitializer):
    """Values spread evenly between two bounds.

    Arguments:
        minval: lower bound, included.
        maxval: upper bound, not included.
        seed: integer, ``SeedGenerator`` or None; an integer gives the same values each call.

    >>> RandomUniform(0.0, 1.0, seed=1)((2, 3)).shape
    (2, 3)
    """

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | SeedGenerator | None = None
    ) -> None:
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def __call__(self, shape: Shape, dtype: Any = None) -> jax.Array:
        """Draw an array."""
        if "int" in dtype_name(dtype):
            whole = self._generator().integers(int(self.minval), int(self.maxval), shape)
            return to_jax(whole, dtype)
        return _uniform(self._generator(), shape, self.minval, self.maxval, dtype)


class VarianceScaling(RandomInitializer):
    """Random values whose variance is ``scale / n``, with n from the layer's width.

    Arguments:
        scale: positive factor.
        mode: n is the number of inputs (``'fan_in'``), of outputs (``'fan_out'``) or their
            mean (``'fan_avg'``).
        distribution: ``'truncated_normal'`` (or ``'normal'``), ``'untruncated_normal'`` or
            ``'uniform'``.
        seed: integer, ``SeedGenerator`` or None; an integer gives the same values each call.
        input_axes, output_axes: axes of the shape that count as inputs and outputs; by
            default the last axis is the outputs and the rest the inputs.

    Raises:
        ValueError: ``scale`` not positive, unknown ``mode`` or ``distribution``.

    >>> values = VarianceScaling(2.0, distribution="uniform", seed=1)((6, 50))
    >>> bool(abs(values).max() <= 1.0)
    True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | SeedGenerator | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        if scale <= 0.0:
            raise ValueError(f"{type(self).__name__}'s scale must be positive, got scale={scale}.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"mode must be 'fan_in', 'fan_out' or 'fan_avg', got mode={mode!r}.")
        distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise ValueError(
                "distribution must be 'truncated_normal', 'untruncated_normal' or 'uniform', "
                f"got distribution={distribution!r}."
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes

    def __call__(self, shape: Shape, dtype: Any = None) -> jax.Array:
        """Draw an array."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, n))
        rng = self._generator()
        if self.distribution == "uniform":
            limit = math.sqrt(3.0) * stddev
            return _uniform(rng, shape, -limit, limit, dtype)
        if self.distribution == "untruncated_normal":
            return _scaled(_normal(rng, shape), stddev, 0.0, dtype)
        return _scaled(_truncated_normal(rng, shape), stddev / _TRUNCATED_STDDEV, 0.0, dtype)


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal columns, or rows where there are fewer rows.

    Shapes with more than two axes are read as matrices whose columns are the last axis.

    Arguments:
        gain: factor on the matrix.
        seed: integer, ``SeedGenerator`` or None; an integer gives the same values each call.

    Raises:
        ValueError: when called with a shape of fewer than two axes.

    Source: Saxe et al. 2014, "Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks".

    >>> import numpy as np
    >>> q = Orthogonal(seed=1)((4, 3))
    >>> bool(np.allclose(q.T @ q, np.eye(3), atol=1e-6))
    True
    """

    def __init__(self, gain: float = 1.0, seed: int | SeedGenerator | None = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: Shape, dtype: Any = None) -> jax.Array:
        """Draw an array."""
        if len(shape) < 2:
            raise ValueError(
                f"The Orthogonal initializer needs at least two axes, got the shape {tuple(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = self._generator().standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(tall)
        # Fixing the signs makes every orthogonal matrix equally likely.
        q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
        return to_jax(self.gain * (q if rows >= columns else q.T).reshape(shape), dtype)


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Count a weight's inputs and outputs from its shape.

    Arguments:
        shape: ``(inputs, outputs)`` of a dense kernel, ``(*window, inputs, outputs)`` of a
            convolution's.
        input_axes, output_axes: axes to multiply instead; both or neither.

    >>> compute_fans((3, 3, 8, 16))
    (72, 144)
    """
    if input_axes is not None and output_axes is not None:
        return (
            math.prod(int(shape[a]) for a in input_axes),
            math.prod(int(shape[a]) for a in output_axes),
        )
    sizes = [int(s) for s in shape]
    if len(sizes) < 2:
        n = math.prod(sizes)
        return n, n
    window = math.prod(sizes[:-2])
    return window * sizes[-2], window * sizes[-1]


def _normal(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)


def _truncated_normal(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    values = np.atleast_1d(_normal(rng, shape))
    # About 1 in 22 is too far out; those are drawn again until none is left.
    while (out := np.abs(values) > 2).any():
        values[out] = _normal(rng, (int(out.sum()),))
    return values.reshape(shape)


def _uniform(
    rng: np.random.Generator, shape: Shape, low: float, high: float, dtype: Any
) -> jax.Array:
    return _scaled(rng.random(shape, dtype=np.float32), high - low, low, dtype)


def _scaled(values: Any, factor: float, offset: float, dtype: Any) -> jax.Array:
    return to_jax(np.float32(factor) * values + np.float32(offset), dtype)
