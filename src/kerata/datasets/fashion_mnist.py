"""Fashion-MNIST: 70,000 pieces of clothing of 28 by 28 pixels."""

from __future__ import annotations

from kerata.datasets.catalogue import entry
from kerata.datasets.fetch import locate
from kerata.datasets.mnist import Arrays, images_of_idx, images_of_npz

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load_data() -> tuple[Arrays, Arrays]:
    """Give Fashion-MNIST's images and labels.

    The four files of the publisher lie in a folder ``fashion-mnist`` in ``KERATA_DATA``
    or in the cache; a ``fashion_mnist.npz`` in the layout of ``mnist.npz`` is read too.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images uint8 ``(60000, 28, 28)`` and
        ``(10000, 28, 28)``, labels uint8 that :data:`CLASS_NAMES` gives names to.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: a file is damaged.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data()

    Source: Xiao, Rasul and Vollgraf, Fashion-MNIST (2017).
    """
    one_file = locate("fashion_mnist.npz")
    if one_file is not None:
        return images_of_npz(one_file)
    return images_of_idx([file.find() for file in entry("fashion_mnist").files])
