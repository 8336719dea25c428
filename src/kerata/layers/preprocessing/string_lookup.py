"""Strings to numbers and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.layers.preprocessing.fingerprints import buckets
from kerata.layers.preprocessing.host_layer import HostLayer
from kerata.layers.preprocessing.tokens import Tokens, read_tokens, strings_of
from kerata.layers.preprocessing.vocabulary import IndexLookup


class StringLookup(HostLayer, IndexLookup):
    """Replaces strings by their numbers in a vocabulary, or numbers by strings.

    It is called on data, or on ``Input(dtype="string")`` at the beginning of a model.

    Arguments:
        max_tokens: most numbers there may be, those of special tokens included.
        num_oov_indices: how many numbers unknown strings share; with 0 they are an error.
        mask_token: string that becomes 0 with ``'int'`` and counts nothing otherwise.
        oov_token: string that stands for the unknown ones.
        vocabulary: list of different strings, or path of a file with one a line; else call
            ``adapt(data)``.
        idf_weights: one weight for each string, with ``'tf_idf'``.
        invert: whether to turn numbers into strings.
        output_mode: ``'int'``; ``'one_hot'``: each string becomes a vector with one 1;
            ``'multi_hot'``: one vector for the strings along the last axis with a 1 for
            each; ``'count'``: with counts; ``'tf_idf'``: with counts times weights.
        pad_to_max_tokens: whether vectors always have ``max_tokens`` entries.
        sparse: whether vectors come as a SciPy CSR matrix.
        encoding: of byte strings and files.
        salt: one or two integers that change which unknown strings share a number.

    Returns:
        Int32 array of the inputs' shape ``(batch, ...)`` or float32 vectors ``(batch, tokens)``; a
        list of lists where ``'int'`` or ``invert`` is given rows of different lengths; an object
        array of strings with ``invert``.

    Raises:
        ValueError: options that don't go together, an unsuitable vocabulary, an unknown string
            with ``num_oov_indices=0``.
        TypeError: something else than strings.

    >>> lookup = StringLookup(vocabulary=["good", "film"])
    >>> lookup([["good", "bad", "film"]]).tolist()
    [[1, 0, 2]]
    >>> words = StringLookup(vocabulary=lookup.get_vocabulary(), invert=True)
    >>> words([[1, 0, 2]]).tolist()
    [['good', '[UNK]', 'film']]

    Source: Keras 3.15.
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str | None = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.encoding = encoding
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            idf_weights,
            invert,
            output_mode,
            sparse,
            pad_to_max_tokens,
            salt=salt,
            name=name,
            **kwargs,
        )

    def _check_program(self) -> None:
        """Let symbolic strings through: a model looks them up before its program begins."""

    def _token(self, x: Any) -> str:
        return str(strings_of(self._where, x, self.encoding).item())

    def _read(self, value: Any) -> Tokens:
        return read_tokens(value, lambda x: strings_of(self._where, x, self.encoding))

    def _places(self, flat: np.ndarray) -> np.ndarray:
        places = self._table.places
        return np.fromiter((places.get(x, -1) for x in flat), np.int64, count=flat.size)

    def _hashed(self, flat: np.ndarray) -> np.ndarray:
        return buckets(flat, self.num_oov_indices, self.salt)
