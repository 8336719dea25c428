"""Integers to their numbers in a vocabulary and back."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import floatx
from kerata.layers.preprocessing.encoding import encode
from kerata.layers.preprocessing.fingerprints import buckets
from kerata.layers.preprocessing.tokens import Tokens, read_tokens
from kerata.layers.preprocessing.vocabulary import IndexLookup


class IntegerLookup(IndexLookup):
    """Replaces integers by their numbers in a vocabulary, or back.

    Works on data and as a part of a model. Input ints ``(batch, ...)``, output int32 of the same
    shape with ``'int'``, else float vectors ``(batch, tokens)``.

    Arguments:
        max_tokens: most numbers there may be, those of special tokens included.
        num_oov_indices: how many numbers unknown integers share; with 0 they are an error
            where they can be seen, and -1 inside compiled programs.
        mask_token: integer that becomes 0 with ``'int'`` and counts nothing otherwise.
        oov_token: integer that stands for the unknown ones.
        vocabulary: list of different integers, or path of a file with one a line; else call
            ``adapt(data)``.
        vocabulary_dtype: ``'int64'``.
        idf_weights: one weight for each integer, with ``'tf_idf'``.
        invert: whether to turn numbers back into integers of the vocabulary.
        output_mode: ``'int'``; ``'one_hot'``: each integer becomes a vector with one 1;
            ``'multi_hot'``: one vector for the integers along the last axis with a 1 for
            each; ``'count'``: with counts; ``'tf_idf'``: with counts times weights.
        sparse: whether vectors come as a SciPy CSR matrix.
        pad_to_max_tokens: whether vectors always have ``max_tokens`` entries.
        oov_method: how several numbers are shared: ``'floormod'`` or ``'farmhash'``.
        salt: one or two integers that change what shares a number, with ``'farmhash'``.

    Raises:
        ValueError: options that don't go together, an unsuitable vocabulary, an unknown
            integer with ``num_oov_indices=0``.
        TypeError: something else than numbers.

    >>> IntegerLookup(vocabulary=[12, 36, 1138, 42])([[12, 1138, 42], [42, 1000, 36]]).tolist()
    [[1, 3, 4], [4, 0, 2]]

    Source: Keras 3.15.
    """

    # Where a layer of strings reads it, it runs before the compiled program too.
    may_work_on_host = True

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int | None = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
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
        if vocabulary_dtype != "int64":
            raise ValueError(
                f"IntegerLookup: vocabulary_dtype must be 'int64', got {vocabulary_dtype!r}."
            )
        if salt is not None and oov_method != "farmhash":
            raise ValueError("IntegerLookup: salt goes with oov_method='farmhash'.")
        self.vocabulary_dtype = vocabulary_dtype
        super().__init__(
            max_tokens,
            num_oov_indices,
            None if mask_token is None else int(mask_token),
            None if oov_token is None else int(oov_token),
            vocabulary,
            idf_weights,
            invert,
            output_mode,
            sparse,
            pad_to_max_tokens,
            oov_method,
            salt,
            name,
            **kwargs,
        )

    def call(self, inputs: Any) -> Any:
        """Look up integers, on the device where they are inside a program."""
        if not isinstance(inputs, jax.core.Tracer):
            return super().call(inputs)
        ids = inputs.astype(jnp.int32)
        if self.invert:
            return self._inverse_inside(ids)
        numbers = self._numbers_inside(ids)
        if self.output_mode == "int":
            return numbers
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        vectors = encode(numbers, mode, self._depth, floatx())
        return vectors if self.idf_weights is None else vectors * self.idf_weights

    def _numbers_inside(self, ids: jax.Array) -> jax.Array:
        numbers = jnp.full(ids.shape, -1, jnp.int32)
        if self.num_oov_indices:
            numbers = self._oov_start + ids % self.num_oov_indices
        if self._table.tokens:
            tokens = np.array(self._table.tokens)
            order = np.argsort(tokens)
            ordered = jnp.asarray(tokens[order], jnp.int32)
            place = jnp.minimum(jnp.searchsorted(ordered, ids), len(order) - 1)
            found = jnp.asarray(order + len(self._specials), jnp.int32)[place]
            numbers = jnp.where(ordered[place] == ids, found, numbers)
        if self.mask_token is not None:
            masked = 0 if self.output_mode == "int" else -1
            numbers = jnp.where(ids == self.mask_token, masked, numbers)
        return numbers

    def _inverse_inside(self, ids: jax.Array) -> jax.Array:
        vocabulary = jnp.asarray([*self.get_vocabulary(), self.oov_token], jnp.int32)
        known = (ids >= 0) & (ids < self.vocabulary_size())
        return vocabulary[jnp.where(known, ids, self.vocabulary_size())]

    def _inverse(self, ids: np.ndarray) -> np.ndarray:
        return super()._inverse(ids).astype(np.int64)

    def _check_program(self) -> None:
        """Refuse what only works on data, outside programs."""
        wide = [x for x in self._table.tokens if not -(2**31) <= x < 2**31]
        problem = None
        if self.sparse:
            problem = "sparse=True gives a SciPy matrix"
        elif self.num_oov_indices > 1 and self.oov_method == "farmhash":
            problem = "oov_method='farmhash' works on strings"
        elif wide:
            problem = f"its vocabulary has {wide[0]}, which takes 64 bits"
        if problem:
            raise ValueError(
                f"Layer {self.name!r} (IntegerLookup) can't be in a compiled model, since "
                f"{problem}: apply the layer to the data first, x = layer(x)."
            )

    def _token(self, x: Any) -> int:
        try:
            return int(x)
        except (TypeError, ValueError):
            raise ValueError(f"{self._where}: the vocabulary has {x!r}, no integer.") from None

    def _read(self, value: Any) -> Tokens:
        return read_tokens(value, self._numbers)

    def _places(self, flat: np.ndarray) -> np.ndarray:
        if not self._table.tokens:
            return np.full(flat.shape, -1, np.int64)
        tokens = np.array(self._table.tokens, np.int64)
        order = np.argsort(tokens)
        place = np.minimum(np.searchsorted(tokens[order], flat), len(order) - 1)
        return np.where(tokens[order][place] == flat, order[place], -1)

    def _hashed(self, flat: np.ndarray) -> np.ndarray:
        if self.oov_method == "floormod":
            return flat % self.num_oov_indices
        return buckets(map(str, flat.tolist()), self.num_oov_indices, self.salt)
