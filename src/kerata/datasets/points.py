"""Synthetic points in the plane, linearly separable and not."""

from __future__ import annotations

import numpy as np

Points = tuple[np.ndarray, np.ndarray]


def moons(rows: int = 200, noise: float = 0.2, seed: int = 0) -> Points:
    """Give two half moons that reach into each other.

    Arguments:
        rows: number of points, the first half of class 0.
        noise: standard deviation of what is added to each coordinate.
        seed: integer; the same seed gives the same points.

    Returns:
        Points float32 ``(rows, 2)`` in random order, and classes int32 ``(rows,)``.

    Raises:
        ValueError: fewer than two rows, or a negative noise.

    >>> x, y = moons(6, noise=0.0)
    >>> x.shape, sorted(y.tolist())
    ((6, 2), [0, 0, 0, 1, 1, 1])

    Source: the layout of scikit-learn's ``make_moons``.
    """
    classes, place = _places(rows)
    angle = np.pi * place
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return _finish(np.where(classes[:, None] == 0, upper, lower), classes, noise, seed)


def circles(rows: int = 200, noise: float = 0.05, factor: float = 0.5, seed: int = 0) -> Points:
    """Give a circle of radius 1 (class 0) around one of radius ``factor`` (class 1).

    Arguments and returns are those of :func:`moons`.

    >>> x, y = circles(8, noise=0.0)
    >>> np.unique(np.linalg.norm(x, axis=1).round(3)).tolist()
    [0.5, 1.0]
    """
    classes, place = _places(rows, end=False)
    angle = 2 * np.pi * place
    radius = np.where(classes == 0, 1.0, factor)[:, None]
    x = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _finish(x, classes, noise, seed)


def spirals(rows: int = 200, noise: float = 0.02, turns: float = 1.5, seed: int = 0) -> Points:
    """Give two spirals wound into each other, from the middle out to radius 1.

    Arguments and returns are those of :func:`moons`; ``turns`` says how far they wind.

    >>> x, y = spirals(100, noise=0.0)
    >>> float(np.abs(x).max()) <= 1
    True
    """
    classes, place = _places(rows)
    # The root spreads the points evenly along the arm.
    radius = np.sqrt(place)
    angle = 2 * np.pi * turns * radius + np.pi * classes
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _finish(x, classes, noise, seed)


def xor(rows: int = 200, noise: float = 0.0, seed: int = 0) -> Points:
    """Give points of the square from -1 to 1; class 1 where the signs differ.

    Arguments and returns are those of :func:`moons`, but the classes are as many as fall
    to each; noise moves points after they got their class.

    >>> x, y = xor(50)
    >>> bool(np.all(y == (x[:, 0] * x[:, 1] < 0)))
    True
    """
    _places(rows)
    x = np.random.default_rng([seed, 1]).uniform(-1, 1, (rows, 2))
    return _finish(x, (x[:, 0] * x[:, 1] < 0).astype("int32"), noise, seed)


def blobs(rows: int = 200, noise: float = 0.4, seed: int = 0) -> Points:
    """Give two round clouds around (-1, -1) and (1, 1), of which a straight line tells most.

    Arguments and returns are those of :func:`moons`.

    >>> x, y = blobs(6, noise=0.0)
    >>> np.unique(x, axis=0).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    classes, _ = _places(rows)
    x = np.where(classes == 0, -1.0, 1.0)[:, None] * np.ones(2)
    return _finish(x, classes, noise, seed)


def plane(rows: int = 200, noise: float = 0.1, seed: int = 0) -> Points:
    """Give points of the square from -1 to 1, and amounts that lie on a tilted plane.

    Arguments:
        rows: number of points.
        noise: standard deviation of what is added to each amount.
        seed: integer; the same seed gives the same points.

    Returns:
        Points float32 ``(rows, 2)``, and amounts float32 ``(rows,)``: half the sum of both
        coordinates, and the noise.

    Raises:
        ValueError: fewer than two rows, or a negative noise.

    >>> x, y = plane(5, noise=0.0)
    >>> bool(np.allclose(y, x.sum(axis=1) / 2))
    True
    """
    _places(rows)
    x = np.random.default_rng([seed, 1]).uniform(-1, 1, (rows, 2))
    x, order = _finish(x, np.arange(rows), 0.0, seed)
    added = np.random.default_rng([seed, 2]).normal(0, _checked(noise), rows)
    return x, (x.sum(axis=1) / 2 + added[order]).astype("float32")


def _places(rows: int, end: bool = True) -> Points:
    """Give the class of each row and its place on that class's curve, from 0 to 1."""
    if rows < 2:
        raise ValueError(f"rows must be at least 2, got {rows!r}.")
    sizes = (rows // 2, rows - rows // 2)
    classes = np.repeat(np.arange(2, dtype="int32"), sizes)
    return classes, np.concatenate([np.linspace(0, 1, size, endpoint=end) for size in sizes])


def _finish(x: np.ndarray, classes: np.ndarray, noise: float, seed: int) -> Points:
    generator = np.random.default_rng(seed)
    x = x + generator.normal(0, _checked(noise), x.shape)
    order = generator.permutation(len(x))
    return x[order].astype("float32"), classes[order]


def _checked(noise: float) -> float:
    if noise < 0:
        raise ValueError(f"noise must not be negative, got {noise!r}.")
    return noise
