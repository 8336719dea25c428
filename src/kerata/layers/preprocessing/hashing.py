"""Strings and integers sorted into a fixed number of bins."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import positive_int
from kerata.base.dtypes import floatx
from kerata.base.symbolic import KerasTensor
from kerata.layers.preprocessing.encoding import MODES, checked_mode, encoded_shape
from kerata.layers.preprocessing.fingerprints import buckets, checked_salt
from kerata.layers.preprocessing.host_layer import HostLayer
from kerata.layers.preprocessing.tokens import Tokens, bags, read_tokens, strings_of
from kerata.layers.rows import ApartByMode


class Hashing(ApartByMode, HostLayer):
    """Sorts strings or integers into bins by a fingerprint, without a vocabulary.

    It is called on data, or at the beginning of a model. Strings or ints ``(batch, ...)`` give
    int32 bins of the same shape with ``'int'``.

    Arguments:
        num_bins: int, number of bins, that of ``mask_value`` included.
        mask_value: string or int that gets bin 0 for itself; None by default.
        salt: one or two ints, the key of SipHash; None (FarmHash64) by default.
        output_mode: ``'int'`` (the default) for the bins' numbers, or one of
            ``CategoryEncoding``'s modes.
        sparse: bool, whether vectors come as a SciPy CSR matrix; False by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a wrong number of bins, mode, type or salt; a call inside a model.

    >>> Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]]).tolist()
    [[1], [0], [1], [1], [2]]

    Source: Keras 3.15, the same bins as there; SipHash: Aumasson & Bernstein 2012.
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else floatx()
        super().__init__(**kwargs)
        self.num_bins = positive_int("Hashing", "num_bins", num_bins)
        self.output_mode = checked_mode("Hashing", output_mode, ("int", *MODES))
        if self.output_mode == "int" and self.compute_dtype not in ("int32", "int64"):
            raise ValueError(
                "Hashing: with output_mode='int' the dtype must be 'int32' or 'int64', "
                f"got {self.compute_dtype!r}."
            )
        if sparse and self.output_mode == "int":
            raise ValueError("Hashing: sparse=True goes with vectors, not with output_mode='int'.")
        self.mask_value = mask_value
        self.salt = checked_salt("Hashing", salt)
        self.sparse = sparse
        self.autocast = False
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Give the bins."""
        tokens = read_tokens(inputs, self._values)
        bins = self._bins(tokens.flat)
        if self.output_mode == "int":
            return jnp.asarray(self._shaped(bins, tokens).astype(np.int32))
        lengths = np.ones(bins.size, np.int64) if self.output_mode == "one_hot" else tokens.lengths
        matrix = bags(bins, lengths, self.num_bins, self.output_mode == "count")
        if self.sparse:
            return matrix
        shape = tokens.shape
        out = (len(lengths), self.num_bins) if shape is None else self.compute_output_shape(shape)
        return jnp.asarray(matrix.toarray().reshape(out), self.compute_dtype)

    def _shaped(self, bins: np.ndarray, tokens: Tokens) -> np.ndarray:
        if tokens.shape is None:
            raise ValueError(
                f"Layer {self.name!r} (Hashing): output_mode='int' needs rows of one length."
            )
        return bins.reshape(tokens.shape)

    def _values(self, inputs: Any) -> np.ndarray:
        """Turn numbers into integers, anything else into strings."""
        if getattr(getattr(inputs, "dtype", None), "kind", "O") in "iuf":
            return np.asarray(inputs).astype(np.int64)
        array = np.array(inputs, dtype=object)
        if array.size and all(isinstance(x, (int, float, np.number)) for x in array.ravel()):
            return array.astype(np.int64)
        return strings_of(f"Layer {self.name!r} (Hashing)", inputs)

    def _bins(self, values: np.ndarray) -> np.ndarray:
        reserved = self.mask_value is not None and self.num_bins > 1
        texts = map(str, values.tolist())
        if not reserved:
            return buckets(texts, self.num_bins, self.salt)
        masked = np.asarray(values == self.mask_value, bool)
        return np.where(masked, 0, buckets(texts, self.num_bins - 1, self.salt) + 1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Leave the shape, or add or replace the last axis."""
        if self.output_mode == "int":
            return input_shape
        return encoded_shape(input_shape, self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Give the output's shape and type."""
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)
