"""Which encoding a text is in, told from its bytes."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Callable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Characters that real text in these languages is mostly made of.
_EXPECTED: dict[str, Callable[[str], bool]] = {
    "shift_jis": lambda c: "\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff",
    "euc_jp": lambda c: "\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff",
    "euc_kr": lambda c: "\uac00" <= c <= "\ud7a3",
    "gb18030": lambda c: "\u4e00" <= c <= "\u9fff",
    "big5": lambda c: "\u4e00" <= c <= "\u9fff",
    "cp1251": lambda c: "\u0430" <= c <= "\u044f" or c in "\u0451\u2116",
    "koi8-r": lambda c: "\u0430" <= c <= "\u044f",
    "cp1253": lambda c: "\u03b1" <= c <= "\u03ce",
    "cp1255": lambda c: "\u05d0" <= c <= "\u05ea",
    "cp1256": lambda c: "\u0621" <= c <= "\u064a",
}


def guess_encoding(sample: bytes, *, whole: bool) -> str:
    """Guess the encoding of text.

    Arguments:
        sample: its first bytes.
        whole: whether that is all of it; otherwise the last character may be cut.

    Returns:
        A name that Python knows. Text that is hardly UTF-8 and nothing else that is
        recognised counts as Windows-1252, the commonest by far; ``'mixed'`` for UTF-8 with
        single lines in another encoding.

    >>> guess_encoding("Größe;Preis €".encode("cp1252"), whole=True)
    'cp1252'
    >>> guess_encoding("имя,возраст\\nИван,31".encode("koi8-r"), whole=True)
    'koi8-r'
    """
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    zeros = sample[:4096].count(0)
    if zeros > 0.2 * len(sample[:4096]):
        return "utf-16-le" if sample[1:4096:2].count(0) >= sample[:4096:2].count(0) else "utf-16-be"
    text = _decode(sample, "utf-8", whole)
    if text is not None:
        return "utf-8"
    lines = [line for line in sample.splitlines() if not line.isascii()]
    valid = sum(_decode(line, "utf-8", True) is not None for line in lines)
    if 2 * valid > len(lines):
        return "mixed"
    return _best(b"\n".join(lines[:2000]))


def _best(foreign: bytes) -> str:
    best, most = "cp1252", 0.0
    for name, expected in _EXPECTED.items():
        text = _decode(foreign, name, False)
        if text is None:
            continue
        beyond = [char for char in text if char > "\x7f"]
        # Western text has single accents between ASCII letters; these scripts have runs.
        runs = sum(a > "\x7f" and b > "\x7f" for a, b in itertools.pairwise(text))
        if not beyond or runs < 0.3 * len(beyond):
            continue
        share = sum(map(expected, beyond)) / len(beyond)
        if share > max(most, 0.6):
            best, most = name, share
    return best


def _decode(content: bytes, encoding: str, whole: bool) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(content, final=whole)
    except UnicodeDecodeError:
        return None


class Patched:
    """Counts bytes that are no UTF-8 and reads them as Windows-1252, piece by piece.

    >>> patched = Patched()
    >>> b"Z\\xfcrich, Gen\\xc3\\xa8ve".decode("utf-8", patched.name), patched.count
    ('Zürich, Genève', 1)
    """

    def __init__(self) -> None:
        """Register a handler of errors, ``name``, for ``open`` and ``decode``."""
        self.count = 0
        self.name = "kerata-patched"
        codecs.register_error(self.name, self._patch)

    def _patch(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        self.count += 1
        foreign = error.object[error.start : error.end]
        return foreign.decode("cp1252", "replace"), error.end


def decode_text(content: bytes) -> str:
    """Decode a whole text in whatever encoding."""
    encoding = guess_encoding(content[: 1 << 22], whole=len(content) <= 1 << 22)
    if encoding in ("utf-8", "mixed"):
        return content.decode("utf-8", Patched().name)
    return content.decode(encoding, "replace")
