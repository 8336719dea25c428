"""Activations with settings: each input is treated alone."""

from __future__ import annotations

from typing import Any, ClassVar

from kerata import activations
from kerata.base.arguments import at_least
from kerata.layers.shape_preserving import ShapePreserving


class ReLU(ShapePreserving):
    """``max(x, 0)``, with a bound above and another slope below a threshold if asked.

    Arguments:
        max_value: largest output, or None.
        negative_slope: slope below the threshold.
        threshold: where the positive part starts.

    Raises:
        ValueError: a negative setting.

    >>> import numpy as np
    >>> ReLU(max_value=1.5, negative_slope=0.5)(np.array([-2.0, 1.0, 2.0])).tolist()
    [-1.0, 1.0, 1.5]
    """

    keeps_rows_apart = True

    _traced: ClassVar[tuple[str, ...]] = ("max_value", "negative_slope", "threshold")

    def __init__(
        self,
        max_value: Any = None,
        negative_slope: Any = 0.0,
        threshold: Any = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else at_least("ReLU", "max_value", max_value, 0)
        self.negative_slope = at_least("ReLU", "negative_slope", negative_slope, 0)
        self.threshold = at_least("ReLU", "threshold", threshold, 0)

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(ShapePreserving):
    """``x`` above 0, ``negative_slope * x`` below.

    Arguments:
        negative_slope: slope below 0; ``alpha`` is its old name.

    Raises:
        ValueError: a negative slope.

    Source: Maas et al. 2013.

    >>> import numpy as np
    >>> LeakyReLU(0.5)(np.array([-2.0, 1.0])).tolist()
    [-1.0, 1.0]
    """

    keeps_rows_apart = True

    _traced: ClassVar[tuple[str, ...]] = ("negative_slope",)

    def __init__(self, negative_slope: Any = 0.3, **kwargs: Any) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = at_least("LeakyReLU", "negative_slope", negative_slope, 0)

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return activations.leaky_relu(inputs, self.negative_slope)


class ELU(ShapePreserving):
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below.

    Arguments:
        alpha: the outputs stay above ``-alpha``.

    Source: Clevert et al. 2016.

    >>> import numpy as np
    >>> ELU()(np.array([0.0, 1.0])).tolist()
    [0.0, 1.0]
    """

    keeps_rows_apart = True

    _traced: ClassVar[tuple[str, ...]] = ("alpha",)

    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return activations.elu(inputs, self.alpha)
