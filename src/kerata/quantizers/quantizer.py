"""Objects that turn floats into small integers."""

from __future__ import annotations

from typing import Any, Self

from kerata.base.dtypes import epsilon as _epsilon
from kerata.quantizers.absolute_maximum import abs_max_quantize


class Quantizer:
    """Base of what turns floats into integers; a subclass has ``__call__`` and ``get_config``.

    Arguments:
        output_dtype: type of the integers; ``'int8'`` by default.
    """

    def __init__(self, output_dtype: Any = "int8") -> None:
        self.output_dtype = output_dtype

    def __call__(self, x: Any) -> Any:
        """Give the integers."""
        return x

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuild a quantizer from what ``get_config`` gave."""
        return cls(**config)

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the quantizer.

        Raises:
            NotImplementedError: a subclass that does not say them.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no get_config(), so it can't be written into a config: "
            "give it one that returns the constructor's arguments."
        )


class AbsMaxQuantizer(Quantizer):
    """Scales so that the largest absolute value is the largest integer: ``abs_max_quantize``.

    Arguments:
        axis: int or tuple, axes along which the maximum is taken if a call does not say;
            None (the last) by default.
        value_range: least and largest integer; (-127, 127) by default.
        epsilon: float that keeps the division finite; 1e-7 by default.
        output_dtype: type of the integers; ``'int8'`` by default.

    Raises:
        ValueError: a range that int8 does not hold.

    >>> import numpy as np
    >>> AbsMaxQuantizer()(np.array([0.5, -1.0], "float32"))[0].tolist()
    [63, -127]
    """

    def __init__(
        self,
        axis: Any = None,
        value_range: tuple[int, int] = (-127, 127),
        epsilon: float = _epsilon(),
        output_dtype: Any = "int8",
    ) -> None:
        super().__init__(output_dtype)
        self.axis = None if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.value_range = value_range[0], value_range[1]
        self.epsilon = epsilon
        low, high = self.value_range
        if output_dtype == "int8" and (low < -128 or high > 127):
            raise ValueError(
                "AbsMaxQuantizer: value_range must lie within -128 to 127 for int8, got "
                f"value_range={value_range}."
            )

    def __call__(self, x: Any, axis: Any = None, to_numpy: bool = False) -> tuple[Any, Any]:
        """Give the integers and the scales.

        Arguments:
            x: float array of any shape.
            axis: int or tuple; the quantizer's own by default, else the last.
            to_numpy: bool, whether to compute on the host; False by default.
        """
        axes = self.axis if axis is None else axis
        axes = -1 if axes is None else axes
        return abs_max_quantize(
            x, axes, self.value_range, self.output_dtype, self.epsilon, to_numpy
        )

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the quantizer."""
        config = {
            "value_range": self.value_range,
            "epsilon": self.epsilon,
            "output_dtype": self.output_dtype,
        }
        return config if self.axis is None else config | {"axis": self.axis}
