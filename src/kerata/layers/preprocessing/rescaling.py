"""Scaling by given numbers."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import image_data_format
from kerata.layers.rows import ranks
from kerata.layers.shape_preserving import ShapePreserving


class Rescaling(ShapePreserving):
    """Multiplies by ``scale`` and adds ``offset``; ``Rescaling(1 / 255)`` for image bytes.

    Input ``(batch, ..., channels)`` of any number dtype, output float of the same shape.

    Arguments:
        scale: float, or one for each channel; may be traced.
        offset: float, or one for each channel, 0 by default; may be traced.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: something else than numbers; another number of them than channels.

    >>> import numpy as np
    >>> Rescaling(0.5, offset=1.0)(np.array([2, 4], dtype="uint8")).tolist()
    [2.0, 3.0]
    """

    _traced: ClassVar[tuple[str, ...]] = ("scale", "offset")

    # Where a layer of strings reads it, it runs before the compiled program too.
    may_work_on_host = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for argument, value in (("scale", scale), ("offset", offset)):
            known = isinstance(value, jax.Array) or np.asarray(value).dtype.kind not in "OUS"
            if not known:
                raise ValueError(
                    f"Rescaling: {argument} must be a number or a list of them, got "
                    f"{argument}={value!r}."
                )
        self.scale = scale
        self.offset = offset

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        widest = max(np.ndim(self.scale), np.ndim(self.offset))
        return all(widest < rank for of_call in ranks(self) for rank in of_call)

    def call(self, inputs: Any) -> Any:
        """Scale and shift."""
        scale, offset = (self._by_channel(v) for v in (self.scale, self.offset))
        return inputs.astype(self.compute_dtype) * scale + offset

    def _by_channel(self, value: Any) -> Any:
        array = jnp.asarray(value, self.compute_dtype)
        first = array.ndim > 0 and image_data_format() == "channels_first"
        return array.reshape(array.shape + (1,) * (3 - array.ndim)) if first else array
