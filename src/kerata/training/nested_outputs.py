"""Which entry of an argument belongs to which output: by keys, names and places, at any depth."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from kerata.base.messages import did_you_mean


class Outputs:
    """The outputs of a model in their flat order, and the structure that they come in.

    Arguments:
        y_pred: outputs of a batch, or their shapes.
        layer_names: names of the layers that make them, in their flat order.

    Attributes:
        count: how many there are.
        names: what their metrics are named by: keys of a plain dictionary, or layers.
        loss_names: what their losses are named by: of nested outputs all keys and places that
            lead there, ``'heads/box'``, with the layer's name in the place of a last number.

    >>> import numpy as np
    >>> outputs = Outputs({"n": [np.zeros((2, 1)), np.zeros((2, 3))]}, ["a", "b"])
    >>> outputs.names, outputs.loss_names
    (['a', 'b'], ['n/a', 'n/b'])
    >>> outputs.arrange({"n": ["mse", "mae"]}, "loss")
    ['mse', 'mae']
    """

    _not_in_signature: ClassVar[tuple[str, ...]] = ("names", "loss_names")

    def __init__(self, y_pred: Any, layer_names: list[str]) -> None:
        self._wrapped = isinstance(y_pred, (list, tuple)) and len(y_pred) == 1
        if self._wrapped:
            y_pred = y_pred[0]  # as a model gives it
        leaves, structure = jax.tree.flatten(y_pred)
        self.count = len(leaves)
        self._places = jax.tree.unflatten(structure, range(self.count))
        self.nested = self.count > 1 and is_nested(self._places)
        # A dictionary of outputs is named by its keys, in the order jax.tree gives them.
        keyed = isinstance(self._places, dict) and not self.nested and self.count > 0
        self.names = sorted(self._places) if keyed else layer_names[: self.count]
        # Keras puts lists of metrics into the order of the layers where all keys are layers' names.
        crossed = keyed and sorted(layer_names) == self.names
        places = map(layer_names.index, self.names) if crossed else range(self.count)
        self._metric_order = list(places)
        self.loss_names = self.names
        if self.nested:
            named = sorted(_paths(self._places))
            self.loss_names = [_joined(path, layer_names[i]) for i, path in named]

    def arrange(
        self, given: Any, argument: str, shared: bool = False, listed: bool = False
    ) -> list[Any]:
        """Arrange an argument of ``compile`` or ``fit`` into one entry an output.

        Arguments:
            given: what was given; None stands for an entry that is left out.
            argument: its name, for messages.
            shared: whether something alone is meant for every output.
            listed: whether an entry may be a list, as that of metrics.

        Raises:
            ValueError: another structure or number of entries than that of the outputs, or an
                unknown name.
        """
        if given is None or not self.count:
            return [None] * self.count
        if self.count == 1:
            return [_all_of(given) if listed else self._single(given, argument, 0)]
        if shared and not isinstance(given, (list, tuple, dict)):
            return [given] * self.count
        if self._wrapped and isinstance(given, (list, tuple)) and len(given) == 1:
            given = given[0]
        if argument == "loss_weights" and isinstance(given, (int, float)):
            return [given] * self.count
        found: list[Any] = [None] * self.count
        if not self.nested:
            found = self._by_name(given, argument)
        elif argument in ("y", "loss", "loss_weights") and _is_flat(given, self.count):
            found = list(given)
        else:
            self._follow(self._places, given, argument, found)
        if listed:
            return found
        return [self._single(entry, argument, i) for i, entry in enumerate(found)]

    def arrange_weights(self, sample_weight: Any) -> list[Any]:
        """Arrange weights of rows into one entry an output; a single array serves all."""
        if sample_weight is None or isinstance(sample_weight, (list, tuple, dict)):
            return self.arrange(sample_weight, "sample_weight")
        return [sample_weight] * self.count

    def restored(self, entries: list[Any]) -> Any:
        """Give entries in the structure of the outputs; the entry itself of a single output."""
        return jax.tree.map(lambda place: entries[place], self._places)

    def order(self, given: Any) -> list[int]:
        """Give the places of the outputs in the order in which dictionaries name them."""
        found: list[int] = []
        _walk(self._places, given, found)
        return [*found, *(i for i in range(self.count) if i not in found)]

    def _single(self, entry: Any, argument: str, place: int) -> Any:
        """Take an entry out of the containers in which it is alone."""
        whole = entry
        while isinstance(entry, (list, tuple, dict)) and len(entry) == 1:
            entry = next(iter(entry.values())) if isinstance(entry, dict) else entry[0]
        if argument == "loss" and self.count == 1 and isinstance(whole, dict):
            unknown = [k for k, v in whole.items() if v is entry and k not in self.names]
            if unknown:
                raise ValueError(
                    f"loss names the output {unknown[0]!r}, which the model does not have. "
                    f"{did_you_mean(str(unknown[0]), self.names)}"
                )
        several = isinstance(entry, (list, tuple)) or (
            isinstance(entry, dict) and "class_name" not in entry
        )
        if several:
            advice = (
                "one, such as a function that adds several up"
                if argument == "loss"
                else "one entry"
            )
            raise ValueError(
                f"{argument} has {_described(whole)} for the output {self.loss_names[place]!r}, "
                f"which is one array: give it {advice}."
            )
        return entry

    def _by_name(self, given: Any, argument: str) -> list[Any]:
        if isinstance(given, dict):
            unknown = [k for k in given if k not in self.names]
            if unknown:
                raise ValueError(
                    f"{argument} names the output {unknown[0]!r}, which the model does not have. "
                    f"{did_you_mean(unknown[0], self.names)}"
                )
            missing = [n for n in self.names if n not in given]
            if missing and argument == "sample_weight":
                raise ValueError(
                    f"sample_weight lacks the output {missing[0]!r}: give each of the outputs "
                    f"({', '.join(self.names)}) its weights, or None."
                )
            return [given.get(n) for n in self.names]
        if isinstance(given, (list, tuple)):
            if argument == "sample_weight" and isinstance(self._places, dict):
                raise ValueError(
                    f"sample_weight must be {_described(self._places)}, as the model's outputs "
                    f"are, but is {_described(given)}."
                )
            if len(given) == self.count:
                if argument in ("metrics", "weighted_metrics"):
                    return [given[i] for i in self._metric_order]
                return list(given)
            raise ValueError(
                f"The model has {self.count} outputs ({', '.join(self.names)}), "
                f"but {argument} has {len(given)} entries; give one for each, or a dictionary."
            )
        raise ValueError(
            f"The model has {self.count} outputs ({', '.join(self.names)}); "
            f"{argument} must be a list or dictionary with an entry for each."
        )

    def _follow(self, places: Any, given: Any, where: str, found: list[Any]) -> None:
        """Find the entries of outputs by the same keys and places."""
        if isinstance(places, int):
            found[places] = given
        elif given is None:
            return
        elif isinstance(places, dict) and isinstance(given, dict):
            unknown = [key for key in given if key not in places]
            if unknown:
                raise ValueError(
                    f"{where} has the key {unknown[0]!r}, which the model's outputs don't have "
                    f"there: it takes {_described(places)}."
                )
            for key, inside in places.items():
                self._follow(inside, given.get(key), f"{where}[{key!r}]", found)
        elif (
            isinstance(places, (list, tuple))
            and isinstance(given, (list, tuple))
            and len(given) == len(places)
        ):
            for i, (inside, entry) in enumerate(zip(places, given, strict=True)):
                self._follow(inside, entry, f"{where}[{i}]", found)
        else:
            raise ValueError(
                f"{where} must be {_described(places)}, as the model's outputs are, but is "
                f"{_described(given)}."
            )


def is_nested(outputs: Any) -> bool:
    """Say whether there are lists or dictionaries inside a list or dictionary."""
    containers = (list, tuple, dict)
    inside = outputs.values() if isinstance(outputs, dict) else outputs
    return isinstance(outputs, containers) and any(isinstance(x, containers) for x in inside)


def _paths(places: Any, path: tuple[Any, ...] = ()) -> list[tuple[int, tuple[Any, ...]]]:
    """Pair the number of each output with the keys and places that lead to it."""
    if isinstance(places, dict):
        return [p for key, inside in places.items() for p in _paths(inside, (*path, key))]
    if isinstance(places, (list, tuple)):
        return [p for i, inside in enumerate(places) for p in _paths(inside, (*path, i))]
    return [(places, path)]


def _joined(path: tuple[Any, ...], layer: str) -> str:
    return "/".join(map(str, (*path[:-1], layer) if isinstance(path[-1], int) else path))


def _walk(places: Any, given: Any, found: list[int]) -> None:
    if isinstance(places, dict) and isinstance(given, dict):
        for key in given:
            if key in places:
                _walk(places[key], given[key], found)
    elif isinstance(places, (list, tuple)) and isinstance(given, (list, tuple)):
        for inside, entry in zip(places, given, strict=False):
            _walk(inside, entry, found)
    else:
        found += jax.tree.leaves(places)


def _is_flat(given: Any, count: int) -> bool:
    return (
        isinstance(given, (list, tuple))
        and len(given) == count
        and not any(isinstance(entry, (list, tuple, dict)) for entry in given)
    )


def _all_of(given: Any) -> list[Any]:
    """List everything in nested lists and dictionaries."""
    if isinstance(given, dict) and "class_name" not in given:
        return [x for entry in given.values() for x in _all_of(entry)]
    if isinstance(given, (list, tuple)):
        return [x for entry in given for x in _all_of(entry)]
    return [given]


def _described(value: Any) -> str:
    if isinstance(value, dict) and not value:
        return "an empty dictionary"
    if isinstance(value, dict):
        return f"a dictionary with the keys {', '.join(map(repr, value))}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    shape = getattr(value, "shape", None)
    return repr(value) if shape is None else f"an array of shape {tuple(shape)}"
