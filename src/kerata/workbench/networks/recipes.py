"""Networks by name: which data they take, how rows are prepared, how they are trained."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from kerata.applications import efficientnet_lite
from kerata.base.messages import did_you_mean
from kerata.workbench.networks import airbench, dense, images, table, texts

Build = Callable[..., Any]
SEQUENCE = {"weights": "sequence", "most": 20_000}
BAG = {"weights": "tfidf", "ngrams": 1}


@dataclass(frozen=True)
class Recipe:
    """A network and what goes with it.

    Arguments:
        build: function ``(inputs, task, **options)`` that returns a compiled model.
        kinds: data it takes: ``'table'``, ``'texts'``, ``'images'``.
        preparation: options of the preparation, by kind of data.
        epochs: upper limit.
        patience: epochs without a better validation loss before training stops.
        batch_size: rows in a step; None goes by the number of rows.
        members: networks whose answers are averaged.
        crossed: whether each of them is stopped by other rows, so that together they learn
            from the validation rows too.
        scheduled: whether the builder takes ``steps``, for a learning rate that falls to 0
            over all epochs.
        options: of the builder.
        solved: whether scikit-learn finds the weights where the rows allow it; not with options
            that are for training.
        linear: whether a solved linear model may have a share of the answers.
        chooses_loss: whether counts and skewed amounts may be learned by a loss of their own.
        even: whether the usual batch is made a little smaller, so that the last one of an epoch
            is no remainder of a few rows, whose step and whose mean and variance count as much.
    """

    build: Build
    kinds: tuple[str, ...]
    preparation: dict[str, dict[str, Any]] = field(default_factory=dict)
    epochs: int = 100
    patience: int = 10
    batch_size: int | None = None
    members: int = 1
    crossed: bool = False
    scheduled: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    solved: bool = False
    linear: bool = False
    chooses_loss: bool = False
    even: bool = False


RECIPES: dict[str, Recipe] = {
    "linear": Recipe(dense.linear, ("table", "texts", "images"), {"texts": BAG}, solved=True),
    "mlp": Recipe(dense.mlp, ("table", "texts", "images"), {"texts": BAG}),
    "wide-deep": Recipe(dense.wide_deep, ("table",)),
    "table": Recipe(
        table.table,
        ("table",),
        {"table": {"ranked": True, "beside": True}},
        patience=8,
        members=2,
        crossed=True,
        chooses_loss=True,
    ),
    "bag-of-words": Recipe(
        texts.bag_of_words,
        ("texts",),
        {"texts": {"weights": "naive-bayes", "ngrams": 3, "least": 5}},
        epochs=40,
        patience=2,
    ),
    "tfidf": Recipe(
        texts.tfidf,
        ("texts",),
        {"texts": {"weights": "tfidf", "ngrams": 1, "least": 1}},
        patience=3,
    ),
    "embeddings": Recipe(texts.embeddings, ("texts",), {"texts": SEQUENCE}, 30, patience=3),
    "text-cnn": Recipe(texts.text_cnn, ("texts",), {"texts": SEQUENCE}, 30, patience=3),
    "pretrained": Recipe(
        dense.pretrained, ("images",), {"images": {"pretrained": True}}, solved=True
    ),
    "cnn": Recipe(images.cnn, ("images",), epochs=6, patience=6, batch_size=64, scheduled=True),
    "cnn-bn": Recipe(
        images.cnn_bn, ("images",), epochs=12, patience=12, batch_size=64, scheduled=True
    ),
    "airbench": Recipe(
        airbench.airbench,
        ("images",),
        {"images": {"patches": True}},
        epochs=6,
        patience=100,
        batch_size=512,
        scheduled=True,
        even=True,
    ),
}
# Options of training and of the preparation, whatever the network.
TRAINS = frozenset({"patience", "members", "batch_size"})
PREPARES = frozenset({"ranked", "beside", "weights", "ngrams", "least", "most"})
# Fewer rows than these need more epochs, or more networks, to come to rest.
SMALL = 10_000
FEW_IMAGES = 10_000
# Larger pictures than icons are photos, which a network that others trained knows; with more of
# them than these, computing what it sees takes minutes.
PHOTO_FROM, FEW_PHOTOS = 64, 5_000
# What ``auto`` takes.
AUTO = {"table": "table", "texts": "bag-of-words", "images": "cnn-bn"}


def recipe_for(network: str, kind: str, task: Any, rows: int, side: int = 0) -> tuple[str, Recipe]:
    """Find a network by its name, ``'auto'``, or ``'module:function'``.

    Arguments:
        network: the name.
        kind: of the data.
        task: what is predicted.
        rows: training rows.
        side: of images, the shorter one in pixels.

    Returns:
        The name that was chosen, and its recipe.

    Raises:
        ValueError: an unknown name, with a suggestion; a network for other data.
    """
    if ":" in network:
        return network, Recipe(own_builder(network), (kind,), _any_bag(kind))
    name = AUTO[kind] if network == "auto" else network
    if network == "auto" and kind == "texts" and task.kind == "classes":
        # One class against many others: the weights of two-sided opinions gain nothing.
        name = "tfidf"
    photos = kind == "images" and side > PHOTO_FROM and rows <= FEW_PHOTOS
    if network == "auto" and photos and efficientnet_lite.is_installed():
        name = "pretrained"
    if name not in RECIPES:
        known = ["auto", *RECIPES]
        raise ValueError(
            f"Unknown network {network!r}. {did_you_mean(network, known)} "
            "A function of your own is named module:function."
        )
    found = RECIPES[name]
    if name == "table" and rows < SMALL:
        # Few rows: first weights and validation rows decide much, and epochs cost nothing.
        found = replace(found, members=5, patience=16, linear=True)
    if found.scheduled and rows < FEW_IMAGES:
        found = replace(found, epochs=40, patience=40, batch_size=32)
    if kind not in found.kinds:
        fitting = ", ".join(n for n, r in RECIPES.items() if kind in r.kinds)
        raise ValueError(
            f"The network {name!r} takes {' or '.join(found.kinds)}, but these are "
            f"{kind if kind != 'table' else 'a table'}. For these there are: {fitting}."
        )
    return name, found


def with_options(
    recipe: Recipe, kind: str, options: dict[str, Any]
) -> tuple[Recipe, dict[str, Any]]:
    """Sort options into those of the training, the preparation and the builder.

    Returns:
        The recipe with the training's options put in, and the preparation's options.

    Raises:
        ValueError: an unknown name, with a suggestion.
    """
    mine, prepares = TRAINS, PREPARES
    takes = set(inspect.signature(recipe.build).parameters) - {"inputs", "task", "steps"}
    for name in options:
        if name not in mine | prepares | takes:
            known = sorted(mine | prepares | takes)
            raise ValueError(f"Unknown option {name!r}. {did_you_mean(name, known)}")
    changed = {name: options[name] for name in mine & options.keys()}
    built = recipe.options | {name: options[name] for name in takes & options.keys()}
    prepared = {name: options[name] for name in prepares & options.keys()}
    prepared = recipe.preparation.get(kind, {}) | prepared
    solved = recipe.solved and not (mine | takes) & options.keys()
    return replace(recipe, options=built, solved=solved, **changed), prepared


def own_builder(name: str) -> Build:
    """Import a function named ``module:function``, the current folder included.

    Raises:
        ValueError: no such module or function.
    """
    module, _, function = name.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise ValueError(
            f"--network {name}: {error}. Write module:function, as in my_networks:small for "
            "the function small(inputs, task) in my_networks.py."
        ) from error
    if not callable(found):
        raise ValueError(f"--network {name}: {function} is no function.")
    return found


def _any_bag(kind: str) -> dict[str, dict[str, Any]]:
    return {"texts": BAG} if kind == "texts" else {}
