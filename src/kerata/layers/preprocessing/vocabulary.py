"""Tokens to their numbers in a vocabulary, and back: what the lookup layers share."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Self

import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import floatx
from kerata.base.symbolic import KerasTensor
from kerata.layers.layer import Layer
from kerata.layers.preprocessing.encoding import encoded_shape
from kerata.layers.preprocessing.fingerprints import checked_salt
from kerata.layers.preprocessing.lookup_options import (
    check_options,
    raise_for_program,
    refuse_path,
)
from kerata.layers.preprocessing.table import LookupTable, checked_table, read_lines
from kerata.layers.preprocessing.tokens import (
    Tokens,
    bags,
    batches_of_tokens,
    is_data,
    read_tokens,
)
from kerata.layers.rows import ApartByMode
from kerata.layers.signature import call_signature
from kerata.utils.files import write_beside


class IndexLookup(ApartByMode, Layer):
    """Base of ``StringLookup`` and ``IntegerLookup``.

    Numbers are given out in this order: the mask token (0, in mode ``'int'`` only), the
    numbers of unknown tokens, the vocabulary.
    """

    # get_config() adds them itself.
    _not_in_config = ("vocabulary", "idf_weights")

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        for hidden in ("vocabulary_size", "has_input_vocabulary"):
            # Keras writes these into its configs; here the vocabulary itself says both.
            kwargs.pop(hidden, None)
        super().__init__(name=name, **kwargs)
        kind = type(self).__name__
        self.output_mode = check_options(
            kind, max_tokens, output_mode, sparse, pad_to_max_tokens, idf_weights
        )
        if num_oov_indices < 0:
            raise ValueError(f"{kind}: num_oov_indices can't be negative, got {num_oov_indices}.")
        if invert and self.output_mode != "int":
            raise ValueError(
                f"{kind}: invert=True goes with output_mode='int', not {output_mode!r}."
            )
        if oov_method not in ("floormod", "farmhash"):
            raise ValueError(
                f"{kind}: oov_method must be 'floormod' or 'farmhash', got {oov_method!r}."
            )
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.invert = invert
        self.sparse = sparse
        self.pad_to_max_tokens = pad_to_max_tokens
        self.oov_method = oov_method
        self.salt = checked_salt(kind, salt)
        self.autocast = False
        self.built = True
        self._table = LookupTable()
        self._static = vocabulary is not None
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    @property
    def _where(self) -> str:
        """How messages call this layer."""
        return f"Layer {self.name!r} ({type(self).__name__})"

    # The vocabulary ----------------------------------------------------------------------

    @property
    def _oov_start(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    @property
    def _specials(self) -> list[Any]:
        return [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """Give the vocabulary; with the special tokens, each stands at its number."""
        specials = self._specials if include_special_tokens else []
        return specials + self._table.tokens

    def vocabulary_size(self) -> int:
        """Give how many numbers there are, those of special tokens included."""
        return len(self._specials) + len(self._table.tokens)

    @property
    def idf_weights(self) -> np.ndarray | None:
        """The weights of mode ``'tf_idf'``, one for each number, or None."""
        return self._table.idf

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary.

        Arguments:
            vocabulary: list or array of different tokens, with or without the special ones
                in front; or the path of a text file with one token a line.
            idf_weights: one weight for each token, for mode ``'tf_idf'``; special tokens
                that are not in the vocabulary get the mean.

        Raises:
            ValueError: an empty, repeated or too long vocabulary, or weights that don't
                go with it or the mode.
        """
        where = self._where
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            rule = "needs" if idf_weights is None else "takes no"
            raise ValueError(
                f"{where} {rule} idf_weights with a vocabulary in output_mode={self.output_mode!r}."
            )
        if _is_path(vocabulary):
            vocabulary = read_lines(where, vocabulary, getattr(self, "encoding", "utf-8"))
        given = [self._token(x) for x in _plain(vocabulary)]
        reserved = [self.mask_token, self.oov_token if self.invert else None]
        table = checked_table(where, given, self._specials, reserved, self.max_tokens)
        table.given = {"vocabulary": given, "idf_weights": _plain(idf_weights)}
        if idf_weights is not None:
            weights = np.asarray(idf_weights, np.float32)
            if weights.shape != (len(given),):
                raise ValueError(
                    f"{where}: idf_weights must have one number for each of the {len(given)} "
                    f"tokens, got the shape {weights.shape}."
                )
            complete = len(given) > len(table.tokens)
            table.set_idf(weights, 0 if complete else len(self._specials), self._depth_for(table))
        self._table = table

    def _depth_for(self, table: LookupTable) -> int:
        """Give the length of vectors with a vocabulary."""
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        return len(self._specials) + len(table.tokens)

    # Learning ----------------------------------------------------------------------------

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary: the tokens that occur, the most frequent first.

        Arguments:
            data: list, array or table column, of which each row counts as a document; or an
                iterable of batches of rows.
            steps: how many batches to take; all by default.

        Raises:
            ValueError: the layer was given its vocabulary.
        """
        self.reset_state()
        whole, batches = batches_of_tokens(data, steps)
        for batch in batches:
            tokens = self._read(batch)
            if whole and tokens.shape is not None and len(tokens.shape) < 2:
                tokens = tokens._replace(lengths=np.ones(tokens.flat.size, np.int64))
            self.count_tokens(tokens)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget the counts of an ``adapt`` in progress."""
        self._counts: Counter[Any] = Counter()
        self._in_documents: Counter[Any] = Counter()
        self._documents = 0

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch; ``finalize_state`` makes the vocabulary."""
        self.count_tokens(self._read(data))

    def count_tokens(self, tokens: Tokens) -> None:
        """Count rows of tokens, for ``finalize_state``."""
        if self._static:
            raise ValueError(
                f"{self._where} was given its vocabulary, so there is nothing to adapt."
            )
        self._counts.update(tokens.flat.tolist())
        if self.output_mode == "tf_idf":
            for row in np.split(tokens.flat, np.cumsum(tokens.lengths)[:-1]):
                self._in_documents.update(set(row.tolist()))
            self._documents += len(tokens.lengths)

    def finalize_state(self) -> None:
        """Make the vocabulary of the tokens counted, the most frequent first.

        Tokens that occur equally often are sorted backwards, as in Keras 3.15; a token's
        weight in mode ``'tf_idf'`` is ``log(1 + documents / (1 + documents with it))``.
        """
        for special in (self.mask_token, self.oov_token):
            self._counts.pop(special, None)
        ordered = sorted(self._counts, key=lambda t: (self._counts[t], t), reverse=True)
        start = len(self._specials)
        if self.max_tokens is not None:
            ordered = ordered[: max(self.max_tokens - start, 0)]
        table = LookupTable(ordered)
        if self.output_mode == "tf_idf":
            found = np.array([self._in_documents[token] for token in ordered])
            weights = np.log(1 + self._documents / (1 + found)).astype(np.float32)
            table.set_idf(weights, start, self._depth_for(table))
        self._table = table
        self.reset_state()

    # Calling -----------------------------------------------------------------------------

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Look up data; inside programs only what works on numbers does."""
        if not is_data(inputs):
            self._check_program()
            return super().__call__(inputs, *args, **kwargs)
        call_signature(type(self)).check_keywords(type(self).__name__, kwargs)
        return self.call(inputs, *args)

    def _check_program(self) -> None:
        raise_for_program(self)

    def call(self, inputs: Any) -> Any:
        """Give numbers or vectors for tokens, or tokens for numbers with ``invert``."""
        if self.invert:
            numbers = read_tokens(inputs, self._numbers)
            return _like(numbers, self._inverse(numbers.flat))
        return self.encode(self._read(inputs))

    def encode(self, tokens: Tokens) -> Any:
        """Give numbers or vectors for rows of tokens."""
        ids = self.ids_of(tokens.flat)
        if self.output_mode == "int":
            found = _like(tokens, ids)
            return found if isinstance(found, list) else jnp.asarray(found.astype(np.int32))
        return self.vectors(ids, tokens.lengths, tokens.shape)

    def vectors(self, ids: np.ndarray, lengths: np.ndarray, shape: Any) -> Any:
        """Give vectors for rows of numbers, dense or with ``sparse`` as a SciPy matrix."""
        if self.output_mode == "tf_idf" and self._table.idf is None:
            raise ValueError(
                f"{self._where} has no idf weights yet: call "
                "adapt(data) or set_vocabulary(vocabulary, idf_weights) first."
            )
        if shape is None and self.output_mode == "one_hot":
            raise ValueError(f"{self._where}: output_mode='one_hot' needs rows of one length.")
        if self.output_mode == "one_hot":
            lengths = np.ones(ids.size, np.int64)
        elif shape is not None and len(shape) > 2:
            # As in Keras one vector stands for all along the axis after the batch's.
            ids = np.moveaxis(ids.reshape(shape), 1, -1).ravel()
            lengths = np.full(ids.size // max(shape[1], 1), shape[1])
        matrix = bags(ids, lengths, self._depth, self.output_mode in ("count", "tf_idf"))
        if self._table.idf is not None:
            matrix.data *= self._table.idf[matrix.indices]
        out = (len(lengths), self._depth) if shape is None else self.compute_output_shape(shape)
        if not self.sparse:
            return jnp.asarray(matrix.toarray().reshape(out), floatx())
        if len(out) > 2:
            raise ValueError(
                f"{self._where}: sparse=True gives a matrix, but "
                f"the output has the shape {out}; use sparse=False."
            )
        return matrix

    def ids_of(self, flat: np.ndarray) -> np.ndarray:
        """Give the number of each token; -1 for a token that counts nothing."""
        ids = self._places(flat)
        unknown = ids < 0
        ids += len(self._specials)
        masked = np.zeros(flat.shape, bool)
        if self.mask_token is not None:
            masked = np.asarray(flat == self.mask_token, bool)
        unknown &= ~masked
        if unknown.any():
            ids[unknown] = self._oov_start + self._oov_buckets(flat[unknown])
        ids[masked] = 0 if self.output_mode == "int" else -1
        return ids

    def _oov_buckets(self, tokens: np.ndarray) -> Any:
        if self.num_oov_indices == 0:
            raise ValueError(
                f"{self._where} got {tokens[0]!r}, which is not in "
                "its vocabulary; num_oov_indices=1 gives unknown tokens a number of their own."
            )
        return 0 if self.num_oov_indices == 1 else self._hashed(tokens)

    def _numbers(self, value: Any) -> np.ndarray:
        array = np.asarray(value)
        if array.size and array.dtype.kind not in "iuf":
            raise TypeError(f"{self._where} takes numbers, got an array of type {array.dtype}.")
        return array.astype(np.int64)

    @property
    def _depth(self) -> int:
        """Length of the vectors."""
        return self._depth_for(self._table)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Leave the shape, or add or replace the last axis."""
        if self.output_mode == "int":
            return input_shape
        mode = "one_hot" if self.output_mode == "one_hot" else "multi_hot"
        return encoded_shape(input_shape, mode, self._depth)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Give the output's shape and type."""
        dtype = "int32" if self.output_mode == "int" else floatx()
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)

    # What a subclass says ------------------------------------------------------------------

    def _token(self, x: Any) -> Any:
        """Turn an entry of a vocabulary into a token."""
        raise NotImplementedError

    def _read(self, value: Any) -> Tokens:
        """Read tokens as a caller passes them."""
        raise NotImplementedError

    def _places(self, flat: np.ndarray) -> np.ndarray:
        """Give each token's place in the vocabulary without special tokens, or -1."""
        raise NotImplementedError

    def _hashed(self, flat: np.ndarray) -> np.ndarray:
        """Sort unknown tokens into the numbers there are for them."""
        raise NotImplementedError

    def _inverse(self, ids: np.ndarray) -> np.ndarray:
        """Give the token of each number; numbers of no token give the unknown one."""
        vocabulary = np.array([*self.get_vocabulary(), self.oov_token], dtype=object)
        known = (ids >= 0) & (ids < self.vocabulary_size())
        return vocabulary[np.where(known, ids, -1)]

    # Files ---------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments, with the vocabulary given or learned."""
        config = super().get_config() | {"oov_method": self.oov_method}
        learned: dict[str, Any] = {"vocabulary": None, "idf_weights": None}
        if self._table.tokens:
            learned["vocabulary"] = self.get_vocabulary()
            idf = self._table.idf
            if idf is not None:
                learned["idf_weights"] = idf[: self.vocabulary_size()].tolist()
        return config | (self._table.given or learned) | {"vocabulary_size": self.vocabulary_size()}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """Build a layer from what ``get_config`` gave; a file is never read."""
        refuse_path(cls.__name__, config)
        return super().from_config(config, custom_objects)

    def save_assets(self, dir_path: Any) -> None:
        """Write the vocabulary to ``vocabulary.txt`` in a folder, as Keras 3 does."""
        text = "\n".join(str(token) for token in self.get_vocabulary())
        write_beside(Path(dir_path) / "vocabulary.txt", lambda file: file.write(text.encode()))

    def load_assets(self, dir_path: Any) -> None:
        """Read the vocabulary that ``save_assets`` or Keras 3 wrote."""
        if not self._static:
            lines = read_lines(self._where, Path(dir_path) / "vocabulary.txt", "utf-8")
            tokens = [self._token(line) for line in lines[len(self._specials) :]]
            self._table = LookupTable(tokens, self._table.idf)

    def save_own_variables(self, store: Any) -> None:
        """Write the weights of mode ``'tf_idf'``."""
        if self._table.idf is not None:
            store["idf_weights"] = self._table.idf

    def load_own_variables(self, store: Any) -> None:
        """Read the weights of mode ``'tf_idf'``; the vocabulary comes from the assets."""
        if self.output_mode == "tf_idf" and "idf_weights" in store:
            self._table.idf = np.asarray(store["idf_weights"], np.float32)


def _like(tokens: Tokens, flat: np.ndarray) -> Any:
    """Give results the shape of what they were made from."""
    if tokens.shape is not None:
        return flat.reshape(tokens.shape)
    return [row.tolist() for row in np.split(flat, np.cumsum(tokens.lengths)[:-1])]


def _is_path(vocabulary: Any) -> bool:
    return isinstance(vocabulary, (str, Path))


def _plain(values: Any) -> Any:
    """Turn an array or table column into a list."""
    return values if values is None else np.asarray(values, dtype=object).tolist()
