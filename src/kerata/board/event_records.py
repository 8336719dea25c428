"""Records of TensorBoard's event files: lengths, bytes and their checksums.

Each record is its length (8 bytes, little-endian), a checksum of the length, the bytes, and a
checksum of them: CRC-32C, rotated and shifted so that sums of sums differ. Nothing that a file
says is believed before its checksum fits, lengths included.

Source: TensorFlow, ``tensorflow/core/lib/io/record_writer.h``; RFC 3720, section 12.1, for
CRC-32C.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kerata.utils.plain_files import open_plain

# Bytes of a record that is looked at: a number takes some sixty. Larger ones are passed over.
MOST_RECORD = 1 << 16
_PIECE = 1 << 22
_HEAD, _FOOT = 12, 4
_POLYNOMIAL = 0x82F63B78


def _table() -> np.ndarray:
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = np.where(values & 1, (values >> 1) ^ np.uint32(_POLYNOMIAL), values >> 1)
    return values.astype(np.uint32)


_TABLE = _table()


def masked_checksums(parts: Sequence[bytes]) -> np.ndarray:
    """Give the masked CRC-32C of each of several byte strings, uint32 ``(parts,)``.

    Those of one length are computed side by side, a byte of all of them after the other.

    >>> [hex(one) for one in masked_checksums([b"123456789", b""])]
    ['0xc78ab0e5', '0xa282ead8']
    """
    found = np.zeros(len(parts), np.uint32)
    by_length: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(parts):
        by_length[len(one)].append(place)
    for length, places in by_length.items():
        rows = np.frombuffer(b"".join(parts[place] for place in places), np.uint8)
        sums = np.full(len(places), 0xFFFFFFFF, np.uint32)
        for column in rows.reshape(len(places), length).T if length else ():
            sums = _TABLE[(sums ^ column) & 0xFF] ^ (sums >> np.uint32(8))
        found[places] = ~sums
    rotated = (found >> np.uint32(15)) | (found << np.uint32(17))
    return rotated + np.uint32(0xA282EAD8)


class RecordFile:
    """A file of records that is read as it grows, a few megabytes at a time.

    Arguments:
        path: of the file.

    Attributes:
        why: a sentence, where it can't be read further; '' as long as it can.
        cut: whether it ends within a record, as it does while somebody writes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.why = ""
        self.cut = False
        self._offset = 0  # of the next record
        self._size = 0

    def read(self) -> list[bytes]:
        """Give the records that are new and whole; [] at the end.

        Raises:
            OSError, ValueError: the file is gone, or is no plain file.
        """
        while not self.why:
            with open_plain(self.path, within=self.path.parent) as file:
                size = file.seek(0, 2)
                if size < self._size:
                    self.why = "It became shorter while it was read."
                    break
                self._size = size
                file.seek(self._offset)
                content = file.read(_PIECE)
            before = self._offset
            found = self._taken(content)
            self.cut = not self.why and self._offset < size and self._offset == before
            if found or self._offset == before:
                return found
        return []

    def _taken(self, content: bytes) -> list[bytes]:
        """Take the whole records out of what follows the last one."""
        heads, bodies, sums, places = [], [], [], []
        start = 0
        while len(content) - start >= _HEAD:
            length, head_sum = struct.unpack_from("<QI", content, start)
            end = start + _HEAD + length + _FOOT
            if length > MOST_RECORD or end > len(content):
                # Only a length that is right may say how far to go.
                if masked_checksums([content[start : start + 8]])[0] != head_sum:
                    self._damaged(self._offset + start)
                    break
                if length <= MOST_RECORD or self._offset + end > self._size:
                    break
                start = end
                continue
            heads.append(content[start : start + 8])
            bodies.append(content[start + _HEAD : end - _FOOT])
            sums.append((head_sum, struct.unpack_from("<I", content, end - _FOOT)[0]))
            places.append(start)
            start = end
        if bodies:
            pairs = np.array(sums, np.uint32)
            sound = (masked_checksums(heads) == pairs[:, 0]) & (
                masked_checksums(bodies) == pairs[:, 1]
            )
            if not sound.all():
                first = int(np.flatnonzero(~sound)[0])
                self._damaged(self._offset + places[first])
                del bodies[first:]
        self._offset += start
        return bodies

    def _damaged(self, place: int) -> None:
        self.why = (
            f"It is damaged at byte {place:,}: a checksum does not fit. Nothing after is read."
        )
