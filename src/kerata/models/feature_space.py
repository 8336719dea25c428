"""Columns of a table as one vector: each prepared by its layer, some combined."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import jax
import numpy as np

from kerata.base.dtypes import is_float_dtype
from kerata.base.messages import did_you_mean
from kerata.base.naming import auto_name
from kerata.base.registry import deserialize, serialize
from kerata.base.symbolic import is_symbolic
from kerata.layers.core.input_layer import Input
from kerata.layers.layer import Layer
from kerata.layers.normalization.normalization import Normalization
from kerata.layers.preprocessing.category_encoding import CategoryEncoding
from kerata.layers.preprocessing.discretization import Discretization
from kerata.layers.preprocessing.feature_kinds import Cross, Feature, TFDConcat, TFDIdentity
from kerata.layers.preprocessing.hashed_crossing import HashedCrossing
from kerata.layers.preprocessing.hashing import Hashing
from kerata.layers.preprocessing.integer_lookup import IntegerLookup
from kerata.layers.preprocessing.rescaling import Rescaling
from kerata.layers.preprocessing.string_lookup import StringLookup
from kerata.layers.preprocessing.text_vectorization import TextVectorization
from kerata.layers.preprocessing.vocabulary import IndexLookup
from kerata.saving.model_files import save_model

_KINDS = (
    *("float", "float_rescaled", "float_normalized", "float_discretized"),
    *("integer_categorical", "string_categorical", "integer_hashed", "string_hashed"),
)
# Rows that adapt() reads at once where a data set gives them one by one.
_ROWS = 1024


class FeatureSpace(Layer):
    """Prepares the columns of a table, by name, and joins them to one vector.

    Call it on a dictionary of arrays ``(batch,)`` or ``(batch, 1)``, or of single values; or put
    it into a model: ``Model(space.get_inputs(), Dense(1)(space.get_encoded_features()))``.

    Arguments:
        features: dictionary from a column's name to ``FeatureSpace.float_normalized()`` and so
            on, or to the name of the kind, ``'float_normalized'``.
        output_mode: ``'concat'`` (the default): one float32 vector ``(batch, numbers)``, columns
            in alphabetical order, then crosses; ``'dict'``: a dictionary of prepared columns.
        crosses: list of tuples of names, or of ``FeatureSpace.cross(...)``; None by default.
        crossing_dim: int, bins of a cross that says nothing else; 32 by default.
        hashing_dim: int, bins of ``'integer_hashed'`` and ``'string_hashed'``; 32 by default.
        num_discretization_bins: int, bins of ``'float_discretized'``; 32 by default.
        name: string, given automatically if left out.

    Raises:
        ValueError: no features, an unknown kind or mode, a cross of unknown features; a call
            before ``adapt``; data that lack a feature.

    >>> space = FeatureSpace({"age": "float_rescaled", "town": "string_categorical"})
    >>> space.adapt({"age": [20.0, 40.0], "town": ["Rome", "Bonn"]})
    >>> space({"age": [30.0], "town": ["Bonn"]}).tolist()
    [[30.0, 0.0, 0.0, 1.0]]

    Source: Keras 3.15.
    """

    _may_be_a_file: ClassVar[bool] = True

    def __init__(
        self,
        features: Mapping[str, Any],
        output_mode: str = "concat",
        crosses: Sequence[Any] | None = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not isinstance(features, Mapping) or not features:
            raise ValueError(
                f"FeatureSpace needs a dictionary of at least one feature, got {features!r:.80}."
            )
        if output_mode not in ("concat", "dict"):
            raise ValueError(
                f"FeatureSpace: unknown output_mode {output_mode!r}. "
                f"{did_you_mean(output_mode, ('concat', 'dict'))}"
            )
        self.output_mode = output_mode
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {key: self._feature(key, value) for key, value in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.crosses_by_name = {cross.name: cross for cross in self.crosses}
        self.inputs = {
            key: Input(shape=(1,), dtype=feature.dtype, name=key)
            for key, feature in self.features.items()
        }
        self.preprocessors = {key: feature.preprocessor for key, feature in self.features.items()}
        self.crossers = {
            cross.name: HashedCrossing(cross.crossing_dim, name=cross.name)
            for cross in self.crosses
        }
        self.one_hot_encoders: dict[str, CategoryEncoding] = {}
        self.concat = TFDConcat(axis=-1)
        self.encoded_features: Any = None
        self._is_adapted = False

    # Kinds of features -----------------------------------------------------------------

    @classmethod
    def cross(
        cls, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot"
    ) -> Cross:
        """Give a combination of features, sorted into ``crossing_dim`` bins."""
        return Cross(feature_names, crossing_dim, output_mode=output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Layer, output_mode: str) -> Feature:
        """Give a feature that a layer of yours prepares."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Give numbers as they are."""
        return Feature("float32", TFDIdentity(dtype="float32", name=_named("float", name)), "float")

    @classmethod
    def float_rescaled(
        cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None
    ) -> Feature:
        """Give numbers times ``scale`` plus ``offset``."""
        layer = Rescaling(scale=scale, offset=offset, name=_named("float_rescaled", name))
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Give numbers of mean 0 and variance 1, as ``adapt`` learns them."""
        layer = Normalization(axis=-1, name=_named("float_normalized", name))
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(
        cls,
        num_bins: int | None = None,
        bin_boundaries: Any = None,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Give bins of numbers, of which ``adapt`` learns the boundaries if none are given."""
        layer = Discretization(
            num_bins=num_bins,
            bin_boundaries=bin_boundaries,
            name=_named("float_discretized", name),
        )
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Give numbers or vectors for the integers that ``adapt`` finds."""
        name = _named("integer_categorical", name)
        layer = IntegerLookup(name=name, max_tokens=max_tokens, num_oov_indices=num_oov_indices)
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Give numbers or vectors for the strings that ``adapt`` finds."""
        name = _named("string_categorical", name)
        layer = StringLookup(name=name, max_tokens=max_tokens, num_oov_indices=num_oov_indices)
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Give bins of strings by a fingerprint, without a vocabulary."""
        layer = Hashing(num_bins=num_bins, name=_named("string_hashed", name))
        return Feature("string", layer, output_mode)

    @classmethod
    def integer_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Give bins of integers by a fingerprint, without a vocabulary."""
        layer = Hashing(num_bins=num_bins, name=_named("integer_hashed", name))
        return Feature("int32", layer, output_mode)

    def _feature(self, name: str, kind: Any) -> Feature:
        if isinstance(kind, dict):
            kind = deserialize(kind)
        if isinstance(kind, Feature):
            return kind
        if kind not in _KINDS:
            raise ValueError(
                f"FeatureSpace: feature {name!r} has the unknown kind {kind!r}. "
                f"{did_you_mean(str(kind), _KINDS)}"
            )
        sizes: dict[str, Any] = {}
        if kind == "float_discretized":
            sizes = {"num_bins": self.num_discretization_bins}
        elif kind.endswith("_hashed"):
            sizes = {"num_bins": self.hashing_dim}
        return getattr(self, kind)(name=name, **sizes)

    def _cross(self, cross: Any) -> Cross:
        if isinstance(cross, dict):
            cross = deserialize(cross)
        if not isinstance(cross, Cross):
            cross = Cross(cross, self.crossing_dim)
        unknown = [name for name in cross.feature_names if name not in self.features]
        if unknown:
            raise ValueError(
                f"FeatureSpace: cross {cross.name!r} names {unknown[0]!r}, which is no feature. "
                f"{did_you_mean(unknown[0], self.features)}"
            )
        return cross

    # Learning --------------------------------------------------------------------------

    def adapt(self, dataset: Any) -> None:
        """Learn what the features need: vocabularies, means, boundaries of bins.

        Arguments:
            dataset: dictionary of arrays or lists, or a data set that can be gone through
                several times and gives dictionaries of rows or of batches.

        Raises:
            TypeError: anything else.
            ValueError: data that lack a feature.
        """
        if not isinstance(dataset, Mapping) and (
            not hasattr(dataset, "__iter__") or isinstance(dataset, (np.ndarray, str, Iterator))
        ):
            raise TypeError(
                "FeatureSpace.adapt() takes a dictionary of arrays, or a data set of "
                f"dictionaries, got {type(dataset).__name__}."
            )
        for name in self._learning():
            if isinstance(dataset, Mapping):
                self._check_names(dataset, (name,))
                data: Any = _columns(self._array(name, dataset[name]))
            else:
                data = self._batches(name, dataset)
            layer: Any = self.preprocessors[name]
            layer.adapt(data)
        self._is_adapted = True
        self.one_hot_encoders.clear()
        self.encoded_features = None
        self.built = True

    def _learning(self) -> list[str]:
        """List the features whose layers learn from data."""
        return [name for name, layer in self.preprocessors.items() if _learns(layer)]

    def _batches(self, name: str, dataset: Any) -> Iterator[Any]:
        elements = iter(dataset)
        while True:
            single = []
            for element in itertools.islice(elements, _ROWS):
                if not isinstance(element, Mapping):
                    raise TypeError(
                        "FeatureSpace.adapt() takes a data set of dictionaries, got an element "
                        f"of type {type(element).__name__}."
                    )
                self._check_names(element, (name,))
                array = self._array(name, element[name])
                if array.ndim:
                    yield _columns(array)
                else:
                    single.append(array)
            if not single:
                break
            yield np.stack(single)[:, None]

    # Encoding --------------------------------------------------------------------------

    def get_inputs(self) -> dict[str, Any]:
        """Give symbolic inputs by name, for a model."""
        self._check_adapted()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """Give symbolic outputs that follow from ``get_inputs()``, for a model."""
        self._check_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._encode(self.inputs)
        return self.encoded_features

    def __call__(self, data: Any) -> Any:
        """Encode a dictionary of raw values: of a batch, or of one row, or symbolic tensors.

        Raises:
            TypeError: no dictionary.
            ValueError: a feature that is missing or unknown; values that are no numbers.
        """
        self._check_adapted()
        if not isinstance(data, Mapping):
            raise TypeError(
                f"FeatureSpace {self.name!r} takes a dictionary of features, "
                f"got {type(data).__name__}."
            )
        self._check_names(data, self.features)
        unknown = [name for name in data if name not in self.features]
        if unknown:
            raise ValueError(
                f"FeatureSpace {self.name!r}: {unknown[0]!r} is no feature; leave it out of the "
                f"data, which are {', '.join(map(repr, self.features))}."
            )
        if any(map(is_symbolic, data.values())):
            return self._encode(dict(data))
        arrays = {name: self._array(name, x) for name, x in data.items()}
        one_row = any(a.ndim == 0 for a in arrays.values())
        encoded = self._encode({name: _columns(a) for name, a in arrays.items()})
        return jax.tree.map(lambda x: x[0], encoded) if one_row else encoded

    def _encode(self, raw: dict[str, Any]) -> Any:
        prepared = {name: self.preprocessors[name](raw[name]) for name in self.features}
        crossed = {
            cross.name: self.crossers[cross.name]([prepared[n] for n in cross.feature_names])
            for cross in self.crosses
        }
        encoded = {}
        for name, x in [*sorted(prepared.items()), *sorted(crossed.items())]:
            spec: Any = self.features.get(name) or self.crosses_by_name[name]
            encoded[name] = self._encoder(name, x)(x) if spec.output_mode == "one_hot" else x
            if self.output_mode == "concat" and not is_float_dtype(str(encoded[name].dtype)):
                raise ValueError(
                    f"FeatureSpace {self.name!r}: feature {name!r} is not encoded (it has the type "
                    f"{encoded[name].dtype}), so it can't be joined to the others: "
                    "use output_mode='dict' or another output_mode of the feature."
                )
        return encoded if self.output_mode == "dict" else self.concat(list(encoded.values()))

    def _encoder(self, name: str, ids: Any) -> CategoryEncoding:
        if name not in self.one_hot_encoders:
            size = _categories(self.preprocessors.get(name) or self.crossers[name])
            if size is None or "int" not in str(ids.dtype):
                raise ValueError(
                    f"FeatureSpace {self.name!r}: feature {name!r} has output_mode='one_hot', but "
                    f"its layer gives {ids.dtype} and no known number of categories: use "
                    "output_mode='int' or 'float'."
                )
            self.one_hot_encoders[name] = CategoryEncoding(size, output_mode="multi_hot")
        return self.one_hot_encoders[name]

    def _array(self, name: str, x: Any) -> np.ndarray:
        dtype = self.features[name].dtype
        if dtype == "string":
            return np.asarray(x, dtype=object)
        try:
            return np.asarray(x, dtype) if is_float_dtype(dtype) else np.asarray(x)
        except (TypeError, ValueError) as problem:
            raise ValueError(
                f"FeatureSpace {self.name!r}: feature {name!r} takes numbers ({dtype}): {problem}."
            ) from problem

    def _check_names(self, data: Mapping[str, Any], names: Any) -> None:
        missing = [name for name in names if name not in data]
        if missing:
            raise ValueError(
                f"FeatureSpace {self.name!r}: the data lack the feature {missing[0]!r}; they have "
                f"{', '.join(map(repr, data)) or 'nothing'}."
            )

    def _check_adapted(self) -> None:
        if not self._is_adapted and self._learning():
            raise ValueError(
                f"FeatureSpace {self.name!r} doesn't know its features yet: call adapt(data) first."
            )
        self._is_adapted = True

    # Files -----------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments, without what ``adapt`` learned."""
        return {
            "features": serialize(self.features),
            "output_mode": self.output_mode,
            "crosses": [serialize(cross) for cross in self.crosses],
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    def get_build_config(self) -> dict[str, Any]:
        """Give the shapes with which the features' layers were built."""
        return {name: layer.get_build_config() for name, layer in self.preprocessors.items()}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build the features' layers with the shapes that ``get_build_config`` gave."""
        for name, shapes in config.items():
            if name in self.preprocessors and shapes and not self.preprocessors[name].built:
                self.preprocessors[name].build_from_config(shapes)
        self._is_adapted = True

    def save(self, filepath: Any) -> None:
        """Write a ``.keras`` file, which ``load_model`` reads, with what ``adapt`` learned.

        Raises:
            ValueError: another ending.
        """
        if not str(filepath).endswith(".keras"):
            raise ValueError(f"A FeatureSpace is saved as .keras, got the name {str(filepath)!r}.")
        save_model(self, filepath)


def _named(kind: str, name: str | None) -> str:
    return f"{name or auto_name(kind)}_preprocessor"


def _columns(array: np.ndarray) -> np.ndarray:
    """Give a single value or a row of values as one column."""
    return array.reshape(-1, 1) if array.ndim < 2 else array


def _learns(layer: Any) -> bool:
    if isinstance(layer, Normalization):
        return layer.input_mean is None
    if isinstance(layer, Discretization):
        return layer.num_bins is not None
    if isinstance(layer, TextVectorization):
        layer = layer._lookup_layer
    return not layer._static if isinstance(layer, IndexLookup) else hasattr(layer, "adapt")


def _categories(layer: Any) -> int | None:
    if isinstance(layer, IndexLookup):
        return layer.vocabulary_size()
    if isinstance(layer, Discretization):
        return layer._bins
    if isinstance(layer, (Hashing, HashedCrossing)):
        return layer.num_bins
    return layer.num_tokens if isinstance(layer, CategoryEncoding) else None
