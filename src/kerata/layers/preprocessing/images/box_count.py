"""A fixed number of bounding boxes for each image."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.arguments import integer, positive_int
from kerata.layers.preprocessing.images.base import ImageLayer


class MaxNumBoundingBoxes(ImageLayer):
    """Gives each image the same number of boxes: fills up, or cuts off, always.

    Input a dictionary with ``"images"`` and ``"bounding_boxes"``; everything but the boxes and
    their labels stays.

    Arguments:
        max_number: int, number of boxes of each image.
        fill_value: int, for the numbers and labels of boxes that are filled up; -1 by default.
        **kwargs: bounding_box_format, name and so on, see ``Layer``.

    Raises:
        ValueError: a number that is no positive integer; inputs that are no images; boxes without
            a bounding_box_format.
        TypeError: a fill_value that is no integer.

    >>> import numpy as np
    >>> boxes = {"boxes": np.ones((1, 1, 4)), "labels": np.ones((1, 1))}
    >>> data = {"images": np.ones((1, 8, 8, 3)), "bounding_boxes": boxes}
    >>> layer = MaxNumBoundingBoxes(2, bounding_box_format="xyxy")
    >>> layer(data)["bounding_boxes"]["labels"].tolist()
    [[1.0, -1.0]]
    """

    _casts = "never"

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_number = positive_int("MaxNumBoundingBoxes", "max_number", max_number)
        self.fill_value = integer("MaxNumBoundingBoxes", "fill_value", fill_value)

    def _change(self, images: Any, transformation: Any) -> Any:
        return images

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Give ``max_number`` boxes and labels for each image."""
        result = dict(bounding_boxes)
        for key in ("boxes", "labels"):
            kept = jnp.asarray(bounding_boxes[key])[:, : self.max_number]
            edges = [(0, 0)] * kept.ndim
            edges[1] = (0, self.max_number - kept.shape[1])
            result[key] = jnp.pad(kept, edges, constant_values=self.fill_value)
        return result
