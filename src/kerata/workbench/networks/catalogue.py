"""What each network is, the data it takes, and its options with defaults and ranges."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kerata import losses
from kerata.base.messages import did_you_mean
from kerata.workbench.networks.amounts import LOSSES
from kerata.workbench.networks.recipes import AUTO, PREPARES, RECIPES, TRAINS, Recipe


@dataclass(frozen=True)
class Values:
    """Values an option may take.

    Arguments:
        told: in words.
        fit: says whether a value is one of them.
    """

    told: str
    fit: Callable[[Any], bool]


@dataclass(frozen=True)
class Option:
    """An option of a network.

    Arguments:
        name: as in ``--option name=value``.
        default: its value if it is not given; None where it depends on the rows or the task.
        values: in words; empty where anything goes.
        about: what it decides.
    """

    name: str
    default: Any
    values: str
    about: str

    @property
    def written(self) -> str:
        """The default as it is typed.

        >>> Option("units", (64, 64), "", "").written
        '64,64'
        """
        if self.default is None:
            return "auto"
        if isinstance(self.default, tuple):
            return ",".join(map(str, self.default))
        return str(self.default)


@dataclass(frozen=True)
class Description:
    """A network by its name.

    Arguments:
        name: of the network.
        takes: data it takes: ``'table'``, ``'texts'``, ``'images'``.
        what: one sentence.
        options: its own, then those of preparation and training.
    """

    name: str
    takes: tuple[str, ...]
    what: str
    options: list[Option]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return (_whole(value) or isinstance(value, float)) and math.isfinite(value)


def _counts(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and bool(value) and all(map(_count, value))


def _count(value: Any) -> bool:
    return _whole(value) and value >= 1


def _is_loss(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if value in LOSSES:
        return True
    try:
        losses.get(value)
    except ValueError:
        return False
    return True


def _one_of(*words: str) -> Values:
    return Values(", ".join(words), lambda value: value in words)


COUNT = Values("a whole number from 1", _count)
PIXELS = Values("a whole number from 0", lambda value: _whole(value) and value >= 0)
WIDTHS = Values("whole numbers from 1, with commas", _counts)
RATE = Values("a number above 0", lambda value: _number(value) and value > 0)
STRENGTH = Values("a number from 0", lambda value: _number(value) and value >= 0)
SHARE = Values("from 0 to below 1", lambda value: _number(value) and 0 <= value < 1)
VALUES: dict[str, Values] = {
    **dict.fromkeys(("ensemble", "vectors", "frequencies", "filters", "width"), COUNT),
    **dict.fromkeys(("patience", "members", "batch_size", "ngrams", "least", "most"), COUNT),
    **dict.fromkeys(("learning_rate", "sigma"), RATE),
    **dict.fromkeys(("l2", "weight_decay", "augment"), STRENGTH),
    **dict.fromkeys(("dropout", "smoothing"), SHARE),
    **dict.fromkeys(("shift", "cutout"), PIXELS),
    "widths": WIDTHS,
    **dict.fromkeys(
        ("ranked", "beside", "flip"), Values("True or False", lambda value: isinstance(value, bool))
    ),
    "weights": _one_of("tfidf", "naive-bayes", "binary", "sequence"),
    "loss": Values("the name of a loss; for amounts poisson, gamma, lognormal", _is_loss),
}
ABOUT = {
    "ranked": "quantile transform of all numbers, not only of skewed ones",
    "beside": "values stay beside their quantile transforms",
    "weights": "of words in a bag",
    "ngrams": "longest run of words",
    "least": "words that occur less often are left out",
    "most": "upper limit of the words",
    "patience": "epochs without a lower validation loss before training stops",
    "members": "networks whose answers are averaged",
    "batch_size": "rows in a step",
}
# Options of the preparation, by kind of data.
PREPARED = {
    "table": ("ranked", "beside"),
    "texts": ("weights", "ngrams", "least", "most"),
    "images": (),
}


def descriptions() -> list[Description]:
    """Describe all networks that have a name.

    >>> [one.name for one in descriptions()][:3], descriptions()[1].options[0].written
    (['linear', 'mlp', 'wide-deep'], '64,64')
    """
    return [_described(name, recipe) for name, recipe in RECIPES.items()]


def checked_options(network: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse options that a network does not have, or values they can't take.

    Arguments:
        network: its name, ``'auto'`` or ``'module:function'``.
        options: values by name.

    Returns:
        The options; a single width stands for one layer of it.

    Raises:
        ValueError: an unknown network, option or value, with a suggestion.

    >>> checked_options("mlp", {"units": 32})
    {'units': (32,)}
    >>> checked_options("mlp", {"dropout": 2})
    Traceback (most recent call last):
    ValueError: The option dropout of the network 'mlp' takes from 0 to below 1, got 2.
    """
    check_network(network)
    if ":" in network:
        return dict(options)
    recipes = [
        RECIPES[name]
        for name in ({*AUTO.values(), "tfidf", "pretrained"} if network == "auto" else [])
    ]
    recipes = recipes or [RECIPES[network]]
    known = sorted(TRAINS | PREPARES | {name for recipe in recipes for name in _own(recipe)})
    found = {}
    for name, value in options.items():
        if name not in known:
            raise ValueError(f"Unknown option {name!r}. {did_you_mean(name, known)}")
        # Of the networks that auto may choose, the rows decide.
        readings = [_reading(recipe, name, value) for recipe in recipes if _has(recipe, name)]
        fitting = [read for read, values in readings if values is None or values.fit(read)]
        if not fitting:
            told = next(values.told for _, values in readings if values is not None)
            raise ValueError(
                f"The option {name} of the network {network!r} takes {told}, got {value!r}."
            )
        found[name] = fitting[0]
    return found


