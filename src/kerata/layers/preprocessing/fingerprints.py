"""Numbers for byte strings that are the same on every machine: FarmHash64 and SipHash."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

_ALL = (1 << 64) - 1
_CROSSING = 0xC6A4A7935BD1E995
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def buckets(texts: Iterable[str], n: int, salt: Any = None) -> np.ndarray:
    """Sort texts into ``n`` buckets by their fingerprint.

    Arguments:
        texts: hashed as UTF-8.
        n: number of buckets.
        salt: two integers, the key of SipHash; FarmHash64 without.

    Returns:
        Int64 array of numbers from 0 to ``n - 1``.

    >>> buckets(["A", "B", "C", "D", "E"], 3).tolist()
    [1, 0, 1, 1, 2]
    """
    known: dict[str, int] = {}
    out = []
    for text in texts:
        bucket = known.get(text)
        if bucket is None:
            data = text.encode()
            hashed = farmhash64(data) if salt is None else siphash(data, salt[0], salt[1])
            bucket = known[text] = hashed % n
        out.append(bucket)
    return np.array(out, np.int64)


def crossed(columns: Iterable[Iterable[int]], n: int) -> np.ndarray:
    """Sort rows of fingerprints into ``n`` buckets, the order of the columns counting.

    Arguments:
        columns: each with a number of 64 bits a row.
        n: number of buckets.

    Source: TensorFlow's ``FingerprintCat64`` and the first value of its ``sparse.cross_hashed``.

    >>> crossed([[farmhash64(b"A"), farmhash64(b"B")], [101, 101]], 5).tolist()
    [1, 4]
    """

    def shift_mix(x: int) -> int:
        return x ^ (x >> 47)

    out = []
    for row in zip(*columns, strict=True):
        hashed = 0xDECAFCAFFE
        for value in row:
            mixed = shift_mix(value * _CROSSING & _ALL) * _CROSSING & _ALL
            hashed = (hashed ^ _CROSSING ^ mixed) * _CROSSING & _ALL
            hashed = shift_mix(shift_mix(hashed) * _CROSSING & _ALL)
        out.append(hashed % n)
    return np.array(out, np.int64)


def checked_salt(owner: str, salt: Any) -> list[int] | None:
    """Check a ``salt`` argument; one integer stands for two equal ones.

    Raises:
        ValueError: anything else than an integer or two.
    """
    if salt is None:
        return None
    pair = [salt, salt] if isinstance(salt, int) else list(salt) if np.iterable(salt) else []
    if len(pair) != 2 or not all(isinstance(x, int) for x in pair):
        raise ValueError(f"{owner}: salt must be an integer or two of them, got {salt!r}.")
    return pair


def farmhash64(data: bytes) -> int:
    """Give the 64-bit FarmHash fingerprint.

    Source: FarmHash's ``Fingerprint64`` (Geoff Pike, Google).

    >>> farmhash64(b"")
    11160318154034397263
    """
    n = len(data)
    if n <= 16:
        return _short(data, n)
    if n <= 32:
        mul = _K2 + 2 * n
        a, b = _word(data, 0) * _K1 & _ALL, _word(data, 8)
        c, d = _word(data, n - 8) * mul, _word(data, n - 16) * _K2
        return _join(_turn(a + b, 43) + _turn(c, 30) + d, a + _turn(b + _K2, 18) + c, mul)
    return _medium(data, n) if n <= 64 else _long(data, n)


def _short(data: bytes, n: int) -> int:
    mul = _K2 + 2 * n
    if n >= 8:
        a, b = _word(data, 0) + _K2 & _ALL, _word(data, n - 8)
        return _join(_turn(b, 37) * mul + a, (_turn(a, 25) + b) * mul, mul)
    if n >= 4:
        return _join(n + (_word(data, 0, 4) << 3), _word(data, n - 4, 4), mul)
    if n > 0:
        y = data[0] + (data[n >> 1] << 8)
        z = n + (data[-1] << 2)
        return _mix((y * _K2 ^ z * _K0) & _ALL) * _K2 & _ALL
    return _K2


def _medium(data: bytes, n: int) -> int:
    mul = _K2 + 2 * n
    a, b = _word(data, 0) * _K2 & _ALL, _word(data, 8)
    c, d = _word(data, n - 8) * mul & _ALL, _word(data, n - 16) * _K2
    y = _turn(a + b, 43) + _turn(c, 30) + d & _ALL
    z = _join(y, a + _turn(b + _K2, 18) + c, mul)
    e, f = _word(data, 16) * mul & _ALL, _word(data, 24)
    g, h = (y + _word(data, n - 32)) * mul & _ALL, (z + _word(data, n - 24)) * mul
    return _join(_turn(e + f, 43) + _turn(g, 30) + h, e + _turn(f + a, 18) + g, mul)


def _long(data: bytes, n: int) -> int:
    x, y = 81, 81 * _K1 + 113 & _ALL
    z = _mix(y * _K2 + 113 & _ALL) * _K2 & _ALL
    x = x * _K2 + _word(data, 0) & _ALL
    v, w = (0, 0), (0, 0)
    for start in range(0, (n - 1) // 64 * 64, 64):
        x = _turn(x + y + v[0] + _word(data, start + 8), 37) * _K1 ^ w[1]
        y = _turn(y + v[1] + _word(data, start + 48), 42) * _K1 + v[0] + _word(data, start + 40)
        z = _turn(z + w[0], 33) * _K1 & _ALL
        x, y = x & _ALL, y & _ALL
        v, w = _pairs(data, start, x, y, z, v[1] * _K1, w)
        x, z = z, x
    # The last 64 bytes overlap the last whole block.
    mul, start = _K1 + ((z & 0xFF) << 1), n - 64
    first = w[0] + ((n - 1) & 63) & _ALL
    v = (v[0] + first & _ALL, v[1])
    w = (first + v[0] & _ALL, w[1])
    x = _turn(x + y + v[0] + _word(data, start + 8), 37) * mul & _ALL ^ (w[1] * 9 & _ALL)
    y = _turn(y + v[1] + _word(data, start + 48), 42) * mul
    y = y + v[0] * 9 + _word(data, start + 40) & _ALL
    z = _turn(z + w[0], 33) * mul & _ALL
    v, w = _pairs(data, start, x, y, z, v[1] * mul, w)
    x, z = z, x
    first = _join(v[0], w[0], mul) + _mix(y) * _K0 + z
    return _join(first, _join(v[1], w[1], mul) + x, mul)


def _pairs(
    data: bytes, start: int, x: int, y: int, z: int, seed: int, w: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Mix the two halves of a block of 64 bytes."""
    first = _stir(data, start, seed, x + w[0])
    return first, _stir(data, start + 32, z + w[1], y + _word(data, start + 16))


