"""Images: all of one size; their scale is learned and applied inside the network."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from kerata.workbench.core.pictures import fitted
from kerata.workbench.features.preparation import Inputs, Preparation


class ImagePreparation(Preparation):
    """Prepares images as bytes ``(rows, height, width, channels)``.

    Mean and variance of the training pixels are learned here; a ``Normalization`` layer
    applies them on the device, so that bytes stay bytes until then.
    """

    kind = "images"

    def __init__(self) -> None:
        self.notes: list[str] = []

    def fit(self, data: Any, task: Any, columns: Any = None) -> Self:
        """Learn from training rows."""
        images = data.images
        # A few thousand images tell mean and variance to more digits than are of use.
        sample = images[:: max(1, len(images) // 4096)].astype(np.float64)
        mean, variance = sample.mean(axis=(0, 1, 2)), sample.var(axis=(0, 1, 2))
        self.inputs = Inputs(
            rows=len(images),
            mean=tuple(mean.tolist()),
            variance=tuple(np.where(variance > 0, variance, 1.0).tolist()),
            image=tuple(images.shape[1:]),
        )
        height, width, channels = images.shape[1:]
        colours = {1: "grey", 3: "colour"}.get(channels, f"{channels} channels")
        self.notes.append(f"Images of {height} by {width} pixels, {colours}.")
        return self

    @property
    def input_names(self) -> list[str]:
        """Names of the network's inputs."""
        return ["image"]

    def check(self, data: Any) -> list[str]:
        """Say that images of another size will be scaled."""
        if data.images.shape[1:] == tuple(self.inputs.image or ()):
            return []
        return [f"Images of {_size(data.images.shape[1:])} are scaled to {_size(self._size)}."]

    def raw_inputs(self) -> list[tuple[str, str, tuple[int, ...]]]:
        """Say that a graph takes images of the training images' size, as bytes."""
        return [("image", "uint8", self._size)]

    def raw_arrays(self, data: Any) -> dict[str, np.ndarray]:
        """Give images of the training images' size."""
        return {"image": self.transform(data)}

    def write_onnx(self, graph: Any, raw: dict[str, Any]) -> dict[str, Any]:
        """Hand images on: their scale is applied inside the network."""
        return raw

    @property
    def _size(self) -> tuple[int, int, int]:
        assert self.inputs.image is not None
        height, width, channels = self.inputs.image
        return height, width, channels

    def transform(self, data: Any) -> np.ndarray:
        """Give images of the training images' size.

        Raises:
            ImportError: images of another size, and Pillow is missing.
        """
        images = data.images
        if images.shape[1:] == self._size:
            return images
        return np.stack([fitted(image, self._size) for image in images])


def _size(shape: tuple[int, ...]) -> str:
    return " by ".join(map(str, shape))
