"""Which argument goes where: to the builder, to ``compile``, to ``fit`` or to ``predict``."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from kerata.base.messages import did_you_mean
from kerata.models import Model

# Arguments of a ready model: see blueprint.py.
OF_READY_MODELS = frozenset({"hidden_size"})
_DATA = {"self", "x", "y", "sample_weight", "kwargs"}


def _arguments(function: Any) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters) - _DATA


FIT = _arguments(Model.fit)
PREDICT = _arguments(Model.predict)
COMPILE = _arguments(Model.compile)
PREFIXES = ("model", "build_fn", "compile", "optimizer", "loss", "callbacks", "fit", "predict")


def builder_arguments(builder: Any) -> frozenset[str] | None:
    """List the names that a builder takes; None where it takes any.

    >>> sorted(builder_arguments(lambda width, depth=2: None))
    ['depth', 'width']
    """
    if builder is None:
        return frozenset()
    if isinstance(builder, Model):
        return OF_READY_MODELS
    try:
        parameters = inspect.signature(builder).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return frozenset(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL)


def check_names(owner: str, names: Iterable[str], builder: Any, known: Iterable[str]) -> None:
    """Refuse parameters that would go nowhere.

    Raises:
        ValueError: naming the parameter and similar ones.
    """
    taken = builder_arguments(builder)
    of_prefix = {"model": taken, "build_fn": taken, "compile": COMPILE, "fit": FIT}
    of_prefix["predict"] = PREDICT
    for name in names:
        prefix, separator, rest = name.partition("__")
        if separator and prefix in PREFIXES:
            allowed, wrong = of_prefix.get(prefix), rest
        else:
            allowed = None if taken is None else taken | FIT | COMPILE | PREDICT
            wrong = name
        if allowed is not None and wrong not in allowed:
            hint = did_you_mean(wrong, {*allowed, *(() if separator else known)})
            raise ValueError(
                f"{owner}: nothing takes the argument {name!r}: neither the builder nor "
                f"compile() nor fit(). {hint}"
            )


def check_fit_names(given: Iterable[str]) -> None:
    """Refuse arguments that ``Model.fit`` does not have.

    Raises:
        ValueError: naming the argument and similar ones.
    """
    for name in given:
        if name not in FIT:
            raise ValueError(f"fit() has no argument {name!r}. {did_you_mean(name, FIT)}")


def part(parameters: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Take the arguments of a prefix.

    >>> part({"optimizer__lr": 0.1, "epochs": 3}, "optimizer")
    {'lr': 0.1}
    """
    start = f"{prefix}__"
    return {k.removeprefix(start): v for k, v in parameters.items() if k.startswith(start)}


def for_builder(
    builder: Any,
    parameters: Mapping[str, Any],
    further: Mapping[str, Any],
    offered: Mapping[str, Any],
) -> dict[str, Any]:
    """Choose a builder's arguments.

    Arguments:
        builder: function that builds a model, or a ready model.
        parameters: all of the estimator's.
        further: those of them that the estimator does not have itself; None is a value for
            these, while for others it stands for not given.
        offered: facts about the data, given if the builder names them.
    """
    taken = builder_arguments(builder)
    if taken is None:
        # It takes anything, so it gets what is no one else's.
        others = FIT | COMPILE | PREDICT
        named = {k: v for k, v in further.items() if "__" not in k and k not in others}
    else:
        named = {k: v for k, v in offered.items() if k in taken}
        given = {k: v for k, v in parameters.items() if v is not None} | dict(further)
        named |= {k: v for k, v in given.items() if k in taken}
    return named | part(parameters, "build_fn") | part(parameters, "model")
