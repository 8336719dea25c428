"""The numbers in events of TensorBoard, out of the few fields of the messages that hold them.

Source: TensorFlow, ``event.proto``, ``summary.proto`` and ``tensor.proto``; the encoding is
Protocol Buffers' (https://protobuf.dev/programming-guides/encoding).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_VERSION = b"brain.Event:"
_LONGEST_NAME, _MOST_VALUES = 200, 1000
# Numbers in a tensor: by its type the field that lists them, how one is unpacked, and its bytes.
_KINDS = {
    1: (5, "<f", 4),  # float
    2: (6, "<d", 8),  # double
    3: (7, "<i", 4),  # int32
    9: (10, "<q", 8),  # int64
}
Value = int | bytes


@dataclass(frozen=True)
class Event:
    """What an event says.

    Arguments:
        version: whether it says that this is an event file.
        time: seconds since 1970.
        step: of training.
        scalars: numbers by their tags.
    """

    version: bool = False
    time: float = 0.0
    step: int = 0
    scalars: dict[str, float] = field(default_factory=dict)


def event_of(message: bytes) -> Event:
    """Read an event; what is no single number is passed over.

    Arguments:
        message: a record's bytes.

    Raises:
        ValueError: it is no such message.

    >>> event_of(b"\\x10\\x07*\\x0c\\n\\n\\n\\x03acc\\x15\\x00\\x00\\x00?")
    Event(version=False, time=0.0, step=7, scalars={'acc': 0.5})
    """
    version, time, step = False, 0.0, 0
    scalars: dict[str, float] = {}
    for number, value in _fields(message):
        if number == 1 and isinstance(value, bytes) and len(value) == 8:
            (time,) = struct.unpack("<d", value)
        elif number == 2 and isinstance(value, int):
            step = value - (1 << 64) if value >> 63 else value
        elif number == 3 and isinstance(value, bytes):
            version = value.startswith(_VERSION)
        elif number == 5 and isinstance(value, bytes):
            scalars |= _summary(value)
    return Event(version, time, step, scalars)


def _summary(message: bytes) -> dict[str, float]:
    found: dict[str, float] = {}
    for number, value in _fields(message):
        if number != 1 or not isinstance(value, bytes) or len(found) >= _MOST_VALUES:
            continue
        tag, scalar = "", None
        for inner, what in _fields(value):
            if inner == 1 and isinstance(what, bytes):
                tag = what.decode("utf-8", "replace")[:_LONGEST_NAME]
            elif inner == 2 and isinstance(what, bytes) and len(what) == 4:
                (scalar,) = struct.unpack("<f", what)
            elif inner == 8 and isinstance(what, bytes):
                scalar = _single(what)
        if tag and scalar is not None:
            found[tag] = float(scalar)
    return found


def _single(message: bytes) -> float | None:
    """Give the number of a tensor that holds one alone."""
    kind = 0
    listed: dict[int, Value] = {}
    for number, value in _fields(message):
        if number == 1 and isinstance(value, int):
            kind = value
        else:
            listed[number] = value
    if kind not in _KINDS:
        return None
    place, form, size = _KINDS[kind]
    whole = listed.get(4)
    if isinstance(whole, bytes) and len(whole) == size:
        return float(struct.unpack(form, whole)[0])
    alone = listed.get(place)
    if isinstance(alone, bytes) and kind in (1, 2) and len(alone) == size:
        return float(struct.unpack(form, alone)[0])
    if isinstance(alone, bytes) and kind in (3, 9):
        packed = alone
        alone, end = _varint(packed, 0) if packed else (0, -1)
        if end != len(packed):
            return None
    if isinstance(alone, int):
        return float(alone - (1 << 64) if alone >> 63 else alone)
    return None


def _fields(message: bytes) -> Iterator[tuple[int, Value]]:
    """Go through the fields of a message: numbers as such, all else as bytes."""
    place, end = 0, len(message)
    while place < end:
        key, place = _varint(message, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, place = _varint(message, place)
            yield number, value
            continue
        if wire == 2:
            size, place = _varint(message, place)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"no field has the wire type {wire}")
        if size > end - place:
            raise ValueError("a field is longer than its message")
        yield number, message[place : place + size]
        place += size


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            raise ValueError("a number is cut off")
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), place
    raise ValueError("a number has too many bytes")
