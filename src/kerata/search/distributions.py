"""Where random search draws its values from; SciPy's distributions work as well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerata.base.arguments import is_integer


class Distribution:
    """Base: ``rvs(random_state=...)`` gives one value, as SciPy's distributions do."""

    def rvs(self, random_state: Any = None) -> Any:
        """Draw a value from a NumPy generator, or from a new one."""
        return self._draw(np.random.default_rng(random_state))

    def _draw(self, rng: np.random.Generator) -> Any:
        raise NotImplementedError


class uniform(Distribution):
    """Numbers between two limits, all as likely; ``rvs`` draws one, a float.

    Arguments:
        low, high: the limits, numbers; high itself is not drawn.

    Raises:
        ValueError: limits in the wrong order.

    >>> 0 <= uniform(0, 0.5).rvs(random_state=1) < 0.5
    True
    """

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = _limits("uniform", low, high)

    def _draw(self, rng: np.random.Generator) -> float:
        return float(rng.uniform(self.low, self.high))

    def __repr__(self) -> str:
        return f"uniform({self.low:g}, {self.high:g})"


class loguniform(Distribution):
    """Positive numbers whose logarithms are all as likely: for learning rates and strengths.

    ``rvs`` draws one, a float.

    Arguments:
        low, high: the limits, numbers above 0.

    Raises:
        ValueError: limits in the wrong order or not above 0.

    >>> 1e-4 <= loguniform(1e-4, 1e-1).rvs(random_state=1) <= 1e-1
    True
    """

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = _limits("loguniform", low, high)
        if self.low <= 0:
            raise ValueError(f"loguniform needs limits above 0, got low={low!r}.")

    def _draw(self, rng: np.random.Generator) -> float:
        return math.exp(rng.uniform(math.log(self.low), math.log(self.high)))

    def __repr__(self) -> str:
        return f"loguniform({self.low:g}, {self.high:g})"


class integers(Distribution):
    """Whole numbers from low to high, both included; ``rvs`` draws one, an int.

    Arguments:
        low, high: the limits, integers.
        log: bool, whether small numbers are drawn as often as large ones, by their
            logarithms; False by default.

    Raises:
        ValueError: limits in the wrong order, not whole, or below 1 with ``log``.

    >>> integers(3, 5).rvs(random_state=1) in (3, 4, 5)
    True
    """

    def __init__(self, low: int, high: int, log: bool = False) -> None:
        if not (is_integer(low) and is_integer(high)) or low > high or (log and low < 1):
            raise ValueError(
                "integers needs two whole numbers, the smaller first"
                f"{' and above 0' if log else ''}; got {low!r} and {high!r}."
            )
        self.low, self.high, self.log = int(low), int(high), log

    def _draw(self, rng: np.random.Generator) -> int:
        if not self.log:
            return int(rng.integers(self.low, self.high, endpoint=True))
        # Each number owns the stretch from itself to the next.
        drawn = math.exp(rng.uniform(math.log(self.low), math.log(self.high + 1)))
        return min(int(drawn), self.high)

    def __repr__(self) -> str:
        return f"integers({self.low}, {self.high})"


class choice(Distribution):
    """One of several values, all as likely; ``rvs`` draws one, of the type it has.

    Arguments:
        values: what there is to choose from: strings, numbers, or anything else.

    Raises:
        ValueError: nothing to choose from.

    >>> choice(["relu", "tanh"]).rvs(random_state=1) in ("relu", "tanh")
    True
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)
        if not self.values:
            raise ValueError("choice needs at least one value.")

    def _draw(self, rng: np.random.Generator) -> Any:
        return self.values[int(rng.integers(len(self.values)))]

    def __repr__(self) -> str:
        return f"choice({self.values})"


def _limits(owner: str, low: Any, high: Any) -> tuple[float, float]:
    if not low < high:
        raise ValueError(f"{owner} needs two limits, the smaller first; got {low!r} and {high!r}.")
    return float(low), float(high)
