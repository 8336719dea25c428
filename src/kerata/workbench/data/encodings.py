"""Detection of a text's encoding from its bytes."""

from __future__ import annotations

import codecs
import re
import unicodedata

from kerata.workbench.core.extras import need

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What tables are written in, besides UTF; the many relatives of these only confuse.
_CANDIDATES = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp874", "koi8-r", "koi8-u", "cp866", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9"),
    *("mac-roman", "mac-cyrillic", "cp850"),
    *("cp932", "shift_jis", "euc-jp", "cp949", "euc-kr", "gb18030", "big5"),
)
# Of two that fit alike the first is meant: Windows writes more tables than all others.
_COMMON = {name: 1.1 for name in _CANDIDATES if name.startswith("cp12")} | {"cp1252": 1.5}
_LEAST = {"cp1252": 0.008}
_SAMPLE = 100_000
_BEYOND = re.compile("[^\x00-\x7f]")
# Signs that people write; others are wrongly read letters.
_SIGNS = frozenset("€£¥©®°±²³µ·¹º»¼½¾¿«¡§×÷–—‘’‚“”„•…‰‹›™№\xa0")
# Few languages have them, and Turkish letters look like them in Windows-1252.
_RARE = frozenset("ÐðÝýÞþ")
_ENDING = frozenset("©®°±²³µ¹º»¼½¾×”…‰›™")
# From here on come Chinese, Japanese and Korean, of which a lone sign is more often a mistake.
_FIRST_SYLLABLE = "\u2e80"


def guess_encoding(sample: bytes, *, whole: bool) -> str:
    """Guess the encoding of text.

    Arguments:
        sample: its first bytes.
        whole: whether that is all of it; otherwise the last character may be cut.

    Returns:
        A name that Python knows; ``'mixed'`` for UTF-8 with single lines in another encoding.

    Raises:
        ImportError: it is not UTF, and the package chardet is not installed.

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
    """Weigh what chardet thinks of the bytes against what words look like in each encoding."""
    chardet = need("chardet", "Text that is not in UTF-8")
    foreign = foreign[:_SAMPLE]
    message = chardet.detect_all(
        foreign, ignore_threshold=True, include_encodings=_CANDIDATES, compat_names=False
    )
    scores = dict(_LEAST)
    # For bytes that are no text at all it answers None.
    for found in [answer for answer in message if answer["encoding"]]:
        scores[found["encoding"]] = max(found["confidence"], _LEAST.get(found["encoding"], 0.0))
    best, most = "cp1252", 0.0
    for name, score in scores.items():
        text = _decode(foreign, name, False)
        if text is None:
            continue
        score *= _plausible(text) ** 2 * _COMMON.get(name, 1.0)
        if score > most:
            best, most = name, score
    return best


def _plausible(text: str) -> float:
    """Give the share of characters beyond ASCII that stand where such characters stand.

    A script other than Latin does not share words with ASCII letters, capitals don't follow small
    letters, and boxes, controls and rare signs are no text.
    """
    good, total = 0.0, 0
    for match in _BEYOND.finditer(text):
        place, sign = match.start(), match[0]
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        total += 1
        if not sign.isalpha():
            joined = after.isalpha() and (before.isalpha() or sign in _ENDING) and sign not in "’–·"
            good += unicodedata.combining(sign) > 0 or (sign in _SIGNS and not joined)
        elif sign < "\u0250":
            good += (0.7 if sign in _RARE else 1.0) * (not (sign.isupper() and before.islower()))
        elif sign < _FIRST_SYLLABLE:
            good += not _ascii_letter(before) and not _ascii_letter(after)
        else:
            good += max(before, after) > _FIRST_SYLLABLE
    return good / total if total else 1.0


def _ascii_letter(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


def _decode(content: bytes, encoding: str, whole: bool) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(content, final=whole)
    except UnicodeDecodeError:
        return None


def told_encoding(encoding: str) -> str:
    """Call an encoding as people do.

    >>> told_encoding("cp1250"), told_encoding("mixed"), told_encoding("mac-roman")
    ('Windows-1250', 'UTF-8', 'Mac-Roman')
    """
    if encoding in ("utf-8-sig", "mixed"):
        return "UTF-8"
    if encoding.startswith("mac"):
        return encoding.title()
    return re.sub("^CP(?=12|874|9)", "Windows-", encoding.upper())


class Patched:
    """Counts bytes that do not fit an encoding and reads on, piece by piece.

    In UTF-8 they are read as Windows-1252, elsewhere as the sign of replacement.

    >>> patched = Patched("utf-8")
    >>> b"Z\\xfcrich, Gen\\xc3\\xa8ve".decode("utf-8", patched.name), patched.count
    ('Zürich, Genève', 1)
    """

    def __init__(self, encoding: str) -> None:
        """Register a handler of errors, ``name``, for ``open`` and ``decode``."""
        self.count = 0
        self.encoding = "utf-8" if encoding == "mixed" else encoding
        self.name = "kerata-patched"
        codecs.register_error(self.name, self._patch)

    def _patch(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        self.count += 1
        if not self.encoding.startswith("utf-8"):
            return "\ufffd", error.end
        foreign = error.object[error.start : error.end]
        return foreign.decode("cp1252", "replace"), error.end

    def note(self) -> list[str]:
        """Say how many bytes did not fit, if any."""
        if not self.count:
            return []
        if self.encoding.startswith("utf-8"):
            return [
                f"{self.count:,} bytes are no UTF-8 (the file mixes encodings, or is "
                "Windows-1252) and were read as Windows-1252."
            ]
        name = told_encoding(self.encoding)
        return [f"{self.count:,} characters are no {name} and were read as \ufffd."]


def decode_text(content: bytes) -> tuple[str, str]:
    """Decode a whole text in whatever encoding, and tell which."""
    encoding = guess_encoding(content[: 1 << 22], whole=len(content) <= 1 << 22)
    patched = Patched(encoding)
    return content.decode(patched.encoding, patched.name), encoding
