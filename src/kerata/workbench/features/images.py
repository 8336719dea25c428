"""Images: all of one size; as bytes, or as the features of a pretrained network."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from kerata.applications import efficientnet_lite
from kerata.workbench.core.pictures import fitted
from kerata.workbench.data.pictures import PHOTO_SIDE
from kerata.workbench.features.photos import forget_features, photo_features, photo_graph
from kerata.workbench.features.preparation import Inputs, Preparation

# Sides of images that networks take which learn from pixels alone, where photos are larger.
MOST_SIDE = 128
# Of the pretrained network's numbers, as a share of their mean variance: what few training photos
# show hardly ever would decide about a new photo that shows it.
_LEAST_VARIANCE = 0.1
_HINT = (
    "So few photos are usually told apart better by what a network trained on ImageNet sees in "
    "them: pip install 'kerata[pretrained]'. Without it the network learns from pixels alone."
)


class ImagePreparation(Preparation):
    """Prepares images as bytes ``(rows, height, width, channels)``.

    Mean and variance of the training pixels are learned here; a ``Normalization`` layer
    applies them on the device, so that bytes stay bytes until then.

    Arguments:
        pretrained: whether images become the features of a network that was trained on ImageNet,
            float32 ``(rows, 1280)``, mean and variance of which are learned.
        patches: whether the covariance of small patches is learned as well.
    """

    kind = "images"
    # What runs of before have no entry for.
    pretrained = False
    patches = False
    cut: list[int] | None = None

    def __init__(self, pretrained: bool = False, patches: bool = False) -> None:
        self.pretrained, self.patches = pretrained, patches
        self.notes: list[str] = []

    def fit(self, data: Any, task: Any, columns: Any = None) -> Self:
        """Learn from training rows."""
        images = data.images
        self.photos = data.cropped
        height, width, channels = images.shape[1:]
        if self.pretrained:
            self.cut = [PHOTO_SIDE, PHOTO_SIDE, channels]
        elif self.photos:
            self.cut = [min(height, MOST_SIDE), min(width, MOST_SIDE), channels]
        else:
            self.cut = [height, width, channels]
        # A few thousand images tell mean and variance to more digits than are of use.
        sample = self._prepared(images if self.pretrained else _some(images)).astype(np.float64)
        axes = tuple(range(sample.ndim - 1))
        mean, variance = sample.mean(axis=axes), sample.var(axis=axes)
        if self.pretrained:
            variance = np.maximum(variance, _LEAST_VARIANCE * variance.mean())
        variance = np.where(variance > 0, variance, 1.0)
        self.inputs = Inputs(
            rows=len(images),
            numbers=sample.shape[1] if self.pretrained else 0,
            mean=tuple(mean.tolist()),
            variance=tuple(variance.tolist()),
            image=None if self.pretrained else self._size,
            patches=_patch_covariance((sample - mean) / np.sqrt(variance)) if self.patches else (),
        )
        colours = {1: "grey", 3: "colour"}.get(channels, f"{channels} channels")
        height, width, _ = self._size
        self.notes.append(f"Images of {height} by {width} pixels, {colours}.")
        if self.pretrained:
            self.notes.append(
                "EfficientNet-Lite0, which was trained on ImageNet's photos and stays as it is, "
                "makes 1,280 numbers of each image; the network learns from these."
            )
        elif _are_photos(images) and not efficientnet_lite.is_installed():
            self.notes.append(_HINT)
        return self

    @property
    def input_names(self) -> list[str]:
        """Names of the network's inputs."""
        return ["numbers"] if self.pretrained else ["image"]

    def check(self, data: Any) -> list[str]:
        """Say that images of another size will be scaled."""
        if self.photos or data.images.shape[1:] == self._size:
            return []
        return [f"Images of {_size(data.images.shape[1:])} are scaled to {_size(self._size)}."]

    def raw_inputs(self) -> list[tuple[str, str, tuple[int, ...]]]:
        """Say that a graph takes images of the training images' size, as bytes."""
        return [("image", "uint8", self._size)]

    def raw_arrays(self, data: Any) -> dict[str, np.ndarray]:
        """Give images of the training images' size."""
        return {"image": self._of_size(data.images)}

    def write_onnx(self, graph: Any, raw: dict[str, Any]) -> dict[str, Any]:
        """Hand images on, or what the pretrained network makes of them.

        Raises:
            ExportError: grey images.
        """
        return {"numbers": photo_graph(graph, raw["image"], self._size)} if self.pretrained else raw

    @property
    def _size(self) -> tuple[int, int, int]:
        height, width, channels = self.cut or self.inputs.image or (0, 0, 0)
        return height, width, channels

    def transform(self, data: Any) -> np.ndarray:
        """Give images of the training images' size, or their features.

        Raises:
            ImportError: images of another size, and Pillow is missing; or the package with the
                pretrained network is.
        """
        return self._prepared(data.images)

    def forget(self, data: Any) -> None:
        """Drop the features that are kept of these images, so that the next time counts."""
        if self.pretrained:
            forget_features(self._of_size(data.images))

    def _prepared(self, images: np.ndarray) -> np.ndarray:
        images = self._of_size(images)
        return photo_features(images) if self.pretrained else images

    def _of_size(self, images: np.ndarray) -> np.ndarray:
        if images.shape[1:] == self._size:
            return images
        return np.stack([fitted(image, self._size) for image in images])


def _some(images: np.ndarray) -> np.ndarray:
    return images[:: max(1, len(images) // 4096)]


def _patch_covariance(pixels: np.ndarray) -> tuple[tuple[float, ...], ...]:
    height, width, channels = pixels.shape[1:]
    parts = [pixels[:, i : height - 1 + i, j : width - 1 + j] for i in (0, 1) for j in (0, 1)]
    patches = np.concatenate(parts, axis=-1, dtype="float32").reshape(-1, 4 * channels)
    return tuple(map(tuple, (patches.T @ patches / len(patches)).tolist()))


def _are_photos(images: np.ndarray) -> bool:
    return len(images) < 5000 and min(images.shape[1:3]) > 64


def _size(shape: tuple[int, ...]) -> str:
    return " by ".join(map(str, shape))
