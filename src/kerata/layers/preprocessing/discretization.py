"""Numbers sorted into bins."""

from __future__ import annotations

import itertools
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import positive_int
from kerata.base.symbolic import KerasTensor
from kerata.layers.layer import Layer
from kerata.layers.preprocessing.batches import batches_of
from kerata.layers.preprocessing.encoding import (
    MODES,
    checked_mode,
    encode,
    encoded_shape,
    sparse_outside_programs,
)
from kerata.layers.rows import ApartByMode


class Discretization(ApartByMode, Layer):
    """Replaces each number by the number of the bin it falls into.

    Bin 0 holds what lies below the first boundary, bin i what lies from boundary i-1 up to,
    and without, boundary i. Input ``(batch, ...)`` of any number dtype, output int32 of the same
    shape with ``'int'``.

    Arguments:
        bin_boundaries: list of floats, boundaries in ascending order; or
        num_bins: int, how many bins ``adapt`` makes, with about as many numbers in each.
        epsilon: float, accepted; Keras's tolerance for the boundaries, which are exact here.
        output_mode: ``'int'`` (the default) for the bins' numbers, or one of
            ``CategoryEncoding``'s modes.
        sparse: bool, whether vectors are a ``BCOO`` matrix outside compiled programs.
        name, dtype: see ``Layer``; given automatically and ``floatx()`` by default.

    Raises:
        ValueError: both or neither of ``bin_boundaries`` and ``num_bins``; an unknown mode;
            a call before ``adapt``.

    >>> import numpy as np
    >>> Discretization(bin_boundaries=[0.0, 1.0])(np.array([[-1.0, 0.0, 0.5, 7.0]])).tolist()
    [[0, 1, 1, 2]]

    Source: quantiles between neighbouring numbers as in Keras 3.15.
    """

    # Where a layer of strings reads it, it runs before the compiled program too.
    may_work_on_host = True

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype=dtype, name=name, **kwargs)
        if (bin_boundaries is None) == (num_bins is None):
            raise ValueError("Discretization needs either bin_boundaries or num_bins.")
        self.bin_boundaries = None if bin_boundaries is None else list(map(float, bin_boundaries))
        if any(not a <= b for a, b in itertools.pairwise(self.bin_boundaries or ())):
            raise ValueError(
                "Discretization: bin_boundaries must be in ascending order, got "
                f"bin_boundaries={bin_boundaries!r}."
            )
        self.num_bins = (
            None if num_bins is None else positive_int("Discretization", "num_bins", num_bins)
        )
        self.epsilon = epsilon
        self.output_mode = checked_mode("Discretization", output_mode, ("int", *MODES))
        if sparse and self.output_mode == "int":
            raise ValueError(
                "Discretization: sparse=True needs vectors, so output_mode 'one_hot', 'multi_hot' "
                "or 'count', not 'int'."
            )
        self.sparse = sparse
        # Numbers near a boundary must not be rounded across it.
        self.autocast = False

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the boundaries from data: an array, or an iterable of batches.

        Arguments:
            data: all its numbers together make the bins.
            steps: how many batches to take; all by default.

        Raises:
            ValueError: boundaries were given; no data.
        """
        if self.num_bins is None:
            raise ValueError(
                f"Layer {self.name!r} (Discretization) was given its boundaries, so there is "
                "nothing to adapt."
            )
        parts = [np.ravel(batch) for batch in itertools.islice(batches_of(data), steps)]
        numbers = np.sort(np.concatenate([np.zeros(0), *parts]))
        if numbers.size == 0:
            raise ValueError(f"Layer {self.name!r} (Discretization): adapt() got no numbers.")
        wanted = np.arange(1, self.num_bins) / self.num_bins
        reached = np.arange(1, numbers.size + 1) / numbers.size
        boundaries = np.interp(wanted, reached, numbers).astype(np.float32)
        self.bin_boundaries = boundaries.tolist()

    @property
    def _bins(self) -> int:
        """How many bins there are."""
        if self.bin_boundaries is not None:
            return len(self.bin_boundaries) + 1
        assert self.num_bins is not None
        return self.num_bins

    def call(self, inputs: Any) -> Any:
        """Give the bins."""
        if self.bin_boundaries is None:
            raise ValueError(
                f"Layer {self.name!r} (Discretization) doesn't know its bins yet: "
                "call adapt(data) first."
            )
        boundaries = jnp.asarray(self.bin_boundaries, jnp.float32)
        bins = jnp.searchsorted(boundaries, inputs, side="right").astype("int32")
        if self.output_mode == "int":
            return bins
        vectors = encode(bins, self.output_mode, self._bins, self.compute_dtype)
        return sparse_outside_programs(vectors) if self.sparse else vectors

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Leave the shape, or add or replace the last axis."""
        if self.output_mode == "int":
            return input_shape
        return encoded_shape(input_shape, self.output_mode, self._bins)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Give the output's shape and type."""
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that Keras's layer knows: it has no ``trainable``."""
        config = super().get_config()
        del config["trainable"]
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Discretization:
        """Build a layer from what ``get_config`` gave, learned boundaries included."""
        if None in (config.get("bin_boundaries"), config.get("num_bins")):
            return super().from_config(config, custom_objects)
        layer = super().from_config(config | {"bin_boundaries": None}, custom_objects)
        layer.bin_boundaries = list(config["bin_boundaries"])
        return layer
