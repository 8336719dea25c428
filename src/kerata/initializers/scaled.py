"""Variance scaling under its usual names: Glorot, He and LeCun."""

from __future__ import annotations

from collections.abc import Sequence

from kerata.base.randomness import SeedGenerator
from kerata.initializers.random import VarianceScaling

Axes = Sequence[int] | None
Seed = int | SeedGenerator | None


class GlorotUniform(VarianceScaling):
    """Uniform values within ``sqrt(6 / (fan_in + fan_out))`` of zero.

    Arguments:
        seed, input_axes, output_axes: as for ``VarianceScaling``.

    Source: Glorot and Bengio 2010.

    >>> bool(abs(GlorotUniform(seed=1)((3, 3))).max() <= 1.0)
    True
    """

    def __init__(self, seed: Seed = None, input_axes: Axes = None, output_axes: Axes = None):
        super().__init__(1.0, "fan_avg", "uniform", seed, input_axes, output_axes)


class GlorotNormal(VarianceScaling):
    """Truncated normal values of standard deviation ``sqrt(2 / (fan_in + fan_out))``.

    Arguments:
        seed, input_axes, output_axes: as for ``VarianceScaling``.

    Source: Glorot and Bengio 2010.
    """

    def __init__(self, seed: Seed = None, input_axes: Axes = None, output_axes: Axes = None):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, input_axes, output_axes)


class HeUniform(VarianceScaling):
    """Uniform values within ``sqrt(6 / fan_in)`` of zero.

    Arguments:
        seed, input_axes, output_axes: as for ``VarianceScaling``.

    Source: He et al. 2015.
    """

    def __init__(self, seed: Seed = None, input_axes: Axes = None, output_axes: Axes = None):
        super().__init__(2.0, "fan_in", "uniform", seed, input_axes, output_axes)


class HeNormal(VarianceScaling):
    """Truncated normal values of standard deviation ``sqrt(2 / fan_in)``.

    Arguments:
        seed, input_axes, output_axes: as for ``VarianceScaling``.

    Source: He et al. 2015.
    """

    def __init__(self, seed: Seed = None, input_axes: Axes = None, output_axes: Axes = None):
        super().__init__(2.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)


class LecunUniform(VarianceScaling):
    """Uniform values within ``sqrt(3 / fan_in)`` of zero.

    Arguments:
        seed, input_axes, output_axes: as for ``VarianceScaling``.

    Source: LeCun et al. 1998, "Efficient BackProp".
    """

    def __init__(self, seed: Seed = None, input_axes: Axes = None, output_axes: Axes = None):
        super().__init__(1.0, "fan_in", "uniform", seed, input_axes, output_axes)


class LecunNormal(VarianceScaling):
    """Truncated normal values of standard deviation ``sqrt(1 / fan_in)``.

    Arguments:
        seed, input_axes, output_axes: as for ``VarianceScaling``.

    Source: LeCun et al. 1998, "Efficient BackProp"; used with SELU by Klambauer et al. 2017.
    """

    def __init__(self, seed: Seed = None, input_axes: Axes = None, output_axes: Axes = None):
        super().__init__(1.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)
