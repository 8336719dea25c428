"""Where every random number comes from: one seed, keys derived from it."""

from __future__ import annotations

import contextlib
import random as python_random
import secrets
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.configurable import Configurable
from kerata.base.scope import current_scope
from kerata.base.variable import Variable

_lock = threading.Lock()


class SeedGenerator(Configurable):
    """A stream of random keys that starts from one seed.

    Arguments:
        seed: integer; drawn from the operating system if left out.

    >>> a, b = SeedGenerator(7), SeedGenerator(7)
    >>> a.next_seed() == b.next_seed(), a.next_seed() == a.next_seed()
    (True, False)
    """

    # In programs, keys come from the scope.
    _not_in_program: ClassVar[tuple[str, ...]] = ("seed", "name", "_count", "_state")

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer))):
            raise ValueError(f"A seed must be an integer, got seed={seed!r}.")
        self.seed = secrets.randbits(31) if seed is None else int(seed)
        self.name = name
        self._count = 0
        self._state: Variable | None = None

    @property
    def state(self) -> Variable:
        """Seed and number of draws, uint32 ``(2,)``: for programs that keep state as values.

        In a scope that has a value for it, draws count there.
        """
        if self._state is None:
            name = "seed_generator_state" if self.name is None else f"{self.name}_state"
            value = np.array([self.seed % 2**32, self._count], np.uint32)
            self._state = Variable(value, trainable=False, name=name)
        return self._state

    @property
    def _drawn(self) -> int:
        return self._count if self._state is None else int(self._state._value[1])

    def go_to(self, seed: int, drawn: int) -> None:
        """Continue as a stream of that seed does after ``drawn`` draws."""
        self.seed, self._count = seed, drawn
        if self._state is not None:
            with jax.ensure_compile_time_eval():
                self._state._value = jnp.array([seed % 2**32, drawn], jnp.uint32)

    def next_seed(self) -> int:
        """Draw the next 32-bit integer of the stream."""
        with _lock:
            drawn = self._drawn + 1
            self.go_to(self.seed, drawn)
        # SeedSequence mixes well: streams of neighbouring seeds don't resemble each other.
        return int(np.random.SeedSequence([self.seed % 2**63, drawn]).generate_state(1)[0])

    def next(self, ordered: bool = True) -> jax.Array:
        """Draw the next JAX key; inside a scope that has a key, from the scope.

        Draws are always in order, whatever ``ordered`` says.
        """
        scope = current_scope()
        key = None if scope is None else scope.next_key()
        if key is not None:
            return key
        if scope is not None and self._state is not None and scope.holds_in_any(self._state):
            seed, drawn = scope.read(self._state)
            scope.write(self._state, jnp.stack([seed, drawn + 1]))
            return jax.random.fold_in(jax.random.key(seed), drawn)
        return jax.random.key(self.next_seed())


class FollowingGenerator(SeedGenerator):
    """A stream that draws from the global one until its ``state`` is read.

    >>> set_random_seed(1)
    >>> first = FollowingGenerator().next_seed()
    >>> set_random_seed(1)
    >>> first == global_generator().next_seed()
    True
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(0, name)

    @property
    def state(self) -> Variable:
        """Seed and number of draws, from now on this stream's own."""
        if self._state is None:
            self.seed = global_generator().next_seed()
        return super().state

    def next_seed(self) -> int:
        """Draw the next 32-bit integer, here or of the global stream."""
        return global_generator().next_seed() if self._state is None else super().next_seed()


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
    """As ``seeded``, and give the generator; NumPy's and Python's own state are left alone.

    >>> with fixed_seed(1) as first:
    ...     a = first.next_seed()
    >>> with fixed_seed(1) as second:
    ...     a == second.next_seed()
    True
    """
    with seeded(seed):
        yield global_generator()


def draw_seed(seed: int | SeedGenerator | None) -> int:
    """Turn a ``seed`` argument into an integer: itself, or the next of a generator."""
    if seed is None:
        return global_generator().next_seed()
    if isinstance(seed, SeedGenerator):
        return seed.next_seed()
    return SeedGenerator(seed).seed


def draw_key(seed: Any = None) -> jax.Array:
    """Turn a ``seed`` argument into a JAX key; None draws from the open scope, else globally.

    A JAX key is given back as it is.
    """
    if seed is None:
        return global_generator().next()
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, jax.Array) and jnp.issubdtype(seed.dtype, jax.dtypes.prng_key):
        return seed
    return jax.random.key(SeedGenerator(seed).seed)
