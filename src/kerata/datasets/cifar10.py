"""CIFAR-10: 60,000 photographs of 10 kinds of things, 32 by 32 pixels in colour."""

from __future__ import annotations

from kerata.datasets.catalogue import entry
from kerata.datasets.cifar import Arrays, load_binary

CLASS_NAMES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)


def load_data() -> tuple[Arrays, Arrays]:
    """Give CIFAR-10's images and labels, out of ``cifar-10-binary.tar.gz``.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images uint8 ``(50000, 32, 32, 3)`` and
        ``(10000, 32, 32, 3)``, labels uint8 ``(n, 1)`` that :data:`CLASS_NAMES` names.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the archive is damaged.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data()

    Source: Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009).
    """
    return load_binary(entry("cifar10").files[0].find(), labels=1)
