"""Texts to numbers of words, or to vectors of word counts."""

from __future__ import annotations

import math
from typing import Any, Self

import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.dtypes import floatx
from kerata.base.symbolic import KerasTensor
from kerata.layers.preprocessing.host_layer import HostLayer
from kerata.layers.preprocessing.lookup_options import check_options, refuse_path
from kerata.layers.preprocessing.standardize import (
    SPLIT,
    STANDARDIZE,
    checked,
    standardized,
    with_ngrams,
    words_of,
)
from kerata.layers.preprocessing.string_lookup import StringLookup
from kerata.layers.preprocessing.tokens import Tokens, batches_of_tokens, strings_of


class TextVectorization(HostLayer):
    """Turns texts into numbers of their words, or into vectors of word counts.

    Each text is standardized, split into words, joined into n-grams, looked up. It is called on
    data, or on ``Input(dtype="string")`` at the beginning of a model, which runs it on all rows
    before its compiled program. Without ``output_sequence_length`` numbers are filled up to the
    longest text of those that are given at once: all rows of arrays, or a batch of a data set.

    Arguments:
        max_tokens: most numbers there may be, those of padding and unknown words included.
        standardize: ``'lower_and_strip_punctuation'``, ``'lower'``, ``'strip_punctuation'``,
            None, or a function from a NumPy array of texts to one of the same shape.
        split: ``'whitespace'``, ``'character'``, None, or a function from an array of texts to
            one list of words for each.
        ngrams: up to how many neighbouring words make a token, or a tuple of such numbers.
        output_mode: ``'int'``: numbers of words, 0 for padding, 1 for unknown ones;
            ``'multi_hot'``: one vector a text with a 1 for each word, at 0 for unknown ones;
            ``'count'``: with counts; ``'tf_idf'``: with counts times weights.
        output_sequence_length: length of all rows with ``'int'``; the longest text's by default.
        pad_to_max_tokens: whether vectors always have ``max_tokens`` entries.
        vocabulary: list of different words, or path of a file with one a line; else call
            ``adapt(data)``.
        idf_weights: one weight for each word, with ``'tf_idf'``.
        sparse: whether vectors come as a SciPy CSR matrix.
        ragged: not available; rows of different lengths are padded.
        encoding: of byte strings and files.

    Returns:
        Int32 array ``(texts, length)``, or float32 ``(texts, tokens)``.

    Raises:
        ValueError: options that don't go together; inputs with several texts in a row.
        TypeError: something else than strings.

    >>> layer = TextVectorization()
    >>> layer.adapt(["A good film.", "Good!"])
    >>> numbers = layer(["a good, good book", "film"])
    >>> numbers.tolist()
    [[4, 2, 2, 1], [3, 0, 0, 0]]

    Back to words, with 0 as nothing:

    >>> words = StringLookup(vocabulary=layer.get_vocabulary(), mask_token="", invert=True)
    >>> [" ".join(row).strip() for row in words(numbers)]
    ['a good good [UNK]', 'film']

    Source: Keras 3.15.
    """

    # get_config() adds them itself.
    _not_in_config = ("vocabulary", "idf_weights")

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        for hidden in ("vocabulary_size", "has_input_vocabulary"):
            kwargs.pop(hidden, None)
        super().__init__(name=name, **kwargs)
        kind = "TextVectorization"
        self.output_mode = check_options(
            kind, max_tokens, output_mode, sparse, pad_to_max_tokens, idf_weights
        )
        if self.output_mode == "one_hot":
            raise ValueError(f"{kind}: a text has no one_hot vector; use output_mode='multi_hot'.")
        if output_sequence_length is not None and self.output_mode != "int":
            raise ValueError(
                f"{kind}: output_sequence_length goes with output_mode='int', "
                f"not {self.output_mode!r}."
            )
        if ragged:
            raise ValueError(
                f"{kind}: ragged=True isn't available; rows are padded with 0, which "
                "Embedding(mask_zero=True) leaves out."
            )
        self.standardize = checked(kind, "standardize", standardize, STANDARDIZE)
        self.split = checked(kind, "split", split, SPLIT)
        self.ngrams = tuple(ngrams) if isinstance(ngrams, list) else ngrams
        self._widths = _widths(self.ngrams)
        self.max_tokens = max_tokens
        self.output_sequence_length = output_sequence_length
        self.pad_to_max_tokens = pad_to_max_tokens
        self.sparse = sparse
        self.ragged = ragged
        self.encoding = encoding
        self.autocast = False
        self.built = True
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            mask_token="",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            output_mode=self.output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            encoding=encoding,
            name=f"{self.name}_words",
        )

    # The vocabulary ----------------------------------------------------------------------

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary: the words that occur, the most frequent first.

        Arguments:
            data: list, array or table column of texts, or an iterable of batches of such.
            batch_size: accepted; makes no difference.
            steps: how many batches to take; all by default.

        Raises:
            ValueError: the layer was given its vocabulary.
        """
        self._lookup_layer.reset_state()
        for batch in batches_of_tokens(data, steps)[1]:
            self.update_state(batch)
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forget the counts of an ``adapt`` in progress."""
        self._lookup_layer.reset_state()

    def update_state(self, data: Any) -> None:
        """Count the words of a batch of texts; ``finalize_state`` makes the vocabulary."""
        self._lookup_layer.count_tokens(self._words(data)[0])

    def finalize_state(self) -> None:
        """Make the vocabulary of the words counted, the most frequent first."""
        self._lookup_layer.finalize_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """Give the vocabulary; with padding and unknown word, each stands at its number."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Give how many numbers there are, those of padding and unknown words included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary; see ``StringLookup``."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    # Calling -----------------------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        """Give numbers or vectors for texts."""
        tokens, leading = self._words(inputs)
        ids = self._lookup_layer.ids_of(tokens.flat)
        if self.output_mode != "int":
            return self._lookup_layer.vectors(ids, tokens.lengths, (*leading, None))
        width = self.output_sequence_length
        if width is None:
            width = int(tokens.lengths.max(initial=0))
        column = np.arange(width)
        out = np.zeros((len(tokens.lengths), width), np.int32)
        starts = np.concatenate([[0], np.cumsum(tokens.lengths)[:-1]])[: len(out)]
        row, column = np.nonzero(column < tokens.lengths[:, None])
        out[row, column] = ids[starts[row] + column]
        return jnp.asarray(out.reshape(*leading, width))

    def _words(self, inputs: Any) -> tuple[Tokens, tuple[int, ...]]:
        """Give the words of all texts, and the shape of the texts."""
        texts = strings_of(f"Layer {self.name!r} (TextVectorization)", inputs, self.encoding)
        texts = standardized(texts, self.standardize)
        if self.split is None:
            # The last axis holds words, unless there is only one axis.
            leading = texts.shape if texts.ndim < 2 else texts.shape[:-1]
            rows = texts.reshape(math.prod(leading), -1 if texts.size else 0).tolist()
        else:
            leading = self._texts_shape(texts.shape)
            rows = words_of(texts.ravel(), self.split)
        if self._widths is not None:
            rows = with_ngrams(rows, self._widths)
        flat = np.array([word for row in rows for word in row], dtype=object)
        return Tokens(flat, np.array([len(row) for row in rows], np.int64), None), leading

    def _texts_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if len(shape) < 2:
            return shape
        if shape[-1] != 1:
            raise ValueError(
                f"Layer {self.name!r} (TextVectorization) takes texts of shape (texts,) or "
                f"(texts, 1), got {shape}; with split=None rows are words already."
            )
        return shape[:-1]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give one row of numbers or one vector for each text."""
        if self.output_mode == "int":
            return (input_shape[0], self.output_sequence_length)
        leading = input_shape[:-1] if len(input_shape) > 1 else input_shape
        return self._lookup_layer.compute_output_shape((*leading, None))

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Give the output's shape and type."""
        dtype = "int32" if self.output_mode == "int" else floatx()
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)

    # Files ---------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments, with the vocabulary given or learned."""
        known = self._lookup_layer.get_config()
        names = ("vocabulary", "idf_weights", "vocabulary_size")
        return super().get_config() | {name: known[name] for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """Build a layer from what ``get_config`` gave; a file is never read."""
        refuse_path(cls.__name__, config)
        return super().from_config(config, custom_objects)

    def save_assets(self, dir_path: Any) -> None:
        """Write the vocabulary to ``vocabulary.txt`` in a folder, as Keras 3 does."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: Any) -> None:
        """Read the vocabulary that ``save_assets`` or Keras 3 wrote."""
        self._lookup_layer.load_assets(dir_path)

    def save_own_variables(self, store: Any) -> None:
        """Write the weights of mode ``'tf_idf'``."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Read the weights of mode ``'tf_idf'``."""
        self._lookup_layer.load_own_variables(store)


def _widths(ngrams: Any) -> tuple[int, ...] | None:
    """Give the lengths of the n-grams."""
    if ngrams is None:
        return None
    widths = tuple(range(1, ngrams + 1)) if is_integer(ngrams) else ngrams
    if not isinstance(widths, tuple) or not widths or not all(map(_positive, widths)):
        raise ValueError(
            f"TextVectorization: ngrams must be a positive integer or a tuple of them, "
            f"got {ngrams!r}."
        )
    return widths


def _positive(n: Any) -> bool:
    return is_integer(n) and n > 0
