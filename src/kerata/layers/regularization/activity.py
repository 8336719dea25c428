"""A penalty on what passes through."""

from __future__ import annotations

from typing import Any, ClassVar

from kerata.layers.input_spec import check_alone
from kerata.layers.shape_preserving import ShapePreserving
from kerata.regularizers import L1L2


class ActivityRegularization(ShapePreserving):
    """Leaves its inputs as they are and adds a penalty on them to the loss.

    ``(l1 * sum(abs(x)) + l2 * sum(x**2)) / rows``; input and output ``(batch, ...)``.

    Arguments:
        l1: float of at least 0, factor of the sum of absolute values, 0 by default; may be
            traced.
        l2: float of at least 0, factor of the sum of squares, 0 by default; may be traced.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a factor that is negative or no number.

    >>> import numpy as np
    >>> layer = ActivityRegularization(l2=0.5)
    >>> _ = layer(np.array([[1.0, 2.0]]))
    >>> float(layer.losses[0])
    2.5
    """

    _takes_one_array = False

    keeps_rows_apart = True

    _traced: ClassVar[tuple[str, ...]] = ("l1", "l2")

    def __init__(self, l1: Any = 0.0, l2: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs: Any) -> Any:
        """Give the inputs."""
        if isinstance(inputs, (str, bytes)):
            check_alone(self, inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config
