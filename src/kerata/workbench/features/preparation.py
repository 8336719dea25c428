"""The base of all preparations, and the description of the inputs for the network."""

from __future__ import annotations

import base64
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np


@dataclass(frozen=True)
class Inputs:
    """What a prepared row consists of; networks are built from this.

    Arguments:
        rows: training rows.
        numbers: how many columns of numbers.
        mean, variance: of each column of numbers over the training rows.
        ranks: places of the columns of numbers that are ranks with values beside them.
        categories: how many ids each column of categories has; ids of all columns are
            numbered on, so that one table of vectors serves them all.
        words: width of the bag of words.
        length, vocabulary: of the lists of word numbers.
        image: height, width and channels.
        target_mean, target_scale: mean and standard deviation of a regression's target.
        target_means, target_scales: those of several targets.
        shares: of each class or label among the training rows; of the second of two.
    """

    rows: int
    numbers: int = 0
    mean: tuple[float, ...] = ()
    variance: tuple[float, ...] = ()
    ranks: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()
    words: int = 0
    length: int = 0
    vocabulary: int = 0
    image: tuple[int, int, int] | None = None
    patches: tuple[tuple[float, ...], ...] = ()
    target_mean: float = 0.0
    target_scale: float = 1.0
    target_means: tuple[float, ...] = ()
    target_scales: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()


class Preparation:
    """Turns raw rows into what a network takes; learned from training rows alone.

    Attributes:
        inputs: what a prepared row consists of.
        notes: what was done, a sentence each.
        input_names: names of the network's inputs.
        photos: whether images were read as photos, and new ones must be.
    """

    kind: ClassVar[str]
    photos: bool = False
    inputs: Inputs
    notes: list[str]

    def fit(self, data: Any, task: Any, columns: Any = None) -> Self:
        """Learn from training rows."""
        raise NotImplementedError

    def transform(self, data: Any) -> Any:
        """Give what the network takes for raw rows."""
        raise NotImplementedError

    def check(self, data: Any) -> list[str]:
        """Say what is odd about new rows; what can't be used is a ValueError."""
        return []

    @property
    def input_names(self) -> list[str]:
        """Names of the network's inputs."""
        raise NotImplementedError

    def column_facts(self) -> list[dict[str, Any]]:
        """Say of each column that is needed its name and kind, and what values training saw."""
        return []

    def raw_inputs(self) -> list[tuple[str, str, tuple[int, ...]]]:
        """Give name, type and shape (without the rows) of what an exported graph takes."""
        raise NotImplementedError

    def raw_arrays(self, data: Any) -> dict[str, np.ndarray]:
        """Give raw rows as an exported graph takes them."""
        raise NotImplementedError

    def write_onnx(self, graph: Any, raw: dict[str, Any]) -> dict[str, Any]:
        """Write ``transform`` into an ``OnnxGraph``.

        Arguments:
            graph: the graph.
            raw: values of the raw inputs by their names.

        Returns:
            Values of the network's inputs by their names.

        Raises:
            ExportError: what ONNX does not have.
        """
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values for JSON."""
        return {"kind": self.kind, **{name: packed(value) for name, value in vars(self).items()}}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Rebuild what ``to_dict`` gave."""
        made = cls.__new__(cls)
        for name, value in stored.items():
            if name != "kind":
                setattr(made, name, unpacked(value))
        return made


def packed(value: Any) -> Any:
    """Write arrays and the parts of preparations as plain values.

    >>> unpacked(packed({"a": np.array([1.5, 2.0])}))["a"].tolist()
    [1.5, 2.0]
    """
    if isinstance(value, np.ndarray):
        plain = np.ascontiguousarray(value)
        plain = plain.astype(plain.dtype.newbyteorder("<"))
        content = base64.b64encode(plain.tobytes()).decode()
        return {"array": content, "dtype": plain.dtype.str, "shape": list(plain.shape)}
    if isinstance(value, np.generic):
        return value.item()
    if type(value).__name__ in PARTS:
        # Only the fields' own order matters here, so plain attributes are enough.
        inner = {f.name: packed(getattr(value, f.name)) for f in fields(value)}
        return {"part": type(value).__name__, "fields": inner}
    if isinstance(value, dict):
        return {str(key): packed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [packed(inner) for inner in value]
    return value


def unpacked(value: Any) -> Any:
    """Read what ``packed`` wrote; only parts that are known here are built.

    Raises:
        ValueError: a part that is not known.
    """
    if isinstance(value, list):
        return [unpacked(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        plain = np.frombuffer(base64.b64decode(value["array"]), np.dtype(value["dtype"]))
        return plain.reshape(value["shape"]).copy()
    if "part" in value:
        if value["part"] not in PARTS:
            raise ValueError(f"The preparation names the unknown part {value['part']!r}.")
        return PARTS[value["part"]](**{k: unpacked(v) for k, v in value["fields"].items()})
    return {key: unpacked(inner) for key, inner in value.items()}


# Dataclasses that may occur in a preparation; each registers itself.
PARTS: dict[str, type] = {}


def part(cls: type) -> type:
    """Let a dataclass be stored as a part of preparations."""
    PARTS[cls.__name__] = cls
    return cls


part(Inputs)
