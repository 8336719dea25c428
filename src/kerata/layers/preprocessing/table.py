"""The tokens that a lookup layer knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


class LookupTable:
    """A vocabulary without its special tokens.

    Arguments:
        tokens: different tokens.
        idf: weights of all numbers, those of special tokens included, or None.
        given: what the caller passed, for configs; None for a learned vocabulary.
    """

    def __init__(
        self,
        tokens: Sequence[Any] = (),
        idf: np.ndarray | None = None,
        given: dict[str, Any] | None = None,
    ) -> None:
        self.tokens = list(tokens)
        self.places = {token: i for i, token in enumerate(self.tokens)}
        self.idf = idf
        self.given = given

    def set_idf(self, weights: np.ndarray, specials: int, size: int) -> None:
        """Set the weights of the tokens; special ones get the mean, padding up to size zero."""
        mean = weights.mean() if weights.size else 0
        weights = np.pad(weights, (specials, 0), constant_values=mean)
        self.idf = np.pad(weights, (0, size - len(weights))).astype(np.float32)


def checked_table(
    where: str, given: list[Any], specials: list[Any], reserved: list[Any], max_tokens: int | None
) -> LookupTable:
    """Make a table of a vocabulary that may begin with the special tokens.

    Arguments:
        where: names the layer in messages.
        given: the vocabulary.
        specials: special tokens, in the order of their numbers.
        reserved: tokens that may not come anywhere else.
        max_tokens: most tokens there may be, the special ones included.

    Raises:
        ValueError: an empty, repeated or too long vocabulary.
    """
    if not given:
        raise ValueError(f"{where} got an empty vocabulary.")
    tokens = given[len(specials) :] if given[: len(specials)] == specials else given
    repeated = [token for token, n in Counter(tokens).items() if n > 1]
    if repeated:
        raise ValueError(f"{where}: the vocabulary has {repeated[0]!r} more than once.")
    table = LookupTable(tokens)
    for special in reserved:
        if special is not None and special in table.places:
            raise ValueError(
                f"{where}: the special token {special!r} can't be in the vocabulary, except "
                f"at its start in this order: {specials}."
            )
    size = len(specials) + len(tokens)
    if max_tokens is not None and size > max_tokens:
        raise ValueError(
            f"{where}: with special tokens the vocabulary has {size} tokens, but "
            f"max_tokens={max_tokens}."
        )
    return table


def read_lines(where: str, path: Any, encoding: str) -> list[str]:
    """Read a file with one token a line; empty lines at its end don't count.

    Raises:
        ValueError: there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{where}: there is no vocabulary file {path}.")
    lines = [line.removesuffix("\r") for line in path.read_text(encoding=encoding).split("\n")]
    while lines and lines[-1] == "":
        lines.pop()
    return lines
