"""Combinations of categories sorted into a fixed number of bins."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import positive_int
from kerata.base.dtypes import floatx
from kerata.base.symbolic import KerasTensor
from kerata.layers.preprocessing.encoding import checked_mode
from kerata.layers.preprocessing.fingerprints import crossed, farmhash64
from kerata.layers.preprocessing.host_layer import HostLayer
from kerata.layers.preprocessing.lookup_options import raise_for_program


class HashedCrossing(HostLayer):
    """Sorts combinations of features into bins by a fingerprint of them all.

    It is called on data, or at the beginning of a model. A list of two or more
    arrays of strings or ints, each ``()``, ``(batch,)`` or ``(batch, 1)``, gives int32 bins of the
    same shape, or float vectors with ``'one_hot'``.

    Arguments:
        num_bins: int, number of bins.
        output_mode: ``'int'`` (the default) for the bins' numbers, or ``'one_hot'``.
        sparse: only False, as in Keras on JAX.
        name: string, given automatically if left out.
        dtype: type of the output; ``'int64'`` (which is int32 here) or ``floatx()`` by default.
        **kwargs: trainable and so on, see ``Layer``.

    Raises:
        ValueError: a wrong number of bins, mode or shape; one input; floats; a call inside a model.

    >>> layer = HashedCrossing(num_bins=5)
    >>> layer([["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]]).tolist()
    [1, 4, 1, 1, 3]

    Source: Keras 3.15, the same bins as there.
    """

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        if dtype is None:
            dtype = "int64" if output_mode == "int" else floatx()
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_bins = positive_int("HashedCrossing", "num_bins", num_bins)
        self.output_mode = checked_mode("HashedCrossing", output_mode, ("int", "one_hot"))
        if sparse:
            raise ValueError("HashedCrossing: sparse=True needs TensorFlow; leave it out.")
        self.sparse = sparse
        self.autocast = False
        self.built = True

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Sort data into bins, or extend the graph of a model."""
        several = isinstance(inputs, (list, tuple)) and len(inputs) > 1
        if not several:
            raise ValueError(
                f"Layer {self.name!r} (HashedCrossing) takes a list of two or more features, "
                f"got {type(inputs).__name__}."
            )
        if any(isinstance(x, jax.core.Tracer) for x in inputs):
            raise_for_program(self)
        return super().__call__(inputs, *args, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Give the bins, or vectors for them."""
        arrays = [np.asarray(x) for x in inputs]
        shape = arrays[0].shape
        fits = len(shape) < 2 or (len(shape) == 2 and shape[1] == 1)
        if not fits or any(a.shape != shape for a in arrays):
            raise ValueError(
                f"Layer {self.name!r} (HashedCrossing): all features must have one shape, (), "
                f"(batch,) or (batch, 1), got {', '.join(str(a.shape) for a in arrays)}."
            )
        bins = crossed(map(self._fingerprints, arrays), self.num_bins).reshape(shape)
        if self.output_mode == "int":
            return jnp.asarray(bins.astype(np.int32))
        vectors = jax.nn.one_hot(bins.astype(np.int32), self.num_bins, dtype=self.compute_dtype)
        return vectors.reshape(self.compute_output_shape([shape] * len(arrays)))

    def _fingerprints(self, array: np.ndarray) -> list[int]:
        flat = array.ravel().tolist()
        if array.dtype.kind in "iu":
            return [x % (1 << 64) for x in flat]
        if not all(isinstance(x, (str, bytes)) for x in flat):
            raise ValueError(
                f"Layer {self.name!r} (HashedCrossing): features must be strings or integers, got "
                f"an array of type {array.dtype}."
            )
        return [farmhash64(x.encode() if isinstance(x, str) else x) for x in flat]

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Give the output's shape and type."""
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return KerasTensor(self.compute_output_shape([x.shape for x in inputs]), dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Leave the features' shape, or add or replace the last axis."""
        shape = tuple(input_shape[0])
        if self.output_mode == "int":
            return shape
        return (*(shape[:-1] if shape[-1:] == (1,) else shape), self.num_bins)