def check_network(network: str) -> None:
    """Refuse a name that no network has.

    Raises:
        ValueError: with a suggestion.
    """
    known = ["auto", *RECIPES]
    if ":" not in network and network not in known:
        raise ValueError(
            f"Unknown network {network!r}. {did_you_mean(network, known)} "
            "A function of your own is named module:function."
        )


def _has(recipe: Recipe, name: str) -> bool:
    return name in TRAINS | PREPARES or name in _own(recipe)


def _reading(recipe: Recipe, name: str, value: Any) -> tuple[Any, Values | None]:
    own = _own(recipe)
    values = VALUES.get(name)
    if name == "widths":
        value = (value,) if _whole(value) else tuple(value) if _counts(value) else value
    if name == "units":
        values = COUNT
        # None is a default that goes by the rows, for several layers.
        if isinstance(own.get(name, 1), tuple | None):
            values = WIDTHS
            value = (value,) if _whole(value) else tuple(value) if _counts(value) else value
    default = own.get(name, ...)
    return (value, None) if value is None and default is None else (value, values)


def _own(recipe: Recipe) -> dict[str, Any]:
    """Give the builder's options with their defaults."""
    parameters = inspect.signature(recipe.build).parameters
    return {
        name: recipe.options.get(name, parameter.default)
        for name, parameter in parameters.items()
        if name not in ("inputs", "task", "steps")
    }


def _described(name: str, recipe: Recipe) -> Description:
    documented = inspect.getdoc(recipe.build) or ""
    about = _arguments(documented)
    options = [
        Option(option, default, _told(recipe, option), about.get(option, ""))
        for option, default in _own(recipe).items()
    ]
    ordered = recipe.preparation.get("texts", {}).get("weights") == "sequence"
    prepared = dict.fromkeys(one for kind in recipe.kinds for one in PREPARED[kind])
    for option in prepared:
        if ordered and option in ("weights", "ngrams"):
            continue
        defaults = (recipe.preparation.get(kind, {}).get(option) for kind in recipe.kinds)
        default = next((one for one in defaults if one is not None), None)
        default = False if option in ("ranked", "beside") and default is None else default
        options.append(Option(option, default, _told(recipe, option), ABOUT[option]))
    training = {"patience": recipe.patience, "members": recipe.members}
    for option, default in (training | {"batch_size": recipe.batch_size}).items():
        options.append(Option(option, default, _told(recipe, option), ABOUT[option]))
    what = documented.partition("\n")[0].removeprefix("Build ").rstrip(".")
    return Description(name, recipe.kinds, what, options)


def _told(recipe: Recipe, option: str) -> str:
    _, values = _reading(recipe, option, ())
    return "" if values is None else values.told


def _arguments(documented: str) -> dict[str, str]:
    """Read what a docstring says about each argument."""
    _, _, below = documented.partition("Arguments:\n")
    section = re.split(r"\n(?=\S)", below)[0]
    found = {}
    for names, told in re.findall(r"(?m)^    ([\w, ]+): ((?:.|\n        )*)", section):
        for name in names.split(","):
            found[name.strip()] = " ".join(told.split()).rstrip(".").replace("``", "")
    return found
