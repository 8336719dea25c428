"""Square regions of an image, the features of its explanation."""

from __future__ import annotations

import numpy as np


def squares(height: int, width: int, most: int) -> np.ndarray:
    """Give the number of the square that each pixel lies in, ``(height, width)``.

    Arguments:
        height, width: of the image.
        most: squares along the longer side.

    >>> squares(2, 4, 2).tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1]]
    """
    side = max(1, -(-max(height, width) // most))
    down, across = np.arange(height) // side, np.arange(width) // side
    return down[:, None] * (across[-1] + 1) + across[None, :]


def region_name(regions: np.ndarray, number: int) -> str:
    """Say where a region lies, in pixels from the upper left corner.

    >>> region_name(squares(2, 4, 2), 1)
    'rows 0-1, columns 2-3'
    """
    down, across = np.nonzero(regions == number)
    return f"rows {down.min()}-{down.max()}, columns {across.min()}-{across.max()}"
