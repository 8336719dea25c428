"""Where every random number comes from: one seed, keys derived from it."""

from __future__ import annotations

import contextlib
import random as python_random
import secrets
import threading
from collections.abc import Iterator

import jax
import numpy as np

from kerata.base.configurable import Configurable
from kerata.base.scope import current_scope

_lock = threading.Lock()


class SeedGenerator(Configurable):
    """A stream of random keys that starts from one seed.

    Arguments:
        seed: integer; drawn from the operating system if left out.

    >>> a, b = SeedGenerator(7), SeedGenerator(7)
    >>> a.next_seed() == b.next_seed(), a.next_seed() == a.next_seed()
    (True, False)
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer))):
            raise ValueError(f"A seed must be an integer, got seed={seed!r}.")
        self.seed = secrets.randbits(31) if seed is None else int(seed)
        self.name = name
        self._drawn = 0

    def next_seed(self) -> int:
        """Draw the next 32-bit integer of the stream."""
        with _lock:
            self._drawn += 1
            drawn = self._drawn
        # SeedSequence mixes well: streams of neighbouring seeds don't resemble each other.
        return int(np.random.SeedSequence([self.seed % 2**63, drawn]).generate_state(1)[0])

    def next(self) -> jax.Array:
        """Draw the next JAX key; inside a scope that has a key, from the scope."""
        scope = current_scope()
        key = None if scope is None else scope.next_key()
        return jax.random.key(self.next_seed()) if key is None else key


_global = SeedGenerator()


class _Local(threading.local):
    """The generator that stands in for the global one on this thread, or None."""

    generator: SeedGenerator | None = None


_local = _Local()


def global_generator() -> SeedGenerator:
    """Give the generator behind everything that has no seed of its own."""
    return _global if _local.generator is None else _local.generator


@contextlib.contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Let everything random on this thread start from a seed inside a ``with`` block.

    Other threads and what comes after the block draw as if it had not been; None changes
    nothing.

    >>> with seeded(7):
    ...     first = global_generator().next_seed()
    >>> with seeded(7):
    ...     print(first == global_generator().next_seed())
    True
    """
    before = _local.generator
    if seed is not None:
        _local.generator = SeedGenerator(seed)
    try:
        yield
    finally:
        _local.generator = before


def set_random_seed(seed: int) -> None:
    """Make everything random start from one seed: this library, NumPy and Python's ``random``.

    Arguments:
        seed: integer from 0 to 2**32 - 1.

    Raises:
        ValueError: not such an integer.

    >>> set_random_seed(1)
    >>> first = global_generator().next_seed()
    >>> set_random_seed(1)
    >>> first == global_generator().next_seed()
    True
    """
    valid = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not valid or not 0 <= seed < 2**32:
        raise ValueError(f"The seed must be an integer from 0 to {2**32 - 1}, got {seed!r}.")
    global _global
    _global = SeedGenerator(int(seed))
    # Programs seed once and then draw from NumPy and random themselves, as with Keras.
    python_random.seed(int(seed))
    np.random.seed(int(seed))


@contextlib.contextmanager
def fixed_seed(seed: int) -> Iterator[SeedGenerator]:
    """Draw as after ``set_random_seed`` inside a ``with`` block, then as if it had not been.

    >>> with fixed_seed(1) as first:
    ...     a = first.next_seed()
    >>> with fixed_seed(1) as second:
    ...     a == second.next_seed()
    True
    """
    global _global
    before = _global, python_random.getstate(), np.random.get_state()
    set_random_seed(seed)
    try:
        yield _global
    finally:
        _global = before[0]
        python_random.setstate(before[1])
        np.random.set_state(before[2])


def draw_seed(seed: int | SeedGenerator | None) -> int:
    """Turn a ``seed`` argument into an integer: itself, or the next of a generator."""
    if seed is None:
        return global_generator().next_seed()
    if isinstance(seed, SeedGenerator):
        return seed.next_seed()
    return SeedGenerator(seed).seed


def draw_key(seed: int | SeedGenerator | None = None) -> jax.Array:
    """Turn a ``seed`` argument into a JAX key; None draws from the open scope, else globally."""
    if seed is None:
        return global_generator().next()
    if isinstance(seed, SeedGenerator):
        return seed.next()
    return jax.random.key(SeedGenerator(seed).seed)
