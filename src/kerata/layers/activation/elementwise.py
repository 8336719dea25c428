"""Activations with settings: each input is treated alone."""

from __future__ import annotations

from typing import Any, ClassVar

from kerata import activations
from kerata.base.arguments import at_least, number
from kerata.layers.shape_preserving import ShapePreserving


class ReLU(ShapePreserving):
    """``max(x, 0)``, with a bound above and another slope below a threshold if asked.

    Input and output ``(batch, ...)`` of any number dtype. ``x`` from ``threshold`` to
    ``max_value``, ``max_value`` above, ``negative_slope * (x - threshold)`` below.

    Arguments:
        max_value: float of at least 0, largest output; None (no bound) by default.
        negative_slope: float of at least 0, slope below the threshold; 0 by default.
        threshold: float of at least 0, where the positive part starts; 0 by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a negative setting.

    >>> import numpy as np
    >>> ReLU(max_value=1.5, negative_slope=0.5)(np.array([-2.0, 1.0, 2.0])).tolist()
    [-1.0, 1.0, 1.5]

    Source: Nair & Hinton 2010, Rectified linear units improve restricted Boltzmann machines.
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

    Input and output ``(batch, ...)``, float.

    Arguments:
        negative_slope: float of at least 0, slope below 0; 0.3 by default. ``alpha`` is its old
            name.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a negative slope.

    >>> import numpy as np
    >>> LeakyReLU(0.5)(np.array([-2.0, 1.0])).tolist()
    [-1.0, 1.0]

    Source: Maas et al. 2013, Rectifier nonlinearities improve neural network acoustic models.
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

    Input and output ``(batch, ...)``, float; the outputs stay above ``-alpha``.

    Arguments:
        alpha: float, 1 by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        TypeError: ``alpha`` that is no number.

    >>> import numpy as np
    >>> ELU()(np.array([0.0, 1.0])).tolist()
    [0.0, 1.0]

    Source: Clevert et al. 2016, Fast and accurate deep network learning by exponential linear units
    (arXiv:1511.07289).
    """

    keeps_rows_apart = True

    _traced: ClassVar[tuple[str, ...]] = ("alpha",)

    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = number("ELU", "alpha", alpha)

    def call(self, inputs: Any) -> Any:
        """Compute the outputs."""
        return activations.elu(inputs, self.alpha)
