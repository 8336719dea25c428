"""Candidates: which values the names of a search take, and whom each name is meant for."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.messages import did_you_mean
from kerata.layers.layer import Layer
from kerata.search.networks import Build
from kerata.search.runner import TrialConfig

# Arguments of `fit` that can be searched.
FIT = ("epochs", "batch_size", "shuffle")
DEFAULTS = {"epochs": 1, "batch_size": 32, "shuffle": True}

Params = dict[str, Any]


def check_names(build: Build, names: Sequence[str], what: str = "The grid") -> None:
    """Refuse names that neither the builder nor ``fit`` takes, and required ones left out.

    Raises:
        TypeError: the builder can't be called.
        ValueError: naming the name.
    """
    if not callable(build) or isinstance(build, Layer):
        raise TypeError(
            "build must be a function that returns a new compiled model each time, got "
            f"{type(build).__name__}: {build!r:.60}."
        )
    taken, required, any_name = _parameters(build)
    for name in names:
        if name not in taken and name not in FIT and not any_name:
            raise ValueError(
                f"{what} has the name {name!r}, which is neither a parameter of "
                f"{_called(build)} nor one of fit ({', '.join(FIT)}). "
                f"{did_you_mean(name, [*taken, *FIT])}"
            )
    missing = [name for name in required if name not in names]
    if missing:
        raise ValueError(
            f"{_called(build)} needs a value for {missing[0]!r}: name it in the search or give "
            "the parameter a default."
        )


def grid_candidates(space: Mapping[str, Any]) -> list[Params]:
    """Give every combination of the values, the last name changing fastest.

    Raises:
        ValueError: no names, or a name without values.

    >>> grid_candidates({"units": [4, 8], "epochs": [1]})
    [{'units': 4, 'epochs': 1}, {'units': 8, 'epochs': 1}]
    """
    lists = {name: _values(name, values) for name, values in _named(space).items()}
    return [dict(zip(lists, chosen, strict=True)) for chosen in itertools.product(*lists.values())]


def random_candidates(space: Mapping[str, Any], n: int, seed: int) -> list[Params]:
    """Draw n combinations.

    Arguments:
        space: a list of values or a distribution (``rvs``) for each name.
        n: how many.
        seed: of the draws.

    Raises:
        ValueError: no names, a name without values, n below 1.
    """
    if not is_integer(n) or n < 1:
        raise ValueError(f"n must be a whole number of at least 1, got {n!r}.")
    rng = np.random.default_rng(seed)
    named = _named(space)
    lists = {
        name: values if hasattr(values, "rvs") else _values(name, values)
        for name, values in named.items()
    }
    return [{name: _drawn(values, rng) for name, values in lists.items()} for _ in range(n)]


def courses_of(build: Build, candidates: Sequence[Params]) -> tuple[list[TrialConfig], list[int]]:
    """Give the trainings that answer all candidates, and for each candidate which one does.

    Candidates that are alike but for ``epochs`` share one.
    """
    taken, _, any_name = _parameters(build)
    places: dict[Any, int] = {}
    found: list[tuple[Params, Params, set[int]]] = []
    which: list[int] = []
    for candidate in candidates:
        fit = DEFAULTS | {k: v for k, v in candidate.items() if k in FIT}
        params = {k: v for k, v in candidate.items() if k in taken or (any_name and k not in FIT)}
        epochs, batch_size = fit.pop("epochs"), fit.pop("batch_size")
        for name, value in (("epochs", epochs), ("batch_size", batch_size)):
            if not is_integer(value) or value < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
        rest = {"batch_size": int(batch_size), "shuffle": fit["shuffle"]}
        key = (_frozen(params), _frozen(rest))
        if key not in places:
            places[key] = len(found)
            found.append((params, rest, set()))
        found[places[key]][2].add(int(epochs))
        which.append(places[key])
    trials = [
        TrialConfig(params, tuple(sorted(epochs)), rest["batch_size"], rest["shuffle"])
        for params, rest, epochs in found
    ]
    return trials, which


def _parameters(build: Build) -> tuple[list[str], list[str], bool]:
    """Give a builder's parameters, those without a default, and whether it takes any name."""
    try:
        found = inspect.signature(build).parameters.values()
    except (TypeError, ValueError):
        return [], [], True
    named = [p for p in found if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    required = [p.name for p in named if p.default is p.empty]
    return [p.name for p in named], required, any(p.kind is p.VAR_KEYWORD for p in found)


def _called(build: Build) -> str:
    return f"{getattr(build, '__name__', type(build).__name__)}()"


def _named(space: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(space, Mapping):
        raise ValueError(
            f"The values to try must be a dictionary {{name: values}}, got {space!r:.60}."
        )
    if not space:
        raise ValueError("The dictionary of values to try is empty; name at least one parameter.")
    return dict(space)


def _values(name: str, values: Any) -> list[Any]:
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise ValueError(
            f"The values of {name!r} must be a list, got {values!r}. "
            f"For this value alone write [{values!r}]."
        )
    values = [_plain(v) for v in values]
    if not values:
        raise ValueError(f"The list of values of {name!r} is empty; give at least one.")
    return values


def _drawn(values: Any, rng: np.random.Generator) -> Any:
    if isinstance(values, list):
        return values[int(rng.integers(len(values)))]
    return _plain(values.rvs(random_state=rng))


def _plain(value: Any) -> Any:
    """Turn NumPy's scalars into Python's numbers, which print and compare as such."""
    return value.item() if isinstance(value, np.generic) else value


def _frozen(params: Mapping[str, Any]) -> Any:
    """Give something hashable that tells parameters apart."""
    return tuple((k, type(v), _hashable(v)) for k, v in sorted(params.items()))


def _hashable(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_hashable(v) for v in value)
    if isinstance(value, dict):
        return _frozen(value)
    try:
        hash(value)
    except TypeError:
        return id(value)
    return value