def _stir(data: bytes, start: int, a: int, b: int) -> tuple[int, int]:
    """Hash 32 bytes with two seeds, weakly."""
    words = [_word(data, start + i) for i in (0, 8, 16, 24)]
    a += words[0]
    b = _turn(b + a + words[3], 21)
    c = a
    a += words[1] + words[2]
    b += _turn(a, 44)
    return a + words[3] & _ALL, b + c & _ALL


def siphash(data: bytes, k0: int, k1: int) -> int:
    """Give the 64-bit SipHash-2-4 of bytes for a key of two integers.

    Source: Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012.

    >>> hex(siphash(bytes(range(15)), 0x0706050403020100, 0x0F0E0D0C0B0A0908))
    '0xa129ca6149be45e5'
    """
    k0, k1 = k0 & _ALL, k1 & _ALL
    state = (
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    )
    whole = len(data) // 8 * 8
    last = data[whole:].ljust(7, b"\0") + bytes([len(data) & 0xFF])
    for word in (*(_word(data, i) for i in range(0, whole, 8)), int.from_bytes(last, "little")):
        a, b, c, d = state
        a, b, c, d = _round(*_round(a, b, c, d ^ word))
        state = (a ^ word, b, c, d)
    a, b, c, d = state
    state = (a, b, c ^ 0xFF, d)
    for _ in range(4):
        state = _round(*state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _round(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    a, c = a + b & _ALL, c + d & _ALL
    b, d = _turn(b, 51) ^ a, _turn(d, 48) ^ c
    a, c = _turn(a, 32) + d & _ALL, c + b & _ALL
    return a, _turn(b, 47) ^ c, _turn(c, 32), _turn(d, 43) ^ a


def _word(data: bytes, start: int, size: int = 8) -> int:
    return int.from_bytes(data[start : start + size], "little")


def _turn(x: int, n: int) -> int:
    """Rotate 64 bits to the right."""
    x &= _ALL
    return (x >> n | x << (64 - n)) & _ALL


def _mix(x: int) -> int:
    return x ^ x >> 47


def _join(u: int, v: int, mul: int) -> int:
    """Combine two numbers into one."""
    a = _mix((u ^ v) * mul & _ALL)
    return _mix(((v & _ALL) ^ a) * mul & _ALL) * mul & _ALL
