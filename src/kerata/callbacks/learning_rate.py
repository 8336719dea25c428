"""Reading the learning rate of a model."""

from __future__ import annotations

from typing import Any

import numpy as np


def learning_rate_of(model: Any) -> float:
    """Give the learning rate that a model's optimizer has now.

    Raises:
        ValueError: the optimizer has none.
    """
    optimizer = getattr(model, "optimizer", None)
    rate = getattr(optimizer, "learning_rate", None)
    if rate is None:
        raise ValueError(
            f"The model's optimizer ({type(optimizer).__name__}) has no learning_rate; "
            "compile the model with one that has."
        )
    return float(np.asarray(rate))
