"""One picture brought to the size and the channels that a network takes."""

from __future__ import annotations

import numpy as np

from kerata.workbench.core.extras import need


def fitted(image: np.ndarray, size: tuple[int, int, int], *, middle: bool = False) -> np.ndarray:
    """Scale one image and give it the channels that are wanted.

    Arguments:
        image: uint8 ``(height, width, channels)``, of 1, 3 or 4 channels.
        size: height, width and channels that are wanted.
        middle: whether the middle is taken where the proportions differ, as of photos, instead
            of squeezing the whole.

    Raises:
        ImportError: Pillow is missing.
    """
    pillow = need("PIL.Image", "Scaling images")
    height, width, channels = size
    picture = pillow.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    picture = picture.convert({1: "L", 3: "RGB", 4: "RGBA"}[channels])
    if picture.size != (width, height):
        bilinear = pillow.Resampling.BILINEAR
        if middle:
            operations = need("PIL.ImageOps", "Scaling images")
            picture = operations.fit(picture, (width, height), method=bilinear)
        else:
            picture = picture.resize((width, height), bilinear)
    return np.asarray(picture).reshape(size)
