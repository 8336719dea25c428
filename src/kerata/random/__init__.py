"""Random arrays, from seeds: ``normal``, ``uniform``, ``dropout``, ``SeedGenerator``, ..."""

from kerata.base.randomness import SeedGenerator
from kerata.base.registry import Namespace
from kerata.random.distributions import (
    beta,
    binomial,
    categorical,
    dropout,
    gamma,
    normal,
    randint,
    shuffle,
    truncated_normal,
    uniform,
)

Namespace("keras.random", "random source").add(SeedGenerator)

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]
