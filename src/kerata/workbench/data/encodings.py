"""Which encoding a text is in, told from its bytes."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Characters that text in these languages is made of, and their least share of it, in the
# order in which they are tried: Chinese bytes decode as Korean ones too, but not as syllables.
_EXPECTED: tuple[tuple[str, str, float], ...] = (
    ("euc_kr", "\uac00-\ud7a3", 0.9),
    ("shift_jis", "\u3040-\u30ff", 0.15),
    ("euc_jp", "\u3040-\u30ff", 0.15),
    ("gb2312", "\u4e00-\u9fff", 0.6),
    ("big5", "\u4e00-\u9fff", 0.6),
    ("gb18030", "\u4e00-\u9fff", 0.8),
    ("cp1251", "\u0430-\u044f\u0451", 0.6),
    ("koi8-r", "\u0430-\u044f\u0451", 0.6),
    ("cp1253", "\u03ac-\u03ce", 0.6),
    ("cp1255", "\u05d0-\u05ea", 0.6),
    ("cp1256", "\u0621-\u064a", 0.6),
)
_BEYOND = re.compile("[^\x00-\x7f]")
_RUNS = re.compile("[^\x00-\x7f]{2,}")
_LONG_RUNS = re.compile("[^\x00-\x7f]{3,}")


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
    for name, expected, least in _EXPECTED:
        text = _decode(foreign, name, False)
        if text is None:
            continue
        beyond = len(_BEYOND.findall(text))
        # Western text has single accents between ASCII letters; these scripts have runs.
        runs = _RUNS if expected[0] > "\u2e80" else _LONG_RUNS
        if sum(map(len, runs.findall(text))) < 0.6 * beyond:
            continue
        if beyond and len(re.findall(f"[{expected}]", text)) >= least * beyond:
            return name
    return "cp1252"


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
