"""Steps that later layers shall skip."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata import ops
from kerata.layers.rows import is_batch_left_alone
from kerata.layers.shape_preserving import ShapePreserving


class Masking(ShapePreserving):
    """Masks the time steps in which all features equal a value.

    Input and output ``(batch, steps, features)`` of any number dtype; masked steps are set to 0,
    and later layers that know masks skip them.

    Arguments:
        mask_value: number that means "nothing here", 0 by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        TypeError: ``mask_value`` that is no number.
        ValueError: an input without axes.

    >>> import numpy as np
    >>> Masking(9.0)(np.array([[[1.0, 9.0], [9.0, 9.0]]])).tolist()
    [[[1.0, 9.0], [0.0, 0.0]]]
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if np.asarray(mask_value).dtype.kind not in "biufV":
            raise TypeError(f"Masking: mask_value must be a number, got mask_value={mask_value!r}.")
        self.mask_value = mask_value

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return is_batch_left_alone(self, -1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Say which steps count."""
        self.positive_axes(-1, inputs.shape)
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: Any) -> Any:
        """Set masked steps to 0."""
        return jnp.where(self.compute_mask(inputs)[..., None], inputs, 0)
