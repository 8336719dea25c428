"""CIFAR-10: 60,000 photographs of 10 kinds of things, 32 by 32 pixels in colour."""

from __future__ import annotations

from kerata.base.messages import warn
from kerata.datasets.catalogue import CIFAR10_PICTURES, entry
from kerata.datasets.cifar import Arrays, load_binary, load_pictures
from kerata.datasets.fetch import locate

CLASS_NAMES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)


def load_data() -> tuple[Arrays, Arrays]:
    """Give CIFAR-10's images and labels, out of ``cifar-10-binary.tar.gz``.

    Where that is not here but ``cifar10_jpeg.tar.xz`` is, copies of the images as JPEG files,
    these are read, with a warning: their pixels differ a little from the published ones.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images uint8 ``(50000, 32, 32, 3)`` and
        ``(10000, 32, 32, 3)``, labels uint8 ``(n, 1)`` that :data:`CLASS_NAMES` names.

    Raises:
        ImportError: copies are to be read, but Pillow is not installed.
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the archive is damaged.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data()

    Source: Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009).
    """
    published = entry("cifar10").files[0]
    copies = locate(CIFAR10_PICTURES)
    if locate(published.name) is None and copies is not None:
        warn(
            f"{copies.name} holds JPEG copies of CIFAR-10's images, whose pixels differ a little "
            f"from those of {published.name}, which is not here."
        )
        return load_pictures(copies, CLASS_NAMES)
    return load_binary(published.find(), labels=1)
