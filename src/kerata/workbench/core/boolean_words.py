"""Words and numbers that stand for true and false."""

from __future__ import annotations

from collections.abc import Iterable

_PAIRS = (
    *(("true", "false"), ("yes", "no"), ("1", "0"), ("1.0", "0.0"), ("y", "n"), ("t", "f")),
    *(
        ("on", "off"),
        ("ja", "nein"),
        ("oui", "non"),
        ("sí", "no"),
        ("si", "no"),
        ("wahr", "falsch"),
    ),
    *(("vrai", "faux"), ("da", "nu"), ("ja", "nej"), ("ja", "nee"), ("sim", "não"), ("да", "нет")),
)
_TRUE = frozenset(true for true, _ in _PAIRS)
_FALSE = frozenset(false for _, false in _PAIRS)


def boolean_pair(words: Iterable[str]) -> tuple[str, str] | None:
    """Find the words for true and false in which a column is written.

    Arguments:
        words: its different values, the most frequent first; case does not matter.

    Returns:
        Two of the words, or None if they mean something else.

    >>> boolean_pair(["No", "Yes", "1"]), boolean_pair(["yes", "maybe"])
    (('Yes', 'No'), None)
    """
    spelled: dict[str, str] = {}
    for word in words:
        spelled.setdefault(word.casefold(), word)
    if not set(spelled) <= _TRUE | _FALSE:
        return None
    for true, false in sorted(_PAIRS, key=lambda pair: _place(pair, list(spelled))):
        if true in spelled and false in spelled:
            return spelled[true], spelled[false]
    return None


def _place(pair: tuple[str, str], words: list[str]) -> int:
    return min((words.index(word) for word in pair if word in words), default=len(words))


def boolean_words(pair: tuple[str, str]) -> dict[str, str]:
    """Give for each other spelling of true and false, folded, the one of the pair.

    >>> words = boolean_words(("yes", "no"))
    >>> words["true"], words["0"], "no" in words
    ('yes', 'no', False)
    """
    true, false = pair
    own = {true.casefold(), false.casefold()}
    message = dict.fromkeys(_TRUE, true) | dict.fromkeys(_FALSE, false)
    return {word: meant for word, meant in message.items() if word not in own}
