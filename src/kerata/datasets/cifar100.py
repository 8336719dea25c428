"""CIFAR-100: 60,000 photographs of 100 kinds of things, 32 by 32 pixels in colour."""

from __future__ import annotations

from kerata.datasets.catalogue import entry
from kerata.datasets.cifar import Arrays, load_binary

# The order of the two labels before each image.
_LABELS = ("coarse", "fine")


def load_data(label_mode: str = "fine") -> tuple[Arrays, Arrays]:
    """Give CIFAR-100's images and labels, out of ``cifar-100-binary.tar.gz``.

    Arguments:
        label_mode: "fine" for the 100 kinds, "coarse" for the 20 groups of them.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images uint8 ``(50000, 32, 32, 3)`` and
        ``(10000, 32, 32, 3)``, labels uint8 ``(n, 1)``.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the archive is damaged, or the mode unknown.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data()

    Source: Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009).
    """
    if label_mode not in _LABELS:
        raise ValueError(f"label_mode must be 'fine' or 'coarse', got {label_mode!r}.")
    path = entry("cifar100").files[0].find()
    return load_binary(path, labels=2, column=_LABELS.index(label_mode))
