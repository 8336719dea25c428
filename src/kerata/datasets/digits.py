"""Handwritten digits: 1,797 scans of 8 by 8 pixels that come with scikit-learn."""

from __future__ import annotations

import numpy as np

CLASS_NAMES = tuple(str(digit) for digit in range(10))

Arrays = tuple[np.ndarray, np.ndarray]


def load_data(test_fraction: float = 0.2, seed: int = 0) -> tuple[Arrays, Arrays]:
    """Give the digits as training and test rows.

    The rows are drawn at random, each digit with its share on both sides. That mixes
    the 13 writers, so a test score says how well a network reads writers it has seen.

    Arguments:
        test_fraction: share of the rows kept for the test, above 0 and below 1.
        seed: integer that decides which rows; the same seed gives the same rows.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images float32 ``(n, 8, 8)`` from 0
        (paper) to 16 (ink), labels int32 ``(n,)`` from 0 to 9.

    Raises:
        ImportError: scikit-learn is not installed.
        ValueError: a fraction that leaves a side without rows of some digit.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape
    ((1437, 8, 8), (360, 8, 8))

    Source: UCI, Optical Recognition of Handwritten Digits (Alpaydin and Kaynak, 1998).
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "The digits come with scikit-learn, which is not installed: "
            "pip install 'kerata[sklearn]'."
        ) from error
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction must be between 0 and 1, got {test_fraction!r}.")
    raw = load_digits()
    images, labels = raw.images.astype("float32"), raw.target.astype("int32")
    train, test = stratified_split(labels, test_fraction, seed)
    return (images[train], labels[train]), (images[test], labels[test])


def stratified_split(labels: np.ndarray, fraction: float, seed: int) -> Arrays:
    """Split rows in two, each class with its share on both sides.

    Arguments:
        labels: class of each row, ``(n,)``.
        fraction: share of the second part, above 0 and below 1.
        seed: integer that decides which rows.

    Returns:
        Row numbers of the first and of the second part, each shuffled.

    Raises:
        ValueError: if a class has too few rows to be on both sides.

    >>> first, second = stratified_split(np.repeat([0, 1], 10), 0.2, seed=0)
    >>> len(first), len(second)
    (16, 4)
    """
    from sklearn.model_selection import train_test_split

    first, second = train_test_split(
        np.arange(len(labels)), test_size=fraction, stratify=labels, random_state=seed
    )
    return first, second
